import type { Cib } from "../../model/cib";
import { takeOut } from "../../model/taking";
import { refuseParent } from "../../model/understood";
import { arrive, isStaged, movingMark, stopCommand } from "../../model/staging";
import { observe, observeRecent } from "../transaction/observe";
import { type Cluster } from "../nodes/members";
import { emptyGroup, refuseEmptied, warnOfEmptied } from "./references";
import { startedOn } from "../outcome/start";
import { refuseWhereHeld, waitStopped } from "./stop";
import { transact } from "../transaction/transact";

/**
 * Takes members out of their group one by one, from last to first, each stopping where it is: none runs on without one
 * that it was ordered after, none wanders off to another node, and the members that stay are not restarted.
 *
 * @param to the group that takes them over; default: see `stopCommand`
 */
export async function leaveGroup(
  cluster: Cluster,
  group: string,
  members: readonly string[],
  to?: string,
): Promise<void> {
  if (members.length === 0) return;
  warnOfEmptied((await observeRecent(cluster)).cib, members);
  for (const id of [...members].reverse()) {
    const { cib } = await transact(
      cluster,
      `take ${id} out of ${group}`,
      (observation) => {
        const { cib: current } = observation;
        const holder = current.groups.get(group);
        if (!holder?.members.includes(id)) return [];
        refuseParent(holder);
        refuseWhereHeld(observation, group, [id]);
        refuseEmptied(current, [id]);
        return [
          ...emptyGroup(current, [id]),
          ...takeOut(current, holder, [id]),
          ...stopCommand(current, id, to),
        ];
      },
    );
    try {
      await waitStopped(cluster, cib, [id]);
    } catch (error) {
      const { cib: now } = await observe(cluster);
      const found = now.primitives.get(id);
      // Whoever was to start it has done so already.
      const isTaken = found && (found.group !== undefined || !isStaged(found));
      if (!isTaken) throw error;
    }
  }
}

/**
 * Starts those of the members that have left their group to stand alone, where they are out of it.
 *
 * @throws PacemakerError when one does not start.
 */
export async function startAlone(
  cluster: Cluster,
  members: readonly string[],
): Promise<void> {
  const { cib } = await transact(
    cluster,
    `start ${members.join(" and ")}`,
    ({ cib: current }) => arrive(current, standingAlone(current, members)),
  );
  for (const id of standingAlone(cib, members))
    await startedOn(cluster, id, [id]);
}

/** Those that are in no group, and were declared to be in none. */
export function standingAlone(cib: Cib, members: readonly string[]): string[] {
  return members.filter((id) => {
    const found = cib.primitives.get(id);
    return found?.group === undefined && found?.meta[movingMark] === id;
  });
}
