/** What a program declares without Pulumi's knowing the order is created at the same time as what names it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/nodes/members";
import {
  observeRecent,
  observeShared,
  pushCount,
  untilPushed,
  type Observation,
} from "../cluster/transaction/observe";
import type { ChangeOptions, Plan } from "../cluster/transaction/changes";
import { madeAgain, transactWith } from "../cluster/transaction/transact";
import type { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { isDeclared } from "./program";

/** How long it is waited for, in seconds. */
export const thereSeconds = 120;

/**
 * Where this process is to make it, another one may have. All who wait look at the same moments, this far apart in milliseconds, so
 * that one look serves them all; and not before the second one that comes, for the first may be now.
 */
const moments = 15_000;

/**
 * Waits until the configuration holds what is named.
 *
 * @param missingIn the ids that it lacks; it throws where waiting is of no use
 * @param tooLate says so of those that are missing when the time is up
 * @param signal nobody waits any longer
 * @param isLookedFor whether it is to be looked for at the moment
 * @param look how to look at first
 * @throws PacemakerError when it is.
 */
export async function untilThere(
  cluster: Cluster,
  missingIn: (cib: Cib) => readonly string[],
  tooLate: (missing: string) => PacemakerError,
  {
    signal = new AbortController().signal,
    isLookedFor = () => true,
    look = observeRecent,
  }: {
    readonly signal?: AbortSignal;
    readonly isLookedFor?: () => boolean;
    readonly look?: (cluster: Cluster) => Promise<Observation>;
  } = {},
): Promise<Observation> {
  const end = Date.now() + thereSeconds * 1000;
  let count = pushCount(cluster);
  let observation = await look(cluster);
  for (;;) {
    const missing = missingIn(observation.cib);
    if (missing.length === 0) return observation;
    if (Date.now() > end) throw tooLate(missing.join(", "));
    // A look that was under way while this process made something says nothing of that.
    if (count === pushCount(cluster) && (await madeAgain(cluster, missing))) {
      count = pushCount(cluster);
      observation = await observeRecent(cluster);
      continue;
    }
    // What this process itself is to make is not there before it has changed something.
    const isOwn = missing.every((id) => isDeclared(cluster, id));
    do {
      const rest = isOwn ? 2 * moments - (Date.now() % moments) : 200;
      await (isOwn
        ? untilPushed(cluster, count, rest, signal)
        : sleep(rest, undefined, { signal }).catch(() => undefined));
      if (signal.aborted) return observation;
      count = pushCount(cluster);
    } while (!isLookedFor());
    observation = await observeRecent(cluster);
  }
}

/**
 * Changes the cluster once what is named is there, or together with what makes it.
 *
 * @param tooLate says so of what is missing when the time is up
 * @returns what was observed before the change
 * @throws PacemakerError as `transact` does, and when it is.
 */
export async function transactWhenThere(
  cluster: Cluster,
  what: string,
  plan: Plan,
  {
    tooLate,
    ...options
  }: ChangeOptions &
    Required<Pick<ChangeOptions, "needs">> & {
      readonly tooLate: (missing: string) => PacemakerError;
    },
): Promise<Observation> {
  const { made, isHeldBack, begin, giveUp } = transactWith(
    cluster,
    what,
    plan,
    options,
  );
  const over = new AbortController();
  const end = (): void => over.abort();
  made.then(end, end);
  untilThere(cluster, options.needs, tooLate, {
    signal: over.signal,
    // Where it is part of a transaction, that has looked.
    isLookedFor: isHeldBack,
    // What was seen before this process has changed anything is enough to begin with: the change itself looks anew.
    look: observeShared,
  }).then(begin, giveUp);
  return made;
}
