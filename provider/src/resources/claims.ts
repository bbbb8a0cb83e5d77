/** What two resources of one program would both set: each change of the one would undo the other's. */
import type { Cluster } from "../cluster/nodes/members";

/** By claim, such as "property stonith-enabled": the resource of this program that declares it. */
const claims = new WeakMap<Cluster, Map<string, string>>();

const claimsOf = (cluster: Cluster): Map<string, string> => {
  const all = claims.get(cluster) ?? new Map<string, string>();
  claims.set(cluster, all);
  return all;
};

/**
 * Notes what a resource declares, in the place of what it declared before.
 *
 * @returns the first that another resource declares already, and which one that is
 */
export function claim(
  cluster: Cluster,
  resource: string,
  declared: readonly string[],
): { readonly claimed: string; readonly by: string } | undefined {
  const all = claimsOf(cluster);
  for (const [one, by] of all) if (by === resource) all.delete(one);
  for (const one of declared) {
    const by = all.get(one);
    if (by !== undefined) return { claimed: one, by };
    all.set(one, resource);
  }
  return undefined;
}

/** By id: the resources of this program that are to be it in the cluster, as a person calls them. */
const ids = new WeakMap<Cluster, Map<string, string>>();

/**
 * Notes which id a resource is to have, in the place of what it had before.
 *
 * @param resource as a person calls it: no other one of the program is called so
 * @returns the resource that has it already
 */
export function claimId(
  cluster: Cluster,
  resource: string,
  id: string,
): string | undefined {
  const all = ids.get(cluster) ?? new Map<string, string>();
  ids.set(cluster, all);
  for (const [one, by] of all) if (by === resource) all.delete(one);
  const by = all.get(id);
  if (by === undefined) all.set(id, resource);
  return by;
}

/** What other resources of the program declare. */
export function claimedElsewhere(
  cluster: Cluster,
  resource: string,
): ReadonlySet<string> {
  return new Set(
    [...claimsOf(cluster)]
      .filter(([, by]) => by !== resource)
      .map(([one]) => one),
  );
}
