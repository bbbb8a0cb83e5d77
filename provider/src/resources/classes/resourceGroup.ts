import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../connection";
import { providerText } from "../shim";
import { replacedInOrder } from "./options";
import type { AttributeValue, ResourceArgs, StandbyKind, Verify } from "./args";
import { connectionInput } from "./connection";

export interface ResourceGroupArgs extends ResourceArgs {
  /**
   * The ids of the members in the order in which they start; they stop in the reverse order. Give the resources' own
   * `resourceId` outputs, so that Pulumi knows the order too.
   */
  members: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * How the members stand by. "cold": as a group of the cluster, which runs on one node. "hot": the service, which comes last
   * among the members and says `standby: "hot"` too, runs on every node as the clone `ID-clone`, and the addresses before it
   * are on one where it is healthy (a colocation and an order constraint each). There is no group in the cluster then; `meta`
   * is the clone's. Changing it stops nothing that serves. Default "cold".
   */
  standby?: pulumi.Input<StandbyKind | undefined>;
  /** TCP ports that must be listened on at the group's addresses once it has started. Default: none is looked at. */
  listeningPorts?: pulumi.Input<pulumi.Input<number>[] | undefined>;
  /**
   * What becomes of mail in the queues when the group has a unit of Postfix and goes: refused, unless it is "leave". It takes
   * effect for a delete once an update has brought it into the state. Default: refused.
   */
  strandedMail?: pulumi.Input<"leave" | undefined>;
}

/**
 * A group of resources that run on one node, start in order and stop in the reverse order.
 *
 * The members put into it are created with `group` set to its id: they stand in the configuration, stopped, until the
 * group starts all of them in one change. Deleting the group stops its members, from last to first, and dissolves it.
 *
 * @example
 * new ResourceGroup("web", { members: [address.resourceId, service.resourceId] });
 */
export class ResourceGroup extends pulumi.CustomResource {
  declare readonly connection: pulumi.Output<Connection>;
  declare readonly resourceId: pulumi.Output<string>;
  declare readonly members: pulumi.Output<string[]>;
  declare readonly meta: pulumi.Output<
    Record<string, AttributeValue> | undefined
  >;
  declare readonly standby: pulumi.Output<"hot" | undefined>;
  declare readonly listeningPorts: pulumi.Output<number[] | undefined>;
  declare readonly adopt: pulumi.Output<"update" | undefined>;
  declare readonly rollback: pulumi.Output<boolean | undefined>;
  declare readonly verify: pulumi.Output<Verify | undefined>;
  declare readonly strandedMail: pulumi.Output<"leave" | undefined>;
  /** The node that runs the members, hot: that holds the addresses. Undefined while an operator has them disabled. */
  declare readonly activeNode: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: ResourceGroupArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const inputs: ResourceGroupArgs = {
      ...args,
      connection: connectionInput(args.connection, name),
      resourceId: args.resourceId ?? name,
    };
    super(
      "pulumi-nodejs:dynamic/pacemaker:ResourceGroup",
      name,
      {
        ...inputs,
        activeNode: undefined,
        __provider: providerText("resourceGroup"),
      },
      replacedInOrder(options),
    );
  }
}
