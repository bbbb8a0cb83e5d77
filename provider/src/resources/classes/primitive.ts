import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue, ResourceArgs } from "./args";
import { resourceClass, type CommonOutputs } from "./resource";

/** Names and values. */
type Attributes = Record<string, pulumi.Input<AttributeValue>>;

export interface PrimitiveArgs extends Omit<ResourceArgs, "verify"> {
  /**
   * What runs it, as pcs spells it: "ocf:heartbeat:Filesystem", "systemd:nginx", "lsb:nginx", "service:nginx". It must be
   * installed wherever the resource may run. A change replaces the resource, old one first.
   */
  agent: pulumi.Input<string>;
  /**
   * The agent's parameters (`pcs resource describe AGENT` shows them). A change restarts the resource and every later member of
   * its group, but for a parameter that the agent declares reloadable: preview says which it is. What is a secret in the program
   * is encrypted in the state; whoever may read the cluster's configuration reads it there. Default: none.
   */
  options?: pulumi.Input<Attributes | undefined>;
  /**
   * By operation, such as `monitor`: its attributes, such as `interval`, `timeout` and `on-fail`. What is not named is the
   * agent's own when it is created, and left as it is afterwards. A change restarts nothing.
   *
   * @example
   * operations: { monitor: { interval: "20s", timeout: "40s" }, stop: { timeout: "60s" } }
   */
  operations?: pulumi.Input<
    Record<string, pulumi.Input<Attributes>> | undefined
  >;
  /** What it takes of a node's capacity, such as { memory: 2048 }. Default: none. */
  utilization?: pulumi.Input<Attributes | undefined>;
  /** The id of the group that will start it. Until then it stands in the configuration, stopped. Default: none. */
  group?: pulumi.Input<string | undefined>;
}

/** What it shows besides its inputs. */
export interface PrimitiveOutputs {
  /** The node that runs it. Undefined for a member of a group: see the group's. */
  activeNode: string | undefined;
}

/**
 * Any resource of the cluster, by whatever agent (`pcs resource create`). For an address and for a systemd service there are
 * `FloatingIp` and `SystemdResource`, which know more: the latter stops and disables the unit on the nodes, which this does not.
 *
 * @example
 * new Primitive("spool", {
 *   agent: "ocf:heartbeat:Filesystem",
 *   options: { device: "/dev/drbd0", directory: "/var/spool/postfix", fstype: "ext4" },
 *   operations: { monitor: { interval: "20s", timeout: "40s" } },
 *   group: "mail",
 * });
 */
export class Primitive extends resourceClass<
  PrimitiveArgs,
  CommonOutputs & PrimitiveOutputs
>({
  type: "Primitive",
  outputs: { activeNode: null },
}) {}
