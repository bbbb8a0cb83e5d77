import { PacemakerError } from "../../errors";
import { fullName, instancesBehind, type Unit } from "../../model/unit";
import type { Tell } from "../report";
import { inspect } from "./inspect";
import type { Member } from "./members";

/** A unit that starts the service, itself or as its wrapper, and what others lose with it. */
export interface Starter extends Unit {
  /** The units that run, and that systemd stops when it is stopped. */
  readonly ends: readonly string[];
  /** The units that nothing else would start at boot. */
  readonly strands: readonly string[];
  /** It is not stopped: others would go down with it. */
  readonly staysUp?: boolean;
}

/**
 * Finds what others lose when the unit is stopped and disabled on a node.
 *
 * @param ours the names of what is stopped anyhow: the service itself and its wrapper
 * @param managed the names of what the cluster's other resources start
 */
export async function withLosses(
  member: Member,
  unit: Unit,
  ours: ReadonlySet<string>,
  managed: ReadonlySet<string>,
): Promise<Starter> {
  const [ends, strands] = await Promise.all([
    unit.isActive ? endedBy(member, unit, ours) : [],
    unit.isEnabled
      ? strandedBy(member, unit, new Set([...ours, ...managed]))
      : [],
  ]);
  return { ...unit, ends, strands };
}

/** Nobody misses these: a target is only a name for others, and what triggers the service has nothing else to do. */
export const uncounted = /\.(target|slice|scope|device)$/;

/** The active units that systemd stops with it, directly or because they depend on one that it stops. */
export async function endedBy(
  member: Member,
  unit: Unit,
  ours: ReadonlySet<string>,
): Promise<string[]> {
  const seen = new Set([...unit.names, ...unit.triggeredBy, ...ours]);
  const ended: string[] = [];
  const follow = async ({ stops }: Unit): Promise<void> => {
    const next = stops.filter((name) => !seen.has(name));
    for (const name of next) seen.add(name);
    await Promise.all(
      next.map(async (name) => {
        const dependent = await inspect(member, name);
        if (!dependent.isActive) return;
        if (!uncounted.test(name)) ended.push(name);
        await follow(dependent);
      }),
    );
  };
  await follow(unit);
  return ended.sort();
}

/** The other instances of a wrapper that only it starts. */
async function strandedBy(
  member: Member,
  wrapper: Unit,
  known: ReadonlySet<string>,
): Promise<string[]> {
  const others = instancesBehind(wrapper)
    .map(fullName)
    .filter((name) => !known.has(name));
  const found = await Promise.all(others.map((name) => inspect(member, name)));
  return found
    .filter(({ loadState }) => loadState === "loaded")
    .filter(({ startedBy }) =>
      startedBy.every((name) => wrapper.names.includes(name)),
    )
    .map(({ names }) => names[0]!)
    .sort();
}

/** What is found on one node. */
export interface Starters {
  readonly member: Member;
  readonly starters: readonly Starter[];
}

/**
 * Leaves running what others go down with, and says so; refuses where they would go down all the same.
 *
 * @param stopsOn whether the unit is to be stopped there, where it runs
 * @throws PacemakerError (conflict) that names what would be lost, and what to do first.
 */
export function sparing(
  resource: string,
  unit: string,
  found: readonly Starters[],
  stopsOn: (node: string) => boolean,
  tell: Tell,
): Map<Member, readonly Starter[]> {
  const stranded = on(found, (starter) => starter.name !== unit, "strands");
  if (stranded) {
    const { name, others, nodes } = stranded;
    throw new PacemakerError(
      "conflict",
      `${resource}: ${name} must not start ${unit} at boot, but it is all that starts ${others.join(", ")} there (${nodes.join(", ")}). ` +
        `Run "systemctl enable ${others.join(" ")}" and "systemctl disable ${name}" on those nodes first: that stops nothing. ` +
        `Nothing was changed.`,
    );
  }
  const isStopped = (starter: Starter, { node }: Member): boolean =>
    starter.isActive && stopsOn(node);
  const ended = on(
    found,
    (starter, member) => starter.name === unit && isStopped(starter, member),
    "ends",
  );
  if (ended)
    throw new PacemakerError(
      "conflict",
      `${resource}: Pacemaker alone must start ${unit}, so it has to be stopped on ${ended.nodes.join(", ")} first, and with it ` +
        `systemd stops ${ended.others.join(", ")} there. Stop that by hand ("systemctl stop ${ended.others.join(" ")}"), or ` +
        `have it depend on ${unit} no more. Nothing was changed.`,
    );
  const spares = (starter: Starter, member: Member): boolean =>
    starter.name !== unit &&
    starter.ends.length > 0 &&
    isStopped(starter, member);
  const spared = on(found, spares, "ends");
  if (spared)
    tell(
      resource,
      `${spared.name} is left running on ${spared.nodes.join(", ")}: ${spared.others.join(", ")} would stop with it. ` +
        `A restart of ${spared.name}, such as an upgrade's, starts ${unit} there beside the cluster.`,
    );
  return new Map(
    found.map(({ member, starters }) => [
      member,
      starters.map((starter) =>
        spares(starter, member) ? { ...starter, staysUp: true } : starter,
      ),
    ]),
  );
}

/** What is lost by the starters that are meant: the first one's name, and the nodes and units of all. */
function on(
  found: readonly Starters[],
  isMeant: (starter: Starter, member: Member) => boolean,
  which: "ends" | "strands",
): { name: string; nodes: string[]; others: string[] } | undefined {
  const lost = found.flatMap(({ member, starters }) =>
    starters
      .filter((starter) => isMeant(starter, member))
      .filter((starter) => starter[which].length > 0)
      .map((starter) => ({ member, starter })),
  );
  if (lost.length === 0) return undefined;
  const unique = (all: readonly string[]): string[] => [...new Set(all)].sort();
  return {
    name: lost[0]!.starter.name,
    nodes: unique(lost.map(({ member }) => member.node)),
    others: unique(lost.flatMap(({ starter }) => starter[which])),
  };
}
