import * as pulumi from "@pulumi/pulumi";
import type { AttributeValue, ResourceArgs } from "./args";
import { resourceClass, type CommonOutputs } from "./resource";

type Attributes = Record<string, pulumi.Input<AttributeValue>>;

export interface StonithDeviceArgs extends Omit<ResourceArgs, "verify"> {
  /**
   * The fence agent, such as "fence_ipmilan" (`pcs stonith list` shows what is installed). A change replaces the device, old one
   * first.
   */
  agent: pulumi.Input<string>;
  /**
   * The agent's parameters, and Pacemaker's own for devices, such as `pcmk_delay_base` (`pcs stonith describe AGENT`). What is named
   * like a password is marked as a secret: it is encrypted in the state and shown nowhere, but whoever may read the cluster's
   * configuration reads it there. Default: none.
   */
  options?: pulumi.Input<Attributes | undefined>;
  /**
   * The nodes that it can fence: a list of their names (`pcmk_host_list`), or by node the plug that the device knows it by
   * (`pcmk_host_map`). Default: the device is asked, or fences every node, by its agent.
   *
   * @example
   * hosts: { "node-01": 1, "node-02": 2 }
   */
  hosts?: pulumi.Input<
    | pulumi.Input<string>[]
    | Record<string, pulumi.Input<string | number>>
    | undefined
  >;
  /** As of a `Primitive`. */
  operations?: pulumi.Input<
    Record<string, pulumi.Input<Attributes>> | undefined
  >;
}

/** What it shows besides its inputs. */
export interface StonithDeviceOutputs {
  /** The node that watches it. Every node may use it. */
  activeNode: string | undefined;
}

/**
 * A fencing device (`pcs stonith create`). Options that the agent does not take are refused in preview, by its own description on the
 * nodes. It waits until a node watches the device: a device that does not answer fails the update.
 *
 * @example
 * const power = new StonithDevice("power", {
 *   agent: "fence_apc_snmp",
 *   options: { ip: "192.0.2.9", password: config.requireSecret("apc") },
 *   hosts: { "node-01": 1, "node-02": 2 },
 * });
 * new ClusterProperties("fencing", { properties: { "stonith-enabled": true } }, { dependsOn: power });
 */
export class StonithDevice extends resourceClass<
  StonithDeviceArgs,
  CommonOutputs & StonithDeviceOutputs
>({
  type: "StonithDevice",
  outputs: { activeNode: null },
  prepare: (args) =>
    args.options === undefined
      ? args
      : { ...args, options: withSecrets(args.options) },
}) {}

const secretNames = /pass|secret|token|private|community/i;

function withSecrets(
  options: NonNullable<StonithDeviceArgs["options"]>,
): NonNullable<StonithDeviceArgs["options"]> {
  // Inside an Output they cannot be told apart: all of it is marked then.
  if (pulumi.Output.isInstance(options) || options instanceof Promise)
    return pulumi.secret(options);
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      secretNames.test(name) ? pulumi.secret(value) : value,
    ]),
  );
}
