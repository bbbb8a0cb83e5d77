import { isIPv6 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import {
  connectionInput,
  type ConnectionArgs,
} from "../resources/classes/connection";
import { FloatingIp } from "../resources/classes/floatingIp";
import { ResourceGroup } from "../resources/classes/resourceGroup";
import { SystemdResource } from "../resources/classes/systemdResource";

export interface SmtpStackArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** The address at which the mail service answers, IPv4 or IPv6, without a prefix. */
  ip: pulumi.Input<string>;
  /** The length of the address's network prefix, in bits. */
  cidrNetmask: pulumi.Input<number>;
  /** The interface that carries the address. Default: the one of the node's route to the address. */
  nic?: pulumi.Input<string | undefined>;
  /** The systemd service. Default: the real Postfix unit, found out on the nodes. */
  unit?: pulumi.Input<string> | undefined;
  /** How often Pacemaker looks after the address and the service. Default "30s". */
  monitorInterval?: pulumi.Input<string | undefined>;
  /**
   * What becomes of resources that exist under these ids and were not made by the program. Default: they are taken over
   * untouched where they are the same, and refused, with each difference named, where not. "update": they are taken over
   * and changed to what is declared.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /**
   * Whether to undo a change whose outcome was not reached: what was declared before is brought about again, or a new
   * group removed. What others changed meanwhile stays. Default false.
   */
  rollback?: pulumi.Input<boolean | undefined>;
}

const smtpPort = 25;

/**
 * Postfix behind a floating address: `NAME_ip`, `NAME_service` and the group `NAME-stack`.
 *
 * The address comes up before Postfix starts, and drops only after it has stopped. Postfix's unit is stopped and disabled
 * on every node, since Pacemaker starts it. After creation both run on one node, the address is on it, and something
 * listens on port 25 there, or the update fails and says what was found.
 *
 * @example
 * new SmtpStack("smtp", { connection, ip: "192.0.2.25", cidrNetmask: 24 });
 */
export class SmtpStack extends pulumi.ComponentResource {
  readonly ip: pulumi.Output<string>;
  readonly cidrNetmask: pulumi.Output<number>;
  readonly nic: pulumi.Output<string | undefined>;
  readonly unit: pulumi.Output<string>;
  readonly monitorInterval: pulumi.Output<string>;
  /** The node that runs Postfix. */
  readonly activeNode: pulumi.Output<string | undefined>;
  /** The address with its prefix, such as "192.0.2.25/24". */
  readonly address: pulumi.Output<string>;
  /** Where mail is taken, such as "192.0.2.25:25". */
  readonly endpoint: pulumi.Output<string>;
  readonly floatingIp: FloatingIp;
  readonly service: SystemdResource;
  readonly group: ResourceGroup;

  constructor(
    name: string,
    args: SmtpStackArgs,
    options?: pulumi.ComponentResourceOptions,
  ) {
    // JavaScript does not check it, and an address without a prefix would be one with the prefix "undefined".
    if (args.cidrNetmask === undefined)
      throw new pulumi.RunError(
        `${name}: cidrNetmask is missing: it must be the length of the address's network prefix in bits, such as 24.`,
      );
    // Without the arguments: they would stand in the state a second time.
    super("pacemaker:index:SmtpStack", name, {}, options);
    const parent = { parent: this };
    const connection = connectionInput(args.connection, name);
    const groupId = `${name}-stack`;
    const common = {
      connection,
      group: groupId,
      monitorInterval: args.monitorInterval,
      adopt: args.adopt,
      rollback: args.rollback,
    };

    this.floatingIp = new FloatingIp(
      `${name}_ip`,
      {
        ...common,
        ip: args.ip,
        cidrNetmask: args.cidrNetmask,
        nic: args.nic,
      },
      parent,
    );
    this.service = new SystemdResource(
      `${name}_service`,
      {
        ...common,
        unit: args.unit ?? "postfix",
        followWrapper: args.unit === undefined,
      },
      parent,
    );
    this.group = new ResourceGroup(
      groupId,
      {
        connection,
        members: [this.floatingIp.resourceId, this.service.resourceId],
        listeningPorts: [smtpPort],
        adopt: args.adopt,
        rollback: args.rollback,
      },
      parent,
    );

    this.ip = this.floatingIp.ip;
    this.cidrNetmask = this.floatingIp.cidrNetmask as pulumi.Output<number>;
    this.nic = this.floatingIp.nic;
    this.unit = this.service.unit;
    this.monitorInterval = this.service.monitorInterval;
    this.activeNode = this.group.activeNode;
    this.address = pulumi.interpolate`${args.ip}/${args.cidrNetmask}`;
    this.endpoint = pulumi
      .output(args.ip)
      .apply((ip) => `${isIPv6(ip) ? `[${ip}]` : ip}:${smtpPort}`);
    this.registerOutputs({
      activeNode: this.activeNode,
      address: this.address,
      endpoint: this.endpoint,
    });
  }
}
