import { explainNotStopped } from "./explain";
import { isUnderWay } from "../../model/status";
import { startSeconds } from "./start";
import { waitFor } from "./wait";
import type { Cluster } from "../nodes/members";
import {
  observePlans,
  observeRecent,
  observeStatus,
} from "../transaction/observe";

/**
 * Waits until the cluster has done what comes of a change that is not one of a resource: what it plans now has been done, or
 * it has given it up.
 *
 * @throws PacemakerError (timeout) when it is still at it after 300 s.
 */
export async function untilQuiet(
  cluster: Cluster,
  what: string,
): Promise<void> {
  const status = await observeStatus(cluster);
  const { actions, resources } = await observePlans(cluster, status);
  const busy = new Set([
    ...actions
      .filter(({ blocked, action }) => !blocked && action !== "delete")
      .map(({ resource }) => resource),
    ...[...resources.values()].filter(isUnderWay).map(({ id }) => id),
  ]);
  if (busy.size === 0) return;
  const ids = [...busy].filter((id) => resources.has(id));
  const { cib } = await observeRecent(cluster);
  await waitFor(cluster, {
    what: `${ids.join(", ")} to become as ${what} has it`,
    resources: ids,
    timeoutSeconds: startSeconds,
    reached: () => true,
    untilSettled: true,
    explain: (now) => explainNotStopped(now, cib, ids),
  });
}
