import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import {
  listensOn,
  parseAddresses,
  sameAddress,
  type NodeAddress,
} from "../../model/network";
import { memberOn, type Cluster, type Member } from "../nodes/members";
import { indent, warn } from "../report";

/** An address that must be on the node, with the length of its prefix where it is known. */
export interface ExpectedAddress {
  readonly resource: string;
  readonly ip: string;
  readonly cidrNetmask?: number;
}

const path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** How long a started service may take to listen, in seconds. */
const listenSeconds = 20;

/**
 * Looks on the node whether it carries the addresses.
 *
 * @throws PacemakerError (cluster) that says what was found where.
 */
export async function checkAddresses(
  cluster: Cluster,
  node: string,
  expected: readonly ExpectedAddress[],
): Promise<void> {
  if (expected.length === 0) return;
  const look = await lookAt(cluster, node, expected[0]!.resource);
  if (!look) return;
  const [wrong] = wrongAddresses(look.addresses, node, expected);
  if (wrong) throw wrong.error;
}

/**
 * Looks on the node whether something listens on the TCP ports, and gives a service that has just started some time.
 *
 * @throws PacemakerError (cluster) that says which port is closed where.
 */
export async function checkPorts(
  cluster: Cluster,
  resource: string,
  node: string,
  ports: readonly number[],
  addresses: readonly string[],
): Promise<void> {
  if (ports.length === 0) return;
  const started = Date.now();
  for (;;) {
    const look = await lookAt(cluster, node, resource);
    const closed = look && closedPorts(look.tables, ports, addresses);
    if (closed === undefined) return;
    if (Date.now() - started > listenSeconds * 1000)
      throw new PacemakerError(
        "cluster",
        `${resource} is Started on ${node}, but nothing listens on port ${closed}, after ${listenSeconds} s. ` +
          `See "ss -lntp" and the service's log on ${node}, mend its configuration, and run this again.`,
      );
    await sleep(100);
  }
}

/** What a resource must find on its node. */
export interface Expected {
  readonly resource: string;
  readonly node: string;
  readonly addresses: readonly ExpectedAddress[];
  readonly ports: readonly number[];
}

/**
 * Looks again at what was proved when a change was made, as a refresh does: once on each node for all that run there. What is
 * not so any more is told.
 *
 * @returns whether all that could be looked at is as it should be
 */
export async function isStillProved(
  cluster: Cluster,
  { resource, node, addresses, ports }: Expected,
): Promise<boolean> {
  if (addresses.length === 0 && ports.length === 0) return true;
  const started = Date.now();
  for (;;) {
    const look = await lookShared(cluster, node, resource);
    if (!look) return true;
    const wrong = wrongAddresses(look.addresses, node, addresses);
    const closed = closedPorts(
      look.tables,
      ports,
      addresses.map(({ ip }) => ip),
    );
    if (wrong.length === 0 && closed === undefined) return true;
    if (Date.now() - started < againAfter) {
      // After a failover that has just ended, the service may be about to listen.
      await sleep(againAfter);
      continue;
    }
    for (const { resource: id, error } of wrong)
      warn(id, error.message.slice(id.length + 1));
    if (closed !== undefined)
      warn(
        resource,
        `is Started on ${node}, but nothing listens on port ${closed}: clients are refused. See "ss -lntp" and the ` +
          `service's log on ${node}, and mend its configuration; the next "pulumi up" looks again.`,
      );
    return false;
  }
}

/** In milliseconds. */
const againAfter = 1500;

/** A look at a node serves for less, in milliseconds. */
const sharedFor = 1000;

interface NodeLook {
  readonly addresses: readonly NodeAddress[];
  readonly tables: string;
}

interface SharedLook {
  readonly at: number;
  readonly look: Promise<NodeLook | undefined>;
}

const looks = new WeakMap<Cluster, Map<string, SharedLook>>();

function lookShared(
  cluster: Cluster,
  node: string,
  resource: string,
): Promise<NodeLook | undefined> {
  const all = looks.get(cluster) ?? new Map<string, SharedLook>();
  looks.set(cluster, all);
  const last = all.get(node);
  if (last && Date.now() - last.at < sharedFor) return last.look;
  const look = lookAt(cluster, node, resource).catch((error: unknown) => {
    warn(
      resource,
      `whether it answers on ${node} could not be looked at: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  });
  all.set(node, { at: Date.now(), look });
  return look;
}

async function lookAt(
  cluster: Cluster,
  node: string,
  resource: string,
): Promise<NodeLook | undefined> {
  const member = await memberToAsk(cluster, node, resource);
  if (!member) return undefined;
  // A node without IPv6 has no second table.
  const script = `ip -json address show && echo && cat /proc/net/tcp && { cat /proc/net/tcp6 2>/dev/null || true; }`;
  const output = await run(member, [
    ...["/usr/bin/env", path, "sh", "-c", script],
  ]);
  const [json = "", ...tables] = output.split("\n");
  return { addresses: parseAddresses(json), tables: tables.join("\n") };
}

function wrongAddresses(
  found: readonly NodeAddress[],
  node: string,
  expected: readonly ExpectedAddress[],
): { resource: string; error: PacemakerError }[] {
  const words = (all: readonly NodeAddress[]): string =>
    all.map(({ ip, prefix, nic }) => `${ip}/${prefix} on ${nic}`).join(", ");
  return expected.flatMap(({ resource, ip, cidrNetmask }) => {
    const same = found.filter((address) => sameAddress(address.ip, ip));
    if (same.length === 0)
      return [
        {
          resource,
          error: new PacemakerError(
            "cluster",
            `${resource} is Started on ${node}, but ${ip} is not on any interface there. Found: ${words(found)}. ` +
              `"ip address show" on ${node} shows more.`,
          ),
        },
      ];
    const isAsDeclared =
      cidrNetmask === undefined ||
      same.some(({ prefix }) => prefix === cidrNetmask);
    return isAsDeclared
      ? []
      : [
          {
            resource,
            error: new PacemakerError(
              "cluster",
              `${resource} is Started on ${node}, but the address there is ${words(same)}, declared is ` +
                `${ip}/${cidrNetmask}. Declare the prefix that is there, or take that address off the node and run this again.`,
            ),
          },
        ];
  });
}

/** Which of the ports are closed at which of the addresses, in words: "25, 587 there at 192.0.2.25". */
function closedPorts(
  tables: string,
  ports: readonly number[],
  addresses: readonly string[],
): string | undefined {
  const byPlace = new Map<string, number[]>();
  for (const port of ports) {
    const closed = addresses.filter((one) => !listensOn(tables, port, [one]));
    if (
      addresses.length > 0 ? closed.length === 0 : listensOn(tables, port, [])
    )
      continue;
    const place = `there${closed.length > 0 ? ` at ${closed.join(", ")}` : ""}`;
    byPlace.set(place, [...(byPlace.get(place) ?? []), port]);
  }
  const words = [...byPlace].map(
    ([place, closed]) => `${closed.join(", ")} ${place}`,
  );
  return words.length > 0 ? words.join(", nor on port ") : undefined;
}

/** The member to look on. Where the connection does not reach it, a warning says what was not looked at. */
async function memberToAsk(
  cluster: Cluster,
  node: string,
  resource: string,
): Promise<Member | undefined> {
  const member = await memberOn(cluster, node);
  if (!member)
    warn(
      resource,
      `runs on ${node}, which none of connection.hosts reaches: whether it answers there was not checked.`,
    );
  return member;
}

async function run(member: Member, argv: readonly string[]): Promise<string> {
  const result = await member.host.exec(argv, { reads: true });
  if (result.code === 0) return result.stdout;
  throw new PacemakerError(
    "cluster",
    `"${argv.join(" ")}" failed on ${member.node} with exit code ${result.code}:\n${indent(result.stderr)}`,
    member.host.address,
  );
}
