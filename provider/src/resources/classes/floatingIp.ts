import type * as pulumi from "@pulumi/pulumi";
import { place, withoutPlacement, type PlacementArgs } from "./placement";
import { resourceClass, type MemberOutputs } from "./resource";
import type { AttributeValue, MemberArgs } from "./args";

export interface FloatingIpArgs extends MemberArgs, PlacementArgs {
  /** The address, IPv4 or IPv6, without a prefix. A change restarts it and every later member of its group. */
  ip: pulumi.Input<string>;
  /** The length of the network prefix, in bits. Default: that of the node's route to the address. */
  cidrNetmask?: pulumi.Input<number | undefined>;
  /** The interface that carries the address. Default: the one of the node's route to the address. */
  nic?: pulumi.Input<string | undefined>;
  /** Further parameters of the agent ocf:heartbeat:IPaddr2, such as `arp_count`. */
  options?: pulumi.Input<
    Record<string, pulumi.Input<AttributeValue>> | undefined
  >;
}

/** What it shows besides its inputs. */
export interface FloatingIpOutputs {
  /** The node that holds the address. Undefined for a member of a group: see the group's. */
  activeNode: string | undefined;
}

/**
 * An IP address that Pacemaker keeps up on one node of the cluster (agent ocf:heartbeat:IPaddr2).
 *
 * @example
 * new FloatingIp("web_ip", { ip: "192.0.2.80", cidrNetmask: 24, group: "web" });
 */
export class FloatingIp extends resourceClass<
  FloatingIpArgs,
  MemberOutputs & FloatingIpOutputs
>({
  type: "FloatingIp",
  waits: true,
  prepare: withoutPlacement,
  beside: place,
  outputs: { activeNode: null },
  exclusive: ({ ip }) => ip,
}) {}
