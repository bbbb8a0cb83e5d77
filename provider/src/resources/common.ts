import type * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../connection";
import type { ConnectionArgs } from "./connectionInput";
import {
  adopt,
  connection,
  flag,
  id,
  interval,
  metaAttributes,
  timeouts,
  type AttributeValue,
} from "./inputs";
import type { Timeouts } from "../plan/primitive";

/** What every resource takes. */
export interface ResourceArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs>;
  /** The id in the cluster's configuration. Default: the Pulumi name. A change replaces the resource. */
  resourceId?: pulumi.Input<string>;
  /** Meta attributes, such as `migration-threshold`. A change restarts nothing. */
  meta?: pulumi.Input<Record<string, pulumi.Input<AttributeValue>>>;
  /**
   * What becomes of an object that exists under this id and was not made by the program. Default: it is taken over
   * untouched where it is the same, and refused, with each difference named, where it is not. "update": it is taken over
   * and changed to what is declared; members of a group that are not declared stay in it.
   */
  adopt?: pulumi.Input<"update">;
  /**
   * Whether to undo a change whose outcome was not reached, such as a start that fails: what was declared before is brought
   * about again, or a new resource removed. What others changed meanwhile stays. Default false.
   */
  rollback?: pulumi.Input<boolean>;
}

/** What every resource takes that may be a group's member. */
export interface MemberArgs extends ResourceArgs {
  /** How often Pacemaker looks whether it is up. Default "30s". A change restarts nothing. */
  monitorInterval?: pulumi.Input<string>;
  /** How long the operations may take, such as { start: "60s" }. Default: the agent's own. A change restarts nothing. */
  timeouts?: pulumi.Input<{
    [Operation in keyof Timeouts]: pulumi.Input<string>;
  }>;
  /** The id of the group that will start it. Until then it stands in the configuration, stopped. Default: none. */
  group?: pulumi.Input<string>;
}

/** The same as the handlers see them: plain, checked, with defaults. */
export interface ResourceInputs {
  connection: Connection;
  resourceId: string;
  meta?: Record<string, AttributeValue>;
  adopt?: "update";
  rollback?: boolean;
}

export interface MemberInputs extends ResourceInputs {
  monitorInterval: string;
  timeouts?: Timeouts;
  group?: string;
}

export const resourceSchema = {
  connection,
  resourceId: id,
  meta: metaAttributes.optional(),
  adopt: adopt.optional(),
  rollback: flag.optional(),
};

export const memberSchema = {
  ...resourceSchema,
  monitorInterval: interval,
  timeouts: timeouts.optional(),
  group: id.optional(),
};
