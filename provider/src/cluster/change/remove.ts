import { PacemakerError } from "../../errors";
import { withFollowers, type Cib } from "../../model/cib";
import { refuseParent, refuseShared } from "../../model/understood";
import { leaveTags, takeAway, takeAwayByXml } from "../../model/taking";
import { isToStop } from "../../model/staging";
import { standbyOf } from "../../model/standby";
import { explainNotStopped } from "../outcome/explain";
import type { ClusterStatus } from "../../model/status";
import { observeRecent } from "../transaction/observe";
import { type Cluster } from "../nodes/members";
import {
  emptyGroup,
  refuseEmptied,
  warnOfEmptied,
  warnOfReferences,
} from "./references";
import { warn } from "../report";
import {
  describeFailures,
  hasStopped,
  sayingWhatStays,
  stopResources,
  stopSeconds,
  waitStopped,
} from "./stop";
import { transact } from "../transaction/transact";
import { notePlace } from "./waiting";
import { waitFor } from "../outcome/wait";

/**
 * Takes a primitive out of the cluster once it has stopped. Where it is still a member of its own group, the members
 * after it stop first and stay staged, so that none runs without it: the group starts them when it is next brought
 * to its declared members.
 *
 * @param ownGroup the group that the program declared for it
 * @param ownClone the clone in which it may stand by
 * @throws PacemakerError (conflict) when it is a member of any other group, (cluster) when it does not stop.
 */
export async function removePrimitive(
  cluster: Cluster,
  id: string,
  ownGroup: string | undefined,
  ownClone?: string,
): Promise<void> {
  const { cib, status: before } = await observeRecent(cluster);
  if (!cib.primitives.has(id)) {
    refuseLeftOver(before, id);
    return;
  }
  refuseForeign(cib, id, ownGroup, ownClone);
  warnOfReferences(cib, id);
  warnOfEmptied(cib, [id]);
  warnOfFollowers(before, cib, id);
  await sayingWhatStays(cluster, dependentsOf(cib, id), async () => {
    await stopResources(
      cluster,
      id,
      (current) => {
        refuseForeign(current, id, ownGroup, ownClone);
        refuseEmptied(current, [id]);
        return dependentsOf(current, id);
      },
      ownGroup,
    );
    const end = Date.now() + stopSeconds * 1000;
    const takeOut = () =>
      takeOutStopped(cluster, id, Date.now() < end, ownGroup, ownClone);
    while ((await takeOut()) === "runs") await waitStopped(cluster, cib, [id]);
    await waitFor(cluster, {
      what: `${id} to be gone`,
      resources: [id],
      timeoutSeconds: stopSeconds,
      reached: (status) => (status.resources.has(id) ? undefined : true),
      // Each node then forgets what it remembers of it, a moment later.
      untilSettled: true,
      explain: (status) => explainNotStopped(status, cib, [id]),
    });
  });
}

/**
 * Takes what has stopped out of the configuration.
 *
 * @param mayWait whether to answer that it runs, where it is to stop: a node whose daemons come up again does not know at
 *   once what runs there, so that it has been seen stopped before it was
 */
async function takeOutStopped(
  cluster: Cluster,
  id: string,
  mayWait: boolean,
  ownGroup: string | undefined,
  ownClone: string | undefined,
): Promise<"gone" | "runs"> {
  let runs = false;
  await transact(cluster, `delete ${id}`, ({ cib, status }) => {
    runs = false;
    refuseForeign(cib, id, ownGroup, ownClone);
    const found = cib.primitives.get(id);
    if (!found) return [];
    if (!hasStopped(status, cib, id)) {
      runs = mayWait && isToStop(found);
      if (runs) return [];
      throw new PacemakerError(
        "conflict",
        `${id} was started again by somebody else while it was being deleted. It is left in the configuration. ` +
          `Agree with whoever did, and run this again.`,
      );
    }
    notePlace(cluster, cib, id, ownGroup);
    return [
      ...emptyGroup(cib, [id]),
      ...leaveTags(cib, id),
      ...(cib.hasTemplates ? takeAwayByXml(cib, id) : [takeAway(cib, id)]),
    ];
  });
  return runs ? "runs" : "gone";
}

/** What stops with it, and must not start again before it is back: the members after it, or the addresses that follow it. */
function dependentsOf(cib: Cib, id: string): readonly string[] {
  const standby = cib.primitives.get(id)?.parent && standbyOf(cib, id);
  return standby ? [...standby.addresses, id] : withFollowers(cib, id);
}

/** Out of the configuration is not yet gone: a resource whose stop failed runs on. */
function refuseLeftOver(status: ClusterStatus, id: string): void {
  const found = status.resources.get(id);
  if (found && found.nodes.length > 0)
    throw new PacemakerError(
      "cluster",
      `${id} is no longer in the configuration, but still runs on ${found.nodes.join(", ")}` +
        `${found.blocked ? ", because its stop failed" : ""}:\n${describeFailures(status, id)}` +
        `Stop it there by hand, then "pcs resource cleanup ${id}", and run this again.`,
    );
}

function refuseForeign(
  cib: Cib,
  id: string,
  ownGroup: string | undefined,
  ownClone: string | undefined,
): void {
  refuseParent(
    cib.primitives.get(id),
    ownClone === undefined ? [] : [ownClone],
  );
  refuseShared(cib.primitives.get(id));
  const group = cib.primitives.get(id)?.group;
  if (group !== undefined && group !== ownGroup)
    throw new PacemakerError(
      "conflict",
      `${id} is a member of the group ${group}, which is not the one declared for it ` +
        `(${ownGroup ?? "none"}). Take it out there first: "pcs resource group remove ${group} ${id}". Nothing was changed.`,
    );
}

/** The members after it stop before it does, and start again only when the group is brought to its members. */
function warnOfFollowers(status: ClusterStatus, cib: Cib, id: string): void {
  const stopping = withFollowers(cib, id).filter(
    (member) =>
      member !== id && (status.resources.get(member)?.nodes ?? []).length > 0,
  );
  if (stopping.length > 0)
    warn(
      id,
      `${stopping.join(", ")}, after it in the group ${cib.primitives.get(id)!.group}, must stop before it goes: they ` +
        `start again when it is made anew, or when the group is updated.`,
    );
}
