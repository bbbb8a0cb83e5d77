import { userOf } from "../../connection";
import { PacemakerError } from "../../errors";
import { parseStatus, type ClusterStatus } from "../../model/status";
import { asPacemakerError, noMember, type Cluster } from "../nodes/members";
import { lookAt, type Looked, type LookRequest, type Who } from "./script";

/** A node whose files can be worked on, and what was seen there. */
export interface FilesNode {
  readonly who: Who;
  /** Pacemaker's name for it; where Pacemaker never told it, the host's own. */
  readonly node: string;
  readonly looked: Looked;
  /** Whether the cluster runs there what reads the files, or what clients come to: it comes last. */
  readonly isActive: boolean;
  /** The nodes on which a resource runs. */
  readonly runs: (resource: string) => readonly string[];
}

export interface Everywhere {
  /** In the order in which they are worked on: the active one last. */
  readonly nodes: readonly FilesNode[];
  /** The nodes that are down. */
  readonly down: readonly string[];
  readonly status: ClusterStatus | undefined;
}

interface Answered {
  readonly address: string;
  readonly who: Who;
  readonly looked: Looked;
}

interface Lost {
  readonly address: string;
  readonly error: PacemakerError;
}

/** Once every node that is online has answered, the others are no longer waited for. In milliseconds. */
const graceForOthers = 300;

/** These say that a host is down, or may be; of the others a person has to know. */
const downKinds = ["connect", "timeout"];

/**
 * Looks at the files on every node, by one command a node. A node that the cluster knows to be offline may be missing; one
 * that only lacks Pacemaker is worked on like the others.
 *
 * @param active the resource whose node comes last
 * @throws PacemakerError when no host answers, or one that should be there does not.
 */
export async function lookEverywhere(
  cluster: Cluster,
  resource: string,
  active: string | undefined,
  request: LookRequest,
): Promise<Everywhere> {
  const { answered, lost } = await reachAll(cluster, resource, request);
  if (answered.length === 0)
    throw noMember(
      cluster.connection.hosts,
      new Map(lost.map(({ address, error }) => [address, error])),
    );
  const refused = lost.find(({ error }) => !downKinds.includes(error.kind));
  if (refused) throw refused.error;
  const status = statusOf(answered);
  const nodes = answered.map(({ who, looked }): FilesNode => {
    const node = nameOf(looked, status);
    const runs = (id: string) => status?.resources.get(id)?.nodes ?? [];
    const isActive = runs(active ?? "").includes(node);
    return { who, node, looked, isActive, runs };
  });
  refuseStrangers(resource, nodes, status);
  const missing = (status?.nodes ?? []).filter(
    ({ name }) => !nodes.some(({ node }) => node === name),
  );
  const online = missing.filter((node) => node.online);
  if (lost.length > 0 && online.length > 0)
    throw new PacemakerError(
      lost[0]!.error.kind,
      `${resource}: its files must be the same on every node, but ${lost[0]!.error.message}\n` +
        `The cluster says that ${online.map(({ name }) => name).join(", ")} is online. Nothing was changed.`,
      lost[0]!.address,
    );
  const down = missing.map(({ name }) => name);
  return {
    nodes: [
      ...nodes.filter(({ isActive }) => !isActive),
      ...nodes.filter(({ isActive }) => isActive),
    ],
    // A node that no host of the connection leads to is not ours.
    down:
      lost.length === 0
        ? []
        : down.length > 0
          ? down
          : lost.map(({ address }) => address),
    status,
  };
}

async function reachAll(
  cluster: Cluster,
  resource: string,
  request: LookRequest,
): Promise<{ answered: Answered[]; lost: Lost[] }> {
  const { hosts } = cluster.connection;
  const answered: Answered[] = [];
  const lost = new Map<string, Lost>(
    hosts.map((address) => [
      address,
      {
        address,
        error: new PacemakerError(
          "timeout",
          `${address} has not answered yet.`,
        ),
      },
    ]),
  );
  await new Promise<void>((resolve) => {
    const reaching = hosts.map(async (address) => {
      try {
        const host = await cluster.open(cluster.connection, address);
        const who = { host, user: userOf(cluster.connection), resource };
        const looked = await lookAt(who, request);
        answered.push({ address, who, looked });
        lost.delete(address);
      } catch (error) {
        lost.set(address, { address, error: asPacemakerError(error) });
        return;
      }
      const status = statusOf(answered);
      const found = answered.map(({ looked }) => nameOf(looked, status));
      if (
        status?.nodes.every((node) => !node.online || found.includes(node.name))
      )
        setTimeout(resolve, graceForOthers);
    });
    void Promise.all(reaching).then(() => resolve());
  });
  const order = ({ address }: { address: string }) => hosts.indexOf(address);
  return {
    answered: [...answered].sort((one, other) => order(one) - order(other)),
    lost: [...lost.values()],
  };
}

/** The status as the partition with quorum has it, else as any node has it. */
function statusOf(answered: readonly Answered[]): ClusterStatus | undefined {
  const all = answered.flatMap(({ looked }) => {
    try {
      return looked.status === "" ? [] : [parseStatus(looked.status)];
    } catch {
      return [];
    }
  });
  return all.find((status) => status.quorate) ?? all[0];
}

function nameOf(looked: Looked, status: ClusterStatus | undefined): string {
  const known = status?.nodes.map(({ name }) => name) ?? [];
  const names = [looked.node, looked.hostName, looked.hostName.split(".")[0]!];
  return (
    names.find((name) => known.includes(name)) ??
    names.find((name) => name !== "")!
  );
}

/** A host by mistake in the list must not be given what is another cluster's. */
function refuseStrangers(
  resource: string,
  nodes: readonly FilesNode[],
  status: ClusterStatus | undefined,
): void {
  if (!status) return;
  for (const { who, node } of nodes)
    if (!status.nodes.some(({ name }) => name === node))
      throw new PacemakerError(
        "configuration",
        `${resource}: ${who.host.label} is the node ${node}, and the cluster has only ` +
          `${status.nodes.map(({ name }) => name).join(", ")}. Correct connection.hosts. Nothing was changed.`,
        who.host.address,
      );
}
