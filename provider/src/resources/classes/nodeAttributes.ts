import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";
import type { SettingsArgs } from "./clusterProperties";
import { resourceClass, type CommonOutputs } from "./resource";

export interface NodeAttributesArgs extends SettingsArgs {
  /** The node's name in the cluster. A change brings back what the node had before, and sets the other one's. */
  node: pulumi.Input<string>;
  /**
   * Its attributes, which rules of constraints ask for (`pcs node attribute`). What is not named is left alone; what is taken out, or
   * deleted, gets back the value that it had before, or none. Default: none.
   */
  attributes?: pulumi.Input<
    Record<string, pulumi.Input<AttributeValue>> | undefined
  >;
  /** What it has for resources, such as { memory: 4096 } (`pcs node utilization`). As above. Default: none. */
  utilization?: pulumi.Input<Record<string, pulumi.Input<number>> | undefined>;
  /**
   * Whether it runs no resources (`pcs node standby`, `pcs node unstandby`). What runs there moves first, and is waited for. Default:
   * that is the operator's to say, and left alone.
   */
  standby?: pulumi.Input<boolean | undefined>;
  /**
   * Whether Pacemaker lets go of what runs there (`pcs node maintenance`, `pcs node unmaintenance`). Default: that is the operator's
   * to say, and left alone.
   */
  maintenance?: pulumi.Input<boolean | undefined>;
}

/** What they show besides their inputs. */
export interface NodeAttributesOutputs {
  /** What stood there before; a name that is missing here was not set. */
  before: {
    attributes: Record<string, string>;
    utilization: Record<string, string>;
  };
}

/**
 * Attributes of a node of the cluster, what it has for resources, and whether it is in standby or in maintenance. Preview says what
 * the cluster will do.
 *
 * @example
 * new NodeAttributes("node-01", { node: "node-01", attributes: { rack: "a" }, utilization: { memory: 4096 } });
 */
export class NodeAttributes extends resourceClass<
  NodeAttributesArgs,
  CommonOutputs & NodeAttributesOutputs
>({
  type: "NodeAttributes",
  outputs: { before: null },
}) {}
