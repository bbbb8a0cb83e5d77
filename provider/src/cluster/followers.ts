import type { Cib } from "../pcs/cib";

/** The resource and, where it is a member of a group, the members after it: those that run only while it does. */
export function withFollowers(cib: Cib, id: string): readonly string[] {
  const group = cib.primitives.get(id)?.group;
  const members = group ? cib.groups.get(group)?.members : undefined;
  return members ? members.slice(members.indexOf(id)) : [id];
}
