import { PacemakerError } from "../errors";
import type { Cib, Group } from "../pcs/cib";
import {
  addToGroup,
  removeFromGroup,
  setMeta,
  type PcsCommand,
} from "../pcs/commands";
import { isStaged, stagedMeta, unstagedMeta } from "../pcs/staging";
import { assign } from "./primitive";

/** A group as a program declares it. */
export interface DeclaredGroup {
  readonly id: string;
  readonly members: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
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
    ...(found
      ? arrange(found, members, previous?.members ?? members)
      : [addToGroup(id, members)]),
    ...(Object.keys(meta).length > 0 ? [setMeta(id, meta)] : []),
    ...members
      .filter((member) => isStaged(cib.primitives.get(member)!))
      .map((member) => setMeta(member, unstagedMeta)),
  ];
}

function refuse(
  cib: Cib,
  { id, members, meta }: DeclaredGroup,
  found: Group | undefined,
  known: boolean,
): void {
  const taken = cib.ids.get(id);
  const problems = [
    ...(!found && taken !== undefined
      ? [`the cluster's configuration uses this id already, for a <${taken}>`]
      : []),
    ...members.flatMap((member) => {
      const group = cib.primitives.get(member)?.group;
      return group !== undefined && group !== id
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

/**
 * Moves as few members as possible. Members that were never declared stay where they are; one that is no longer
 * declared leaves stopped, so that it does not wander off to another node.
 */
function arrange(
  { id, members: current }: Group,
  wanted: readonly string[],
  previous: readonly string[],
): PcsCommand[] {
  const kept = longestInOrder(current, wanted);
  const anchor = wanted.find((member) => kept.has(member)) ?? current[0];
  const moves = wanted.flatMap((member, index) => {
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
  const leaving = current.filter(
    (member) => previous.includes(member) && !wanted.includes(member),
  );
  return [
    ...moves,
    ...leaving.flatMap((member) => [
      setMeta(member, stagedMeta(id)),
      removeFromGroup(id, [member]),
    ]),
  ];
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
