import { z } from "zod";
import {
  type Observation,
  observeRecent,
  observeShared,
} from "../cluster/transaction/observe";
import { cleanUpFailures, freeLeftAlone } from "../cluster/change/change";
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { isWaitedFor, noteArranged } from "../cluster/change/waiting";
import { leaveGroup, startAlone } from "../cluster/change/move";
import {
  checkAddresses,
  checkPorts,
  isStillProved,
} from "../cluster/outcome/proof";
import { warnOfReferences } from "../cluster/change/references";
import { warn } from "../cluster/report";
import { nodeOf } from "../cluster/outcome/known";
import { cloneSettles } from "../cluster/outcome/clone";
import { runsTogether, startedOn } from "../cluster/outcome/start";
import { sayingWhatStays, stopResources } from "../cluster/change/stop";
import { transact } from "../cluster/transaction/transact";
import { PacemakerError } from "../errors";
import type { Cib, Group } from "../model/cib";
import { clearMeta, type PcsCommand } from "../pcs/commands";
import { dissolve, leaveTags, takeOut } from "../model/taking";
import { refuseParent, refuseShared } from "../model/understood";
import { parsePrefix } from "../model/values";
import { hasMarkSet, setAttributes } from "../model/writing";
import {
  isDisabled,
  isStaged,
  movingMark,
  stagedMark,
  unstage,
} from "../model/staging";
import type {
  ResourceGroupArgs,
  ResourceGroupOutputs,
} from "./classes/resourceGroup";
import { resourceSchema } from "./common";
import { define, inputsOf } from "./define";
import { foreseeGroup, foretellGroup } from "./foresee";
import {
  arrivals,
  departures,
  planGroup,
  type DeclaredGroup,
} from "../plan/group";
import { partsOf } from "../plan/standby";
import {
  changeStandby,
  endNarrowing,
  isNarrowing,
  removeStandby,
  servingNode,
  settleStandby,
  standbyFound,
  tellDrift,
} from "./standby";
import {
  asStrings,
  checkOwnId,
  id,
  port,
  standby,
  strandedMail,
  withoutCold,
} from "./inputs";
import type { Properties } from "./lifecycle";
import { isVerified, verifyStarted } from "./verify";
import { refuseToStrandAll, refuseToStrandByNarrowing } from "./queues";
import { awaits, ownClone, withClone } from "./program";
import { isReplaced, sameObject, withoutReplaced } from "./replaced";
import { readAttributes } from "../plan/primitive";
import { thereSeconds, untilThere } from "./there";

const schema = inputsOf<ResourceGroupArgs>()({
  members: z
    .array(id, {
      error: `must be a list of the members' ids, such as ["smtp_ip", "smtp_service"]`,
    })
    .min(1, `is empty, but a group must have at least one member`)
    .superRefine((members, context) => {
      for (const [index, member] of members.entries())
        if (members.indexOf(member) < index)
          context.addIssue({
            code: "custom",
            path: [index],
            message: `is "${member}", which is a member already: name each member once`,
          });
    }),
  standby,
  listeningPorts: z.array(port).optional(),
  strandedMail: strandedMail.optional(),
  ...resourceSchema,
}).superRefine(checkOwnId);

type Inputs = z.output<typeof schema>;

export const resourceGroup = define<ResourceGroupOutputs>()({
  name: "resourceGroup",
  schema,

  normalise: (inputs: Properties): Properties => withoutCold(inputs),

  async examine(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    const { cib, status } = await observeShared(cluster);
    const known = sameObject(inputs, previous);
    await refuseToStrandByNarrowing(cluster, { cib, status }, inputs, known);
    sayingWhoWaits(cib, inputs, () =>
      foreseeGroup(
        withoutReplaced(cib, inputs, previous),
        withClone(cluster, cib, inputs.resourceId, declared(inputs)),
        known ? declared(known) : adopted(inputs),
      ),
    );
  },

  async apply(inputs, previous) {
    const { resourceId, members } = inputs;
    const cluster = clusterOf(inputs.connection);
    const seen = await membersExist(cluster, inputs, previous?.members ?? []);
    const { cib, status } = seen;
    const wanted = withClone(cluster, cib, resourceId, declared(inputs));
    const last = previous ? declared(previous) : adopted(inputs);
    await refuseToStrandByNarrowing(cluster, seen, inputs, previous);
    if (inputs.standby === "hot" || previous?.standby === "hot") {
      const changed = await changeStandby(cluster, seen, wanted, last);
      noteArranged(cluster, resourceId, members);
      return changed;
    }
    // Whatever forbids the change must be known before a member is stopped.
    sayingWhoWaits(cib, inputs, () => planGroup(cib, wanted, last));
    await cleanUpFailures(cluster, status, members);
    for (const [group, arriving] of arrivals(cib, wanted))
      await leaveGroup(cluster, group, arriving, resourceId);
    const leaving = departures(cib, wanted, last?.members ?? []);
    // The first of them leaves last, when others have joined: the group is never empty in between.
    await leaveGroup(cluster, resourceId, leaving.slice(1));
    announceRestarts(cib, wanted);
    const { cib: before } = await transact(
      cluster,
      resourceId,
      (now, coming) =>
        planGroup(
          now.cib,
          {
            ...wanted,
            awaits: awaits(cluster, now.cib, [resourceId, ...members], coming),
          },
          last,
        ),
      { makes: resourceId },
    );
    noteArranged(cluster, resourceId, members);
    await freeLeftAlone(cluster, status, members);
    await leaveGroup(cluster, resourceId, leaving.slice(0, 1));
    await startAlone(cluster, leaving);
    const { cib: made } = await observeRecent(cluster);
    return {
      existed: before.groups.has(resourceId),
      isStaged: members.some((member) => {
        const found = made.primitives.get(member);
        return found?.group === resourceId && isStaged(found);
      }),
    };
  },

  foretell: (inputs, previous, isReplacement) =>
    foretellGroup(
      clusterOf(inputs.connection),
      inputs.members,
      (cib) =>
        withClone(
          clusterOf(inputs.connection),
          cib,
          inputs.resourceId,
          declared(inputs),
        ),
      declared(previous),
      isReplacement,
    ),

  isWaitedFor: ({ connection, resourceId, members }) =>
    isWaitedFor(clusterOf(connection), resourceId, members),

  async settle(inputs) {
    const cluster = clusterOf(inputs.connection);
    const { resourceId, members, standby } = inputs;
    const { cib: seen } = await observeRecent(cluster);
    const clone = ownClone(cluster, seen.groups.get(resourceId));
    if (clone !== undefined) {
      await cloneSettles(cluster, clone);
      return {};
    }
    const started =
      standby === "hot"
        ? await settleStandby(cluster, resourceId, members)
        : await startedOn(cluster, resourceId, members);
    if (!started) return {};
    const { node: activeNode, cib, status } = started;
    await endNarrowing(cluster, cib, members);
    const running = inputs.members.filter(
      (member) => status.resources.get(member)?.role === "Started",
    );
    const addresses = running.flatMap((member) => addressOf(cib, member));
    await checkAddresses(cluster, activeNode, addresses);
    // Of a member that an operator keeps stopped, nothing can be expected.
    if (running.length === inputs.members.length)
      await checkPorts(
        cluster,
        inputs.resourceId,
        activeNode,
        inputs.listeningPorts ?? [],
        addresses.map((address) => address.ip),
      );
    if (running.length === inputs.members.length)
      await verifyStarted(cluster, inputs, started);
    return { activeNode };
  },

  placed: ({ members, standby }) =>
    standby === "hot" ? members.slice(0, -1) : members,

  async read(state) {
    const cluster = clusterOf(state.connection);
    const seen = await observeShared(cluster);
    const { cib, status } = seen;
    const standby = standbyFound(cib, state.resourceId, state.members);
    if (standby === undefined) return undefined;
    const isHot = standby === "hot";
    const found = cib.groups.get(state.resourceId);
    const node = isHot
      ? servingNode(seen, state.members)
      : runsTogether(status, state.members);
    const isProved =
      node === undefined ||
      (await isStillProved(cluster, {
        resource: state.resourceId,
        node,
        addresses: state.members.flatMap((member) => addressOf(cib, member)),
        ports: state.listeningPorts ?? [],
      }));
    const { clone } = partsOf(state, cib);
    const changed =
      (isHot && tellDrift(cib, declared(state))) ||
      isNarrowing(cib, state.members);
    const isSeen =
      !isProved || (await isVerified(cluster, state, { node, cib, status }));
    return {
      ...state,
      standby: isHot ? standby : undefined,
      // A member that was put there by somebody else is theirs, and no drift; one that still waits for the group to start it
      // is.
      members: (found?.members ?? state.members).filter(
        (id) =>
          state.members.includes(id) &&
          cib.primitives.has(id) &&
          cib.primitives.get(id)?.meta[stagedMark] !== state.resourceId,
      ),
      meta: readAttributes((found ?? clone)?.meta ?? {}, state.meta),
      ...(isProved && isSeen && !changed ? {} : { incomplete: true }),
      activeNode: nodeOf(
        status,
        isHot ? state.members.slice(0, -1) : (found?.members ?? []),
      ),
    };
  },

  async remove(state, undoes) {
    const cluster = clusterOf(state.connection);
    const { cib } = await observeRecent(cluster);
    const found = cib.groups.get(state.resourceId);
    if (!found && state.standby !== "hot") return;
    refuseParent(found);
    refuseShared(found);
    if (!undoes && !isReplaced(state))
      await refuseToStrandAll(cluster, cib, state);
    if (!found) return removeStandby(cluster, state.resourceId, state.members);
    const ours = (current: Cib): string[] =>
      (current.groups.get(state.resourceId)?.members ?? []).filter((member) =>
        state.members.includes(member),
      );
    if (ours(cib).length === found.members.length)
      warnOfReferences(cib, state.resourceId);
    await sayingWhatStays(cluster, ours(cib), async () => {
      await stopResources(cluster, state.resourceId, (current) => {
        refuseParent(current.groups.get(state.resourceId));
        return ours(current);
      });
      const { cib: stopped } = await transact(
        cluster,
        `delete ${state.resourceId}`,
        ({ cib: current }) => {
          const group = current.groups.get(state.resourceId);
          if (!group) return [];
          refuseParent(group);
          refuseShared(group);
          const members = ours(current);
          const kept = keepDisabled(current, group, members);
          if (members.length === group.members.length)
            return [
              ...leaveTags(current, group.id),
              ...dissolve(current, group),
              ...kept,
            ];
          const foreign = group.members.filter(
            (member) => !members.includes(member),
          );
          const on = current.references.filter(
            (one) =>
              one.kind === "constraint" && one.resources.includes(group.id),
          );
          warn(
            group.id,
            `is left in the cluster, because it holds ${foreign.join(", ")}, which this program did not declare.` +
              (on.length > 0
                ? ` So are the constraints on it: ${on.map(({ id }) => id).join(", ")}.`
                : ""),
          );
          return members.length > 0
            ? [...takeOut(current, group, members), ...kept]
            : [];
        },
      );
      await startAlone(cluster, ours(stopped));
    });
  },
});

/** Members that are to stand alone stay stopped where an operator has disabled their group: the role becomes the operator's. */
function keepDisabled(
  cib: Cib,
  group: Group,
  members: readonly string[],
): PcsCommand[] {
  const alone = members.filter(
    (id) => cib.primitives.get(id)?.meta[movingMark] === id,
  );
  if (!isDisabled(group)) return [];
  // Where our marks stand in a set of their own, the role goes with them.
  const [apart, among] = [true, false].map((isApart) =>
    alone.filter((id) => hasMarkSet(cib, cib.primitives.get(id)!) === isApart),
  ) as [string[], string[]];
  return [
    ...(among.length > 0 ? [clearMeta(among, [stagedMark, movingMark])] : []),
    ...unstage(apart),
    ...apart.flatMap((id) =>
      setAttributes(cib, cib.primitives.get(id)!, "meta_attributes", {
        "target-role": "Stopped",
      }),
    ),
  ];
}

/** Members that the program declares without Pulumi's knowing the order are created at the same time. */
function membersExist(
  cluster: Cluster,
  { resourceId, members }: Inputs,
  previous: readonly string[],
): Promise<Observation> {
  return untilThere(
    cluster,
    ({ primitives }) => {
      const missing = members.filter((member) => !primitives.has(member));
      const deleted = missing.filter((member) => previous.includes(member));
      if (deleted.length > 0)
        throw new PacemakerError(
          "conflict",
          `${resourceId}: ${deleted.join(", ")} was deleted by somebody else. Run "pulumi up --refresh": it is made ` +
            `again then, and the group starts it in its place. Nothing was changed.`,
        );
      return missing;
    },
    (missing) =>
      new PacemakerError(
        "conflict",
        `${resourceId}: ${missing} is not in the cluster's configuration, ${thereSeconds} s after the ` +
          `group was to be made. Give the members as the resources' own outputs (members: [address.resourceId, ...]), so ` +
          `that they are created before it. One that was made in an earlier run was deleted by somebody else: "pulumi up ` +
          `--refresh" makes it again. Nothing was changed.`,
      ),
  );
}

/** What a refusal leaves down: members that were made before, such as by a run without a preview, wait for the group. */
function sayingWhoWaits(
  cib: Cib,
  { resourceId, members }: Inputs,
  look: () => void,
): void {
  try {
    look();
  } catch (error) {
    const waiting = members.filter(
      (id) => cib.primitives.get(id)?.meta[stagedMark] === resourceId,
    );
    if (!(error instanceof PacemakerError) || waiting.length === 0) throw error;
    throw new PacemakerError(
      error.kind,
      `${resourceId}: ${waiting.join(", ")} were made for it already and wait, stopped, until this is mended and run again. ${error.message}`,
    );
  }
}

/** A member that starts before others which run already makes Pacemaker restart those. */
function announceRestarts(cib: Cib, wanted: DeclaredGroup): void {
  const current = cib.groups.get(wanted.id)?.members ?? [];
  const first = wanted.members.findIndex((id) => !current.includes(id));
  const restarted = wanted.members
    .slice(first + 1)
    .filter((id) => current.includes(id));
  if (first >= 0 && restarted.length > 0)
    warn(
      wanted.id,
      `${wanted.members[first]} joins before ${restarted.join(", ")}: Pacemaker restarts what comes after it.`,
    );
}

function addressOf(cib: Cib, member: string) {
  const found = cib.primitives.get(member);
  if (found?.agent !== "ocf:heartbeat:IPaddr2") return [];
  const { ip, cidr_netmask: netmask } = found.options;
  if (ip === undefined) return [];
  const prefix = netmask === undefined ? netmask : parsePrefix(netmask);
  return [
    {
      resource: member,
      ip,
      ...(prefix === undefined ? {} : { cidrNetmask: prefix }),
    },
  ];
}

/** Nothing was declared before, and what is there shall be changed all the same. */
function adopted(inputs: Inputs) {
  return inputs.adopt === "update" ? { members: [], meta: {} } : undefined;
}

function declared(inputs: Inputs): DeclaredGroup {
  return {
    id: inputs.resourceId,
    members: inputs.members,
    meta: asStrings(inputs.meta),
    ...(inputs.standby === "hot" ? { standby: inputs.standby } : {}),
  };
}
