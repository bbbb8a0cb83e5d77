/** The place in a group that a replaced member returns to. */
import type { Cib } from "./cib";
import { isDisabled, stagedMark, unstage } from "./staging";
import {
  addToGroup,
  clearMeta,
  setMeta,
  type PcsCommand,
} from "../pcs/commands";

/** A group as it was when the first of its members was deleted. */
export interface LeftGroup {
  readonly id: string;
  readonly members: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  /** The members that an operator had disabled. */
  readonly disabled: readonly string[];
}

/** What is to be remembered of the group that a member is about to leave. */
export function leftGroup(
  cib: Cib,
  member: string,
  before: LeftGroup | undefined,
): LeftGroup | undefined {
  const group = cib.groups.get(cib.primitives.get(member)?.group ?? "");
  // While several are replaced at once, only the first one sees all of them.
  if (!group || before?.members.includes(member)) return before;
  const disabled = group.members.filter((id) =>
    isDisabled(cib.primitives.get(id) ?? { meta: {} }),
  );
  return { id: group.id, members: group.members, meta: group.meta, disabled };
}

/**
 * Puts a member that is being created back where it was, and starts it and those that had to stop with it: up to the
 * first member that is still to be made again, since none runs without the ones before it.
 */
export function returnTo(
  cib: Cib,
  id: string,
  { id: group, members, meta, disabled }: LeftGroup,
): PcsCommand[] {
  const found = cib.groups.get(group);
  const isTaken = !found && cib.ids.has(group);
  if (cib.primitives.has(id) || isTaken) return [];
  const isThere = (member: string): boolean =>
    found?.members.includes(member) ?? false;
  const at = members.indexOf(id);
  const before = members.slice(0, at).filter(isThere).at(-1);
  const after = members.slice(at + 1).find(isThere);
  const missing = members.findIndex(
    (member) => member !== id && !isThere(member),
  );
  const complete = missing < 0 ? members : members.slice(0, missing);
  const starting = complete.filter(
    (member) =>
      (member === id ||
        cib.primitives.get(member)?.meta[stagedMark] === group) &&
      !disabled.includes(member),
  );
  const wasDisabled = disabled.includes(id);
  return [
    addToGroup(
      group,
      [id],
      before !== undefined
        ? { after: before }
        : after !== undefined
          ? { before: after }
          : undefined,
    ),
    ...(!found && Object.keys(meta).length > 0 ? [setMeta(group, meta)] : []),
    ...unstage(starting),
    // The role that is left is the operator's.
    ...(wasDisabled ? [clearMeta([id], [stagedMark])] : []),
  ];
}
