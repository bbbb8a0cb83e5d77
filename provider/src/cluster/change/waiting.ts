/**
 * What this process knows of members and their groups beyond the configuration. Pulumi replaces a resource by delete and
 * create, tells neither of the other, and asks nothing of a group whose inputs stay the same.
 */
import type { Cib } from "../../model/cib";
import type { PcsCommand } from "../../pcs/commands";
import { cloneOf, standbyOf } from "../../model/standby";
import { leftGroup, returnTo, type LeftGroup } from "../../model/place";
import type { Cluster } from "../nodes/members";

interface Known {
  /** By group: what it was before members of it were deleted. */
  readonly left: Map<string, LeftGroup>;
  /** By group that stands by hot: what it was before. */
  readonly standby: Map<string, LeftStandby>;
  /** By member that was made and waits: its group. */
  readonly staged: Map<string, string>;
}

/** What stood by hot when the first of it was deleted. */
export interface LeftStandby {
  /** The addresses, and then the service. */
  readonly members: readonly string[];
  /** The clone's. */
  readonly meta: Readonly<Record<string, string>>;
}

const clusters = new WeakMap<Cluster, Known>();

function knownOf(cluster: Cluster): Known {
  const known = clusters.get(cluster) ?? {
    left: new Map(),
    standby: new Map(),
    staged: new Map(),
  };
  clusters.set(cluster, known);
  return known;
}

/** A member is about to be deleted out of its group: where this is a replacement, it returns to its place. */
export function notePlace(
  cluster: Cluster,
  cib: Cib,
  id: string,
  ownGroup?: string,
): void {
  const { left, standby } = knownOf(cluster);
  const found = standbyOf(cib, id);
  if (found && ownGroup !== undefined && !standby.has(ownGroup))
    standby.set(ownGroup, {
      members: [...found.addresses, found.service],
      meta: cib.clones.get(cloneOf(found.service))?.meta ?? {},
    });
  const group = cib.primitives.get(id)?.group ?? "";
  const place = leftGroup(cib, id, left.get(group));
  if (place) left.set(group, place);
}

/** What puts a member that is created back into the group that it has left a moment ago. */
export function returnToPlace(
  cluster: Cluster,
  cib: Cib,
  { resourceId, group }: { resourceId: string; group?: string },
): PcsCommand[] {
  const place = knownOf(cluster).left.get(group ?? "");
  return place?.members.includes(resourceId)
    ? returnTo(cib, resourceId, place)
    : [];
}

/** What stood by hot in this group's name, and the member was part of. */
export function leftStandby(
  cluster: Cluster,
  { resourceId, group }: { resourceId: string; group?: string },
): LeftStandby | undefined {
  const found = knownOf(cluster).standby.get(group ?? "");
  return found?.members.includes(resourceId) ? found : undefined;
}

/** Whether a member may have returned to its place, instead of waiting for its group. */
export function hasPlace(
  cluster: Cluster,
  { resourceId, group }: { resourceId: string; group?: string },
): boolean {
  const { left, standby } = knownOf(cluster);
  return [left, standby].some((places) =>
    places.get(group ?? "")?.members.includes(resourceId),
  );
}

/** A member was made, and waits for its group. */
export function noteStaged(cluster: Cluster, id: string, group: string): void {
  knownOf(cluster).staged.set(id, group);
}

/** A group was brought to its declared members. */
export function noteArranged(
  cluster: Cluster,
  group: string,
  members: readonly string[],
): void {
  const { left, standby, staged } = knownOf(cluster);
  left.delete(group);
  standby.delete(group);
  for (const member of members) staged.delete(member);
}

/** Whether members that this process has made wait for the group: then it has work to do, though its inputs are the same. */
export function isWaitedFor(
  cluster: Cluster,
  group: string,
  members: readonly string[],
): boolean {
  const { staged } = knownOf(cluster);
  return members.some((member) => staged.get(member) === group);
}
