import { randomBytes } from "node:crypto";
import type { Connection } from "../connection";
import { PacemakerError, type ErrorKind } from "../errors";
import { parseCib, type Cib } from "../pcs/cib";
import type { PcsCommand } from "../pcs/commands";
import { versionedPatch } from "../pcs/patch";
import { parseSimulation, type SimulatedAction } from "../pcs/simulation";
import { parseStatus, type ClusterStatus } from "../pcs/status";
import { openHost, type ExecOptions, type ExecResult, type Host } from "../ssh";
import { indent, readStaged, stagingScript, type Staged } from "./stage";

/** A cluster node that answers over ssh. */
export interface Member {
  readonly host: Host;
  /** Pacemaker's name for it. */
  readonly node: string;
}

/** What the cluster was at one moment, as one member of the quorate partition saw it. */
export interface Observation {
  readonly member: Member;
  readonly cib: Cib;
  readonly status: ClusterStatus;
}

/** How a host of the connection was reached, or why it was not. */
export type Reach =
  | { readonly address: string; readonly member: Member }
  | { readonly address: string; readonly error: PacemakerError };

export type OpenHost = (
  connection: Connection,
  address: string,
) => Promise<Host>;

/** The handle on one cluster. It holds nothing of the cluster's state, only who is asked. */
export interface Cluster {
  /** The same for every connection to the same nodes. */
  readonly key: string;
  readonly connection: Connection;
  readonly open: OpenHost;
  /** By address: the name of the node behind it. */
  readonly names: Map<string, Promise<string>>;
  member?: Promise<Member>;
}

const cibadmin = "/usr/sbin/cibadmin";
const crmAdmin = "/usr/sbin/crmadmin";
const crmMon = "/usr/sbin/crm_mon";
const crmNode = "/usr/sbin/crm_node";
const crmResource = "/usr/sbin/crm_resource";
const crmSimulate = "/usr/sbin/crm_simulate";

/** Pacemaker's exit codes ("crm_error"): https://clusterlabs.org/projects/pacemaker/doc/ */
const insufficientPrivileges = 4;
const notConnected = 102;
const oldCib = 103;

/** How long a host may keep us waiting before the next one is asked as well, in milliseconds. */
const headStart = 2500;

const clusters = new Map<string, Cluster>();

/** The cluster behind a connection: one handle in a process for each distinct connection. */
export function clusterOf(
  connection: Connection,
  open: OpenHost = openHost,
): Cluster {
  const identity = JSON.stringify(connection);
  const known = clusters.get(identity);
  if (known && known.open === open) return known;
  const key = JSON.stringify([
    [...connection.hosts].sort(),
    connection.port ?? 22,
  ]);
  const cluster: Cluster = { key, connection, open, names: new Map() };
  clusters.set(identity, cluster);
  return cluster;
}

/**
 * Reads the configuration and the status from a member of the quorate partition.
 *
 * @throws PacemakerError when no host of the connection is one (kind quorum, or the transport's).
 */
export async function observe(cluster: Cluster): Promise<Observation> {
  return onMember(cluster, async (member) => {
    const [text, status] = await Promise.all([
      read(member, [cibadmin, "--query"]),
      readStatus(member),
    ]);
    return { member, status, cib: parse(member, "cibadmin", text, parseCib) };
  });
}

/** How long what was read serves all that only read, in milliseconds. */
const sharedFor = 10_000;

interface Snapshot {
  readonly at: number;
  readonly observation: Promise<Observation>;
}

const snapshots = new WeakMap<Cluster, Snapshot>();

/** What one read found serves every resource that is read at about the same time, until this process changes anything. */
export async function observeShared(cluster: Cluster): Promise<Observation> {
  const last = snapshots.get(cluster);
  if (last && Date.now() - last.at < sharedFor) return last.observation;
  const observation = observe(cluster);
  snapshots.set(cluster, { at: Date.now(), observation });
  observation.catch(() => snapshots.delete(cluster));
  return observation;
}

interface Looks {
  current?: Promise<ClusterStatus>;
  next?: Promise<ClusterStatus>;
}

const looks = new WeakMap<Cluster, Looks>();

/** Reads the status alone. Those who wait for something share a look, if it began after they asked for it. */
export function observeStatus(cluster: Cluster): Promise<ClusterStatus> {
  const shared = looks.get(cluster) ?? {};
  looks.set(cluster, shared);
  const start = (): Promise<ClusterStatus> => {
    delete shared.next;
    const look = onMember(cluster, readStatus);
    shared.current = look;
    const done = () => {
      if (shared.current === look) delete shared.current;
    };
    look.then(done, done);
    return look;
  };
  if (!shared.current) return start();
  return (shared.next ??= shared.current.then(start, start));
}

/** What the cluster would still do if nothing else changed. */
export async function observePlans(
  cluster: Cluster,
): Promise<SimulatedAction[]> {
  return onMember(cluster, async (member) =>
    parse(
      member,
      "crm_simulate",
      await read(member, [
        crmSimulate,
        "--live-check",
        // Without it, only the status is printed.
        "--simulate",
        "--output-as=xml",
      ]),
      parseSimulation,
    ),
  );
}

/** Whether the designated controller has carried out all that it planned. */
export async function isIdle(
  cluster: Cluster,
  status: ClusterStatus,
): Promise<boolean> {
  const { dc } = status;
  if (dc === undefined) return false;
  return onMember(cluster, async (member) => {
    const text = await read(member, [crmAdmin, "--status", dc]);
    return text.includes("S_IDLE");
  });
}

/** The runner of this process, on every node where it stages. */
const runner = randomBytes(12).toString("hex");

/** Applies pcs commands to a copy of the observed CIB on the node. The cluster itself is not touched. */
export async function stage(
  { member, cib }: Observation,
  commands: readonly PcsCommand[],
): Promise<Staged> {
  const boundary = `stage-${randomBytes(12).toString("hex")}`;
  const result = await member.host.exec(["/bin/sh", "-s"], {
    stdin: stagingScript(cib.text, commands, boundary, runner),
    timeoutSeconds: 30 + 5 * commands.length,
  });
  return readStaged(
    result.stdout + result.stderr,
    commands,
    boundary,
    member.node,
  );
}

/**
 * Applies a difference to exactly the version of the CIB that was observed.
 *
 * @returns false when the CIB has moved on meanwhile; nothing was changed then.
 */
export async function push(
  cluster: Cluster,
  { member, cib }: Observation,
  diff: string,
): Promise<boolean> {
  const patch = versionedPatch(diff, cib.version);
  if (patch === undefined) return true;
  const result = await member.host
    .exec([cibadmin, "--patch", "--xml-pipe"], {
      stdin: patch,
      rights: "cluster",
    })
    .finally(() => snapshots.delete(cluster));
  if (result.code === 0) return true;
  if (result.code === oldCib) return false;
  throw failure(member, "cibadmin --patch", result);
}

/** Forgets the failures of a resource on every node. Nothing else is changed, so a repeat does no harm. */
export async function cleanUp(cluster: Cluster, id: string): Promise<void> {
  await onMember(cluster, (member) =>
    read(member, [crmResource, "--cleanup", "--resource", id]),
  );
}

/** Reaches every host of the connection, and learns its node's name. Nothing is thrown: each host has its own outcome. */
export async function reachAll(cluster: Cluster): Promise<Reach[]> {
  return Promise.all(
    cluster.connection.hosts.map(async (address): Promise<Reach> => {
      try {
        return { address, member: await memberAt(cluster, address) };
      } catch (error) {
        return { address, error: asPacemakerError(error) };
      }
    }),
  );
}

/** The member with that node name, where the connection's hosts include it. */
export async function memberOn(
  cluster: Cluster,
  node: string,
): Promise<Member | undefined> {
  for (const reach of await reachAll(cluster))
    if ("member" in reach && reach.member.node === node) return reach.member;
  return undefined;
}

/** Runs read-only work on the chosen member, and on another one when that one is lost or fell out of the partition. */
async function onMember<Result>(
  cluster: Cluster,
  work: (member: Member) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    const chosen = (cluster.member ??= chooseMember(cluster));
    try {
      return await work(await chosen);
    } catch (error) {
      if (cluster.member === chosen) delete cluster.member;
      const lost =
        error instanceof PacemakerError &&
        ["connect", "unknown-outcome", "quorum", "timeout"].includes(
          error.kind,
        );
      if (!lost || attempt > 0) throw error;
    }
  }
}

/** The first host, in order of preference, that is a member of the quorate partition. A slow one is not waited for. */
async function chooseMember(cluster: Cluster): Promise<Member> {
  const { hosts } = cluster.connection;
  const errors = new Map<string, PacemakerError>();
  return new Promise<Member>((resolve, reject) => {
    let next = 0;
    const timers = new Set<NodeJS.Timeout>();
    const start = (): void => {
      const address = hosts[next];
      if (address === undefined) return;
      next += 1;
      let moved = false;
      const moveOn = (): void => {
        if (moved) return;
        moved = true;
        clearTimeout(timer);
        timers.delete(timer);
        start();
      };
      const timer = setTimeout(moveOn, headStart);
      timers.add(timer);
      probe(cluster, address).then(
        (member) => {
          for (const one of timers) clearTimeout(one);
          moved = true;
          next = hosts.length;
          resolve(member);
        },
        (error: unknown) => {
          errors.set(address, asPacemakerError(error));
          if (errors.size === hosts.length) reject(noMember(hosts, errors));
          else moveOn();
        },
      );
    };
    start();
  });
}

async function probe(cluster: Cluster, address: string): Promise<Member> {
  const member = await memberAt(cluster, address);
  await readStatus(member);
  return member;
}

async function memberAt(cluster: Cluster, address: string): Promise<Member> {
  const host = await cluster.open(cluster.connection, address);
  let name = cluster.names.get(address);
  if (!name) {
    name = nodeName(host);
    cluster.names.set(address, name);
    name.catch(() => cluster.names.delete(address));
  }
  return { host, node: await name };
}

async function nodeName(host: Host): Promise<string> {
  const result = await host.exec([crmNode, "--name"], { rights: "cluster" });
  const text = result.stdout.trim();
  if (result.code === 0 && text !== "") return text;
  throw failure({ host, node: host.address }, "crm_node --name", result);
}

async function readStatus(member: Member): Promise<ClusterStatus> {
  const text = await read(member, [crmMon, "--output-as=xml", "--inactive"]);
  const status = parse(member, "crm_mon", text, parseStatus);
  const self = status.nodes.find((node) => node.name === member.node);
  const why =
    status.dc === undefined
      ? "no designated controller is elected there"
      : !status.quorate
        ? "its partition has no quorum"
        : self && (!self.online || self.pending)
          ? "it is still joining the cluster"
          : undefined;
  if (why !== undefined)
    throw new PacemakerError(
      "quorum",
      `${member.node} (${member.host.address}) is not in the quorate partition: ${why}. ` +
        `See "pcs status" and "pcs quorum status" there.`,
      member.host.address,
    );
  return status;
}

/** Runs a command that only reads. */
async function read(
  member: Member,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const result = await member.host.exec(argv, {
    rights: "cluster",
    ...options,
  });
  if (result.code === 0) return result.stdout;
  throw failure(member, argv.join(" "), result);
}

function parse<Result>(
  member: Member,
  tool: string,
  text: string,
  parser: (text: string) => Result,
): Result {
  try {
    return parser(text);
  } catch (error) {
    throw new PacemakerError(
      "cluster",
      `what ${tool} printed on ${member.node} (${member.host.address}) cannot be read: ${(error as Error).message}. ` +
        `Does the login shell there print something of its own?`,
      member.host.address,
    );
  }
}

function failure(
  member: Member,
  what: string,
  result: ExecResult,
): PacemakerError {
  const where = `${member.node === member.host.address ? "" : `${member.node}, `}${member.host.address}`;
  const words = result.stderr.trim() || result.stdout.trim() || "no output";
  const [kind, advice]: [ErrorKind, string] =
    result.code === notConnected
      ? [
          "quorum",
          `Pacemaker does not run on that node: "pcs cluster start" starts it.`,
        ]
      : result.code === insufficientPrivileges
        ? [
            "rights",
            `The ssh user may not use the cluster: put it into the group haclient, or let it use sudo.`,
          ]
        : result.code === 127
          ? [
              "configuration",
              `Pacemaker's command line tools are expected in /usr/sbin: is it a cluster node?`,
            ]
          : ["cluster", `See "pcs status" there.`];
  return new PacemakerError(
    kind,
    `${what} failed on ${where} with exit code ${result.code}:\n${indent(words)}\n${advice}`,
    member.host.address,
  );
}

function noMember(
  hosts: readonly string[],
  errors: ReadonlyMap<string, PacemakerError>,
): PacemakerError {
  const causes = hosts.map((address) => errors.get(address)!);
  if (causes.length === 1) return causes[0]!;
  const kinds = new Set(causes.map((cause) => cause.kind));
  // What a person must mend weighs more than a host that is down.
  const order: ErrorKind[] = ["trust", "auth", "configuration", "rights"];
  const kind =
    order.find((candidate) => kinds.has(candidate)) ??
    (kinds.has("quorum") ? "quorum" : causes[0]!.kind);
  return new PacemakerError(
    kind,
    `none of the cluster's ${hosts.length} hosts can be used:\n` +
      hosts
        .map((address) => `- ${address}: ${errors.get(address)!.message}`)
        .join("\n"),
  );
}

export function asPacemakerError(error: unknown): PacemakerError {
  if (error instanceof PacemakerError) return error;
  return new PacemakerError(
    "cluster",
    error instanceof Error ? error.message : String(error),
  );
}
