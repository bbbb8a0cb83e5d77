import { PacemakerError } from "../../errors";
import type { Cib } from "../../model/cib";
import { managersIn } from "../../model/managers";
import type { ClusterStatus } from "../../model/status";
import {
  fullName,
  instancesBehind,
  shortName,
  type Unit,
} from "../../model/unit";
import { sayNothing, warn, type Tell } from "../report";
import { tellCompanions } from "./companions";
import { inspect, inspectByAnyName, realNames } from "./inspect";
import { endedBy, sparing, withLosses, type Starter } from "./losses";
import { refuseSecondManager, warnOfLikelyManagers } from "./managers";
import type { Cluster, Member } from "./members";
import { onlineMembers } from "./online";
import { tellStoppedWith } from "./stoppedWith";

export interface UnitOnNodes {
  /** The unit that Pacemaker shall run, without ".service". */
  readonly unit: string;
  /** The real name of what was declared: another one where that is a wrapper of the unit. */
  readonly declared: string;
  /** All that is started and stopped with it: its names, its wrapper's, and its instances' where it is a wrapper. */
  readonly names: ReadonlySet<string>;
  /** The nodes that are offline, where all this is still to be done. */
  readonly pendingNodes: readonly string[];
  /** The units that would start it behind Pacemaker's back, itself included, by member. */
  readonly starters: ReadonlyMap<Member, readonly Starter[]>;
}

interface Found {
  readonly member: Member;
  /** What was declared. */
  readonly first: Unit;
  /** What it stands for, where it is a wrapper that is to be followed. */
  readonly instances: readonly string[];
  /** What Pacemaker shall run. */
  readonly unit: Unit;
}

/** The configuration and the status at one moment. */
interface Seen {
  readonly cib: Pick<Cib, "primitives">;
  readonly status: ClusterStatus;
}

/**
 * Finds the unit on every node that can be reached, and what others lose when it is stopped and disabled there.
 *
 * @param followWrapper register the instance that an empty wrapper stands for
 * @param tell takes what a person should know; who only looks says nothing
 * @throws PacemakerError when a node that is online cannot be reached, the unit is missing on one, nodes differ, or others
 *   would go down with it.
 */
export async function findUnit(
  cluster: Cluster,
  seen: Seen,
  resource: string,
  declared: string,
  followWrapper: boolean,
  tell: Tell = warn,
): Promise<UnitOnNodes> {
  const { members, pendingNodes } = await onlineMembers(
    cluster,
    seen.status,
    resource,
    tell,
  );
  const found = await Promise.all(
    members.map(async (member): Promise<Found> => {
      const first = await inspectByAnyName(member, declared);
      const instances = followWrapper ? instancesBehind(first) : [];
      const unit =
        instances.length === 1 ? await inspect(member, instances[0]!) : first;
      return { member, first, unit, instances };
    }),
  );
  refuseUnusable(resource, declared, found);
  const { first, unit } = found[0]!;
  if (first.name !== shortName(declared))
    tell(
      resource,
      `its unit "${declared}" is another name of ${first.name}.service, and that is the one that Pacemaker runs. Such a name ` +
        `may be gone while the unit is disabled: better set unit to "${first.name}".`,
    );
  await warnOfTriggers(resource, found, tell);
  const starting = await Promise.all(
    found.map(async (one) => ({
      member: one.member,
      starters: await startersOf(one),
    })),
  );
  const { names, managed } = await namesOf(cluster, seen, resource, members, [
    ...starting.flatMap(({ starters }) => starters),
    ...found.map((one) => one.unit),
  ]);
  const known = { unit: unit.name, names };
  await tellStoppedWith(resource, found, { ours: names, managed }, tell);
  refuseSecondManager(seen.cib, resource, known);
  warnOfLikelyManagers(seen.cib, resource, known, tell);
  await refuseToEnd(resource, unit.name, seen, members, names);
  const [losing] = await Promise.all([
    Promise.all(
      starting.map(async ({ member, starters }) => ({
        member,
        starters: await Promise.all(
          starters.map((one) => withLosses(member, one, names, managed)),
        ),
      })),
    ),
    // Who only looks asks no node for words that nobody hears.
    tell === sayNothing
      ? undefined
      : tellCompanions(
          resource,
          unit.name,
          starting,
          { ours: names, isRun: isManagedBy(seen.cib, resource, names) },
          tell,
        ),
  ]);
  return {
    ...known,
    declared: first.name,
    pendingNodes,
    starters: sparing(
      resource,
      unit.name,
      losing,
      stopsOn(resource, seen, names),
      tell,
    ),
  };
}

function refuseUnusable(
  resource: string,
  declared: string,
  found: readonly Found[],
): void {
  const ambiguous = found.find(({ instances }) => instances.length > 1);
  if (ambiguous)
    throw new PacemakerError(
      "cluster",
      `${resource}: "${declared}" on ${ambiguous.member.node} is an empty wrapper for several units: ` +
        `${ambiguous.instances.join(", ")}. It would count as running whatever became of them, so give as "unit" the one ` +
        `that Pacemaker shall run. Nothing was changed.`,
      ambiguous.member.host.address,
    );
  const missing = found.filter(({ unit }) => unit.loadState !== "loaded");
  if (missing.length > 0)
    throw new PacemakerError(
      "cluster",
      `${resource}: there is no usable unit "${declared}" on ` +
        missing
          .map(
            ({ member, unit }) =>
              `${member.node} (LoadState=${unit.loadState})`,
          )
          .join(", ") +
        `. Install the service there ("systemctl status ${declared}" shows what systemd knows), or correct "unit". ` +
        `Nothing was changed.`,
    );
  const names = new Set(found.map(({ unit }) => unit.name));
  if (names.size > 1)
    throw new PacemakerError(
      "cluster",
      `${resource}: the unit behind "${declared}" is not the same on every node: ` +
        found
          .map(({ member, unit }) => `${unit.name} on ${member.node}`)
          .join(", ") +
        `. Install the same version everywhere, or give "unit". Nothing was changed.`,
    );
}

const isService = (name: string): boolean => name.endsWith(".service");

const isWrapperOf = (wrapper: Unit, { name }: Unit): boolean =>
  instancesBehind(wrapper).includes(name);

/** The wrappers that start the unit, and the unit. */
async function startersOf({ member, first, unit }: Found): Promise<Unit[]> {
  const starting = await Promise.all(
    unit.startedBy
      .filter(isService)
      .map((name) =>
        first.names.includes(name) ? first : inspect(member, name),
      ),
  );
  // What does work of its own, and has the unit started beside that, is none of ours.
  const wrappers = starting.filter((one) => isWrapperOf(one, unit));
  return [...wrappers, unit];
}

/** The names of what is started and stopped with the units, and of what the cluster's other resources manage. */
async function namesOf(
  cluster: Cluster,
  { cib }: Seen,
  resource: string,
  members: readonly Member[],
  units: readonly Unit[],
): Promise<{ names: Set<string>; managed: Set<string> }> {
  const names = new Set(units.flatMap((unit) => unit.names));
  for (const name of instancesBehind(units.at(-1)!)) names.add(fullName(name));
  const managed = new Set(
    managersIn(cib, resource)
      .filter(({ kind }) => kind === "unit")
      .flatMap((manager) => manager.units),
  );
  const others = [...managed].filter((name) => !names.has(name));
  if (others.length === 0) return { names, managed };
  const real = await Promise.all(
    members.map((member) => realNames(cluster, member, others)),
  );
  for (const [name, found] of real.flatMap((map) => [...map])) {
    if (found === undefined) continue;
    managed.add(found);
    if (names.has(found)) names.add(name);
  }
  return { names, managed };
}

/** Another unit is stopped by Pacemaker where it runs: others must not go down with it. */
async function refuseToEnd(
  resource: string,
  unit: string,
  { cib, status }: Seen,
  members: readonly Member[],
  names: ReadonlySet<string>,
): Promise<void> {
  const { agent = "" } = cib.primitives.get(resource) ?? {};
  const [, old] = /^systemd:(.+)$/.exec(agent) ?? [];
  const runsOn = status.resources.get(resource)?.nodes ?? [];
  if (old === undefined || shortName(old) === unit) return;
  const ended = await Promise.all(
    members
      .filter(({ node }) => runsOn.includes(node))
      .map(async (member) => ({
        node: member.node,
        others: await endedBy(member, await inspect(member, old), names),
      })),
  );
  const [lost] = ended.filter(({ others }) => others.length > 0);
  if (lost)
    throw new PacemakerError(
      "conflict",
      `${resource}: to run ${unit}, Pacemaker first stops ${old} on ${lost.node}, and with it systemd stops ` +
        `${lost.others.join(", ")} there. Remove ${resource} and declare a resource for each of them, or stop what shall ` +
        `not run any more ("systemctl stop ${lost.others.join(" ")}"). Nothing was changed.`,
    );
}

/** Whether the resource runs the unit, or its wrapper, already. */
function isManagedBy(
  { primitives }: Seen["cib"],
  resource: string,
  names: ReadonlySet<string>,
): boolean {
  const { agent = "" } = primitives.get(resource) ?? {};
  const [, unit] = /^systemd:(.+)$/.exec(agent) ?? [];
  return unit !== undefined && names.has(fullName(unit));
}

/** Whether the unit, or its wrapper, is to be stopped on a node, where it runs: Pacemaker's own is not. */
function stopsOn(
  resource: string,
  { cib, status }: Seen,
  names: ReadonlySet<string>,
): (node: string) => boolean {
  const isKnown = cib.primitives.has(resource);
  const { nodes = [], managed } = status.resources.get(resource) ?? {};
  const isHeld = isKnown && (status.maintenance || managed === false);
  const isOurs = isManagedBy(cib, resource, names);
  return (node) => !isHeld && !(isOurs && nodes.includes(node));
}

/**
 * A socket, a timer or a path that is on starts the service on whichever node it is triggered, and so does a service with
 * other work that has it started beside that, at boot.
 */
async function warnOfTriggers(
  resource: string,
  found: readonly Found[],
  tell: Tell,
): Promise<void> {
  const nodesOf = new Map<string, string[]>();
  await Promise.all(
    found.flatMap(({ member, unit }) =>
      [...unit.triggeredBy, ...unit.startedBy.filter(isService)].map(
        async (name) => {
          const trigger = await inspect(member, name);
          if (isWrapperOf(trigger, unit)) return;
          if ((trigger.isActive && !isService(name)) || trigger.isEnabled)
            nodesOf.set(name, [...(nodesOf.get(name) ?? []), member.node]);
        },
      ),
    ),
  );
  for (const [name, nodes] of nodesOf)
    tell(
      resource,
      `its unit can still be started by ${name} on ${nodes.sort().join(", ")}, beside the cluster: ` +
        `"systemctl disable --now ${name}" there ends it.`,
    );
}
