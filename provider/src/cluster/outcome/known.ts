import type { ClusterStatus } from "../../model/status";
import type { Cluster } from "../nodes/members";

/** What a state says of a resource: where it runs. */
export interface Placed {
  readonly id: string;
  /** The resources that it is about: itself, or a group's members. */
  readonly resources: readonly string[];
  readonly node: string | undefined;
}

/** The status as it was seen last, whatever was changed since. */
const seen = new WeakMap<Cluster, ClusterStatus>();

/** By the ids of resources that this run leaves as they are: the nodes that their outputs name. */
const kept = new WeakMap<Cluster, Map<string, string>>();

/** Notes what was seen, and returns it. */
export function noteStatus(
  cluster: Cluster,
  status: ClusterStatus,
): ClusterStatus {
  seen.set(cluster, status);
  return status;
}

/** The one node on which all the resources run that run at all. */
export function nodeOf(
  { resources: found }: ClusterStatus,
  resources: readonly string[],
): string | undefined {
  const nodes = new Set(resources.flatMap((id) => found.get(id)?.nodes ?? []));
  return nodes.size === 1 ? [...nodes][0] : undefined;
}

/**
 * Whether this process has seen that a resource is elsewhere than its state says. Nothing is asked: where it has seen
 * nothing, nothing is known.
 */
export function hasMoved(cluster: Cluster, placed: Placed): boolean {
  const status = seen.get(cluster);
  const moved = status !== undefined && isElsewhere(status, placed);
  const names = kept.get(cluster) ?? new Map<string, string>();
  kept.set(cluster, names);
  if (placed.node === undefined || moved) names.delete(placed.id);
  else names.set(placed.id, placed.node);
  return moved;
}

function isElsewhere(
  status: ClusterStatus,
  { node, resources }: Placed,
): boolean {
  const now = nodeOf(status, resources);
  if (now !== undefined) return now !== node;
  // What runs nowhere may be on its way, as long as its node is there.
  return status.nodes.some(({ name, online }) => name === node && !online);
}

/** The resources that this run leaves as they are, though their outputs name one of these nodes. */
export function keptOn(cluster: Cluster, nodes: readonly string[]): string[] {
  return [...(kept.get(cluster) ?? [])]
    .filter(([, node]) => nodes.includes(node))
    .map(([id]) => id);
}
