import { isIPv6 } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { whyDeclaredNotHot } from "../postfix/hotStandby";
import {
  connectionInput,
  type ConnectionArgs,
} from "../resources/classes/connection";
import type { VerifyArgs } from "../resources/classes/args";
import type { Queue } from "../resources/classes/args";
import { FloatingIp } from "../resources/classes/floatingIp";
import {
  PostfixConfiguration,
  type PostfixArgs,
} from "../resources/classes/postfixConfiguration";
import { ResourceGroup } from "../resources/classes/resourceGroup";
import {
  SystemdResource,
  type SystemdResourceArgs,
} from "../resources/classes/systemdResource";
import type { StandbyKind, TimeoutsArgs } from "../resources/classes/args";

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
  /**
   * What shall be the same in Postfix's configuration on every node; see `PostfixArgs`. It is in place before Postfix starts.
   * Default: the configuration is the nodes' own affair.
   */
  postfix?: PostfixArgs | undefined;
  /**
   * Further members of the group, such as a second address or a milter: their ids, best the resources' own `resourceId`
   * outputs, made with `group` set to `NAME-stack`. They start in this order, after Postfix, or before it (and after the
   * address) where they say so. `listeningPorts` must be listened on at each address among them. Default: none.
   *
   * @example
   * members: [{ id: second.resourceId, place: "before" }, milter.resourceId]
   */
  members?: pulumi.Input<pulumi.Input<SmtpStackMember>[] | undefined>;
  /**
   * What the ids in the cluster begin with. Default: the Pulumi name. To give a stack that is there another Pulumi name,
   * keep its ids: `new SmtpStack("mail", { idPrefix: "smtp", ... }, { aliases: [{ name: "smtp" }] })`. Without both, it
   * is another stack, and is refused as long as the old one holds the address. A change replaces all three resources.
   */
  idPrefix?: pulumi.Input<string | undefined>;
  /**
   * "cold": Postfix runs on the node that holds the address, and nowhere else. "hot": Postfix runs on every node, as the clone
   * `NAME_service-clone`, and only the address moves, to where Postfix is healthy: a planned failover takes a part of a second,
   * and each node goes on delivering its own queue. Needs inet_interfaces = all. A change stops nothing that serves.
   * docs/postfix.md compares the two. Default "cold".
   */
  standby?: pulumi.Input<StandbyKind | undefined>;
  /**
   * How long Postfix may take, such as { start: "10s", stop: "10s" }. Before Pacemaker 3.0.1, shorter ones make a cold
   * failover shorter; a stop that takes longer than its own has failed, and the node is fenced. Default: the agent's own, 100 s.
   */
  timeouts?: pulumi.Input<TimeoutsArgs | undefined>;
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
  /**
   * The TCP ports that must be listened on at each address of the stack once it has started, such as [25, 465, 587].
   * Default [25].
   */
  listeningPorts?: pulumi.Input<pulumi.Input<number>[] | undefined>;
  /**
   * An SMTP dialogue with the address, after every change that touched the stack and in a refresh: what it must show. {}:
   * that it greets and answers EHLO. Default: nobody talks with it.
   *
   * @example
   * verify: { banner: "mail.example.org", certificate: { name: "mail.example.org", days: 14 } }
   */
  verify?: pulumi.Input<VerifyArgs | undefined>;
  /**
   * What becomes of mail in the nodes' queues when the stack is destroyed, or gets another unit: that is refused as long as a
   * message lies in any of them, also a deferred one, unless it is "leave": then it stays in the queue there. It takes effect
   * for a destroy once an update has brought it into the state. Default: refused.
   */
  strandedMail?: pulumi.Input<"leave" | undefined>;
  /**
   * Whether preview and a refresh compare Postfix on all nodes, and tell each difference by parameter, service or file: what
   * main.cf and master.cf say, the sources of maps, certificates, the version. For a Postfix that the program does not set up
   * by `postfix`. Default false.
   */
  verifySync?: pulumi.Input<boolean | undefined>;
}

/** A further member of the stack's group. A plain id is one that starts after Postfix. */
export type SmtpStackMember =
  | string
  | {
      id: pulumi.Input<string>;
      /** Whether it starts before Postfix or after it. Default "after". */
      place?: pulumi.Input<"before" | "after" | undefined>;
    };

const smtpPort = 25;

/**
 * Postfix behind a floating address: `NAME_ip`, `NAME_service` and the group `NAME-stack`, under these ids in the cluster
 * too unless `idPrefix` says otherwise.
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
  /**
   * The mail queue on each node that could be asked, as the last change or refresh found it; a stopped Postfix's is read too.
   * A node that is down is missing.
   */
  readonly queues: pulumi.Output<Record<string, Queue> | undefined>;
  readonly floatingIp: FloatingIp;
  readonly service: SystemdResource;
  readonly group: ResourceGroup;
  /** Where `postfix` is given. */
  readonly configuration: PostfixConfiguration | undefined;

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
    const prefix: pulumi.Input<string> =
      args.idPrefix === undefined
        ? name
        : pulumi.output(args.idPrefix).apply((given) => given ?? name);
    const idOf = (part: string): pulumi.Input<string> =>
      typeof prefix === "string"
        ? `${prefix}${part}`
        : pulumi.interpolate`${prefix}${part}`;
    const groupId = idOf("-stack");
    const common = {
      connection,
      group: groupId,
      monitorInterval: args.monitorInterval,
      adopt: args.adopt,
      rollback: args.rollback,
      verify: args.verify,
    };
    const { strandedMail } = args;

    this.floatingIp = new FloatingIp(
      `${name}_ip`,
      {
        ...common,
        resourceId: idOf("_ip"),
        ip: args.ip,
        cidrNetmask: args.cidrNetmask,
        nic: args.nic,
      },
      parent,
    );
    this.configuration =
      args.postfix &&
      new PostfixConfiguration(
        `${name}_postfix`,
        {
          ...args.postfix,
          main: mainFor(name, args),
          connection,
          resourceId: idOf("_postfix"),
          service: idOf("_service"),
          address: idOf("_ip"),
          unit: args.unit,
        },
        parent,
      );
    this.service = new SystemdResource(
      `${name}_service`,
      {
        ...common,
        resourceId: idOf("_service"),
        unit: args.unit ?? "postfix",
        followWrapper: args.unit === undefined,
        timeouts: args.timeouts,
        standby: args.standby,
        ...hotService(args),
        strandedMail,
        verifySync: args.verifySync,
      },
      {
        ...parent,
        ...(this.configuration ? { dependsOn: [this.configuration] } : {}),
      },
    );
    this.group = new ResourceGroup(
      `${name}-stack`,
      {
        connection,
        resourceId: groupId,
        members: inOrder(
          name,
          this.floatingIp.resourceId,
          this.service.resourceId,
          args.members,
          args.standby,
        ),
        standby: args.standby,
        listeningPorts: portsOf(args.listeningPorts),
        adopt: args.adopt,
        rollback: args.rollback,
        verify: args.verify,
        strandedMail,
      },
      parent,
    );

    this.ip = this.floatingIp.ip;
    this.cidrNetmask = this.floatingIp.cidrNetmask as pulumi.Output<number>;
    this.nic = this.floatingIp.nic;
    this.unit = this.service.unit;
    this.monitorInterval = this.service.monitorInterval;
    this.activeNode = this.group.activeNode;
    this.queues = this.service.queues;
    this.address = pulumi.interpolate`${args.ip}/${args.cidrNetmask}`;
    this.endpoint = pulumi
      .output(args.ip)
      .apply((ip) => `${isIPv6(ip) ? `[${ip}]` : ip}:${smtpPort}`);
    this.registerOutputs({
      activeNode: this.activeNode,
      address: this.address,
      endpoint: this.endpoint,
      queues: this.queues,
    });
  }
}

/**
 * What only a Postfix that stands by hot is given. Once it has failed on a node, the address leaves that node at once, and
 * Postfix is tried there again a minute later; else it would be started again there first, with the address waiting for it.
 */
const hotMeta = { "migration-threshold": 1, "failure-timeout": "60s" };

function hotService({ standby, ip }: SmtpStackArgs): {
  meta?: SystemdResourceArgs["meta"];
  addresses?: SystemdResourceArgs["addresses"];
} {
  if (standby === undefined || standby === "cold") return {};
  const whenHot = <Value>(value: pulumi.Input<Value>) =>
    pulumi
      .all([standby, value])
      .apply(([kind, given]) => (kind === "hot" ? given : undefined));
  return {
    meta: whenHot(hotMeta) as SystemdResourceArgs["meta"],
    addresses: whenHot(
      pulumi.output(ip).apply((one) => [one]),
    ) as SystemdResourceArgs["addresses"],
  };
}

/** The parameters that are declared. What of them, or of master.cf, forbids standing by hot is known before any node is asked. */
function mainFor(
  name: string,
  { postfix, standby, ip }: SmtpStackArgs,
): NonNullable<SmtpStackArgs["postfix"]>["main"] {
  if (standby === undefined || standby === "cold") return postfix?.main;
  const { main, master } = postfix ?? {};
  return pulumi
    .all([standby, ip, pulumi.output(main), pulumi.output(master)])
    .apply(([kind, address, parameters, services]) => {
      const reasons =
        kind === "hot"
          ? whyDeclaredNotHot(parameters ?? {}, services ?? {}, address)
          : [];
      if (reasons.length > 0)
        throw new pulumi.RunError(
          `${name}: postfix: Postfix cannot stand by hot: ${reasons.join("; ")}. Or set standby to "cold".`,
        );
      return parameters;
    });
}

function portsOf(
  given: SmtpStackArgs["listeningPorts"],
): pulumi.Input<number[]> {
  if (given === undefined) return [smtpPort];
  return pulumi.output(given).apply((ports) => ports ?? [smtpPort]);
}

/** The members' ids in the order in which they start. */
function inOrder(
  name: string,
  address: pulumi.Output<string>,
  service: pulumi.Output<string>,
  further: SmtpStackArgs["members"],
  standby: SmtpStackArgs["standby"],
): pulumi.Input<pulumi.Input<string>[]> {
  if (further === undefined) return [address, service];
  const all = pulumi.all([address, service, further, standby]);
  return all.apply(([ip, unit, given, kind]) => {
    const members = (given ?? []).map((member) =>
      typeof member === "string" ? { id: member, place: undefined } : member,
    );
    const wrong = members.find(
      ({ place }) => ![undefined, "before", "after"].includes(place),
    );
    if (wrong)
      throw new pulumi.RunError(
        `${name}: members: the place of ${wrong.id} is ${JSON.stringify(wrong.place)}, but must be "before" or "after", or left out.`,
      );
    const after = members.find(({ place }) => place !== "before");
    if (kind === "hot" && after)
      throw new pulumi.RunError(
        `${name}: members: ${after.id} would start after Postfix, and with standby "hot" Postfix runs on every node, which ` +
          `${after.id} does not. Further addresses can be there, with place "before"; for anything else set standby to "cold".`,
      );
    const placed = (before: boolean): string[] =>
      members
        .filter(({ place }) => (place === "before") === before)
        .map(({ id }) => id);
    return [ip, ...placed(true), unit, ...placed(false)];
  });
}
