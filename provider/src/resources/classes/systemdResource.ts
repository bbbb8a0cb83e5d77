import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../connection";
import { providerText } from "../shim";
import { replacedInOrder } from "./options";
import { programInput } from "./program";
import type {
  AttributeValue,
  MemberArgs,
  Queue,
  StandbyKind,
  Timeouts,
  Verify,
} from "./args";
import { connectionInput } from "./connection";

export interface SystemdResourceArgs extends MemberArgs {
  /** The systemd service, such as "postfix" or "postfix@-". It must exist on every node. */
  unit: pulumi.Input<string>;
  /**
   * Whether to register the one instance that an empty wrapper unit stands for, where `unit` is one: on Debian 12,
   * `postfix.service` stays active when the master has died, and `postfix@-.service` is the real one. Default false.
   */
  followWrapper?: pulumi.Input<boolean | undefined>;
  /**
   * "hot": its group, with the same `standby`, has it run on every node, as the clone `ID-clone`, and only the addresses
   * move. Default "cold": it runs where the group does.
   */
  standby?: pulumi.Input<StandbyKind | undefined>;
  /**
   * The addresses at which it must answer while it stands by hot, though another node holds them. Preview asks Postfix on
   * each node whether it can; of other services nothing is asked. Default: none.
   */
  addresses?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /**
   * What becomes of mail in the queues when the unit is Postfix's and goes, or makes room for another one: refused, unless it is "leave". It takes
   * effect for a delete once an update has brought it into the state. Default: refused.
   */
  strandedMail?: pulumi.Input<"leave" | undefined>;
  /**
   * Whether the nodes' Postfix are compared, in preview and in a refresh, where the unit is Postfix's: each difference is told.
   * Default false.
   */
  verifySync?: pulumi.Input<boolean | undefined>;
}

/**
 * A systemd service that Pacemaker starts, watches and moves.
 *
 * The unit is stopped and disabled on every node of `connection.hosts`, since Pacemaker alone must start it; on other
 * nodes of the cluster a warning says that it was not. Deleting the resource stops the service, and leaves the unit
 * stopped and disabled on every node: `systemctl enable --now UNIT` gives a node its own service back.
 *
 * @example
 * new SystemdResource("web_service", { unit: "nginx", group: "web" });
 */
export class SystemdResource extends pulumi.CustomResource {
  declare readonly connection: pulumi.Output<Connection>;
  declare readonly resourceId: pulumi.Output<string>;
  declare readonly unit: pulumi.Output<string>;
  declare readonly followWrapper: pulumi.Output<boolean | undefined>;
  declare readonly standby: pulumi.Output<"hot" | undefined>;
  declare readonly addresses: pulumi.Output<string[] | undefined>;
  declare readonly monitorInterval: pulumi.Output<string>;
  declare readonly timeouts: pulumi.Output<Timeouts | undefined>;
  declare readonly meta: pulumi.Output<
    Record<string, AttributeValue> | undefined
  >;
  declare readonly group: pulumi.Output<string | undefined>;
  declare readonly adopt: pulumi.Output<"update" | undefined>;
  declare readonly rollback: pulumi.Output<boolean | undefined>;
  declare readonly verify: pulumi.Output<Verify | undefined>;
  /** The unit that Pacemaker runs: `unit`, or the instance behind it. */
  declare readonly registeredUnit: pulumi.Output<string>;
  /** The nodes that were offline, where the unit is still to be stopped and disabled: the next update does it. */
  declare readonly pendingNodes: pulumi.Output<string[] | undefined>;
  declare readonly strandedMail: pulumi.Output<"leave" | undefined>;
  declare readonly verifySync: pulumi.Output<boolean | undefined>;
  /**
   * Of a unit of Postfix: the mail queue on each node that could be asked, as the last change or refresh found it, also where
   * Postfix does not run.
   */
  declare readonly queues: pulumi.Output<Record<string, Queue> | undefined>;
  /** The node that runs the service. Undefined for a member of a group: see the group's. */
  declare readonly activeNode: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: SystemdResourceArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const inputs: SystemdResourceArgs = {
      ...args,
      connection: connectionInput(args.connection, name),
      resourceId: args.resourceId ?? name,
    };
    super(
      "pulumi-nodejs:dynamic/pacemaker:SystemdResource",
      name,
      {
        ...inputs,
        activeNode: undefined,
        __program: programInput(args.resourceId ?? name, args.unit),
        registeredUnit: undefined,
        pendingNodes: undefined,
        queues: undefined,
        __provider: providerText("systemdResource"),
      },
      replacedInOrder(options),
    );
  }
}
