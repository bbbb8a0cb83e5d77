import { z } from "zod";
import {
  type Observation,
  observeRecent,
  observeShared,
} from "../cluster/transaction/observe";
import {
  freeLeftAlone,
  madeMember,
  prepareMember,
} from "../cluster/change/change";
import { changeUnit, unitOff, whyDown } from "../cluster/change/unit";
import type { Step } from "../cluster/preview/preview";
import { clusterOf, reachEach, type Cluster } from "../cluster/nodes/members";
import { awaitHandover, withoutLeaving } from "../cluster/change/handover";
import { returnToPlace } from "../cluster/change/waiting";
import { removePrimitive } from "../cluster/change/remove";
import { sayNothing, warn, warnOnce } from "../cluster/report";
import { startedOn } from "../cluster/outcome/start";
import { memberSettles } from "../cluster/outcome/standby";
import { announce, type Announcement } from "../cluster/transaction/announce";
import type { Plan } from "../cluster/transaction/changes";
import { transact } from "../cluster/transaction/transact";
import { refuseSecondManager } from "../cluster/nodes/managers";
import {
  checkStandsHot,
  refuseMissingInstance,
} from "../cluster/nodes/postfix";
import { warnOfDifferences } from "../cluster/nodes/sync";
import { findUnit } from "../cluster/nodes/units";
import {
  refuseToStrand,
  unitIn,
  warnOfLeft,
  warnOfStranded,
} from "../cluster/nodes/stranded";
import { previewWasSeen } from "../engine";
import { withFollowers } from "../model/cib";
import { cloneOf } from "../model/standby";
import { isStaged, stopCommand } from "../model/staging";
import type { ClusterStatus } from "../model/status";
import { usualInstance } from "../postfix/instance";
import { fullName, shortName } from "../model/unit";
import type {
  SystemdResourceArgs,
  SystemdResourceOutputs,
} from "./classes/systemdResource";
import { memberSchema } from "./common";
import { define, inputsOf } from "./define";
import { foretellPrimitive } from "./foresee";
import {
  asStrings,
  checkOwnId,
  flag,
  ip,
  standby,
  strandedMail,
  unit,
  withoutCold,
} from "./inputs";
import type { Applied, Properties } from "./lifecycle";
import { verifyStarted } from "./verify";
import {
  instanceIn,
  outputOf,
  queuesOn,
  queuesSeen,
  refuseToStrandByUnit,
  remindOfMail,
} from "./queues";
import { withAwaited } from "./program";
import { isReplaced, sameObject, withoutReplaced } from "./replaced";
import { returnToStandby } from "./standby";
import {
  planPrimitive,
  readAttributes,
  takenOver,
  unfinished,
  waiting,
  type Declared,
} from "../plan/primitive";
import { operationsFor, readInterval, readTimeouts } from "../plan/operations";

const schema = inputsOf<SystemdResourceArgs>()({
  unit,
  followWrapper: flag.optional(),
  standby,
  addresses: z.array(ip).optional(),
  strandedMail: strandedMail.optional(),
  verifySync: flag.optional(),
  ...memberSchema,
}).superRefine(checkOwnId);

type Inputs = z.output<typeof schema>;
type Outputs = Partial<SystemdResourceOutputs>;

export const systemdResource = define<SystemdResourceOutputs>()({
  name: "systemdResource",
  schema,

  normalise(inputs: Properties): Properties {
    const { unit: name } = inputs;
    return {
      ...withoutCold(inputs),
      ...(typeof name === "string"
        ? { unit: name.replace(/(?<=.)\.service$/, "") }
        : {}),
    };
  },

  async examine(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    const observation = await observeShared(cluster);
    const { cib, status } = observation;
    const { resourceId, followWrapper } = inputs;
    const known = sameObject(inputs, previous);
    const others = withoutLeaving(
      cluster,
      withoutReplaced(cib, inputs, previous),
      inputs,
    );
    await refuseToStrandByUnit(cluster, cib, inputs, known);
    const units = await findUnit(
      cluster,
      { cib: others, status },
      resourceId,
      inputs.unit,
      followWrapper === true,
      // What changes is told of when it is foretold, and by the change.
      previous || previewWasSeen() ? sayNothing : warnOnce(cluster),
    );
    await checkPostfix(cluster, status, inputs, units.unit);
    // Of what is in the state, preview reminds.
    if (!previous) await compareNodes(inputs);
    const wanted = declared(inputs, units.unit, units.declared);
    const agent = others.primitives.get(resourceId)?.agent ?? "";
    const last = known
      ? declared(known, known.unit)
      : inputs.adopt === "update"
        ? takenOver
        : undefined;
    if (!last || !runsOtherUnit(agent, wanted))
      planPrimitive(others, wanted, last);
    await whyDown({ ...observation, cib: others }, inputs, units);
  },

  async apply(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    const announcement = announce(cluster);
    try {
      return await register(cluster, inputs, previous, announcement);
    } finally {
      announcement.end();
    }
  },

  foretell: (inputs, previous, isReplacement) => {
    const cluster = clusterOf(inputs.connection);
    return foretellPrimitive(
      cluster,
      previous.resourceId,
      isReplacement,
      (observation) => foresee(cluster, observation, inputs, previous),
    );
  },

  async remind(state, mayAsk) {
    await remindOfMail(state, mayAsk);
    if (mayAsk) await compareNodes(state);
  },

  isUnfinished: (state) => (state.pendingNodes ?? []).length > 0,

  async settle(inputs) {
    const cluster = clusterOf(inputs.connection);
    const { cib } = await observeRecent(cluster);
    const agent = cib.primitives.get(inputs.resourceId)?.agent ?? "";
    const registeredUnit = unitOf(agent);
    if (inputs.group !== undefined) {
      const { resourceId, group } = inputs;
      const started = await memberSettles(cluster, resourceId, group);
      await verifyStarted(cluster, inputs, started);
      return { registeredUnit };
    }
    const started = await startedOn(cluster, inputs.resourceId, [
      inputs.resourceId,
    ]);
    return { registeredUnit, activeNode: started?.node };
  },

  // A member's node is told by its group alone: it changes with every failover.
  placed: ({ resourceId, group }) => (group === undefined ? [resourceId] : []),

  async read(state) {
    const cluster = clusterOf(state.connection);
    const { cib, status } = await observeShared(cluster);
    const found = cib.primitives.get(state.resourceId);
    if (!found?.agent.startsWith("systemd:")) return undefined;
    const registeredUnit = unitOf(found.agent);
    const queues = await queuesSeen(cluster, state, status);
    if (queues) warnOfStranded(cluster, state.resourceId, queues);
    await compareNodes(state);
    return {
      ...state,
      ...outputOf(queues),
      unit:
        registeredUnit === state.registeredUnit ? state.unit : registeredUnit,
      registeredUnit,
      monitorInterval: readInterval(found, state.monitorInterval),
      timeouts: readTimeouts(found, state.timeouts),
      meta: readAttributes(found.meta, state.meta),
      ...unfinished(found),
      ...waiting(found, state.group),
      activeNode:
        state.group === undefined
          ? status.resources.get(state.resourceId)?.nodes[0]
          : undefined,
    };
  },

  async remove(state, undoes) {
    const cluster = clusterOf(state.connection);
    const { resourceId } = state;
    const { cib } = await observeRecent(cluster);
    const found = cib.primitives.get(resourceId);
    const unit = unitIn(cib, resourceId) ?? "";
    // What its group has stopped on its way out was looked at by that.
    const isLooked = undoes || isReplaced(state) || !found || isStaged(found);
    if (!isLooked)
      await refuseToStrand(cluster, resourceId, unit, state.strandedMail);
    await removePrimitive(
      cluster,
      resourceId,
      state.group,
      ...(state.standby === "hot" ? [cloneOf(resourceId)] : []),
    );
    if (found && !undoes && !isReplaced(state))
      await warnOfLeft(cluster, resourceId, unit);
  },
});

/** Tells where the nodes' Postfix differ, where that is to be looked at. Who cannot be asked is told elsewhere. */
async function compareNodes(inputs: Inputs & Outputs): Promise<void> {
  const { connection, resourceId, verifySync } = inputs;
  if (verifySync !== true) return;
  const instance = instanceIn(inputs) ?? usualInstance;
  const cluster = clusterOf(connection);
  const seen = await observeShared(cluster).catch(() => undefined);
  if (seen) await warnOfDifferences(cluster, seen.status, resourceId, instance);
}

/** The unit of an agent such as "systemd:postfix". */
function unitOf(agent: string): string {
  return shortName(agent.replace(/^systemd:/, ""));
}

/** Whether that Postfix is there; and where it stands by hot, whether it can run where the addresses are not. */
async function checkPostfix(
  cluster: Cluster,
  status: ClusterStatus,
  { resourceId, standby, addresses = [] }: Inputs,
  unit: string,
): Promise<void> {
  await refuseMissingInstance(cluster, status, resourceId, unit);
  if (standby === "hot")
    await checkStandsHot(cluster, status, resourceId, unit, addresses);
}

/** Whether the unit is to be changed where the resource stands. */
function runsOtherUnit(agent: string, wanted: Declared): boolean {
  return agent.startsWith("systemd:") && !wanted.agents.includes(agent);
}

/** @param wrapper serves as well as the unit to register, where it is given: what was taken over stays as it is */
function declared(
  inputs: Inputs,
  registered: string,
  wrapper = registered,
): Declared {
  return {
    id: inputs.resourceId,
    agents: [...new Set([registered, wrapper])].flatMap((unit) => [
      `systemd:${unit}`,
      `systemd:${unit}.service`,
    ]),
    options: {},
    operations: operationsFor(inputs.monitorInterval, inputs.timeouts),
    meta: asStrings(inputs.meta),
    ...(inputs.group === undefined ? {} : { group: inputs.group }),
    ...(inputs.standby === "hot" ? { clone: cloneOf(inputs.resourceId) } : {}),
  };
}

/** Registers the unit with the cluster, once it is stopped and disabled on every node. */
async function register(
  cluster: Cluster,
  inputs: Inputs,
  previous: (Inputs & Outputs) | undefined,
  announcement: Announcement,
): Promise<Applied<Outputs>> {
  const { resourceId } = inputs;
  // Every node will be asked: the others are connected to while the first one says what the cluster is.
  void reachEach(cluster);
  const before = await awaitHandover(cluster, inputs);
  await refuseToStrandByUnit(cluster, before.cib, inputs, previous);
  const units = await findUnit(
    cluster,
    before,
    resourceId,
    inputs.unit,
    inputs.followWrapper === true,
    warnOnce(cluster),
  );
  await checkPostfix(cluster, before.status, inputs, units.unit);
  const wanted = declared(
    inputs,
    units.unit,
    // What was taken over stays as it is, until the program says otherwise.
    !previous || previous.followWrapper === inputs.followWrapper
      ? units.declared
      : units.unit,
  );
  const last = previous
    ? declared(previous, previous.registeredUnit ?? previous.unit)
    : inputs.adopt === "update"
      ? takenOver
      : undefined;
  const agent = before.cib.primitives.get(resourceId)?.agent ?? "";
  const isOtherUnit = last !== undefined && runsOtherUnit(agent, wanted);
  const plan: Plan = ({ cib }, coming) => {
    refuseSecondManager(cib, resourceId, units);
    return [
      ...planPrimitive(
        cib,
        withAwaited(cluster, cib, inputs, wanted, coming),
        last,
      ),
      ...returnToPlace(cluster, cib, inputs),
      ...returnToStandby(cluster, cib, inputs),
    ];
  };
  // Whatever forbids the change must be known before anything is stopped.
  if (!isOtherUnit) plan(before, new Set());
  if (wanted.agents.includes(agent) && unitOf(agent) !== units.unit)
    warn(
      resourceId,
      `runs ${agent}, which is an empty wrapper: it counts as running whatever becomes of ${units.unit}; left so. ` +
        `Set unit to "${units.unit}" to have that one run instead.`,
    );
  const queues = queuesOn(cluster, [...units.starters.keys()], units.unit);
  const preparation = unitOff(cluster, inputs, units);
  await prepareMember(cluster, inputs, previous);
  if (isOtherUnit) {
    // It changes the cluster itself.
    announcement.end();
    await changeUnit(cluster, resourceId, units.unit, plan, preparation);
  }
  const { cib } = await transact(cluster, resourceId, plan, {
    announcement,
    preparation,
    group: inputs.group,
    makes: resourceId,
  });
  // Where the configuration is as it should be, the nodes may not be.
  await preparation.run();
  await freeLeftAlone(cluster, before.status, [resourceId]);
  const { existed, isStaged } = await madeMember(cluster, cib, inputs);
  return {
    existed,
    isStaged,
    outputs: {
      ...(await queues),
      ...(isStaged ? { registeredUnit: units.unit } : {}),
      ...(units.pendingNodes.length > 0
        ? { pendingNodes: [...units.pendingNodes] }
        : {}),
    },
  };
}

/** What `register` will amount to. */
async function foresee(
  cluster: Cluster,
  seen: Observation,
  inputs: Inputs,
  previous: Inputs & Outputs,
): Promise<Step> {
  const cib = withoutLeaving(cluster, seen.cib, inputs);
  const { resourceId: id, unit: name, followWrapper } = inputs;
  const registered = previous.registeredUnit ?? previous.unit;
  const isSame =
    name === previous.unit && followWrapper === previous.followWrapper;
  const found = isSame
    ? registered
    : (
        await findUnit(
          cluster,
          { ...seen, cib },
          id,
          name,
          followWrapper === true,
        )
      ).unit;
  const wanted = declared(inputs, found, isSame ? name : found);
  refuseSecondManager(cib, id, {
    unit: found,
    names: new Set([found, name].map(fullName)),
  });
  if (runsOtherUnit(cib.primitives.get(id)?.agent ?? "", wanted))
    return {
      commands: withFollowers(cib, id).flatMap((one) => stopCommand(cib, one)),
      afterStop: "restart",
    };
  const last = declared(previous, registered);
  return { commands: planPrimitive(cib, wanted, last) };
}
