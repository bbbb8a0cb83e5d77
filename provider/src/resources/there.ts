/** What a program declares without Pulumi's knowing the order is created at the same time as what names it. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster/nodes/members";
import {
  observeRecent,
  type Observation,
} from "../cluster/transaction/observe";
import type { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";

/** How long it is waited for, in seconds. */
export const thereSeconds = 120;

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
    const observation = await observeRecent(cluster);
    const missing = missingIn(observation.cib);
    if (missing.length === 0) return observation;
    if (Date.now() > end) throw tooLate(missing.join(", "));
    await sleep(200);
  }
}
