import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import { tellOfWait } from "../report";
import {
  isUnderWay,
  withoutLooks,
  type ClusterStatus,
} from "../../model/status";
import {
  forgetObservations,
  isIdle,
  observePlans,
  observeStatus,
} from "../transaction/observe";
import { type Cluster } from "../nodes/members";

export interface Wait<Result> {
  /** What is waited for, in words: "smtp-stack to start". */
  readonly what: string;
  /** The resources that it concerns. */
  readonly resources: readonly string[];
  /** The bound, in seconds. */
  readonly timeoutSeconds: number;
  /**
   * The result once it is reached, undefined while it may still come.
   *
   * @throws PacemakerError when it is decided that it will not come.
   */
  readonly reached: (status: ClusterStatus) => Result | undefined;
  /**
   * Whether the result counts only once the cluster plans nothing more for the resources: right after a change, those
   * that it will restart still look as before.
   */
  readonly untilSettled?: boolean;
  /** Why it did not come, in words, given the last status. It may look further; it must not fail. */
  readonly explain: (status: ClusterStatus) => string | Promise<string>;
}

/** When a person is first told that the wait goes on, in ms; each next time after twice as long. */
const firstTold = 10_000;

const shortestPause = 25;
const longestPause = 100;

/** How long the cluster must have had nothing left to do before we believe that it has stopped trying, in ms. */
const idleBeforeDecided = 1500;

/**
 * Looks at the cluster until the result is reached, or it is decided that it will not be: the controller is idle and
 * plans nothing for these resources.
 *
 * @throws PacemakerError (cluster) when it will not be reached, (timeout) when the bound ended.
 */
export async function waitFor<Result>(
  cluster: Cluster,
  wait: Wait<Result>,
): Promise<Result> {
  const started = Date.now();
  let pause = shortestPause;
  let idleSince: number | undefined;
  let tellAfter = firstTold;
  for (;;) {
    const status = await observeStatus(cluster);
    const result = await reachedNow(cluster, wait, status);
    if (result !== undefined) {
      // What was read before it was reached must not be planned with.
      forgetObservations(cluster);
      return result;
    }
    const elapsed = Date.now() - started;
    if (elapsed > wait.timeoutSeconds * 1000)
      throw new PacemakerError(
        "timeout",
        `waited for ${wait.what}, but it did not within ${wait.timeoutSeconds} s:\n${await wait.explain(status)}\n` +
          `Mend the cause and run this again.`,
      );
    if (elapsed > tellAfter) {
      tellAfter *= 2;
      const [state = ""] = (await wait.explain(status)).split("\n");
      tellOfWait(
        wait.what,
        elapsed / 1000,
        wait.timeoutSeconds,
        state.replace(/^- /, ""),
      );
    }
    if (elapsed > idleBeforeDecided) {
      const settled = (await isIdle(cluster, status))
        ? await whenUnplanned(cluster, status, wait.resources)
        : undefined;
      if (!settled) {
        idleSince = undefined;
      } else {
        idleSince ??= Date.now();
        if (Date.now() - idleSince > idleBeforeDecided) {
          // A first look at what has started is waited for as long as the cluster has to do; a later one may always be under way.
          const found = wait.reached(withoutLooks(settled));
          if (found !== undefined) {
            forgetObservations(cluster);
            return found;
          }
          throw new PacemakerError(
            "cluster",
            `waited for ${wait.what}, but the cluster has stopped trying:\n${await wait.explain(status)}\n` +
              `Mend the cause and run this again; failures on record are cleaned up then.`,
          );
        }
      }
    }
    await sleep(pause);
    pause = Math.min(longestPause, pause * 1.3);
  }
}

/** The result, where it is reached and stays so. */
async function reachedNow<Result>(
  cluster: Cluster,
  wait: Wait<Result>,
  status: ClusterStatus,
): Promise<Result | undefined> {
  const result = wait.reached(status);
  if (result === undefined || !wait.untilSettled) return result;
  const unplanned = await whenUnplanned(cluster, status, wait.resources);
  // Of a stop or start under way nothing is planned any more.
  const changes = wait.resources.some((id) =>
    isUnderWay(unplanned?.resources.get(id)),
  );
  return unplanned && !changes ? wait.reached(unplanned) : undefined;
}

/**
 * The status at a moment at which the cluster plans nothing for the resources; undefined where it does. The plans and what
 * runs must be of one moment: between two looks, what was planned may have begun.
 */
async function whenUnplanned(
  cluster: Cluster,
  status: ClusterStatus,
  ids: readonly string[],
): Promise<ClusterStatus | undefined> {
  const { actions, resources } = await observePlans(cluster, status);
  const isPlanned = actions.some(
    ({ resource, blocked }) => ids.includes(resource) && !blocked,
  );
  return isPlanned ? undefined : { ...status, resources };
}
