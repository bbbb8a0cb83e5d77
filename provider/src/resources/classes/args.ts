import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connection";

/** What an instance or a meta attribute may be given as; Pacemaker keeps all as texts. */
export type AttributeValue = string | number | boolean;

/** How long a resource's operations may take, as a program gives it. */
export interface TimeoutsArgs {
  /** How long a start may take, such as "60s". Default: the agent's own. */
  start?: pulumi.Input<string | undefined>;
  /** How long a stop may take, such as "60s". Default: the agent's own. */
  stop?: pulumi.Input<string | undefined>;
  /** How long a look may take, such as "20s". Default: the agent's own. */
  monitor?: pulumi.Input<string | undefined>;
}

/** The same as outputs. */
export interface Timeouts {
  start?: string;
  stop?: string;
  monitor?: string;
}

/** How a service stands by for the node that serves: "cold", it does not run there; "hot", it runs. */
export type StandbyKind = "cold" | "hot";

/** What every resource takes. */
export interface ResourceArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** The id in the cluster's configuration. Default: the Pulumi name. A change replaces the resource. */
  resourceId?: pulumi.Input<string> | undefined;
  /** Meta attributes, such as `migration-threshold`. A change restarts nothing. */
  meta?: pulumi.Input<Record<string, pulumi.Input<AttributeValue>> | undefined>;
  /**
   * What becomes of an object that exists under this id and was not made by the program. Default: it is taken over
   * untouched where it is the same, and refused, with each difference named, where it is not. "update": it is taken over
   * and changed to what is declared; members of a group that are not declared stay in it.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /**
   * Whether to undo a change whose outcome was not reached, such as a start that fails: what was declared before is brought
   * about again, or a new resource removed. What others changed meanwhile stays. Default false.
   */
  rollback?: pulumi.Input<boolean | undefined>;
}

/** What every resource takes that may be a group's member. */
export interface MemberArgs extends ResourceArgs {
  /** How often Pacemaker looks whether it is up. Default "30s". A change restarts nothing. */
  monitorInterval?: pulumi.Input<string | undefined>;
  /** How long the operations may take, such as { start: "60s" }. Default: the agent's own. A change restarts nothing. */
  timeouts?: pulumi.Input<TimeoutsArgs | undefined>;
  /** The id of the group that will start it. Until then it stands in the configuration, stopped. Default: none. */
  group?: pulumi.Input<string | undefined>;
}
