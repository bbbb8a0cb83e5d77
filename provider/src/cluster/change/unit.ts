import { withFollowers, type Cib, type Primitive } from "../../model/cib";
import { unstage, waitingFor } from "../../model/staging";
import { changeType } from "../../pcs/commands";
import { PacemakerError } from "../../errors";
import type { Cluster } from "../nodes/members";
import { namesOf, restoreUnits, wayBack, type Touched } from "../nodes/restore";
import { disableUnit, straysOf } from "../nodes/disable";
import type { UnitOnNodes } from "../nodes/units";
import { heldByOperator } from "../outcome/explain";
import { whyNowhere } from "../outcome/nowhere";
import {
  observe,
  observeRecent,
  type Observation,
} from "../transaction/observe";
import type { Preparation } from "../transaction/preparation";
import { rehearse, transact } from "../transaction/transact";
import type { Plan } from "../transaction/changes";
import { cleanUpFailures } from "./change";
import { stopResources } from "./stop";

/** A service that is, or is to be, a resource of the cluster. */
interface Service {
  readonly resourceId: string;
  readonly group?: string;
}

/**
 * Why Pacemaker would not start the service, where that keeps it down: its unit runs on nodes where it would be stopped first.
 *
 * @returns undefined where nothing goes down that does not come up again
 * @throws PacemakerError (conflict) with the reasons, for a resource that is not in the cluster yet.
 */
export async function whyDown(
  observation: Observation,
  { resourceId: id, group }: Service,
  units: UnitOnNodes,
): Promise<string | undefined> {
  const { cib, status } = observation;
  const found = status.resources.get(id);
  const isKnown = cib.primitives.has(id);
  const strays = straysOf(units, new Set(found?.nodes ?? []));
  if (strays.size === 0) return undefined;
  const held = isKnown && heldByOperator(status, cib, [id]);
  if (held) return held.why;
  const { unit } = units;
  const why = await whyNowhere(observation, { id, unit, group });
  if (why.length === 0) return undefined;
  if (isKnown) return why[0];
  throw new PacemakerError(
    "conflict",
    `${id}: Pacemaker would not start it as things stand, and the service would be down: it runs by itself (` +
      [...strays]
        .map(([name, nodes]) => `${name} on ${nodes.join(", ")}`)
        .join("; ") +
      `), and is stopped there first.\n${why.map((line) => `- ${line}`).join("\n")}\n` +
      `Mend that, or stop the service there yourself, and run this again. Nothing was changed.`,
  );
}

/**
 * What a unit needs before Pacemaker alone is to start it: it is stopped and disabled on every node, but for where Pacemaker
 * runs it already.
 */
export function unitOff(
  cluster: Cluster,
  service: Service,
  units: UnitOnNodes,
): Preparation {
  const { resourceId: id } = service;
  const touched: Touched[] = [];
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    const before = await observeRecent(cluster);
    const isKnown = before.cib.primitives.has(id);
    // Where the cluster may have moved it since, what it runs is not to be stopped.
    const now = isKnown ? await observe(cluster) : before;
    const runsOn = new Set(now.status.resources.get(id)?.nodes ?? []);
    const held = await whyDown(now, service, units);
    await disableUnit(id, units, runsOn, held, touched);
    await cleanUpFailures(cluster, now.status, [id]);
  };
  return {
    run: () => (running ??= run()),
    async undo() {
      if (touched.length === 0) return "";
      const { cib } = await observe(cluster);
      const manager = managerOf(cib, units.unit);
      if (manager)
        return (
          `Stopped or disabled meanwhile, and left so, because ${manager.id} is to run it: ${namesOf(touched)}. ` +
          `To bring it back all the same: ${wayBack(touched)}.`
        );
      const failed = await restoreUnits(touched);
      return failed.length === 0
        ? `What was stopped or disabled for it is as it was before: ${namesOf(touched)}.`
        : `What was stopped or disabled for it could not be brought back everywhere. Run ${wayBack(failed)}.`;
    },
    describe: () =>
      touched.length === 0
        ? ""
        : `Stopped or disabled for it: ${namesOf(touched)}. Where Pacemaker is not to run it after all: ${wayBack(touched)}.`,
  };
}

function managerOf(cib: Cib, unit: string): Primitive | undefined {
  return [...cib.primitives.values()].find(
    ({ agent }) => /^systemd:(.+?)(\.service)?$/.exec(agent)?.[1] === unit,
  );
}

/**
 * Gives a systemd resource another unit where it stands: Pacemaker stops it and the members after it in order, and starts
 * them in order with the new one. What waits to be started by somebody else goes on waiting.
 *
 * @param then what else is to be done, given the configuration with the new unit
 * @param preparation what the new unit needs; it begins when the old one has stopped
 * @throws PacemakerError when one does not stop, or the change is refused: then what was stopped runs again as before.
 */
export async function changeUnit(
  cluster: Cluster,
  id: string,
  unit: string,
  then: Plan,
  preparation: Preparation,
): Promise<void> {
  const what = `${id} to systemd:${unit}`;
  const change: Plan = ({ cib }) => {
    const found = cib.primitives.get(id);
    if (!found || found.agent === `systemd:${unit}`) return [];
    return [changeType(id, "systemd", unit), ...unstage(waitingFor(cib, id))];
  };
  // Whatever is refused must be known before anything stops.
  await rehearse(cluster, (observation, coming) => [
    ...change(observation, coming),
    ...then(
      { ...observation, cib: withUnit(observation.cib, id, unit) },
      coming,
    ),
  ]);
  await stopResources(cluster, id, (cib) => withFollowers(cib, id), id);
  try {
    await transact(cluster, what, change, { preparation });
  } catch (error) {
    await transact(cluster, `start ${id} again`, ({ cib }) =>
      unstage(waitingFor(cib, id)),
    ).catch(() => undefined);
    throw error;
  }
}

function withUnit(cib: Cib, id: string, unit: string): Cib {
  const found = cib.primitives.get(id);
  if (!found) return cib;
  const changed = { ...found, agent: `systemd:${unit}` };
  return { ...cib, primitives: new Map(cib.primitives).set(id, changed) };
}
