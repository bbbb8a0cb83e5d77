/** What goes with a resource: what names it, and the group that it leaves empty. */
import { PacemakerError } from "../../errors";
import type { Cib } from "../../model/cib";
import type { PcsCommand } from "../../pcs/commands";
import { leaveTags } from "../../model/taking";
import { isDisabled } from "../../model/staging";
import { warn } from "../report";

/**
 * Says which constraints, tags and ACL roles name a resource that is about to go. The configuration would be invalid with them, so
 * they go with it: pcs removes constraints, `leaveTags` the rest.
 */
export function warnOfReferences(cib: Cib, id: string): void {
  const named = cib.references.filter((one) => one.resources.includes(id));
  if (named.length > 0)
    warn(
      id,
      `is named by ${named.map((one) => `the ${one.kind} ${one.id}`).join(", ")}: ` +
        `constraints on it and permissions for it are removed with it, and tags no longer name it.`,
    );
}

/** The group that loses its last member. pcs takes it away then, and all that was said about it. */
function emptiedGroup(cib: Cib, leaving: readonly string[]) {
  const group = cib.groups.get(cib.primitives.get(leaving[0]!)?.group ?? "");
  return group?.members.every((member) => leaving.includes(member))
    ? group
    : undefined;
}

export function warnOfEmptied(cib: Cib, leaving: readonly string[]): void {
  const group = emptiedGroup(cib, leaving);
  if (!group) return;
  warnOfReferences(cib, group.id);
  const meta = Object.entries(group.meta).map(
    ([name, value]) => `${name}=${value}`,
  );
  warn(
    group.id,
    `goes with its last member ${leaving.join(", ")}` +
      `${meta.length > 0 ? `, and so do its meta attributes (${meta.join(", ")}), but for those that a program declares` : ""}.`,
  );
}

/** A new group of the same name would start what an operator has stopped. */
export function refuseEmptied(cib: Cib, leaving: readonly string[]): void {
  const group = emptiedGroup(cib, leaving);
  if (group && isDisabled(group))
    throw new PacemakerError(
      "conflict",
      `${group.id} is disabled by an operator (target-role=Stopped), and would be lost with its last member ` +
        `${leaving.join(", ")}. Nothing was changed. "pcs resource enable ${group.id}" ends it; or disable the member ` +
        `that takes its place.`,
    );
}

export function emptyGroup(cib: Cib, leaving: readonly string[]): PcsCommand[] {
  const group = emptiedGroup(cib, leaving);
  return group ? leaveTags(cib, group.id) : [];
}
