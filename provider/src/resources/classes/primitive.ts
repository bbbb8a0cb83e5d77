import type * as pulumi from "@pulumi/pulumi";
import type { AgentOptions } from "./agentOptions";
import type { AttributeValue, ResourceArgs } from "./args";
import { place, withoutPlacement, type PlacementArgs } from "./placement";
import { resourceClass, type CommonOutputs } from "./resource";

/** Names and values. */
type Attributes = Record<string, pulumi.Input<AttributeValue>>;

/** Any agent, as pcs spells it; an editor proposes those whose options it knows. */
export type AgentName = keyof AgentOptions | (string & {});

/** What every agent of resource-agents takes, and none describes. */
interface Traced {
  /** Whether it writes a trace of each operation. */
  trace_ra?: pulumi.Input<AttributeValue>;
  /** Where to. */
  trace_file?: pulumi.Input<AttributeValue>;
}

/** The options of an agent: by name, where they are known; any, where the agent is another one or not known beforehand. */
export type OptionsOf<Agent extends AgentName> =
  Agent extends keyof AgentOptions ? AgentOptions[Agent] & Traced : Attributes;

export interface PrimitiveArgs<Agent extends AgentName = string>
  extends Omit<ResourceArgs, "verify">, PlacementArgs {
  /**
   * What runs it, as pcs spells it: "ocf:heartbeat:Filesystem", "systemd:nginx", "lsb:nginx", "service:nginx". It must be
   * installed wherever the resource may run. A change replaces the resource, old one first.
   */
  agent: pulumi.Input<Agent>;
  /**
   * The agent's parameters (`pcs resource describe AGENT` shows them). Of an agent that Debian 12 or 13 brings, an editor knows
   * their names; what is required, and what the nodes' own version takes, is asked in preview. A change restarts the resource and every later member of
   * its group, but for a parameter that the agent declares reloadable: preview says which it is. What is a secret in the program
   * is encrypted in the state; whoever may read the cluster's configuration reads it there. Default: none.
   */
  options?: pulumi.Input<OptionsOf<Agent> | undefined>;
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
export class Primitive<
  Agent extends AgentName = AgentName,
> extends resourceClass<PrimitiveArgs, CommonOutputs & PrimitiveOutputs>({
  type: "Primitive",
  waits: true,
  prepare: withoutPlacement,
  beside: place,
  outputs: { activeNode: null },
}) {
  constructor(
    name: string,
    args: PrimitiveArgs<Agent>,
    options?: pulumi.CustomResourceOptions,
  ) {
    super(name, args as PrimitiveArgs, options);
  }
}
