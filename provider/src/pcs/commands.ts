/**
 * The commands that change a configuration, none of them run against a live cluster: pcs's as argument lists without
 * `pcs` and without `-f FILE`, in words that pcs 0.10, 0.11 and 0.12 share; and for what pcs cannot say, cibadmin's, with
 * the tool as the first word.
 */
export type PcsCommand = readonly string[];

/** What a command that is not pcs's begins with. */
export const cibadminWord = "cibadmin";

/** Name and value pairs as pcs takes them. An empty value removes the name. */
function assignments(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

export interface NewPrimitive {
  readonly id: string;
  readonly agent: string;
  readonly options: Readonly<Record<string, string>>;
  /** By operation, such as `monitor`: its attributes, such as `interval` and `timeout`. */
  readonly operations: Readonly<
    Record<string, Readonly<Record<string, string>>>
  >;
  readonly meta: Readonly<Record<string, string>>;
}

/** pcs adds the agent's own defaults for the operations that are not named. */
export function createPrimitive(primitive: NewPrimitive): PcsCommand {
  const meta = assignments(primitive.meta);
  return [
    "resource",
    "create",
    primitive.id,
    primitive.agent,
    ...assignments(primitive.options),
    "op",
    ...Object.entries(primitive.operations).flatMap(([name, attributes]) => [
      name,
      ...assignments(attributes),
    ]),
    ...(meta.length > 0 ? ["meta", ...meta] : []),
  ];
}

export function setOptions(
  id: string,
  options: Readonly<Record<string, string>>,
): PcsCommand {
  return ["resource", "update", id, ...assignments(options)];
}

/**
 * Makes the operation, or replaces the first of that name: give all its attributes, those that shall stay as they are
 * included.
 */
export function setOperation(
  id: string,
  operation: string,
  attributes: Readonly<Record<string, string>>,
): PcsCommand {
  return [
    "resource",
    "update",
    id,
    "op",
    operation,
    ...assignments(attributes),
  ];
}

/** Sets attributes of the one operation with that id. pcs would change the first of its name, and drop what is nested. */
export function changeOperation(
  id: string,
  attributes: Readonly<Record<string, string>>,
): PcsCommand {
  const pairs = Object.entries({ id, ...attributes }).map(
    ([name, value]) => `${name}="${escape(value)}"`,
  );
  return [cibadminWord, "--modify", "--xml-text", `<op ${pairs.join(" ")}/>`];
}

/** Sets meta attributes of a primitive or a group. */
export function setMeta(
  id: string,
  meta: Readonly<Record<string, string>>,
): PcsCommand {
  return ["resource", "meta", id, ...assignments(meta)];
}

/** Takes meta attributes away from all the primitives at once. pcs would need a command for each. */
export function clearMeta(
  ids: readonly string[],
  names: readonly string[],
): PcsCommand {
  const anyOf = (attribute: string, values: readonly string[]): string =>
    values.map((value) => `@${attribute}="${value}"`).join(" or ");
  return [
    cibadminWord,
    "--delete-all",
    // cibadmin asks for it with each of these.
    "--force",
    "--xpath",
    `//primitive[${anyOf("id", ids)}]/meta_attributes/nvpair[${anyOf("name", names)}]`,
  ];
}

/** Makes the group where there is none; else puts the members at its end, or after the given one. */
export function addToGroup(
  group: string,
  members: readonly string[],
  position?: { after: string } | { before: string },
): PcsCommand {
  const where =
    position === undefined
      ? []
      : "after" in position
        ? ["--after", position.after]
        : ["--before", position.before];
  return ["resource", "group", "add", group, ...where, ...members];
}

export function removeFromGroup(
  group: string,
  members: readonly string[],
): PcsCommand {
  return ["resource", "group", "remove", group, ...members];
}

/** Takes the group away and leaves its members. */
export function dissolveGroup(group: string): PcsCommand {
  return ["resource", "ungroup", group];
}

export function deleteResource(id: string): PcsCommand {
  return ["resource", "delete", id];
}

/** On a copy of the CIB, what cleaning up a resource's failures does to the live one. */
export function forgetFailures(id: string): PcsCommand[] {
  const deleteAll = (xpath: string): PcsCommand => [
    ...[cibadminWord, "--delete-all", "--force", "--xpath", xpath],
  ];
  return [
    deleteAll(`//lrm_resource[@id="${id}"]`),
    deleteAll(
      `//transient_attributes//nvpair[starts-with(@name,"fail-count-${id}#") or starts-with(@name,"last-failure-${id}#")]`,
    ),
  ];
}

/** On a copy of the CIB, takes the place of a primitive that is still to be made. */
export function createStandIn(id: string): PcsCommand {
  return [
    ...[cibadminWord, "--create", "--scope", "resources", "--xml-text"],
    `<primitive id="${escape(id)}" class="ocf" provider="pacemaker" type="Dummy"/>`,
  ];
}

/**
 * Deletes a primitive that stands alone and that nothing names. pcs 0.11 has cibadmin look a dozen times for what might name
 * it.
 */
export function deleteUnnamed(id: string): PcsCommand {
  return [
    cibadminWord,
    "--delete",
    "--xpath",
    `/cib/configuration/resources/primitive[@id="${id}"]`,
  ];
}

/** Takes a resource out of a tag, and the tag away when it would be empty: pcs 0.11 refuses to delete what a tag names. */
export function removeFromTag(
  tag: string,
  resource: string,
  isLast: boolean,
): PcsCommand {
  return isLast
    ? ["tag", "remove", tag]
    : ["tag", "update", tag, "remove", resource];
}

/** Gives a primitive another agent of the same class. pcs can only delete and create, which loses all that names it. */
export function changeType(
  id: string,
  standard: string,
  type: string,
): PcsCommand {
  return [
    cibadminWord,
    "--modify",
    "--xml-text",
    `<primitive id="${escape(id)}" class="${escape(standard)}" type="${escape(type)}"/>`,
  ];
}

function escape(value: string): string {
  return value
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/"/g, "&quot;");
}
