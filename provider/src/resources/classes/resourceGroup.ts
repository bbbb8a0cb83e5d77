import type * as pulumi from "@pulumi/pulumi";
import { place, withoutPlacement, type PlacementArgs } from "./placement";
import { resourceClass, type CommonOutputs } from "./resource";
import type { ResourceArgs, StandbyKind } from "./args";

export interface ResourceGroupArgs extends ResourceArgs, PlacementArgs {
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

/** What it shows besides its inputs. */
export interface ResourceGroupOutputs {
  standby: "hot" | undefined;
  /** The node that runs the members, hot: that holds the addresses. Undefined while an operator has them disabled. */
  activeNode: string | undefined;
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
export class ResourceGroup extends resourceClass<
  ResourceGroupArgs,
  CommonOutputs & ResourceGroupOutputs
>({
  type: "ResourceGroup",
  waits: true,
  isGroup: true,
  prepare: withoutPlacement,
  beside: place,
  outputs: { activeNode: null },
}) {}
