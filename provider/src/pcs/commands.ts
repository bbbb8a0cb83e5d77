/**
 * The commands that change a configuration, none of them run against a live cluster: pcs's as argument lists without
 * `pcs` and without `-f FILE`, in words that pcs 0.10, 0.11 and 0.12 share; and for what pcs cannot say, cibadmin's, with
 * the tool as the first word.
 */
export type PcsCommand = readonly string[] & {
  /** Values in it that no message may show. */
  readonly secrets?: readonly string[];
};

/** The same command, with values in it that no message may show. */
export function withSecrets(
  command: PcsCommand,
  secrets: readonly string[],
): PcsCommand {
  return Object.assign([...command], { secrets });
}

/** The command as a person would type it, "..." in the place of what may be a secret. */
export function shown(command: PcsCommand): string {
  const { secrets = [] } = command;
  const words = command.map((word) => {
    if (secrets.length > 0 && word.startsWith("<")) return "...";
    const secret = secrets.find((value) => word.endsWith(`=${value}`));
    return secret === undefined
      ? word
      : `${word.slice(0, word.length - secret.length)}...`;
  });
  return [...(command[0] === cibadminWord ? [] : ["pcs"]), ...words].join(" ");
}

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
  const operations = Object.entries(primitive.operations)
    .map(([name, attributes]) => [name, ...assignments(attributes)])
    .filter((words) => words.length > 1);
  return [
    "resource",
    "create",
    primitive.id,
    primitive.agent,
    ...assignments(primitive.options),
    ...(operations.length > 0 ? ["op", ...operations.flat()] : []),
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

/** Sets what a primitive takes of a node's capacity, nothing where there is nothing to set. */
export function setUtilization(
  id: string,
  values: Readonly<Record<string, string>>,
): PcsCommand[] {
  return Object.keys(values).length === 0
    ? []
    : [["resource", "utilization", id, ...assignments(values)]];
}

/** Sets meta attributes of a primitive or a group. */
export function setMeta(
  id: string,
  meta: Readonly<Record<string, string>>,
): PcsCommand {
  return ["resource", "meta", id, ...assignments(meta)];
}

/**
 * Takes meta attributes away from all the primitives at once, and the sets that are empty then; pcs would need a command for
 * each. What stands under a rule, and what others refer to, is left.
 *
 * @param role goes as well where the name `besides` stands in the same set
 */
export function clearMeta(
  ids: readonly string[],
  names: readonly string[],
  role?: { readonly name: string; readonly besides: string },
): PcsCommand {
  const going = [
    ...names.map((name) => `@name="${name}"`),
    ...(role
      ? [`(@name="${role.name}" and ../nvpair/@name="${role.besides}")`]
      : []),
  ].join(" or ");
  const sets = `//primitive[${anyOf("id", ids)}]/meta_attributes[not(rule)]`;
  return deleteByXPath(emptied(sets, going));
}

/** The same of one resource's attributes, whatever kind of them. */
export function clearAttributes(
  kind: string,
  id: string,
  setName: string,
  names: readonly string[],
): PcsCommand {
  const sets = `//${kind}[@id="${id}"]/${setName}[not(rule) and not(@id=//@id-ref)]`;
  return deleteByXPath(emptied(sets, anyOf("name", names)));
}

/** The sets that hold nothing else, and the values in the others. */
function emptied(sets: string, going: string): string {
  const stays = `*[not(${going})] or @id=//@id-ref`;
  return (
    `${sets}[nvpair[${going}] and not(${stays})]` +
    ` | ${sets}[${stays}]/nvpair[${going}]`
  );
}

function anyOf(attribute: string, values: readonly string[]): string {
  return values.map((value) => `@${attribute}="${value}"`).join(" or ");
}

/** Deletes all that the XPath finds, which may be nothing. */
export function deleteByXPath(xpath: string): PcsCommand {
  // cibadmin asks for --force with each of these.
  return [cibadminWord, "--delete-all", "--force", "--xpath", xpath];
}

/** Sets values in one set of a resource, which is made where there is none. */
export function modifyResource(
  kind: string,
  id: string,
  setName: string,
  set: { readonly id: string; readonly score?: string },
  values: readonly { id: string; name: string; value: string }[],
): PcsCommand {
  const score = set.score === undefined ? "" : ` score="${set.score}"`;
  const pairs = values.map(
    (pair) =>
      `<nvpair id="${escape(pair.id)}" name="${escape(pair.name)}" value="${escape(pair.value)}"/>`,
  );
  return [
    cibadminWord,
    "--modify",
    "--xml-text",
    `<${kind} id="${escape(id)}"><${setName} id="${escape(set.id)}"${score}>${pairs.join("")}</${setName}></${kind}>`,
  ];
}

/** Gives a primitive an operation of its own, beside what it has from elsewhere. */
export function addOperation(
  resource: string,
  id: string,
  attributes: Readonly<Record<string, string>>,
): PcsCommand {
  const pairs = Object.entries({ id, ...attributes }).map(
    ([name, value]) => `${name}="${escape(value)}"`,
  );
  return [
    cibadminWord,
    "--modify",
    "--xml-text",
    `<primitive id="${escape(resource)}"><operations><op ${pairs.join(" ")}/></operations></primitive>`,
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

/** Puts a primitive or a group into a new clone. */
export function cloneResource(id: string, clone: string): PcsCommand {
  return ["resource", "clone", id, clone];
}

/** Takes the clone away and leaves what is in it. */
export function uncloneResource(id: string): PcsCommand {
  return ["resource", "unclone", id];
}

/** Makes a constraint. Each version of pcs spells scores and kinds in another way; the XML is the same for all. */
export function createConstraint(
  name: "rsc_colocation" | "rsc_order",
  attributes: Readonly<Record<string, string>>,
): PcsCommand {
  const pairs = Object.entries(attributes).map(
    ([key, value]) => `${key}="${escape(value)}"`,
  );
  return [
    ...[cibadminWord, "--create", "--scope", "constraints", "--xml-text"],
    `<${name} ${pairs.join(" ")}/>`,
  ];
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
  return [
    deleteByXPath(`//lrm_resource[@id="${id}"]`),
    deleteByXPath(
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

/** Puts a resource at the end of the resources in another one's place, in one step: whatever names it never misses it. */
export function replaceResource(xpath: string, xml: string): PcsCommand {
  return [
    ...[cibadminWord, "--replace", "--force", "--xpath", xpath],
    ...["--xml-text", xml],
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
