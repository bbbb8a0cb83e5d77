import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import type { Cib } from "../../model/cib";
import type { PcsCommand } from "../../pcs/commands";
import type { Cluster } from "../nodes/members";
import { patience, type Announcement } from "./announce";
import type { Observation } from "./observe";
import {
  begin,
  takenBack,
  type Preparation,
  type Prepared,
} from "./preparation";

/**
 * What to change, given what is there. Pure: it runs again whenever the cluster moved on meanwhile.
 *
 * @param coming the ids of what the same transaction makes beside it
 * @throws PacemakerError when what is there forbids it; nothing is changed then.
 */
export type Plan = (
  observation: Observation,
  coming: ReadonlySet<string>,
) => readonly PcsCommand[];

/** What else there is to say of a change. */
export interface ChangeOptions {
  /** Of this change, where it was announced. */
  readonly announcement?: Announcement;
  /** What must be done before it is made. It is not done where there is nothing to change. */
  readonly preparation?: Preparation | undefined;
  /** The group that is to hold what is made: nothing is prepared for a member while another one cannot be made. */
  readonly group?: string | undefined;
  /** The id of the object that it makes. */
  readonly makes?: string;
  /** The objects that must be there before it can be made, or come with it, and are not there. */
  readonly needs?: (cib: Cib) => readonly string[];
}

/** A change that waits for its answer. */
export interface Change extends ChangeOptions {
  readonly cluster: Cluster;
  /** The change in words, for errors: "delete smtp_ip". */
  readonly what: string;
  readonly plan: Plan;
  readonly resolve: (observation: Observation) => void;
  readonly reject: (error: unknown) => void;
  /** Its preparation, once it has begun, and what became of it. */
  preparing?: Promise<Prepared>;
  prepared?: Prepared;
  /** Whether it waits no longer for what it needs. */
  isDue?: true;
}

/** By group: the changes of its members that were refused, for reasons of their own. */
const refusals = new WeakMap<Cluster, Map<string, Set<string>>>();

/** By group: the members that are being looked at, whether the cluster forbids them. */
const looks = new WeakMap<Cluster, Map<string, Set<Promise<unknown>>>>();

/**
 * Pulumi makes one resource while it asks about the next: nothing is prepared for a member before those beside it have been
 * looked at, nor where one of them is refused by that.
 *
 * @param looked what forbids the member, if anything
 */
export function noteLook(
  cluster: Cluster,
  { resourceId, group }: { resourceId: string; group?: unknown },
  looked: Promise<unknown>,
): void {
  if (typeof group !== "string") return;
  const groups = looks.get(cluster) ?? new Map<string, Set<Promise<unknown>>>();
  looks.set(cluster, groups);
  const open = groups.get(group) ?? new Set();
  groups.set(group, open.add(looked));
  const refused = refusedIn({ cluster, group });
  void looked.then((error) => {
    open.delete(looked);
    if (error !== undefined) refused.add(resourceId);
  });
}

async function lookedAt({ cluster, group }: Change): Promise<void> {
  await Promise.all(looks.get(cluster)?.get(group ?? "") ?? []);
}

function refusedIn({
  cluster,
  group,
}: Pick<Change, "cluster" | "group">): Set<string> {
  if (group === undefined) return new Set();
  const groups = refusals.get(cluster) ?? new Map<string, Set<string>>();
  refusals.set(cluster, groups);
  const found = groups.get(group) ?? new Set();
  groups.set(group, found);
  return found;
}

/** Answers that the change is made, or that there was nothing to do. */
export function confirm(change: Change, before: Observation): void {
  refusedIn(change).delete(change.what);
  change.resolve(before);
}

/** Answers that the change is not made, once what was done for it is taken back. */
export async function refuse(change: Change, error: unknown): Promise<void> {
  const { preparation, preparing } = change;
  refusedIn(change).add(change.what);
  await preparing;
  change.reject(
    preparation && preparing ? await takenBack(preparation, error) : error,
  );
}

export async function refuseAll(
  changes: readonly Change[],
  error: unknown,
): Promise<void> {
  await Promise.all(changes.map((change) => refuse(change, error)));
}

/** Whether nothing is prepared for the one while the other cannot be made. */
export function dependsOn(change: Change, other: Change): boolean {
  return change.preparation !== undefined && isSameGroup(change, other);
}

function isSameGroup(a: Change, b: Change): boolean {
  return a.group !== undefined && a.group === b.group;
}

/** For a sort: those that need something done come last. */
export function preparedLast(a: Change, b: Change): number {
  return (
    Number(a.preparation !== undefined) - Number(b.preparation !== undefined)
  );
}

/** The queue of the changes that come meanwhile. */
export interface Arrivals {
  /** Ends when one has come. */
  readonly next: () => Promise<void>;
  readonly add: (change: Change) => void;
}

/**
 * Has done what the changes need before they are made, and answers those for which it cannot be. One for which it takes
 * long goes back into the queue where others would wait for it.
 *
 * @returns those that are ready
 */
export async function prepareAll(
  changes: readonly Change[],
  arrivals: Arrivals,
): Promise<Change[]> {
  const open = changes.filter(
    ({ preparation, prepared }) => preparation && !prepared?.isDone,
  );
  const left = new Set<Change>();
  await Promise.all(open.map(lookedAt));
  for (const change of open) {
    const partner = [...refusedIn(change)].find((one) => one !== change.what);
    if (partner === undefined || change.preparing) continue;
    left.add(change);
    change.reject(partnerRefused(change, partner));
  }
  const begun = open.filter((change) => !left.has(change));
  for (const change of begun)
    change.preparing ??= begin(change.preparation!).then(
      (outcome) => (change.prepared = outcome),
    );
  const holdsUp = changes.some(
    (one) =>
      !open.includes(one) && !begun.every((other) => isSameGroup(one, other)),
  );
  await allOrEnough(begun, holdsUp, arrivals);
  for (const change of begun) {
    const { prepared, preparing } = change;
    if (prepared?.isDone) continue;
    left.add(change);
    if (prepared) await refuse(change, prepared.error);
    else void preparing!.then(() => arrivals.add(change));
  }
  return changes.filter((change) => !left.has(change));
}

/** Nothing is to be stopped for a member whose group cannot be started anyhow. */
function partnerRefused(
  { group, what }: Change,
  partner: string,
): PacemakerError {
  return new PacemakerError(
    "conflict",
    `${what}: ${partner}, of the same group ${group}, could not be made, and its own error says why. Nothing was ` +
      `changed for ${what}: what runs goes on running. Mend the cause, and run this again.`,
  );
}

/** Ends when all are prepared, or when others have waited for them long enough: those beside them, or those that come. */
async function allOrEnough(
  open: readonly Change[],
  holdsUp: boolean,
  arrivals: Arrivals,
): Promise<void> {
  if (open.length === 0) return;
  const all = Promise.all(open.map(({ preparing }) => preparing));
  const ended = new AbortController();
  const come = arrivals.next();
  const enough = sleep(patience, undefined, { signal: ended.signal }).then(
    () => (holdsUp ? undefined : come),
    () => undefined,
  );
  await Promise.race([all, enough]);
  ended.abort();
}
