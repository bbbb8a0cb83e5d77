import { PacemakerError } from "../errors";
import { mayBeNamed, type Cib, type Primitive } from "../pcs/cib";
import {
  changeType,
  deleteResource,
  deleteUnnamed,
  removeFromGroup,
  removeFromTag,
  type PcsCommand,
} from "../pcs/commands";
import {
  explainNotStarted,
  explainNotStopped,
  heldByOperator,
} from "../pcs/explain";
import {
  arrive,
  isDisabled,
  isStaged,
  movingMark,
  stopCommand,
  unstage,
  waitingFor,
} from "../pcs/staging";
import type { ClusterStatus } from "../pcs/status";
import { cleanUp, observe, observeRecent, type Observation } from "./cluster";
import { type Cluster } from "./members";
import { warn } from "./report";
import { transact } from "./transaction";
import { waitFor } from "./wait";

/** The bound on a start: three nodes may be tried in turn, each with the agent's own time-out of up to 100 s. */
const startSeconds = 300;

/** The bound on a stop: pcs gives a systemd resource 100 s. */
const stopSeconds = 180;

/** Resources that run together, as they were found. */
export interface Started {
  readonly node: string;
  readonly cib: Cib;
  readonly status: ClusterStatus;
}

/**
 * Waits until all the resources are started on one node. Where they do not, the configuration is looked at again: what was
 * taken away from them or stopped meanwhile, by another change of ours or by an operator, is not waited for.
 *
 * @param what what a person knows them by: the group, or the resource
 * @param which they are, in the order in which they start; where that changes, given the configuration
 * @returns what was found; undefined when nothing is to be expected, such as of what an operator has disabled.
 * @throws PacemakerError when the cluster cannot start them, with its reasons.
 */
export async function startedOn(
  cluster: Cluster,
  what: string,
  which: readonly string[] | ((cib: Cib) => readonly string[]),
): Promise<Started | undefined> {
  const resourcesIn = typeof which === "function" ? which : () => which;
  const { cib: first, status: before } = await observeRecent(cluster);
  const resources = resourcesIn(first);
  warnOfIdleness(what, before, resources);
  let cib = first;
  let expected = untilDisabled(cib, resources);
  const held = resources.find((id) => !expected.includes(id));
  if (held !== undefined) {
    const disabled = disabledBy(cib, held)!;
    warn(
      what,
      `${resources.slice(resources.indexOf(held)).join(", ")} is not started: ${disabled} is disabled by an operator ` +
        `(target-role=Stopped); left so. "pcs resource enable ${disabled}" ends it.`,
    );
  }
  while (expected.length > 0) {
    const waited = expected;
    const judged = cib;
    try {
      return await waitFor(cluster, {
        what: `${what} to start`,
        resources: waited,
        timeoutSeconds: startSeconds,
        reached: (status) => {
          const node = commonNode(status, waited);
          return node === undefined ? undefined : { node, cib: judged, status };
        },
        untilSettled: true,
        explain: (status) => explainNotStarted(status, judged, waited),
      });
    } catch (error) {
      ({ cib } = await observe(cluster));
      const now = untilDisabled(cib, resourcesIn(cib));
      expected = waited.filter((id) => now.includes(id));
      if (expected.length === waited.length) throw error;
    }
  }
  return undefined;
}

/** Where an operator keeps Pacemaker from acting, a change of the configuration changes nothing that runs. */
function warnOfIdleness(
  what: string,
  status: ClusterStatus,
  resources: readonly string[],
): void {
  const held = heldByOperator(status, resources);
  if (held)
    warn(
      what,
      `${held.why}, so Pacemaker neither starts nor stops it; left so. "${held.wayOut}" ends it.`,
    );
}

/**
 * Waits until a member that stands in its group already, and those after it, run again after a change. Members that wait
 * to be started by another change of ours, and those after them, are not waited for.
 *
 * @returns what was found; undefined when nothing is to be expected of it.
 */
export async function memberSettled(
  cluster: Cluster,
  id: string,
  group: string,
): Promise<Started | undefined> {
  const failed = failedBefore.get(cluster)?.get(id);
  const isCut = (found: Primitive): boolean =>
    isStaged(found) || failed?.has(found.id) === true;
  const { cib, status } = await observeRecent(cluster);
  const broken = withFollowers(cib, id).find((one) => failed?.has(one));
  if (broken !== undefined && status.resources.get(broken)?.role !== "Started")
    warn(
      id,
      `${broken}, after it in the group ${group}, did not run before the change either; not waited for:\n` +
        explainNotStarted(status, cib, [broken]),
    );
  return startedOn(cluster, id, (now) => {
    if (now.primitives.get(id)?.group !== group) return [];
    const members = withFollowers(now, id);
    const end = members.findIndex((one) => isCut(now.primitives.get(one)!));
    return end < 0 ? members : members.slice(0, end);
  });
}

/** By resource: the members after it that were broken while it ran, before its change under way. They are not its affair. */
const failedBefore = new WeakMap<Cluster, Map<string, ReadonlySet<string>>>();

function noteFailed(
  cluster: Cluster,
  { cib, status }: Observation,
  id: string,
  isRepeated: boolean,
): void {
  const all = failedBefore.get(cluster) ?? new Map();
  failedBefore.set(cluster, all);
  const isUp = status.resources.get(id)?.role === "Started";
  // Where the last change of it ended badly, they may have broken by that.
  const failed = withFollowers(cib, id).filter(
    (one) =>
      one !== id &&
      isUp &&
      !isRepeated &&
      status.resources.get(one)?.role !== "Started" &&
      status.failures.some(({ resource }) => resource === one),
  );
  all.set(id, new Set(failed));
}

/** The members of a group that can run: from the first that an operator has disabled on, none does. */
function untilDisabled(cib: Cib, resources: readonly string[]): string[] {
  const end = resources.findIndex((id) => disabledBy(cib, id) !== undefined);
  return resources.slice(0, end < 0 ? resources.length : end);
}

/** The object whose target-role an operator set to Stopped: the resource or its group. */
function disabledBy(cib: Cib, id: string): string | undefined {
  const primitive = cib.primitives.get(id);
  const group = primitive?.group ? cib.groups.get(primitive.group) : undefined;
  // A primitive's own role wins over its group's.
  if (primitive && isDisabled(primitive)) return primitive.id;
  if (primitive?.meta["target-role"] !== undefined) return undefined;
  return group && isDisabled(group) ? group.id : undefined;
}

function commonNode(
  status: ClusterStatus,
  resources: readonly string[],
): string | undefined {
  const nodes = new Set<string>();
  for (const id of resources) {
    const found = status.resources.get(id);
    const [node, ...others] = found?.nodes ?? [];
    if (
      found?.role !== "Started" ||
      found.failed ||
      found.pending !== undefined ||
      node === undefined ||
      others.length > 0
    )
      return undefined;
    nodes.add(node);
  }
  return nodes.size === 1 ? [...nodes][0] : undefined;
}

/**
 * Stops resources in the order that the cluster keeps for them, and waits until none runs.
 *
 * @param resources which, given the configuration; it throws where that forbids it
 * @param starter who will start them again; default: see `stopCommand`
 * @throws PacemakerError when one does not stop; it is still in the configuration then.
 */
export async function stopResources(
  cluster: Cluster,
  what: string,
  resources: (cib: Cib) => readonly string[],
  starter?: string,
): Promise<void> {
  const { cib } = await transact(cluster, `stop ${what}`, (observation) => {
    const stopping = resources(observation.cib);
    refuseWhereHeld(observation, what, stopping);
    return stopping.flatMap((id) => stopCommand(observation.cib, id, starter));
  });
  const stopping = resources(cib);
  try {
    await waitStopped(cluster, cib, stopping);
  } catch (error) {
    const ours = stopping.filter((id) => stopCommand(cib, id).length > 0);
    await startAgainWhereHeld(cluster, what, ours);
    throw error;
  }
}

/** Pacemaker would stop nothing, and would do it at the moment when the operator lets it go again. */
function refuseWhereHeld(
  { status }: Observation,
  what: string,
  stopping: readonly string[],
): void {
  const running = stopping.filter(
    (id) => (status.resources.get(id)?.nodes ?? []).length > 0,
  );
  const held = running.length > 0 && heldByOperator(status, running);
  if (held)
    throw new PacemakerError(
      "conflict",
      `${what}: ${running.join(", ")} cannot be stopped, because ${held.why}. Nothing was changed. ` +
        `"${held.wayOut}" ends it; then run this again.`,
    );
}

/**
 * Where an operator has taken the resources out of Pacemaker's hands while they were to stop, they would stop much later, in
 * the moment when that ends. One whose stop failed stays marked: its way out begins with stopping it by hand.
 */
async function startAgainWhereHeld(
  cluster: Cluster,
  what: string,
  stopping: readonly string[],
): Promise<void> {
  await transact(cluster, `start ${what} again`, ({ cib, status }) =>
    heldByOperator(status, stopping)
      ? unstage(
          stopping.filter((id) => {
            const found = cib.primitives.get(id);
            return found && isStaged(found);
          }),
        )
      : [],
  ).catch(() => undefined);
}

async function waitStopped(
  cluster: Cluster,
  cib: Cib,
  stopping: readonly string[],
): Promise<void> {
  await waitFor(cluster, {
    what: `${stopping.join(" and ")} to stop`,
    resources: stopping,
    timeoutSeconds: stopSeconds,
    // All are looked at each time: one that is blocked holds up those before it for good.
    reached: (status) =>
      stopping.map((id) => hasStopped(status, id)).every(Boolean) || undefined,
    explain: (status) => explainNotStopped(status, cib, stopping),
  });
}

function hasStopped(status: ClusterStatus, id: string): boolean {
  const found = status.resources.get(id);
  if (!found) return true;
  if (found.blocked)
    throw new PacemakerError(
      "cluster",
      `${id} could not be stopped and is blocked on ${found.nodes.join(", ")}; it is left in the configuration.\n` +
        `${describeFailures(status, id)}Stop it there by hand, then "pcs resource cleanup ${id}", and run this again.`,
    );
  return !found.active && found.nodes.length === 0;
}

function describeFailures(status: ClusterStatus, id: string): string {
  return status.failures
    .filter((failure) => failure.resource === id)
    .map(
      ({ task, node, exitStatus, exitReason }) =>
        `- ${id} failed to ${task} on ${node}: ${exitStatus}${exitReason === "" ? "" : ` ("${exitReason}")`}\n`,
    )
    .join("");
}

/** The resource and, where it is a member of a group, the members after it: those that run only while it does. */
function withFollowers(cib: Cib, id: string): readonly string[] {
  const group = cib.primitives.get(id)?.group;
  const members = group ? cib.groups.get(group)?.members : undefined;
  return members ? members.slice(members.indexOf(id)) : [id];
}

/**
 * Gives a systemd resource another unit where it stands: it and the members after it stop in order, and start in order
 * with the new one. What waits to be started by somebody else goes on waiting.
 *
 * @throws PacemakerError when one does not stop.
 */
export async function changeUnit(
  cluster: Cluster,
  id: string,
  unit: string,
): Promise<void> {
  const agent = `systemd:${unit}`;
  await stopResources(cluster, id, (cib) => withFollowers(cib, id), id);
  await transact(cluster, `${id} to ${agent}`, ({ cib }) => {
    const found = cib.primitives.get(id);
    if (!found || found.agent === agent) return [];
    return [changeType(id, "systemd", unit), ...unstage(waitingFor(cib, id))];
  });
}

/**
 * Takes a primitive out of the cluster once it has stopped. Where it is still a member of its own group, the members
 * after it stop first and stay staged, so that none runs without it: the group starts them when it is next brought
 * to its declared members.
 *
 * @param ownGroup the group that the program declared for it
 * @throws PacemakerError (conflict) when it is a member of any other group, (cluster) when it does not stop.
 */
export async function removePrimitive(
  cluster: Cluster,
  id: string,
  ownGroup: string | undefined,
): Promise<void> {
  const { cib, status: before } = await observeRecent(cluster);
  if (!cib.primitives.has(id)) {
    refuseLeftOver(before, id);
    return;
  }
  warnOfReferences(cib, id);
  warnOfEmptied(cib, [id]);
  warnOfFollowers(before, cib, id);
  await stopResources(
    cluster,
    id,
    (current) => {
      refuseForeignGroup(current, id, ownGroup);
      refuseEmptied(current, [id]);
      return withFollowers(current, id);
    },
    ownGroup,
  );
  await transact(cluster, `delete ${id}`, ({ cib: current, status }) => {
    refuseForeignGroup(current, id, ownGroup);
    if (!current.primitives.has(id)) return [];
    // Somebody may have started it again since.
    if (!hasStopped(status, id))
      throw new PacemakerError(
        "conflict",
        `${id} was started again by somebody else while it was being deleted. It is left in the configuration. ` +
          `Agree with whoever did, and run this again.`,
      );
    return [
      ...emptyGroup(current, [id]),
      ...leaveTags(current, id),
      current.primitives.get(id)?.isAlone && !mayBeNamed(current, id)
        ? deleteUnnamed(id)
        : deleteResource(id),
    ];
  });
  await waitFor(cluster, {
    what: `${id} to be gone`,
    resources: [id],
    timeoutSeconds: stopSeconds,
    reached: (status) => (status.resources.has(id) ? undefined : true),
    // Each node then forgets what it remembers of it, a moment later.
    untilSettled: true,
    explain: (status) => explainNotStopped(status, cib, [id]),
  });
}

/** Out of the configuration is not yet gone: a resource whose stop failed runs on. */
function refuseLeftOver(status: ClusterStatus, id: string): void {
  const found = status.resources.get(id);
  if (found && found.nodes.length > 0)
    throw new PacemakerError(
      "cluster",
      `${id} is no longer in the configuration, but still runs on ${found.nodes.join(", ")}` +
        `${found.blocked ? ", because its stop failed" : ""}:\n${describeFailures(status, id)}` +
        `Stop it there by hand, then "pcs resource cleanup ${id}", and run this again.`,
    );
}

function refuseForeignGroup(
  cib: Cib,
  id: string,
  ownGroup: string | undefined,
): void {
  const group = cib.primitives.get(id)?.group;
  if (group !== undefined && group !== ownGroup)
    throw new PacemakerError(
      "conflict",
      `${id} is a member of the group ${group}, which is not the one declared for it ` +
        `(${ownGroup ?? "none"}). Take it out there first: "pcs resource group remove ${group} ${id}". Nothing was changed.`,
    );
}

/**
 * Says which constraints and tags name a resource that is about to go. The configuration would be invalid with them, so
 * they go with it: pcs removes constraints, `leaveTags` the rest.
 */
export function warnOfReferences(cib: Cib, id: string): void {
  const named = cib.references.filter((one) => one.resources.includes(id));
  if (named.length > 0)
    warn(
      id,
      `is named by ${named.map((one) => `the ${one.kind} ${one.id}`).join(", ")}: ` +
        `constraints on it are removed with it, and tags no longer name it.`,
    );
}

/** The members after it stop before it does, and start again only when the group is brought to its members. */
function warnOfFollowers(status: ClusterStatus, cib: Cib, id: string): void {
  const stopping = withFollowers(cib, id).filter(
    (member) =>
      member !== id && (status.resources.get(member)?.nodes ?? []).length > 0,
  );
  if (stopping.length > 0)
    warn(
      id,
      `${stopping.join(", ")}, after it in the group ${cib.primitives.get(id)!.group}, must stop before it goes: the ` +
        `group starts them again when it is updated.`,
    );
}

/** The group that loses its last member. pcs takes it away then, and all that was said about it. */
function emptiedGroup(cib: Cib, leaving: readonly string[]) {
  const group = cib.groups.get(cib.primitives.get(leaving[0]!)?.group ?? "");
  return group?.members.every((member) => leaving.includes(member))
    ? group
    : undefined;
}

function warnOfEmptied(cib: Cib, leaving: readonly string[]): void {
  const group = emptiedGroup(cib, leaving);
  if (!group) return;
  warnOfReferences(cib, group.id);
  const meta = Object.entries(group.meta).map(
    ([name, value]) => `${name}=${value}`,
  );
  warn(
    group.id,
    `goes with its last member ${leaving.join(", ")}` +
      `${meta.length > 0 ? `, and so do its meta attributes (${meta.join(", ")}), but for those that a program declares` : ""}.`,
  );
}

/** A new group of the same name would start what an operator has stopped. */
function refuseEmptied(cib: Cib, leaving: readonly string[]): void {
  const group = emptiedGroup(cib, leaving);
  if (group && isDisabled(group))
    throw new PacemakerError(
      "conflict",
      `${group.id} is disabled by an operator (target-role=Stopped), and would be lost with its last member ` +
        `${leaving.join(", ")}. Nothing was changed. "pcs resource enable ${group.id}" ends it; or disable the member ` +
        `that takes its place.`,
    );
}

function emptyGroup(cib: Cib, leaving: readonly string[]): PcsCommand[] {
  const group = emptiedGroup(cib, leaving);
  return group ? leaveTags(cib, group.id) : [];
}

/** Takes a resource out of the tags that name it. */
export function leaveTags(cib: Cib, id: string): PcsCommand[] {
  return cib.references
    .filter((one) => one.kind === "tag" && one.resources.includes(id))
    .map((tag) => removeFromTag(tag.id, id, tag.resources.length === 1));
}

/**
 * Takes members out of their group one by one, from last to first, each stopping where it is: none runs on without one
 * that it was ordered after, none wanders off to another node, and the members that stay are not restarted.
 *
 * @param to the group that takes them over; default: see `stopCommand`
 */
export async function leaveGroup(
  cluster: Cluster,
  group: string,
  members: readonly string[],
  to?: string,
): Promise<void> {
  if (members.length === 0) return;
  warnOfEmptied((await observeRecent(cluster)).cib, members);
  for (const id of [...members].reverse()) {
    const { cib } = await transact(
      cluster,
      `take ${id} out of ${group}`,
      (observation) => {
        const { cib: current } = observation;
        if (current.primitives.get(id)?.group !== group) return [];
        refuseWhereHeld(observation, group, [id]);
        refuseEmptied(current, [id]);
        return [
          ...stopCommand(current, id, to),
          ...emptyGroup(current, [id]),
          removeFromGroup(group, [id]),
        ];
      },
    );
    try {
      await waitStopped(cluster, cib, [id]);
    } catch (error) {
      const { cib: now } = await observe(cluster);
      const found = now.primitives.get(id);
      // Whoever was to start it has done so already.
      const isTaken = found && (found.group !== undefined || !isStaged(found));
      if (!isTaken) throw error;
    }
  }
}

/**
 * Starts those of the members that have left their group to stand alone, where they are out of it.
 *
 * @throws PacemakerError when one does not start.
 */
export async function startAlone(
  cluster: Cluster,
  members: readonly string[],
): Promise<void> {
  const { cib } = await transact(
    cluster,
    `start ${members.join(" and ")}`,
    ({ cib: current }) => arrive(current, standingAlone(current, members)),
  );
  for (const id of standingAlone(cib, members))
    await startedOn(cluster, id, [id]);
}

/** Those that are in no group, and were declared to be in none. */
export function standingAlone(cib: Cib, members: readonly string[]): string[] {
  return members.filter((id) => {
    const found = cib.primitives.get(id);
    return found?.group === undefined && found?.meta[movingMark] === id;
  });
}

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
  const observation = await observeRecent(cluster);
  noteFailed(cluster, observation, member.resourceId, isRepeated);
  await leaveForeignGroup(cluster, member, previous);
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
  for (const id of resources) {
    const found = status.resources.get(id);
    const failed = status.failures.some((failure) => failure.resource === id);
    if (failed && found && !found.blocked && found.role !== "Started")
      await cleanUp(cluster, id);
  }
}
