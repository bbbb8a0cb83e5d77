/** What a group of resources is while it stands by hot: its service in a clone, its addresses bound to that. */
import { cleanUpFailures, freeLeftAlone } from "../cluster/change/change";
import { warnOfReferences } from "../cluster/change/references";
import { sayingWhatStays, stopResources } from "../cluster/change/stop";
import type { Cluster } from "../cluster/nodes/members";
import { runningOn, standsBy } from "../cluster/outcome/standby";
import { runsTogether, type Started } from "../cluster/outcome/start";
import { warn } from "../cluster/report";
import {
  cleanUp,
  observeRecent,
  type Observation,
} from "../cluster/transaction/observe";
import { transact } from "../cluster/transaction/transact";
import type { Cib, Primitive } from "../model/cib";
import {
  bindingsBetween,
  bindingsOf,
  cloneOf,
  isBinding,
} from "../model/standby";
import { leaveTags } from "../model/taking";
import {
  narrowed,
  narrowingMark,
  stagedMark,
  stagedMeta,
} from "../model/staging";
import { sameValue } from "../model/values";
import type { DeclaredGroup } from "../plan/group";
import type { PcsCommand } from "../pcs/commands";
import { leftStandby } from "../cluster/change/waiting";
import {
  partsOf,
  planMembers,
  takeApart,
  type PreviousGroup,
} from "../plan/standby";

/** Brings the members to standing by hot, or from that back to a group, by one change. */
export async function changeStandby(
  cluster: Cluster,
  { cib, status }: Observation,
  wanted: DeclaredGroup,
  last: PreviousGroup | undefined,
): Promise<{ existed: boolean }> {
  // Whatever forbids the change must be known before a failure is forgotten.
  planMembers(cib, wanted, last);
  await cleanUpFailures(cluster, status, wanted.members);
  const gone =
    wanted.standby === "hot"
      ? cib.groups.get(wanted.id)
      : partsOf(wanted, cib).clone;
  if (gone) warnOfReferences(withoutBindings(cib, wanted.members), gone.id);
  const { cib: before } = await transact(cluster, wanted.id, (now) =>
    planMembers(now.cib, wanted, last),
  );
  await freeLeftAlone(cluster, status, wanted.members);
  // Hot, it is to run where it failed as well, though it runs elsewhere: not before, or it could move there.
  const { service } = partsOf(wanted, cib);
  const hasFailed = status.failures.some((one) => one.resource === service);
  if (wanted.standby === "hot" && hasFailed) await cleanUp(cluster, service);
  return {
    existed:
      before.groups.has(wanted.id) ||
      partsOf(wanted, before).clone !== undefined,
  };
}

/**
 * What a member that is made again returns to, as `returnToPlace` does with a group: what stood by hot does so again, by the
 * change that makes the last of its members.
 */
export function returnToStandby(
  cluster: Cluster,
  cib: Cib,
  { resourceId, group }: { resourceId: string; group?: string },
): PcsCommand[] {
  const left = leftStandby(cluster, {
    resourceId,
    ...(group === undefined ? {} : { group }),
  });
  const isComplete = left?.members.every(
    (id) => id === resourceId || cib.primitives.has(id),
  );
  if (
    !left ||
    group === undefined ||
    !isComplete ||
    cib.primitives.has(resourceId)
  )
    return [];
  const made: Primitive = {
    ...{ kind: "primitive", id: resourceId, agent: "", options: {} },
    ...{ operations: [], isAlone: true, meta: stagedMeta(group) },
  };
  return planMembers(
    {
      ...cib,
      primitives: new Map(cib.primitives).set(resourceId, made),
    },
    { id: group, standby: "hot", ...left },
    { standby: "hot", ...left },
  );
}

/** The constraints that are ours need not be told. */
function withoutBindings(cib: Cib, members: readonly string[]): Cib {
  const { service, addresses } = partsOf({ members }, cib);
  const ours = bindingsBetween(cib, addresses, cloneOf(service));
  return {
    ...cib,
    references: cib.references.filter(
      (one) => !ours.some(({ id }) => id === one.id),
    ),
  };
}

/** Once what ran on every node runs on one, it is as if it had never been otherwise. */
export async function endNarrowing(
  cluster: Cluster,
  cib: Cib,
  members: readonly string[],
): Promise<void> {
  if (narrowed(cib, members).length > 0)
    await transact(cluster, `let go ${members.join(" and ")}`, (now) =>
      narrowed(now.cib, members),
    );
}

export async function settleStandby(
  cluster: Cluster,
  id: string,
  members: readonly string[],
): Promise<Started | undefined> {
  const { service, addresses } = partsOf(
    { members },
    (await observeRecent(cluster)).cib,
  );
  return standsBy(cluster, id, { service, addresses });
}

/** How the members stand by now; undefined where they neither are in the group nor in a clone of ours. */
export function standbyFound(
  cib: Cib,
  id: string,
  members: readonly string[],
): "hot" | "cold" | undefined {
  if (cib.groups.has(id)) return "cold";
  const { service, clone } = partsOf({ members }, cib);
  return clone?.content === service ? "hot" : undefined;
}

/**
 * What somebody else has changed of it, as lines that a person reads.
 */
export function standbyDrift(cib: Cib, declared: DeclaredGroup): string[] {
  const { service, addresses, clone } = partsOf(declared, cib);
  const between = bindingsBetween(cib, addresses, cloneOf(service));
  const missing = bindingsOf(addresses, cloneOf(service)).filter(
    (binding) => !between.some((one) => isBinding(one, binding)),
  );
  const meta = { interleave: "true", ...declared.meta };
  return [
    ...missing.map(({ id }) =>
      between.some((one) => one.id === id)
        ? `the constraint ${id} was changed`
        : `the constraint ${id} is gone`,
    ),
    ...Object.entries(meta)
      .filter(([name, value]) => !sameValue(name, clone?.meta[name], value))
      .map(
        ([name, value]) =>
          `${name} of ${cloneOf(service)} is ${clone?.meta[name] ?? "not set"}, declared is ${value}`,
      ),
    ...declared.members
      .filter(
        (member) =>
          cib.primitives.get(member)?.meta[stagedMark] === declared.id,
      )
      .map((member) => `${member} waits to be started`),
  ];
}

/** Tells what somebody else has changed. */
export function tellDrift(cib: Cib, declared: DeclaredGroup): boolean {
  const lines = standbyDrift(cib, declared);
  if (lines.length > 0)
    warn(
      declared.id,
      `does not stand by as declared: ${lines.join("; ")}. "pulumi up" makes it so again.`,
    );
  return lines.length > 0;
}

export function isNarrowing(cib: Cib, members: readonly string[]): boolean {
  return members.some(
    (id) => narrowingMark in (cib.primitives.get(id)?.meta ?? {}),
  );
}

/** The node that holds the addresses, where the service runs there too. */
export function servingNode(
  { status }: Observation,
  members: readonly string[],
): string | undefined {
  const node = runsTogether(status, members.slice(0, -1));
  return node !== undefined &&
    runningOn(status, members.at(-1) ?? "").includes(node)
    ? node
    : undefined;
}

/** The addresses drop, the service stops everywhere, and then all that was said of them goes. */
export async function removeStandby(
  cluster: Cluster,
  id: string,
  members: readonly string[],
): Promise<void> {
  const { cib } = await observeRecent(cluster);
  const { clone } = partsOf({ members }, cib);
  if (!clone) return;
  warnOfReferences(withoutBindings(cib, members), clone.id);
  const present = (now: Cib) =>
    members.filter((member) => now.primitives.has(member));
  await sayingWhatStays(cluster, present(cib), async () => {
    await stopResources(cluster, id, present);
    await transact(cluster, `delete ${id}`, ({ cib: now }) =>
      partsOf({ members }, now).clone
        ? [...leaveTags(now, clone.id), ...takeApart(now, members).commands]
        : [],
    );
  });
}
