import type { Connection } from "../../connection";
import { PacemakerError, type ErrorKind } from "../../errors";
import {
  parseStatus,
  whyNoStatus,
  type ClusterStatus,
} from "../../model/status";
import {
  AllFailedError,
  firstOf,
  openHost,
  type ExecOptions,
  type Host,
} from "../../ssh";
import { refusal, refuseHidden } from "./refusal";

/** A cluster node that answers over ssh. */
export interface Member {
  readonly host: Host;
  /** Pacemaker's name for it. */
  readonly node: string;
}

/** How a host of the connection was reached, or why it was not. */
export type Reach =
  | { readonly address: string; readonly member: Member }
  | {
      readonly address: string;
      readonly error: PacemakerError;
      /** Where the login worked: its Pacemaker did not answer. */
      readonly host?: Host;
    };

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
  /** The hosts that were lost while they worked: the others are asked first, as long as this process lives. */
  readonly setBack: Set<string>;
  /** By node and name: the real name of a systemd unit, where there is one. */
  readonly unitNames: Map<string, Promise<string | undefined>>;
  /** The names of the cluster's nodes, as the first member told them: no host may lead into another cluster. */
  nodes?: readonly string[];
  chosen?: Promise<Chosen>;
  /** Whether a host has let us in. */
  isReached?: boolean;
  /** The one that was chosen last. */
  member?: Member;
}

/** The member that does the work, and the status by which it was chosen. */
interface Chosen {
  readonly member: Member;
  readonly status: ClusterStatus;
}

const crmMon = "/usr/sbin/crm_mon";
const crmNode = "/usr/sbin/crm_node";

/** How long a host may keep us waiting before the next one is asked as well, in milliseconds. */
const longestHeadStart = 2500;

/** All hosts are asked within this time, however many there are, in milliseconds: a dead cluster is known in half a minute. */
const allAsked = 10_000;

/** How long a member that answered before may take to read, in milliseconds, before another one is asked as well. */
const patience = 4000;

const clusters = new Map<string, Cluster>();

/**
 * The cluster behind a connection: one handle in a process for each distinct connection.
 *
 * @param open how its hosts are reached. Default: as it was introduced, else over ssh.
 */
export function clusterOf(connection: Connection, open?: OpenHost): Cluster {
  const identity = JSON.stringify(connection);
  const known = clusters.get(identity);
  if (known && (open === undefined || known.open === open)) return known;
  const key = JSON.stringify([
    [...connection.hosts].sort(),
    connection.port ?? 22,
  ]);
  const cluster: Cluster = {
    key,
    connection,
    open: open ?? openHost,
    names: new Map(),
    setBack: new Set(),
    unitNames: new Map(),
  };
  introduce(cluster);
  return cluster;
}

/** Makes a handle the one behind its connection. */
export function introduce(cluster: Cluster): void {
  clusters.set(JSON.stringify(cluster.connection), cluster);
}

/**
 * Reaches every host of the connection at once, and learns its node's name. None of the promises is rejected: each host
 * has its own outcome, as soon as it is known.
 */
export function reachEach(cluster: Cluster): Promise<Reach>[] {
  return cluster.connection.hosts.map(async (address): Promise<Reach> => {
    let host: Host | undefined;
    try {
      host = await cluster.open(cluster.connection, address);
      return { address, member: await memberAt(cluster, address, host) };
    } catch (error) {
      return {
        address,
        error: asPacemakerError(error),
        ...(host ? { host } : {}),
      };
    }
  });
}

/** The member with that node name, where the connection's hosts include it. Hosts that are down are not waited for. */
export async function memberOn(
  cluster: Cluster,
  node: string,
): Promise<Member | undefined> {
  return new Promise((resolve) => {
    const reaching = reachEach(cluster).map(async (one) => {
      const reach = await one;
      if ("member" in reach && reach.member.node === node)
        resolve(reach.member);
    });
    void Promise.all(reaching).then(() => resolve(undefined));
  });
}

/**
 * Runs work that only reads on the chosen member. On another one as well where that one keeps us waiting, and then the
 * first answer counts; on another one instead where it is lost or fell out of the partition.
 *
 * @param work is given the status as well where that was just read, to choose the member.
 */
export async function onMember<Result>(
  cluster: Cluster,
  work: (member: Member, seen?: ClusterStatus) => Promise<Result>,
  membersLeft = cluster.connection.hosts.length,
): Promise<Result> {
  const isNew = cluster.chosen === undefined;
  const { member, status } = await chosenMember(cluster);
  const reading = work(member, isNew ? status : undefined);
  const others = (): Promise<Result> => {
    loseMember(cluster, member);
    return onMember(cluster, work, membersLeft - 1);
  };
  if (membersLeft <= 1) return reading;
  if (await endsWithin(reading, patience))
    return reading.catch((error: unknown) => {
      if (isLost(error)) return others();
      throw error;
    });
  return Promise.any([reading, others()]).catch(
    ({ errors }: AggregateError) => {
      throw errors[0];
    },
  );
}

/** Whether it ends, in whatever way, within so many milliseconds. */
async function endsWithin(
  work: Promise<unknown>,
  milliseconds: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), milliseconds);
  });
  const ended = work.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([ended, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether the host was lost or is no member just now, and not the work refused. */
export function isLost(error: unknown): boolean {
  return (
    error instanceof PacemakerError &&
    ["connect", "unknown-outcome", "quorum", "timeout"].includes(error.kind)
  );
}

/** The next time, another member is chosen where there is one. */
export function loseMember(cluster: Cluster, member: Member): void {
  cluster.setBack.add(member.host.address);
  // Somebody else may have lost it before, and another one is chosen already.
  if (cluster.member === member) delete cluster.chosen;
}

function chosenMember(cluster: Cluster): Promise<Chosen> {
  if (cluster.chosen) return cluster.chosen;
  const chosen = chooseMember(cluster);
  cluster.chosen = chosen;
  chosen.then(
    ({ member }) => (cluster.member = member),
    () => {
      if (cluster.chosen === chosen) delete cluster.chosen;
    },
  );
  return chosen;
}

/** The first host, in order of preference, that is a member of the quorate partition. A slow one is not waited for. */
async function chooseMember(cluster: Cluster): Promise<Chosen> {
  const { setBack } = cluster;
  const all = cluster.connection.hosts;
  const hosts = [
    ...all.filter((address) => !setBack.has(address)),
    ...all.filter((address) => setBack.has(address)),
  ];
  const headStart = Math.min(longestHeadStart, allAsked / hosts.length);
  try {
    return await firstOf(
      hosts,
      headStart,
      (address) => probe(cluster, address),
      () => false,
    );
  } catch (error) {
    if (!(error instanceof AllFailedError)) throw error;
    const errors = new Map(
      hosts.map((address, index) => [
        address,
        asPacemakerError(error.errors[index]),
      ]),
    );
    throw noMember(all, errors);
  }
}

async function probe(cluster: Cluster, address: string): Promise<Chosen> {
  const host = await cluster.open(cluster.connection, address);
  cluster.isReached = true;
  const member = await memberAt(cluster, address, host);
  const status = await readStatus(member);
  refuseOtherCluster(cluster, member, status);
  return { member, status };
}

/** A host by mistake in the list must not have done to its cluster what is meant for ours. */
function refuseOtherCluster(
  cluster: Cluster,
  { host }: Member,
  { nodes }: ClusterStatus,
): void {
  const names = nodes.map((node) => node.name);
  const known = (cluster.nodes ??= names);
  if (!names.some((name) => known.includes(name)))
    throw new PacemakerError(
      "configuration",
      `${host.label} belongs to another cluster (${names.join(", ")}) than the other hosts (${known.join(", ")}). ` +
        `connection.hosts must name the nodes of one cluster.`,
      host.address,
    );
}

async function memberAt(
  cluster: Cluster,
  address: string,
  host: Host,
): Promise<Member> {
  let name = cluster.names.get(address);
  if (!name) {
    name = nodeName(host);
    cluster.names.set(address, name);
    name.catch(() => cluster.names.delete(address));
  }
  return { host, node: await name };
}

async function nodeName(host: Host): Promise<string> {
  const result = await host.exec([crmNode, "--name"], {
    rights: "cluster",
    reads: true,
  });
  const text = result.stdout.trim();
  if (result.code === 0 && text !== "") return text;
  throw await refusal({ host, node: host.address }, "crm_node --name", result);
}

export async function readStatus(member: Member): Promise<ClusterStatus> {
  const text = await read(member, [
    crmMon,
    "--output-as=xml",
    "--inactive",
  ]).catch(async (error: unknown) => {
    // Pacemaker 3.0's crm_mon crashes on a configuration of which an ACL hides a part.
    if (error instanceof PacemakerError && error.kind === "cluster")
      await refuseHidden(member);
    throw error;
  });
  const status = await parseWhole(member, text);
  const self = status.nodes.find((node) => node.name === member.node);
  const why =
    status.dc === undefined
      ? "no designated controller is elected there"
      : !status.quorate
        ? `its partition has no quorum${status.quorumPolicy === "ignore" ? noQuorumIgnored : ""}`
        : !self
          ? "the cluster does not list it as a node"
          : !self.online || self.pending
            ? "it is still joining the cluster"
            : undefined;
  if (why !== undefined)
    throw new PacemakerError(
      "quorum",
      `${member.node} (${member.host.label}) is not in the quorate partition: ${why}. ` +
        `See "pcs status" and "pcs quorum status" there.`,
      member.host.address,
    );
  return status;
}

/** Runs a command that only reads. */
export async function read(
  member: Member,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<string> {
  const result = await member.host.exec(argv, {
    rights: "cluster",
    reads: true,
    ...options,
  });
  if (result.code === 0) return result.stdout;
  throw await refusal(member, argv.join(" "), result);
}

const noQuorumIgnored =
  ", and yet it goes on (no-quorum-policy=ignore): what is changed there is lost or undone once the others are back";

/** Where ACLs hide the configuration from the user, crm_mon shows a cluster without nodes or controller, and succeeds. */
async function parseWhole(
  member: Member,
  text: string,
): Promise<ClusterStatus> {
  const hasController = /<current_dc [^>]*present="true"/.test(text);
  if (!hasController) await refuseHidden(member);
  const why = whyNoStatus(text);
  if (why !== undefined)
    throw new PacemakerError(
      "quorum",
      `Pacemaker does not answer on ${member.node} (${member.host.label}): ${why}. See "pcs status" there.`,
      member.host.address,
    );
  return parse(member, "crm_mon", text, parseStatus);
}

export function parse<Result>(
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
      `what ${tool} printed on ${member.node} (${member.host.label}) cannot be read: ${(error as Error).message}. ` +
        `Does the login shell there print something of its own?`,
      member.host.address,
    );
  }
}

export function noMember(
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
