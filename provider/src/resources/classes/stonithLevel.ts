import type * as pulumi from "@pulumi/pulumi";
import type { SettingsArgs } from "./clusterProperties";
import { resourceClass, type CommonOutputs } from "./resource";

export interface StonithLevelArgs extends Omit<
  SettingsArgs,
  "resourceId" | "adopt"
> {
  /** The id of a new level in the cluster's configuration. Default: the Pulumi name. A change replaces the level. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of a level of the same node and number that was not made by the program. Default: it is taken over where it has the
   * same devices, and refused where it has others. "update": it is taken over and changed.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /** The node that is fenced so. One of `node`, `pattern` and `attribute` is needed. */
  node?: pulumi.Input<string | undefined>;
  /** A regular expression for the names of nodes. */
  pattern?: pulumi.Input<string | undefined>;
  /** Nodes whose attribute of that name has that value. */
  attribute?: pulumi.Input<
    { name: pulumi.Input<string>; value: pulumi.Input<string> } | undefined
  >;
  /** 1 to 9: levels are tried in this order, until one succeeds. */
  level: pulumi.Input<number>;
  /** The ids of the devices, all of which must succeed, in this order: give the devices' own `resourceId` outputs. */
  devices: pulumi.Input<pulumi.Input<string>[]>;
}

/**
 * A level of the fencing topology (`pcs stonith level add`): what is tried first, and what where that fails.
 *
 * @example
 * new StonithLevel("first", { node: "node-01", level: 1, devices: [ipmi.resourceId] });
 * new StonithLevel("second", { node: "node-01", level: 2, devices: [power.resourceId] });
 */
export class StonithLevel extends resourceClass<
  StonithLevelArgs,
  CommonOutputs
>({
  type: "StonithLevel",
  outputs: {},
}) {}
