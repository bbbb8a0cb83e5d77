import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import type { PcsCommand } from "../../pcs/commands";
import {
  type Observation,
  observe,
  observeRecent,
  push,
  sameConfiguration,
  stage,
  warmUp,
} from "./observe";
import { isLost, loseMember, type Cluster } from "../nodes/members";
import { objectsIn } from "../../model/cib";
import { warn } from "../report";
import type { Staged } from "./stage";

/**
 * What to change, given what is there. Pure: it runs again whenever the cluster moved on meanwhile.
 *
 * @throws PacemakerError when what is there forbids it; nothing is changed then.
 */
export type Plan = (observation: Observation) => readonly PcsCommand[];

/** How often a change is planned anew because somebody else changed the configuration at the same time. */
const plans = 10;

/** How often a staged change is offered again because only what it is not about had moved. */
const offers = 50;

interface Change {
  readonly cluster: Cluster;
  /** The change in words, for errors: "delete smtp_ip". */
  readonly what: string;
  readonly plan: Plan;
  readonly resolve: (observation: Observation) => void;
  readonly reject: (error: unknown) => void;
}

/** By cluster: the changes that wait for the one under way. */
const queues = new Map<string, Change[]>();

/** A change that is sure to come, when what must be done before it is done. */
export interface Announcement {
  /** It has come, or will not come. */
  end(): void;
  readonly ended: Promise<void>;
}

/** By cluster: the announcements that nobody has waited for yet. */
const announced = new Map<string, Set<Announcement>>();

/** How long changes wait for those that are announced, in milliseconds: about what another transaction would cost. */
const patience = 500;

const begun = new WeakSet<Cluster>();

/** Whether this process has begun to change the cluster: then this is no preview. */
export function hasBegun(cluster: Cluster): boolean {
  return begun.has(cluster);
}

/** Lets the changes that are ready wait a moment for one that is not, so that all travel together. */
export function announce({ key }: Cluster): Announcement {
  const all = announced.get(key) ?? new Set();
  announced.set(key, all);
  let resolve: () => void;
  const announcement: Announcement = {
    ended: new Promise((done) => (resolve = done)),
    end() {
      all.delete(announcement);
      resolve();
    },
  };
  all.add(announcement);
  return announcement;
}

async function gather(cluster: Cluster): Promise<void> {
  const all = announced.get(cluster.key);
  if (!all?.size) return;
  // The time is not lost. Where it cannot be done, staging itself meets and tells what is in its way.
  await warmUp(cluster).catch(() => undefined);
  const coming = [...all];
  // Once is enough: what takes long must not hold up every transaction until then.
  all.clear();
  const enough = new AbortController();
  await Promise.race([
    Promise.all(coming.map(({ ended }) => ended)),
    sleep(patience, undefined, enough).catch(() => undefined),
  ]);
  enough.abort();
}

/**
 * Brings the cluster to what the plan says: observe, stage on a copy, verify, compare-and-swap. Changes that arrive while
 * another is under way travel together in the next transaction: all of them happen at once, and one that is refused does
 * not hold up the others.
 *
 * @param what the change in words, for errors: "delete smtp_ip"
 * @param announcement of this change, where it was announced
 * @returns what was observed before the change
 * @throws PacemakerError (conflict) when others kept changing the configuration, or what the plan throws.
 */
export function transact(
  cluster: Cluster,
  what: string,
  plan: Plan,
  announcement?: Announcement,
): Promise<Observation> {
  begun.add(cluster);
  return new Promise((resolve, reject) => {
    const change = { cluster, what, plan, resolve, reject };
    announcement?.end();
    const waiting = queues.get(cluster.key);
    if (waiting) waiting.push(change);
    else {
      const queue = [change];
      queues.set(cluster.key, queue);
      void drain(cluster.key, queue);
    }
  });
}

async function drain(key: string, queue: Change[]): Promise<void> {
  while (queue.length > 0) {
    const [first] = queue;
    await gather(first!.cluster);
    const together = queue.filter(({ cluster }) => cluster === first!.cluster);
    queue.splice(
      0,
      queue.length,
      ...queue.filter((change) => !together.includes(change)),
    );
    try {
      await commit(first!.cluster, together);
    } catch (error) {
      // Those that have their answer already are not changed by a second one.
      for (const change of together) change.reject(error);
    }
  }
  queues.delete(key);
}

/** Makes the changes in one transaction, and answers each. */
async function commit(
  cluster: Cluster,
  changes: readonly Change[],
): Promise<void> {
  let uncertain: PacemakerError | undefined;
  let membersLeft = cluster.connection.hosts.length;
  let remaining = [...changes];
  let look = observeRecent;
  for (let attempt = 0; attempt < plans;) {
    const observation = await look(cluster).catch((error: unknown) => {
      throw uncertain ? stillUncertain(uncertain, error) : error;
    });
    look = observe;
    const planned = remaining.flatMap((change) => plan(change, observation));
    if (planned.length === 0) return;
    nameOfflineNodes(cluster, observation);
    remaining = planned.map(({ change }) => change);
    let staged: Staged;
    try {
      staged = await stage(
        observation,
        planned.flatMap(({ commands }) => commands),
      );
    } catch (error) {
      // Staging works on a copy: whatever became of it, another member can do it from the start.
      membersLeft -= 1;
      if (!isLost(error) || membersLeft < 1)
        throw uncertain ? stillUncertain(uncertain, error) : error;
      loseMember(cluster, observation.member);
      continue;
    }
    if ("error" in staged) {
      if (remaining.length === 1) throw staged.error;
      if ("refusedCommand" in staged) {
        // It may be refused only for what travels beside it, such as a group that goes with its last member: the others
        // first, and then what is left to do of it.
        const refused = ownerOf(planned, staged.refusedCommand);
        const others = remaining.filter((change) => change !== refused);
        await commit(cluster, others).catch((error: unknown) => {
          for (const change of others) change.reject(error);
        });
        await commit(cluster, [refused]);
      } else {
        // Which of them it is shows when each travels alone.
        for (const change of remaining)
          await commit(cluster, [change]).catch(change.reject);
      }
      return;
    }
    attempt += 1;
    try {
      const pushed = await offer(cluster, observation, staged.diff);
      if (pushed) {
        for (const change of remaining) change.resolve(observation);
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

interface Planned {
  readonly change: Change;
  readonly commands: readonly PcsCommand[];
}

/** The commands of one change; it has its answer already where there are none, or where it is refused. */
function plan(change: Change, observation: Observation): Planned[] {
  try {
    const commands = change.plan(observation);
    if (commands.length > 0) return [{ change, commands }];
    change.resolve(observation);
  } catch (error) {
    change.reject(error);
  }
  return [];
}

/** The change that a command of the batch belongs to. */
function ownerOf(planned: readonly Planned[], command: number): Change {
  let end = 0;
  for (const { change, commands } of planned) {
    end += commands.length;
    if (command < end) return change;
  }
  throw new Error(`there is no command ${command} in the batch`);
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
      objectsIn(now) !== objectsIn(then)
    )
      return undefined;
  }
  return undefined;
}

const named = new WeakMap<Cluster, string>();

/** Once in an operation: what is changed now reaches an offline node only when it comes back. */
function nameOfflineNodes(cluster: Cluster, { status }: Observation): void {
  const offline = status.nodes
    .filter((node) => !node.online)
    .map((node) => node.name)
    .join(", ");
  if (offline !== "" && named.get(cluster) !== offline)
    warn("cluster", `offline: ${offline}. The others do the work.`);
  named.set(cluster, offline);
}
