import { once } from "node:events";
import { PacemakerError } from "../../errors";
import {
  deniedIn,
  parseQueue,
  placeIn,
  queueCommand,
  type QueueLook,
} from "../../postfix/queues";
import { indent } from "../report";
import {
  asPacemakerError,
  parse,
  reachEach,
  type Cluster,
  type Member,
  type Reach,
} from "./members";

/** A host of which the queue could not be read. */
export interface UnknownQueue {
  readonly address: string;
  /** Where the host answered. */
  readonly node?: string;
  readonly error: PacemakerError;
}

/** The queues by node, and the hosts where they could not be read. */
export interface Queues {
  readonly instance: string;
  readonly found: ReadonlyMap<string, QueueLook>;
  readonly unknown: readonly UnknownQueue[];
}

/** How long a host may take to answer, in milliseconds: one that is down is not waited for longer. */
const patience = 5000;

/** How long the others may still take once those that are known to be there have answered, in milliseconds. */
const grace = 300;

/**
 * Reads the mail queue on every node that answers within 5 s, by one command on each, also where Postfix does not run. It
 * throws nothing: a queue that could not be read is unknown, and not empty.
 *
 * @param online the nodes that are known to be online: once these have answered, the others are hardly waited for
 */
export async function readQueues(
  cluster: Cluster,
  instance: string,
  online?: readonly string[],
): Promise<Queues> {
  const enough = new AbortController();
  const late = once(enough.signal, "abort");
  const timer = setTimeout(() => enough.abort(), patience);
  const { hosts } = cluster.connection;
  const found = new Map<string, QueueLook>();
  const unknown: UnknownQueue[] = [];
  const heard = new Set<string>();
  await Promise.all(
    reachEach(cluster).map(async (reaching, index) => {
      const address = hosts[index]!;
      const reach = await Promise.race([reaching, late.then(() => undefined)]);
      const member = reach && (await memberOf(reach));
      if (!member) {
        const error = reach && "error" in reach ? reach.error : silent(address);
        unknown.push({ address, error });
        return;
      }
      const { node } = member;
      heard.add(node);
      if (online?.every((one) => heard.has(one)))
        setTimeout(() => enough.abort(), grace).unref();
      try {
        found.set(node, await readQueue(cluster, member, instance));
      } catch (error) {
        unknown.push({ address, node, error: asPacemakerError(error) });
      }
    }),
  );
  clearTimeout(timer);
  return { instance, found, unknown };
}

/** The same, of members that have answered. */
export async function readQueuesOf(
  cluster: Cluster,
  members: readonly Member[],
  instance: string,
): Promise<Queues> {
  const found = new Map<string, QueueLook>();
  const unknown: UnknownQueue[] = [];
  await Promise.all(
    members.map(async (member) => {
      const { node, host } = member;
      try {
        found.set(node, await readQueue(cluster, member, instance));
      } catch (error) {
        const { address } = host;
        unknown.push({ address, node, error: asPacemakerError(error) });
      }
    }),
  );
  return { instance, found, unknown };
}

/** The host as a member; where only its Pacemaker is down, by its own name: mail lies there too. */
async function memberOf(reach: Reach): Promise<Member | undefined> {
  if ("member" in reach) return reach.member;
  if (!reach.host || reach.error.kind !== "quorum") return undefined;
  try {
    const { code, stdout } = await reach.host.exec(["/bin/uname", "-n"], {
      reads: true,
    });
    const [name = ""] = stdout.trim().split(".");
    return code === 0 && name ? { host: reach.host, node: name } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The node with that name, or behind that address of the connection; its Pacemaker may be down.
 *
 * @throws PacemakerError where there is none that answers.
 */
export async function findNode(
  cluster: Cluster,
  name: string,
): Promise<Member> {
  const reached = await Promise.all(
    reachEach(cluster).map(async (reaching) => {
      const reach = await reaching;
      return { reach, member: await memberOf(reach) };
    }),
  );
  const found = reached.find(
    ({ member, reach }) =>
      member && (member.node === name || reach.address === name),
  );
  if (found?.member) return found.member;
  const problems = reached.flatMap(({ reach }) =>
    "error" in reach ? [`- ${reach.error.message}`] : [],
  );
  throw new PacemakerError(
    "connect",
    `${name}: none of connection.hosts that answers is that node. These are: ` +
      `${reached.flatMap(({ member }) => member?.node ?? []).join(", ")}` +
      `${problems.length > 0 ? `. These do not answer:\n${problems.join("\n")}` : "."}`,
  );
}

function silent(address: string): PacemakerError {
  return new PacemakerError(
    "timeout",
    `${address} has not answered within ${patience / 1000} s.`,
    address,
  );
}

/** Reads the mail queue on a node. @throws PacemakerError where it cannot be read. */
export async function readQueue(
  cluster: Cluster,
  member: Member,
  instance: string,
): Promise<QueueLook> {
  const { sudo, user } = cluster.connection;
  const result = await member.host.exec(
    queueCommand(instance, sudo !== false),
    { reads: true },
  );
  const denied = deniedIn(result.stdout);
  if (denied !== undefined)
    throw new PacemakerError(
      "rights",
      `the mail queue on ${member.node} (${member.host.label}) may not be read by "${user}": ${denied}. Allow it there by a line in ` +
        `sudoers: ${user} ALL=(root) NOPASSWD: /usr/bin/find ${placeIn(result.stdout, "queue")} -type f -printf %P\\ %B@\\ %C@\\\\\\\\n`,
      member.host.address,
    );
  if (result.code !== 0)
    throw new PacemakerError(
      "cluster",
      `the mail queue on ${member.node} (${member.host.label}) could not be counted, exit code ${result.code}:\n` +
        `${indent(result.stderr || result.stdout || "no output")}\n"postconf queue_directory" there says where it is.`,
      member.host.address,
    );
  return parse(member, "the count of the queue", result.stdout, parseQueue);
}
