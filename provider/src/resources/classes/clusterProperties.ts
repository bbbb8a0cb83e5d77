import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";
import type { ConnectionArgs } from "./connection";
import { resourceClass, type CommonOutputs } from "./resource";

/** What all take that are settings of the cluster, and no resources of it. */
export interface SettingsArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** What messages call it. Default: the Pulumi name. A change replaces it, old one first. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of values that somebody else has set otherwise. Default: they are refused, each named. "update": they are
   * changed, and brought back by a delete.
   */
  adopt?: pulumi.Input<"update" | undefined>;
}

export interface ClusterPropertiesArgs extends SettingsArgs {
  /**
   * By name: the values (`pcs property set`). What is not named here is left alone. A name that is taken out, or whose resource
   * is deleted, gets back the value that it had before, or none where it had none.
   *
   * @example
   * properties: { "no-quorum-policy": "freeze", "cluster-recheck-interval": "5min" }
   */
  properties: pulumi.Input<Record<string, pulumi.Input<AttributeValue>>>;
}

/** What settings show besides their inputs. */
export interface SettingsOutputs {
  /** The values that stood there before; a name that is missing here was not set. */
  before: Record<string, string>;
}

/**
 * Properties of the cluster (`pcs property`). What Pacemaker on the nodes does not know is refused in preview, which also says
 * what the cluster will do. Only one resource of a program may declare a name. Where `stonith-enabled` is to be true on a cluster
 * without fencing, let it depend on the `StonithDevice`.
 *
 * @example
 * new ClusterProperties("properties", { properties: { "no-quorum-policy": "freeze" } });
 */
export class ClusterProperties extends resourceClass<
  ClusterPropertiesArgs,
  CommonOutputs & SettingsOutputs
>({
  type: "ClusterProperties",
  outputs: { before: null },
}) {}
