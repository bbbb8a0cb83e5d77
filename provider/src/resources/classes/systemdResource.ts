import type * as pulumi from "@pulumi/pulumi";
import { place, withoutPlacement, type PlacementArgs } from "./placement";
import { resourceClass, type MemberOutputs } from "./resource";
import type { MemberArgs, Queue, StandbyKind } from "./args";

export interface SystemdResourceArgs extends MemberArgs, PlacementArgs {
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

/** What it shows besides its inputs. */
export interface SystemdResourceOutputs {
  standby: "hot" | undefined;
  /** The unit that Pacemaker runs: `unit`, or the instance behind it. */
  registeredUnit: string;
  /** The nodes that were offline, where the unit is still to be stopped and disabled: the next update does it. */
  pendingNodes: string[] | undefined;
  /**
   * Of a unit of Postfix: the mail queue on each node that could be asked, as the last change or refresh found it, also where
   * Postfix does not run.
   */
  queues: Record<string, Queue> | undefined;
  /** The node that runs the service. Undefined for a member of a group: see the group's. */
  activeNode: string | undefined;
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
export class SystemdResource extends resourceClass<
  SystemdResourceArgs,
  MemberOutputs & SystemdResourceOutputs
>({
  type: "SystemdResource",
  waits: true,
  prepare: withoutPlacement,
  beside: place,
  outputs: {
    registeredUnit: null,
    pendingNodes: null,
    queues: null,
    activeNode: null,
  },
  exclusive: ({ unit }) => unit,
}) {}
