/**
 * Taking resources out of groups and out of the configuration. pcs says it in its words, but 0.12.0 stumbles over every
 * primitive that is made from a template ("KeyError: 'class'", whatever it is asked to delete): there, it is said by XML.
 */
import {
  deleteByXPath,
  deleteResource,
  deleteUnnamed,
  dissolveGroup,
  removeFromGroup,
  removeFromTag,
  replaceResource,
  uncloneResource,
  type PcsCommand,
} from "../pcs/commands";
import { isFencing, mayBeNamed, type Cib, type Clone, type Group } from "./cib";
import { renderXml } from "./xml";

/** Takes the group away and leaves its members. */
export function dissolve(cib: Cib, group: Group): PcsCommand[] {
  return cib.hasTemplates
    ? takeOut(cib, group, group.members)
    : [dissolveGroup(group.id)];
}

/** Takes members out of their group, and the group away with the last of them. */
export function takeOut(
  cib: Cib,
  { id, members }: Group,
  leaving: readonly string[],
): PcsCommand[] {
  const isEmptied = members.every((member) => leaving.includes(member));
  const last = cib.primitives.get(members.at(-1) ?? "")?.source?.element;
  if (!isEmptied || !cib.hasTemplates || !last)
    return [removeFromGroup(id, leaving)];
  const others = members.slice(0, -1);
  return [
    ...(others.length > 0 ? [removeFromGroup(id, others)] : []),
    ...forget(id),
    replaceResource(
      `/cib/configuration/resources//group[@id="${id}"]`,
      renderXml(last),
    ),
  ];
}

/** Takes a clone away and leaves the primitive, or the group, that it is of. */
export function takeOutOfClone(cib: Cib, { id, content }: Clone): PcsCommand[] {
  const found = cib.primitives.get(content) ?? cib.groups.get(content);
  const element = found?.source?.element;
  return cib.hasTemplates && element
    ? [
        replaceResource(
          `/cib/configuration/resources//clone[@id="${id}"]`,
          renderXml(element),
        ),
      ]
    : [uncloneResource(content)];
}

/** Takes a primitive out of the configuration, and what names it. */
export function takeAway(cib: Cib, id: string): PcsCommand {
  const found = cib.primitives.get(id);
  // A level of the fencing topology names a device among others.
  return found?.isAlone && !isFencing(found) && !mayBeNamed(cib, id)
    ? deleteUnnamed(id)
    : deleteResource(id);
}

/** The same by XML, where pcs cannot. */
export function takeAwayByXml(cib: Cib, id: string): PcsCommand[] {
  const group = cib.groups.get(cib.primitives.get(id)?.group ?? "");
  const isLast = group?.members.length === 1;
  return [
    ...forget(id),
    ...(isLast ? forget(group.id) : []),
    deleteByXPath(
      isLast
        ? `/cib/configuration/resources//group[@id="${group.id}"]`
        : `/cib/configuration/resources//primitive[@id="${id}"]`,
    ),
  ];
}

/** Takes away what would name an object that is gone, as pcs does. */
export function forget(id: string): PcsCommand[] {
  const named = ["rsc", "with-rsc", "first", "then"]
    .map((attribute) => `@${attribute}="${id}"`)
    .join(" or ");
  return [
    `//constraints/*[${named}]`,
    `//constraints//resource_ref[@id="${id}"]`,
    `//constraints//resource_set[not(*) and not(@id-ref)]`,
    `//constraints/*[not(@rsc) and not(@rsc-pattern) and not(@first) and not(resource_set)]`,
    `//acls//acl_permission[@reference="${id}"]`,
  ].map(deleteByXPath);
}

/** Takes a resource out of the tags that name it. */
export function leaveTags(cib: Cib, id: string): PcsCommand[] {
  return cib.references
    .filter((one) => one.kind === "tag" && one.resources.includes(id))
    .map((tag) => removeFromTag(tag.id, id, tag.resources.length === 1));
}
