/**
 * The commands that change a configuration, none of them run against a live cluster: pcs's as argument lists without
 * `pcs` and without `-f FILE`, in words that pcs 0.10, 0.11 and 0.12 share; and for what pcs cannot say, cibadmin's, with
 * the tool as the first word.
 */
export type PcsCommand = readonly string[] & {
  /** Values in it that no message may show. Where it is given, what it changes may hold secrets already. */
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

const fencing = "stonith:";

/** pcs 0.12 takes fencing devices by words of their own alone; every version knows these. */
export function forFencing(
  command: PcsCommand,
  isDevice: (id: string) => boolean,
): PcsCommand {
  const [tool, verb = "", id = "", ...rest] = command;
  if (tool !== "resource") return command;
  const { secrets } = command;
  const spelled = (words: readonly string[]): PcsCommand =>
    secrets ? withSecrets(words, secrets) : words;
  if (verb === "create" && rest[0]?.startsWith(fencing))
    return spelled([
      ...["stonith", "create", id, rest[0].slice(fencing.length)],
      ...rest.slice(1),
    ]);
  if (!isDevice(id)) return command;
  if (verb === "meta") return spelled(["stonith", "update", id, verb, ...rest]);
  if (verb === "delete")
    // From 0.11.10 and 0.12.1 on, pcs asks for it where no other device is left.
    return spelled(["stonith", verb, id, "--force"]);
  return verb === "update" ? spelled(["stonith", verb, id, ...rest]) : command;
}

/** What a level of the fencing topology is for. */
export type FencingTarget =
  | { readonly node: string }
  | { readonly pattern: string }
  | { readonly attribute: string; readonly value: string };

/** A level of the fencing topology, with an id of its own, which pcs before 0.12 cannot give. */
export function writeFencingLevel(
  id: string,
  target: FencingTarget,
  level: number,
  devices: readonly string[],
): PcsCommand {
  const [[name, value], ...more] =
    "node" in target
      ? [["target", target.node] as const]
      : "pattern" in target
        ? [["target-pattern", target.pattern] as const]
        : [
            ["target-attribute", target.attribute] as const,
            ["target-value", target.value] as const,
          ];
  const pairs = [
    ...[["id", id] as const, [name!, value!] as const, ...more],
    ...[
      ["index", `${level}`] as const,
      ["devices", devices.join(",")] as const,
    ],
  ].map(([key, text]) => `${key}="${escape(text)}"`);
  return [
    ...[cibadminWord, "--modify", "--allow-create", "--xml-text"],
    `<configuration><fencing-topology><fencing-level ${pairs.join(" ")}/></fencing-topology></configuration>`,
  ];
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

/** Sets properties of the cluster, and takes away those that are empty. */
export function setProperties(
  values: Readonly<Record<string, string>>,
): PcsCommand {
  return ["property", "set", ...assignments(values)];
}

/** Sets values in one set that stands in a section of the configuration itself. */
export function modifySet(
  section: string,
  setName: string,
  setId: string,
  values: readonly { id: string; name: string; value: string }[],
): PcsCommand {
  const pairs = values.map(
    (pair) =>
      `<nvpair id="${escape(pair.id)}" name="${escape(pair.name)}" value="${escape(pair.value)}"/>`,
  );
  return [
    ...[cibadminWord, "--modify", "--scope", section, "--xml-text"],
    `<${setName} id="${escape(setId)}">${pairs.join("")}</${setName}>`,
  ];
}

/** Sets an attribute of a node, or takes it away where the value is empty: it must be there then. */
export function setNodeAttribute(
  node: string,
  name: string,
  value: string,
): PcsCommand {
  return ["node", "attribute", node, `${name}=${value}`];
}

/** Sets what a node has for resources, nothing where there is nothing to set. An empty value takes it away. */
export function setNodeUtilization(
  node: string,
  values: Readonly<Record<string, string>>,
): PcsCommand[] {
  return Object.keys(values).length === 0
    ? []
    : [["node", "utilization", node, ...assignments(values)]];
}

/** What defaults are of. */
export type DefaultsOf = "resources" | "operations";

const defaultsSet = (of: DefaultsOf): string[] => [
  ...(of === "resources" ? ["resource"] : ["resource", "op"]),
  ...["defaults", "set"],
];

export interface NewDefaults {
  readonly of: DefaultsOf;
  readonly id: string;
  readonly values: Readonly<Record<string, string>>;
  /** In pcs's own language, such as "resource ocf:heartbeat:IPaddr2". */
  readonly rule?: string | undefined;
  readonly score?: string | undefined;
}

/** Makes a set of defaults. */
export function createDefaults(set: NewDefaults): PcsCommand {
  const { of, id, values, rule, score } = set;
  return [
    ...[...defaultsSet(of), "create", `id=${id}`],
    ...(score === undefined ? [] : [`score=${score}`]),
    ...["meta", ...assignments(values)],
    ...(rule === undefined ? [] : ["rule", rule]),
  ];
}

/** Sets values in a set of defaults, and takes away those that are empty. */
export function setDefaults(
  of: DefaultsOf,
  id: string,
  values: Readonly<Record<string, string>>,
): PcsCommand {
  return [...defaultsSet(of), "update", id, "meta", ...assignments(values)];
}

export function deleteDefaults(of: DefaultsOf, id: string): PcsCommand {
  return [...defaultsSet(of), "delete", id];
}

/** Gives a set another score, which pcs cannot. */
export function setScore(
  section: string,
  setName: string,
  id: string,
  score: string,
): PcsCommand {
  return [
    ...[cibadminWord, "--modify", "--scope", section, "--xml-text"],
    `<${setName} id="${escape(id)}" score="${escape(score)}"/>`,
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

/** Makes a constraint of any shape, given as XML. */
export function addConstraint(xml: string): PcsCommand {
  return [
    ...[cibadminWord, "--create", "--scope", "constraints", "--xml-text"],
    xml,
  ];
}

/** Gives a constraint another shape, in one step. */
export function replaceConstraint(id: string, xml: string): PcsCommand {
  return [
    ...[cibadminWord, "--replace", "--force", "--xpath"],
    ...[`/cib/configuration/constraints/*[@id="${id}"]`, "--xml-text", xml],
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

/**
 * Has a tag name these resources too, and makes it where it is not there: a tag that loses its last reference goes, whoever
 * has made it, and one word serves both.
 */
export function writeTag(id: string, resources: readonly string[]): PcsCommand {
  const named = resources.map((one) => `<obj_ref id="${escape(one)}"/>`);
  return [
    ...[cibadminWord, "--modify", "--allow-create", "--xml-text"],
    `<configuration><tags><tag id="${escape(id)}">${named.join("")}</tag></tags></configuration>`,
  ];
}

/** Names and values below an alert, or a recipient of it. */
export interface WrittenSet {
  readonly kind: "instance_attributes" | "meta_attributes";
  readonly id: string;
  readonly pairs: readonly { id: string; name: string; value: string }[];
}

/** An alert, or a recipient of it, as far as it is to be written. */
export interface WrittenPart {
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly description?: string | undefined;
  readonly sets: readonly WrittenSet[];
}

/** Makes an alert, or changes what is given: to pcs, the alert and each recipient are commands of their own, by ids to be asked for. */
export function writeAlert(
  alert: WrittenPart,
  recipients: readonly WrittenPart[],
): PcsCommand {
  const words = (pairs: Readonly<Record<string, string | undefined>>) =>
    Object.entries(pairs)
      .flatMap(([name, value]) =>
        value === undefined ? [] : [` ${name}="${escape(value)}"`],
      )
      .join("");
  const element = (
    tag: string,
    { id, attributes, description, sets }: WrittenPart,
    inner = "",
  ): string =>
    `<${tag}${words({ id, ...attributes, description })}>` +
    sets
      .map(
        ({ kind, id: set, pairs }) =>
          `<${kind}${words({ id: set })}>${pairs.map((pair) => `<nvpair${words(pair)}/>`).join("")}</${kind}>`,
      )
      .join("") +
    `${inner}</${tag}>`;
  const inner = recipients.map((one) => element("recipient", one)).join("");
  return withSecrets(
    [
      ...[cibadminWord, "--modify", "--allow-create", "--xml-text"],
      `<configuration><alerts>${element("alert", alert, inner)}</alerts></configuration>`,
    ],
    // Which of them is one is not known here.
    [alert, ...recipients].flatMap(({ sets }) =>
      sets.flatMap(({ kind, pairs }) =>
        kind === "instance_attributes" ? pairs.map(({ value }) => value) : [],
      ),
    ),
  );
}

/** What a role of the access control says of what an XPath finds, or of one object. */
export interface AclPermission {
  readonly access: "read" | "write" | "deny";
  readonly xpath?: string | undefined;
  readonly reference?: string | undefined;
}

/** Who has roles: a user, or a group, of the nodes. */
export type AclSubject = "acl_target" | "acl_group";

/** Has a role permit this too, and makes it where it is not there. pcs cannot change a description. */
export function writeAclRole(
  id: string,
  description: string | undefined,
  permissions: readonly (AclPermission & { readonly id: string })[],
): PcsCommand {
  const words = (pairs: Readonly<Record<string, string | undefined>>) =>
    Object.entries(pairs)
      .flatMap(([name, value]) =>
        value === undefined ? [] : [` ${name}="${escape(value)}"`],
      )
      .join("");
  const inner = permissions.map(
    ({ id: own, access, xpath, reference }) =>
      `<acl_permission${words({ id: own, kind: access, xpath, reference })}/>`,
  );
  return [
    ...[cibadminWord, "--modify", "--allow-create", "--xml-text"],
    `<configuration><acls><acl_role${words({ id, description })}>${inner.join("")}</acl_role></acls></configuration>`,
  ];
}

/** Gives a user or a group a role, and makes it known where it is not. */
export function giveAclRole(
  kind: AclSubject,
  id: string,
  role: string,
): PcsCommand {
  return [
    ...[cibadminWord, "--modify", "--allow-create", "--xml-text"],
    `<configuration><acls><${kind} id="${escape(id)}"><role id="${escape(role)}"/></${kind}></acls></configuration>`,
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
