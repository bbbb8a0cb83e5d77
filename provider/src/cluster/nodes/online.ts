import { PacemakerError } from "../../errors";
import type { ClusterStatus } from "../../model/status";
import { reachEach, type Cluster, type Member, type Reach } from "./members";
import { warn, type Tell } from "../report";

/**
 * The members that can be worked on. A node that the cluster knows to be offline is left out and named, unless only its
 * Pacemaker is down: there, the unit would run beside the cluster's. A cluster node that is none of the connection's
 * hosts is named too.
 *
 * @throws PacemakerError when a host cannot be reached although its node is, or may be, online, or is none of the cluster.
 */
export async function onlineMembers(
  cluster: Cluster,
  status: ClusterStatus,
  resource: string,
  tell: Tell = warn,
): Promise<{ members: Member[]; pendingNodes: string[] }> {
  const { members, lost } = await reachNodes(cluster, status);
  for (const { host, node } of members)
    if (!status.nodes.some(({ name }) => name === node))
      throw new PacemakerError(
        "configuration",
        `${resource}: ${host.label} is the node ${node}, and the cluster has only ` +
          `${status.nodes.map(({ name }) => name).join(", ")}. Correct connection.hosts. Nothing was changed.`,
        host.address,
      );
  const named = new Set(members.map((member) => member.node));
  const others = status.nodes.filter((node) => !named.has(node.name));
  const othersOnline = others.filter((node) => node.online);
  if (lost.length > 0 && othersOnline.length > 0)
    throw new PacemakerError(
      lost[0]!.error.kind,
      `${resource}: its unit must be stopped and disabled on every node, but ` +
        lost.map((one) => one.error.message).join("\n") +
        `\nThe cluster says that ${othersOnline.map((node) => node.name).join(", ")} is online.`,
      lost[0]!.address,
    );
  const stranded = members.filter(({ isStranded }) => isStranded);
  const offline = [
    ...others.filter((node) => !node.online).map((node) => node.name),
    ...stranded.map(({ node }) => node),
  ];
  if (offline.length > 0)
    tell(
      resource,
      `its unit could not be stopped and disabled on ${offline.join(", ")}: offline. ` +
        `Run "pulumi up" again when it is back.`,
    );
  if (lost.length === 0 && othersOnline.length > 0)
    tell(
      resource,
      `its unit was not stopped and disabled on ${othersOnline.map((node) => node.name).join(", ")}: ` +
        `not among connection.hosts. Add its address, or run "systemctl disable --now" there.`,
    );
  return {
    members: members.filter(({ isStranded }) => !isStranded),
    // A node that is no host of the connection is not reached by the next run either.
    pendingNodes: lost.length > 0 ? offline : stranded.map(({ node }) => node),
  };
}

interface ReachedNode extends Member {
  /** It answers, but is in no partition with the others: what it runs is its own partition's affair. */
  readonly isStranded: boolean;
}

interface LostHost {
  readonly address: string;
  readonly error: PacemakerError;
}

/**
 * Reaches the nodes. Once every node that is online has answered, the others are no longer waited for. They come in the order
 * of the connection's hosts, whichever answered first.
 */
async function reachNodes(
  cluster: Cluster,
  { nodes }: ClusterStatus,
): Promise<{ members: ReachedNode[]; lost: LostHost[] }> {
  const members = new Map<string, ReachedNode>();
  const lost = new Map<string, LostHost>();
  for (const address of cluster.connection.hosts)
    lost.set(address, {
      address,
      error: new PacemakerError("timeout", `${address} has not answered yet.`),
    });
  const online = nodes.filter((node) => node.online && !node.pending);
  await new Promise<void>((resolve) => {
    const settle = async (reaching: Promise<Reach>): Promise<void> => {
      const reach = await reaching;
      const { address } = reach;
      const member =
        "member" in reach ? reach.member : await withoutPacemaker(reach, nodes);
      if (member) {
        const known = nodes.find(({ name }) => name === member.node);
        const isStranded =
          "member" in reach &&
          known !== undefined &&
          (!known.online || known.pending);
        members.set(address, { ...member, isStranded });
        lost.delete(address);
      } else if ("error" in reach) {
        lost.set(address, { address, error: reach.error });
      }
      const found = new Set([...members.values()].map(({ node }) => node));
      if (online.every(({ name }) => found.has(name)))
        // Those that answer quickly as well, such as a node without Pacemaker, are taken along.
        setTimeout(resolve, graceForOthers);
    };
    void Promise.all(reachEach(cluster).map(settle)).then(() => resolve());
  });
  return {
    members: cluster.connection.hosts.flatMap(
      (address) => members.get(address) ?? [],
    ),
    lost: [...lost.values()],
  };
}

/** In milliseconds. */
const graceForOthers = 300;

/** The node whose ssh answers and whose Pacemaker is down: its host name says which of the offline ones it is. */
async function withoutPacemaker(
  reach: Extract<Reach, { error: PacemakerError }>,
  nodes: ClusterStatus["nodes"],
): Promise<Member | undefined> {
  const { host, error } = reach;
  if (!host || error.kind !== "quorum") return undefined;
  try {
    const { stdout } = await host.exec(["/bin/uname", "-n"], { reads: true });
    const name = stdout.trim();
    const node = nodes.find(
      (one) =>
        !one.online && (one.name === name || one.name === name.split(".")[0]),
    );
    return node && { host, node: node.name };
  } catch {
    return undefined;
  }
}
