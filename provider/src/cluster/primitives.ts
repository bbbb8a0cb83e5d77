import { PacemakerError } from "../errors";
import type { Cib } from "../pcs/cib";
import {
  changeType,
  deleteResource,
  removeFromGroup,
  removeFromTag,
  setMeta,
  type PcsCommand,
} from "../pcs/commands";
import { explainNotStarted, explainNotStopped } from "../pcs/explain";
import {
  isDisabled,
  isStaged,
  stagedMark,
  stagedMeta,
  unstage,
} from "../pcs/staging";
import type { ClusterStatus } from "../pcs/status";
import { cleanUp, observeRecent } from "./cluster";
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
 * Waits until all the resources are started on one node.
 *
 * @param what what a person knows them by: the group, or the resource
 * @returns what was found; undefined when an operator has disabled them, which is left so.
 * @throws PacemakerError when the cluster cannot start them, with its reasons.
 */
export async function startedOn(
  cluster: Cluster,
  what: string,
  resources: readonly string[],
): Promise<Started | undefined> {
  const { cib, status: before } = await observeRecent(cluster);
  const expected = untilDisabled(cib, resources);
  warnOfIdleness(what, before, resources);
  const held = resources.filter((id) => !expected.includes(id));
  if (held.length > 0)
    warn(
      what,
      `${held.join(", ")} is not started: ${disabledBy(cib, held[0]!)} is disabled by an operator ` +
        `(target-role=Stopped); left so. "pcs resource enable ${disabledBy(cib, held[0]!)}" ends it.`,
    );
  if (expected.length === 0) return undefined;
  return waitFor(cluster, {
    what: `${what} to start`,
    resources: expected,
    timeoutSeconds: startSeconds,
    reached: (status) => {
      const node = commonNode(status, expected);
      return node === undefined ? undefined : { node, cib, status };
    },
    untilSettled: true,
    explain: (status) => explainNotStarted(status, cib, expected),
  });
}

/** Where an operator keeps Pacemaker from acting, a change of the configuration changes nothing that runs. */
function warnOfIdleness(
  what: string,
  status: ClusterStatus,
  resources: readonly string[],
): void {
  const unmanaged = resources.filter((id) => {
    const found = status.resources.get(id);
    return found && !found.managed && !found.blocked;
  });
  if (status.maintenance)
    warn(
      what,
      `the cluster is in maintenance mode, so Pacemaker starts, stops and restarts nothing; left so. ` +
        `"pcs property set maintenance-mode=false" ends it.`,
    );
  else if (unmanaged.length > 0)
    warn(
      what,
      `${unmanaged.join(", ")} is unmanaged, so Pacemaker neither starts nor stops it; left so. ` +
        `"pcs resource manage ${unmanaged.join(" ")}" ends it.`,
    );
}

/**
 * Waits until a member that stands in its group already, and those after it, run again after a change. A member that
 * waits for its group is not waited for.
 *
 * @returns what was found; undefined when nothing is to be expected of it.
 */
export async function memberSettled(
  cluster: Cluster,
  id: string,
  group: string,
): Promise<Started | undefined> {
  const { cib } = await observeRecent(cluster);
  const found = cib.primitives.get(id);
  if (found?.group !== group || isStaged(found)) return undefined;
  return startedOn(cluster, id, withFollowers(cib, id));
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
 * @param plan says which commands stop them, given the configuration
 * @throws PacemakerError when one does not stop; it is still in the configuration then.
 */
export async function stopResources(
  cluster: Cluster,
  what: string,
  resources: (cib: Cib) => readonly string[],
  plan: (cib: Cib) => readonly PcsCommand[],
): Promise<void> {
  const { cib } = await transact(cluster, `stop ${what}`, (observation) =>
    plan(observation.cib),
  );
  await waitStopped(cluster, cib, resources(cib));
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
 * with the new one.
 *
 * @throws PacemakerError when one does not stop.
 */
export async function changeUnit(
  cluster: Cluster,
  id: string,
  unit: string,
): Promise<void> {
  const agent = `systemd:${unit}`;
  await stopResources(
    cluster,
    id,
    (cib) => withFollowers(cib, id),
    (cib) =>
      withFollowers(cib, id).flatMap((member) => stopCommand(cib, member)),
  );
  await transact(cluster, `${id} to ${agent}`, ({ cib }) => {
    const found = cib.primitives.get(id);
    if (!found || found.agent === agent) return [];
    return [
      changeType(id, "systemd", unit),
      ...unstage(
        withFollowers(cib, id).filter((member) =>
          isStaged(cib.primitives.get(member)!),
        ),
      ),
    ];
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
  await stopResources(
    cluster,
    id,
    (current) => withFollowers(current, id),
    (current) => {
      refuseForeignGroup(current, id, ownGroup);
      return withFollowers(current, id).flatMap((member) =>
        stopCommand(current, member),
      );
    },
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
    return [...leaveTags(current, id), deleteResource(id)];
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

/** Takes a resource out of the tags that name it. */
export function leaveTags(cib: Cib, id: string): PcsCommand[] {
  return cib.references
    .filter((one) => one.kind === "tag" && one.resources.includes(id))
    .map((tag) => removeFromTag(tag.id, id, tag.resources.length === 1));
}

/**
 * Stops one resource, unless it is to be stopped already. The mark says that it is ours to start again: its group's, or
 * its own where it stands alone.
 */
export function stopCommand(cib: Cib, id: string): PcsCommand[] {
  const found = cib.primitives.get(id);
  if (!found || found.meta["target-role"]?.toLowerCase() === "stopped")
    return [];
  return [setMeta(id, stagedMeta(found.meta[stagedMark] ?? found.group ?? id))];
}

/**
 * Takes members out of their group one by one, from last to first, each stopping where it is: none runs on without one
 * that it was ordered after, none wanders off to another node, and the members that stay are not restarted.
 */
export async function leaveGroup(
  cluster: Cluster,
  group: string,
  members: readonly string[],
): Promise<void> {
  for (const id of [...members].reverse()) {
    const { cib } = await transact(
      cluster,
      `take ${id} out of ${group}`,
      ({ cib: current }) =>
        current.primitives.get(id)?.group === group
          ? [...stopCommand(current, id), removeFromGroup(group, [id])]
          : [],
    );
    await waitStopped(cluster, cib, [id]);
  }
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
