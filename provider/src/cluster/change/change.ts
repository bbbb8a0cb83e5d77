import type { Cib } from "../../model/cib";
import { isStaged, movingMark } from "../../model/staging";
import type { ClusterStatus } from "../../model/status";
import { cleanUp, observeRecent, observeShared } from "../transaction/observe";
import { type Cluster } from "../nodes/members";
import { leaveGroup, startAlone } from "./move";
import { noteFailed } from "../outcome/start";
import { hasPlace, noteStaged } from "./waiting";

/** Where a member belongs. */
interface Place {
  readonly resourceId: string;
  readonly group?: string;
}

/** What comes before a change of a member, once nothing forbids it. */
export async function prepareMember(
  cluster: Cluster,
  member: Place,
  previous: Place | undefined,
): Promise<void> {
  const isRepeated = previous !== undefined && "incomplete" in previous;
  const observation = await (previous ? observeRecent : observeShared)(cluster);
  noteFailed(cluster, observation, member.resourceId, isRepeated);
  await leaveForeignGroup(cluster, member, previous);
}

/**
 * What a change has made of a member, given the configuration before: a new one waits, staged, for its group.
 */
export async function madeMember(
  cluster: Cluster,
  before: Cib,
  member: Place,
): Promise<{ existed: boolean; isStaged: boolean }> {
  const { resourceId, group } = member;
  const existed = before.primitives.has(resourceId);
  const hasStarted =
    hasPlace(cluster, member) &&
    !isStagedIn((await observeRecent(cluster)).cib, resourceId);
  const isNewMember = !existed && group !== undefined && !hasStarted;
  if (isNewMember) noteStaged(cluster, resourceId, group);
  const isStaged =
    isNewMember || (group === undefined && (await waits(cluster, resourceId)));
  // Its group looks at the cluster next, so that look begins here. What goes wrong is the group's to meet.
  if (isStaged) observeRecent(cluster).catch(() => undefined);
  return { existed, isStaged };
}

/** Whether what stands alone waits for what the program puts on it. */
async function waits(cluster: Cluster, id: string): Promise<boolean> {
  return isStagedIn((await observeRecent(cluster)).cib, id);
}

function isStagedIn(cib: Cib, id: string): boolean {
  const found = cib.primitives.get(id);
  return found !== undefined && isStaged(found);
}

/**
 * Takes a member out of a group that should have let it go, and did not since the last change: nobody updates that group
 * any more. It stops, leaves and starts.
 */
async function leaveForeignGroup(
  cluster: Cluster,
  { resourceId: id, group }: Place,
  previous: Place | undefined,
): Promise<void> {
  if (!previous || previous.group !== undefined || group !== undefined) return;
  const { cib } = await observeRecent(cluster);
  const found = cib.primitives.get(id);
  if (found?.group === undefined || found.meta[movingMark] !== id) return;
  await leaveGroup(cluster, found.group, [id]);
  await startAlone(cluster, [id]);
}

/**
 * Forgets the failures of resources that do not run, so that the cluster tries them again: what made them fail may have
 * been mended since, and Pacemaker cannot know.
 */
export async function cleanUpFailures(
  cluster: Cluster,
  status: ClusterStatus,
  resources: readonly string[],
): Promise<void> {
  for (const id of failedOf(status, resources)) await cleanUp(cluster, id);
}

/** Those of the resources whose failures are forgotten when they are changed. */
export function failedOf(
  status: ClusterStatus,
  resources: readonly string[],
): string[] {
  return resources.filter((id) => {
    const failed = status.failures.some((failure) => failure.resource === id);
    const found = status.resources.get(id);
    return failed && found && !found.blocked && found.role !== "Started";
  });
}

/**
 * Gives back into Pacemaker's hands what it leaves alone since a stop of it failed, once it is no more to stop: before that, the
 * stop would be tried again.
 *
 * @param status as it was before the change
 */
export async function freeLeftAlone(
  cluster: Cluster,
  status: ClusterStatus,
  resources: readonly string[],
): Promise<void> {
  for (const id of leftAloneOf(status, resources)) await cleanUp(cluster, id);
}

export function leftAloneOf(
  status: ClusterStatus,
  resources: readonly string[],
): string[] {
  return resources.filter((id) => {
    const found = status.resources.get(id);
    return found?.blocked === true && found.failed;
  });
}
