import { PacemakerError } from "../errors";
import type { Cib, Group } from "../model/cib";
import { parentProblem } from "../model/understood";
import { waitingMark } from "../model/waiting";
import { setAttributes, setMarks } from "../model/writing";
import {
  addToGroup,
  removeFromGroup,
  setMeta,
  type PcsCommand,
} from "../pcs/commands";
import { arrive, isStaged, movingMark, stagedMark } from "../model/staging";
import { assign } from "./primitive";

/** A group as a program declares it. */
export interface DeclaredGroup {
  readonly id: string;
  readonly members: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  /** How it stands by. Default: as a group. */
  readonly standby?: "hot";
  /** What its members wait for before they start, such as constraints that are still to be made. */
  readonly awaits?: readonly string[];
  /** The clone of ours that it may be part of. */
  readonly clone?: string;
}

/**
 * What is to be done so that the group holds its members in order, and the staged ones among them start.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time, and then one
 *   that exists is taken over only if it is the same
 * @throws PacemakerError (conflict) when the id or a member is taken by something else
 */
export function planGroup(
  cib: Cib,
  declared: DeclaredGroup,
  previous?: Pick<DeclaredGroup, "meta" | "members">,
): PcsCommand[] {
  const { id, members } = declared;
  const found = cib.groups.get(id);
  refuse(cib, declared, found, previous !== undefined);
  const meta = assign(found?.meta ?? {}, declared.meta, previous?.meta);
  return [
    ...(found ? arrange(found, members) : [addToGroup(id, members)]),
    ...(found
      ? setAttributes(cib, found, "meta_attributes", meta)
      : Object.keys(meta).length > 0
        ? [setMeta(id, meta)]
        : []),
    ...arriveOrWait(
      cib,
      [
        ...members,
        ...waitingForeign(cib, declared, found, previous?.members ?? []),
      ],
      declared.awaits,
    ),
  ];
}

/** Members that would start wait on, for what is put on them or their group from outside. */
function arriveOrWait(
  cib: Cib,
  members: readonly string[],
  awaits: readonly string[] = [],
): PcsCommand[] {
  if (awaits.length === 0) return arrive(cib, members);
  const found = members.flatMap((one) => cib.primitives.get(one) ?? []);
  const mark = waitingMark(awaits);
  return [
    ...arrive(
      cib,
      found.filter((one) => !isStaged(one)).map((one) => one.id),
    ),
    ...found
      .filter((one) => isStaged(one) && one.meta[stagedMark] !== mark)
      .map((one) => setMarks(cib, one, { [stagedMark]: mark })),
  ];
}

/** Somebody else's members that had to stop with one of ours. */
function waitingForeign(
  cib: Cib,
  { id, members }: DeclaredGroup,
  found: Group | undefined,
  previous: readonly string[],
): string[] {
  return (found?.members ?? []).filter(
    (member) =>
      !members.includes(member) &&
      !previous.includes(member) &&
      cib.primitives.get(member)?.meta[stagedMark] === id,
  );
}

/** Whether a resource was declared to be taken over by this group. */
function isExpected(cib: Cib, id: string, member: string): boolean {
  const meta = cib.primitives.get(member)?.meta;
  return meta?.[movingMark] === id || meta?.[stagedMark] === id;
}

function refuse(
  cib: Cib,
  { id, members, meta, clone }: DeclaredGroup,
  found: Group | undefined,
  known: boolean,
): void {
  const taken = cib.ids.get(id);
  const parents = [found, ...members.map((one) => cib.primitives.get(one))];
  const problems = [
    ...parents.flatMap((one) => {
      const isOurs = one?.parent && one.parent.id === clone;
      const problem = isOurs ? undefined : parentProblem(one);
      return problem === undefined ? [] : [problem];
    }),
    ...(!found && taken !== undefined
      ? [`the cluster's configuration uses this id already, for a <${taken}>`]
      : []),
    ...members.flatMap((member) => {
      const primitive = cib.primitives.get(member);
      const group = primitive?.group;
      return group !== undefined && group !== id && !isExpected(cib, id, member)
        ? [
            `${member} is a member of the group ${group}: take it out there first ` +
              `("pcs resource group remove ${group} ${member}")`,
          ]
        : [];
    }),
    ...(found && !known
      ? [
          ...(found.members.join() === members.join()
            ? []
            : [
                `its members are ${found.members.join(", ")}, declared are ${members.join(", ")}`,
              ]),
          ...Object.entries(assign(found.meta, meta)).map(
            ([name, value]) =>
              `meta: its ${name} is ${found.meta[name] ?? "not set"}, declared is ${value}`,
          ),
        ]
      : []),
  ];
  if (problems.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} cannot be made as declared:\n${problems.map((line) => `- ${line}`).join("\n")}\nNothing was changed.`,
    );
}

/** Moves as few members as possible. Members that are not declared stay where they are. */
function arrange(
  { id, members: current }: Group,
  wanted: readonly string[],
): PcsCommand[] {
  const kept = longestInOrder(current, wanted);
  const anchor = wanted.find((member) => kept.has(member)) ?? current[0];
  return wanted.flatMap((member, index) => {
    if (kept.has(member)) return [];
    const before = wanted[index - 1];
    return [
      ...(current.includes(member) ? [removeFromGroup(id, [member])] : []),
      addToGroup(
        id,
        [member],
        before !== undefined
          ? { after: before }
          : anchor !== undefined
            ? { before: anchor }
            : undefined,
      ),
    ];
  });
}

/** The members to take over from other groups, by group: they were declared to move here. */
export function arrivals(
  cib: Cib,
  { id, members }: DeclaredGroup,
): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const group of cib.groups.values()) {
    const arriving = group.members.filter(
      (member) => members.includes(member) && isExpected(cib, id, member),
    );
    if (group.id !== id && arriving.length > 0) groups.set(group.id, arriving);
  }
  return groups;
}

/** The members that were declared and no longer are, in the group's order. */
export function departures(
  cib: Cib,
  { id, members }: DeclaredGroup,
  previous: readonly string[],
): string[] {
  return (cib.groups.get(id)?.members ?? []).filter(
    (member) => previous.includes(member) && !members.includes(member),
  );
}

/** The largest set of members whose order is the same in both lists. */
export function longestInOrder(
  current: readonly string[],
  wanted: readonly string[],
): Set<string> {
  const common = wanted.filter((member) => current.includes(member));
  const best: string[][] = [];
  for (const [index, member] of common.entries()) {
    const before = best
      .slice(0, index)
      .filter(
        (chain) => current.indexOf(chain.at(-1)!) < current.indexOf(member),
      )
      .reduce<string[]>(
        (longest, chain) => (chain.length > longest.length ? chain : longest),
        [],
      );
    best.push([...before, member]);
  }
  return new Set(
    best.reduce<string[]>(
      (longest, chain) => (chain.length > longest.length ? chain : longest),
      [],
    ),
  );
}
