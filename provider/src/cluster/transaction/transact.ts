import { deferred } from "../../deferred";
import { PacemakerError } from "../../errors";
import {
  type Observation,
  observe,
  observeRecent,
  push,
  sameConfiguration,
} from "./observe";
import { loseMember, type Cluster } from "../nodes/members";
import { objectsIn } from "../../model/cib";
import { keptOn } from "../outcome/known";
import { warn } from "../report";
import { noteMade, takenAway, tellTakenAway } from "./again";
import { gather } from "./announce";
import { stageAnywhere, type StagedOn } from "./anywhere";
import {
  confirm,
  dependsOn,
  prepareAll,
  preparedLast,
  refuseAll,
  type Arrivals,
  type Change,
  type ChangeOptions,
  type Plan,
} from "./changes";
import { untilBegun } from "./expected";
import {
  heldBack,
  holdBack,
  isHeldBack,
  letGo,
  ownerOf,
  planTogether,
  type Planned,
} from "./together";

/** How often a change is planned anew because somebody else changed the configuration at the same time. */
const plans = 10;

/** How often a staged change is offered again because only what it is not about had moved. */
const offers = 50;

/** By cluster: the changes that wait for the one under way. */
const queues = new Map<string, Change[]>();

/** By cluster: those who want to know that another change has come. */
const bells = new Map<string, (() => void)[]>();

const begun = new WeakSet<Cluster>();

/** Whether this process has begun to change the cluster: then this is no preview. */
export function hasBegun(cluster: Cluster): boolean {
  return begun.has(cluster);
}

/**
 * Brings the cluster to what the plan says: observe, stage on a copy, verify, compare-and-swap. Changes that arrive while
 * another is under way travel together in the next transaction: all of them happen at once, and one that is refused does
 * not hold up the others.
 *
 * @param what the change in words, for errors: "delete smtp_ip"
 * @returns what was observed before the change
 * @throws PacemakerError (conflict) when others kept changing the configuration, or what the plan throws.
 */
export function transact(
  cluster: Cluster,
  what: string,
  plan: Plan,
  options: ChangeOptions = {},
): Promise<Observation> {
  const { change, made } = begin(cluster, what, plan, options);
  enqueue(change);
  return made;
}

function begin(
  cluster: Cluster,
  what: string,
  plan: Plan,
  options: ChangeOptions,
): { readonly change: Change; readonly made: Promise<Observation> } {
  begun.add(cluster);
  options.announcement?.end();
  const { promise: made, ...answer } = deferred<Observation>();
  return { change: { ...options, cluster, what, plan, ...answer }, made };
}

/** A change that waits for what it needs. */
export interface Waiting {
  /** What was observed before it was made. */
  readonly made: Promise<Observation>;
  /** Whether it waits, and is no part of a transaction. */
  readonly isHeldBack: () => boolean;
  /** What it needs is there. */
  readonly begin: () => void;
  /** It is waited for no longer. */
  readonly giveUp: (error: unknown) => void;
}

/** The same for a change that needs what is not there yet: it travels with what makes that, where this process does. */
export function transactWith(
  cluster: Cluster,
  what: string,
  plan: Plan,
  options: ChangeOptions & Required<Pick<ChangeOptions, "needs">>,
): Waiting {
  const { change, made } = begin(cluster, what, plan, options);
  holdBack(change);
  return {
    made,
    isHeldBack: () => isHeldBack(change),
    begin() {
      change.isDue = true;
      if (letGo(change)) enqueue(change);
    },
    giveUp(error) {
      if (letGo(change)) change.reject(error);
    },
  };
}

/**
 * Stages a change and does not make it.
 *
 * @param alone whether nothing else may come before the change that would let the whole configuration be accepted: where
 *   something may, only what refuses one of its commands counts
 * @throws PacemakerError when the plan or the tools refuse it, or no node can stage.
 */
export async function rehearse(
  cluster: Cluster,
  plan: Plan,
  alone = true,
): Promise<void> {
  const found = await stageAnywhere(cluster, observeRecent, (observation) =>
    plan(observation, new Set()),
  );
  if (!found || !("error" in found.staged)) return;
  if (alone || "refusedCommand" in found.staged) throw found.staged.error;
}

/**
 * Makes again what this process has made and somebody else's change has taken away.
 *
 * @returns whether any of what is missing was that
 */
export async function madeAgain(
  cluster: Cluster,
  missing: readonly string[],
): Promise<boolean> {
  const changes = takenAway(cluster, missing);
  await Promise.all(
    changes.map(async ({ what, plan, group, makes }) => {
      // By now, somebody may have put it back.
      const ifMissing: Plan = (observation, coming) =>
        observation.cib.ids.has(makes) ? [] : plan(observation, coming);
      const options = { group, makes };
      const { cib } = await transact(cluster, what, ifMissing, options);
      if (!cib.ids.has(makes)) tellTakenAway(makes);
    }),
  );
  return changes.length > 0;
}

function enqueue(change: Change): void {
  const { key } = change.cluster;
  const waiting = queues.get(key);
  if (waiting) {
    waiting.push(change);
    for (const ring of bells.get(key) ?? []) ring();
    bells.delete(key);
  } else {
    const queue = [change];
    queues.set(key, queue);
    void drain(key, queue);
  }
}

function arrivalsOf(key: string): Arrivals {
  return {
    add: enqueue,
    next: () =>
      new Promise((resolve) => {
        if (queues.get(key)?.length) resolve();
        else bells.set(key, [...(bells.get(key) ?? []), resolve]);
      }),
  };
}

async function drain(key: string, queue: Change[]): Promise<void> {
  while (queue.length > 0) {
    const [first] = queue;
    await Promise.all([untilBegun(first!.cluster), gather(first!.cluster)]);
    const together = queue.filter(({ cluster }) => cluster === first!.cluster);
    queue.splice(
      0,
      queue.length,
      ...queue.filter((change) => !together.includes(change)),
    );
    await commit(first!.cluster, together);
  }
  queues.delete(key);
}

/**
 * Makes the changes in one transaction, with those that waited for them, and answers each.
 *
 * @param isAlone whether those that wait go on waiting
 */
async function commit(
  cluster: Cluster,
  changes: readonly Change[],
  isAlone = false,
): Promise<void> {
  const travelling = new Set(changes);
  try {
    await attempt(cluster, changes, travelling, isAlone);
  } catch (error) {
    // Those that have their answer already are not changed by a second one.
    await refuseAll([...travelling], error);
  }
}

/** @param travelling those that wait for this one's answer: of what waited for one of the changes, some join them */
async function attempt(
  cluster: Cluster,
  changes: readonly Change[],
  travelling: Set<Change>,
  isAlone: boolean,
): Promise<void> {
  if (changes.length === 0) return;
  let uncertain: PacemakerError | undefined;
  let remaining = [...changes];
  let look = observeRecent;
  for (let tries = 0; tries < plans;) {
    let planned: Planned[] = [];
    let found: StagedOn | undefined;
    try {
      found = await stageAnywhere(cluster, look, (observation) => {
        planned = planTogether(
          isAlone
            ? remaining
            : [...new Set([...remaining, ...heldBack(cluster)])],
          observation,
        );
        if (planned.length > 0) nameOfflineNodes(cluster, observation);
        remaining = planned.map(({ change }) => change);
        travelling.clear();
        for (const change of remaining) travelling.add(change);
        return planned.flatMap(({ commands }) => commands);
      });
    } catch (error) {
      throw uncertain ? stillUncertain(uncertain, error) : error;
    }
    look = observe;
    if (!found) return;
    const { observation, staged } = found;
    if ("error" in staged) {
      if (remaining.length === 1) return refuseAll(remaining, staged.error);
      if ("refusedCommand" in staged) {
        // It may be refused only for what travels beside it, such as a group that goes with its last member: the others
        // first, and then what is left to do of it. What must be prepared goes last: it may be left alone then.
        const refused = ownerOf(planned, staged.refusedCommand);
        const others = remaining.filter((change) => change !== refused);
        const waiting = others.filter((one) => dependsOn(one, refused));
        for (const batch of [
          others.filter((one) => !waiting.includes(one)),
          [refused],
          waiting,
        ])
          await commit(cluster, batch, true);
      } else {
        // Which of them it is shows when each travels alone.
        for (const change of [...remaining].sort(preparedLast))
          await commit(cluster, [change], true);
      }
      return;
    }
    const ready = await prepareAll(remaining, arrivalsOf(cluster.key));
    if (ready.length < remaining.length) return commit(cluster, ready, isAlone);
    tries += 1;
    try {
      const pushed = await offer(cluster, observation, staged.diff);
      if (pushed) {
        for (const change of remaining) {
          noteMade(change, observation.cib);
          confirm(change, observation);
        }
        return;
      }
      uncertain = undefined;
    } catch (error) {
      // The patch fits one version only, so a second one cannot repeat what a lost one did: look again, and where
      // nothing is left to do, it had arrived.
      const lost =
        error instanceof PacemakerError && error.kind === "unknown-outcome";
      if (!lost || uncertain) throw error;
      uncertain = error;
      loseMember(cluster, observation.member);
    }
  }
  throw new PacemakerError(
    "conflict",
    `${remaining.map(({ what }) => what).join(", ")}: the cluster's configuration was changed by somebody else each of ` +
      `the ${plans} times that this change was ready. Nothing was changed by it. See who writes ("pcs status", the ` +
      `cluster's log) and run it again.`,
  );
}

/** The change was sent, no word of it came back, and looking for it failed as well. */
function stillUncertain(lost: PacemakerError, error: unknown): PacemakerError {
  return new PacemakerError(
    "unknown-outcome",
    `${lost.message}\nIt could not be looked at again: ${error instanceof Error ? error.message : String(error)}`,
    lost.host,
  );
}

/**
 * Pushes. Where others have written since, but nothing that the difference is about, the same difference is offered to
 * the new version: staging it again takes so long that somebody who writes steadily would always be there first.
 */
async function offer(
  cluster: Cluster,
  planned: Observation,
  diff: string,
): Promise<Observation | undefined> {
  let observation = planned;
  for (let attempt = 0; attempt < offers; attempt += 1) {
    if (await push(cluster, observation, diff)) return observation;
    observation =
      (await sameConfiguration(observation).catch(() => undefined)) ??
      // Where the member is lost, another one is looked for.
      (await observe(cluster));
    const [now, then] = [observation.cib, planned.cib];
    // A higher admin_epoch says that an administrator replaced the whole configuration.
    if (
      now.version.adminEpoch !== then.version.adminEpoch ||
      objectsIn(now, diff) !== objectsIn(then, diff)
    )
      return undefined;
  }
  return undefined;
}

const named = new WeakMap<Cluster, string>();

/** Once in an operation: what is changed now reaches an offline node only when it comes back. */
function nameOfflineNodes(cluster: Cluster, { status }: Observation): void {
  const nodes = status.nodes
    .filter((node) => !node.online)
    .map((node) => node.name);
  const offline = nodes.join(", ");
  if (offline !== "" && named.get(cluster) !== offline) {
    const stale = keptOn(cluster, nodes);
    warn(
      "cluster",
      `offline: ${offline}. The others do the work.` +
        (stale.length > 0
          ? ` The outputs of ${stale.join(", ")} are of the time before: "pulumi up --refresh" looks again.`
          : ""),
    );
  }
  named.set(cluster, offline);
}
