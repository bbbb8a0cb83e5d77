import { withFollowers, type Cib, type Primitive } from "../../model/cib";
import { lookForCauses } from "./causes";
import { explainNotStarted, heldByOperator } from "./explain";
import { isDisabled, isStaged } from "../../model/staging";
import type { ClusterStatus } from "../../model/status";
import {
  observe,
  observeRecent,
  type Observation,
} from "../transaction/observe";
import { type Cluster } from "../nodes/members";
import { warn } from "../report";
import { waitFor } from "./wait";

/** The bound on a start: three nodes may be tried in turn, each with the agent's own time-out of up to 100 s. */
export const startSeconds = 300;

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
  const begun = Date.now();
  const resourcesIn = typeof which === "function" ? which : () => which;
  const seen = await observeRecent(cluster);
  const { cib: first, status: before } = seen;
  const resources = resourcesIn(first);
  warnOfIdleness(what, seen, resources);
  // Right after a change, what it restarts still looks as before; what is not up yet cannot be taken for its result.
  const untilSettled = resources.some((id) => isUp(before, id));
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
          const node = runsTogether(status, waited);
          return node === undefined ? undefined : { node, cib: judged, status };
        },
        untilSettled,
        explain: async (status) =>
          explainNotStarted(
            status,
            judged,
            waited,
            await lookForCauses(cluster),
          ),
      });
    } catch (error) {
      ({ cib } = await observe(cluster));
      const now = untilDisabled(cib, resourcesIn(cib));
      expected = waited.filter((id) => now.includes(id));
      // What another change of ours had stopped may be on its way up again already.
      const isOver =
        sameConfiguration(judged, cib) ||
        Date.now() - begun > startSeconds * 1000;
      if (expected.length === waited.length && isOver) throw error;
    }
  }
  return undefined;
}

/** Whether nobody has changed the configuration in between. */
function sameConfiguration(
  { version: one }: Pick<Cib, "version">,
  { version: other }: Pick<Cib, "version">,
): boolean {
  return one.adminEpoch === other.adminEpoch && one.epoch === other.epoch;
}

/** Where an operator keeps Pacemaker from acting, a change of the configuration changes nothing that runs. */
function warnOfIdleness(
  what: string,
  { status, cib }: Observation,
  resources: readonly string[],
): void {
  const held = heldByOperator(status, cib, resources);
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
        explainNotStarted(status, cib, [broken], await lookForCauses(cluster)),
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

export function noteFailed(
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

/** The object whose target-role an operator set to Stopped: the resource, one before it in its group, or the group. */
function disabledBy(cib: Cib, id: string): string | undefined {
  const group = cib.groups.get(cib.primitives.get(id)?.group ?? "");
  const chain = group?.members.slice(0, group.members.indexOf(id) + 1) ?? [id];
  for (const one of chain) {
    const found = ownDisabled(cib, one);
    if (found !== undefined) return found;
  }
  return undefined;
}

function ownDisabled(cib: Cib, id: string): string | undefined {
  const primitive = cib.primitives.get(id);
  const group = primitive?.group ? cib.groups.get(primitive.group) : undefined;
  // A primitive's own role wins over its group's.
  if (primitive && isDisabled(primitive)) return primitive.id;
  if (primitive?.meta["target-role"] !== undefined) return undefined;
  return group && isDisabled(group) ? group.id : undefined;
}

function isUp({ resources }: ClusterStatus, id: string): boolean {
  const found = resources.get(id);
  return found !== undefined && (found.active || found.nodes.length > 0);
}

/** The one node on which all the resources run, and nothing is about to change there. */
export function runsTogether(
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
