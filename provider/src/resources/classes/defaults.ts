import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";
import type { SettingsArgs } from "./clusterProperties";
import { resourceClass, type CommonOutputs } from "./resource";

export interface DefaultsArgs extends Omit<
  SettingsArgs,
  "resourceId" | "adopt"
> {
  /** The id of the set in the cluster's configuration. Default: the Pulumi name. A change replaces the set. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of a set that exists under this id and was not made by the program. Default: it is taken over untouched where
   * it is the same, and refused, with each difference named, where it is not. "update": it is taken over and changed.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /** By name: the values. A value in the set that is not named here is left alone. */
  values: pulumi.Input<Record<string, pulumi.Input<AttributeValue>>>;
  /**
   * When they hold, in pcs's own rule language. Default: always.
   *
   * @example
   * rule: "resource ocf:heartbeat:IPaddr2 and date-spec hours=8-17 weekdays=1-5"
   */
  rule?: pulumi.Input<string | undefined>;
  /** Of sets that name the same value, the one with the higher score counts: a whole number or "INFINITY". Default: 0. */
  score?: pulumi.Input<number | string | undefined>;
}

/** What they show besides their inputs. */
export interface DefaultsOutputs {
  /** The rule as pcs spells it. */
  spelledRule: string | undefined;
}

/**
 * A set of defaults for the meta attributes of all resources, or of those that its rule names (`pcs resource defaults set`).
 * Sets that others have made are left alone. Preview says what a change will make the cluster do.
 *
 * @example
 * new ResourceDefaults("stay", { values: { "resource-stickiness": 100, "migration-threshold": 3 } });
 */
export class ResourceDefaults extends resourceClass<
  DefaultsArgs,
  CommonOutputs & DefaultsOutputs
>({
  type: "ResourceDefaults",
  outputs: { spelledRule: null },
}) {}

/**
 * A set of defaults for the operations of all resources, or for those that its rule names (`pcs resource op defaults set`).
 *
 * @example
 * new OperationDefaults("patience", { values: { timeout: "60s" }, rule: "op monitor" });
 */
export class OperationDefaults extends resourceClass<
  DefaultsArgs,
  CommonOutputs & DefaultsOutputs
>({
  type: "OperationDefaults",
  outputs: { spelledRule: null },
}) {}
