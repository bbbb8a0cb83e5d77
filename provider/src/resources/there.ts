/** What a program declares without Pulumi's knowing the order is created at the same time as what names it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/nodes/members";
import {
  observeRecent,
  pushCount,
  untilPushed,
  type Observation,
} from "../cluster/transaction/observe";
import type { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { isDeclared } from "./program";

/** How long it is waited for, in seconds. */
export const thereSeconds = 120;

/**
 * How often is looked though this process has changed nothing, in milliseconds: another one may have made it. All who wait look
 * at the same time, so that one look serves them all.
 */
const longestRest = 5000;

/**
 * Waits until the configuration holds what is named.
 *
 * @param missingIn the ids that it lacks; it throws where waiting is of no use
 * @param tooLate says so of those that are missing when the time is up
 * @throws PacemakerError when it is.
 */
export async function untilThere(
  cluster: Cluster,
  missingIn: (cib: Cib) => readonly string[],
  tooLate: (missing: string) => PacemakerError,
): Promise<Observation> {
  const end = Date.now() + thereSeconds * 1000;
  for (;;) {
    const count = pushCount(cluster);
    const observation = await observeRecent(cluster);
    const missing = missingIn(observation.cib);
    if (missing.length === 0) return observation;
    if (Date.now() > end) throw tooLate(missing.join(", "));
    // What this process itself is to make is not there before it has changed something.
    if (missing.every((id) => isDeclared(cluster, id)))
      await untilPushed(
        cluster,
        count,
        longestRest - (Date.now() % longestRest),
      );
    else await sleep(200);
  }
}
