import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../connection";
import { providerText } from "../shim";
import { replacedInOrder } from "./options";
import { programInput } from "./program";
import type { AttributeValue, MemberArgs, Timeouts, Verify } from "./args";
import { connectionInput } from "./connection";

export interface FloatingIpArgs extends MemberArgs {
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

/**
 * An IP address that Pacemaker keeps up on one node of the cluster (agent ocf:heartbeat:IPaddr2).
 *
 * @example
 * new FloatingIp("web_ip", { ip: "192.0.2.80", cidrNetmask: 24, group: "web" });
 */
export class FloatingIp extends pulumi.CustomResource {
  declare readonly connection: pulumi.Output<Connection>;
  declare readonly resourceId: pulumi.Output<string>;
  declare readonly ip: pulumi.Output<string>;
  declare readonly cidrNetmask: pulumi.Output<number | undefined>;
  declare readonly nic: pulumi.Output<string | undefined>;
  declare readonly monitorInterval: pulumi.Output<string>;
  declare readonly timeouts: pulumi.Output<Timeouts | undefined>;
  declare readonly options: pulumi.Output<
    Record<string, AttributeValue> | undefined
  >;
  declare readonly meta: pulumi.Output<
    Record<string, AttributeValue> | undefined
  >;
  declare readonly group: pulumi.Output<string | undefined>;
  declare readonly adopt: pulumi.Output<"update" | undefined>;
  declare readonly rollback: pulumi.Output<boolean | undefined>;
  declare readonly verify: pulumi.Output<Verify | undefined>;
  /** The node that holds the address. Undefined for a member of a group: see the group's. */
  declare readonly activeNode: pulumi.Output<string | undefined>;

  constructor(
    name: string,
    args: FloatingIpArgs,
    options?: pulumi.CustomResourceOptions,
  ) {
    const inputs: FloatingIpArgs = {
      ...args,
      connection: connectionInput(args.connection, name),
      resourceId: args.resourceId ?? name,
    };
    super(
      "pulumi-nodejs:dynamic/pacemaker:FloatingIp",
      name,
      {
        ...inputs,
        activeNode: undefined,
        __program: programInput(args.resourceId ?? name, args.ip),
        __provider: providerText("floatingIp"),
      },
      replacedInOrder(options),
    );
  }
}
