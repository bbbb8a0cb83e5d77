import { child, children, descendants, parseXml, type XmlElement } from "./xml";

/** The CIB's version. Every change of the configuration moves `epoch`, status traffic moves `numUpdates`. */
export interface CibVersion {
  readonly adminEpoch: number;
  readonly epoch: number;
  readonly numUpdates: number;
}

export interface Operation {
  readonly id: string;
  readonly name: string;
  readonly interval: string;
  /** All attributes but `id`, `name` and `interval`, such as `timeout`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Whether it holds more, such as an option of the agent's for this operation alone. */
  readonly nested?: true;
}

/** A primitive of the CIB. */
export interface Primitive {
  readonly kind: "primitive";
  readonly id: string;
  /** As pcs spells it: `ocf:heartbeat:IPaddr2`, `systemd:postfix`. */
  readonly agent: string;
  readonly options: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly operations: readonly Operation[];
  /** The id of the group that holds it. */
  readonly group?: string;
  /** Whether it stands by itself: in no group, no clone and no bundle. */
  readonly isAlone: boolean;
}

export interface Group {
  readonly kind: "group";
  readonly id: string;
  readonly members: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
}

/** A constraint or a tag, and the resources that it names. */
export interface Reference {
  readonly kind: "constraint" | "tag";
  readonly id: string;
  readonly resources: readonly string[];
  /** The node on which a location constraint never lets them run. */
  readonly bannedFrom?: string;
}

export interface Cib {
  /** The whole document, with an empty status: it is most of a large CIB, and no change of the configuration needs it. */
  readonly text: string;
  readonly version: CibVersion;
  readonly nodes: readonly string[];
  readonly primitives: ReadonlyMap<string, Primitive>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly references: readonly Reference[];
  /** What kind of object holds each id of the configuration: ids are unique across all of them. */
  readonly ids: ReadonlyMap<string, string>;
}

/**
 * Reads the text that `cibadmin --query` prints.
 *
 * @throws Error when the text is not a CIB.
 */
export function parseCib(printed: string): Cib {
  const text = withoutStatus(printed);
  const root = parseXml(text);
  const configuration = child(root, "configuration");
  if (root.name !== "cib" || !configuration)
    throw new Error(
      `expected a <cib> with a <configuration>, found <${root.name}>`,
    );
  const ids = new Map<string, string>();
  for (const element of descendants(configuration))
    if (element.attributes.id !== undefined)
      ids.set(element.attributes.id, element.name);
  const primitives = new Map<string, Primitive>();
  const groups = new Map<string, Group>();
  collect(child(configuration, "resources"), undefined, primitives, groups);
  return {
    text,
    version: versionOf(root),
    nodes: children(child(configuration, "nodes"), "node").map(
      (node) => node.attributes.uname ?? node.attributes.id ?? "",
    ),
    primitives,
    groups,
    references: [
      ...(child(configuration, "constraints")?.children ?? []).map(
        constraintOf,
      ),
      ...children(child(configuration, "tags"), "tag").map(tagOf),
    ],
    ids,
  };
}

function versionOf({ attributes }: XmlElement): CibVersion {
  return {
    adminEpoch: Number(attributes.admin_epoch),
    epoch: Number(attributes.epoch),
    numUpdates: Number(attributes.num_updates),
  };
}

/**
 * Reads the one element that `cibadmin --query --no-children` prints.
 *
 * @throws Error when the text is not a CIB's.
 */
export function parseCibHeader(text: string): {
  version: CibVersion;
  quorate: boolean;
} {
  const root = parseXml(text);
  if (root.name !== "cib")
    throw new Error(`expected a <cib>, found <${root.name}>`);
  return {
    version: versionOf(root),
    quorate: root.attributes["have-quorum"] !== "0",
  };
}

/** No value can hold these tags: there, "<" is written "&lt;". */
function withoutStatus(text: string): string {
  const start = text.lastIndexOf("<status>");
  const end = text.lastIndexOf("</status>");
  if (start < 0 || end < start) return text;
  return `${text.slice(0, start)}<status/>${text.slice(end + "</status>".length)}`;
}

function collect(
  parent: XmlElement | undefined,
  group: string | undefined,
  primitives: Map<string, Primitive>,
  groups: Map<string, Group>,
): void {
  for (const element of parent?.children ?? []) {
    const id = element.attributes.id ?? "";
    if (element.name === "primitive") {
      primitives.set(id, {
        kind: "primitive",
        id,
        agent: agentOf(element),
        options: nameValues(element, "instance_attributes"),
        meta: nameValues(element, "meta_attributes"),
        operations: operationsOf(element),
        ...(group === undefined ? {} : { group }),
        isAlone: parent?.name === "resources",
      });
    } else if (element.name === "group") {
      groups.set(id, {
        kind: "group",
        id,
        members: children(element, "primitive").map(
          (member) => member.attributes.id ?? "",
        ),
        meta: nameValues(element, "meta_attributes"),
      });
      collect(element, id, primitives, groups);
    } else {
      // Clones and bundles hold primitives and groups too.
      collect(element, undefined, primitives, groups);
    }
  }
}

function constraintOf(element: XmlElement): Reference {
  const { id = "", rsc, first, then, ...others } = element.attributes;
  const named = [rsc, others["with-rsc"], first, then];
  const listed = [...descendants(element)]
    .filter((inner) => inner.name === "resource_ref")
    .map((inner) => inner.attributes.id);
  const { node, score } = element.attributes;
  return {
    kind: "constraint",
    id,
    resources: [...named, ...listed].filter((one) => one !== undefined),
    ...(node !== undefined && score === "-INFINITY"
      ? { bannedFrom: node }
      : {}),
  };
}

function tagOf(element: XmlElement): Reference {
  return {
    kind: "tag",
    id: element.attributes.id ?? "",
    resources: children(element, "obj_ref").map(
      (inner) => inner.attributes.id ?? "",
    ),
  };
}

function agentOf(primitive: XmlElement): string {
  const { class: standard, provider, type } = primitive.attributes;
  return [standard, provider, type].filter(Boolean).join(":");
}

/** Where several sets exist, Pacemaker lets the first that names an attribute win. Sets under a rule are left out. */
function nameValues(
  element: XmlElement,
  setName: string,
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const set of children(element, setName)) {
    if (child(set, "rule")) continue;
    for (const pair of children(set, "nvpair")) {
      const { name, value } = pair.attributes;
      if (name !== undefined && !(name in values)) values[name] = value ?? "";
    }
  }
  return values;
}

function operationsOf(primitive: XmlElement): Operation[] {
  return children(child(primitive, "operations"), "op").map((operation) => {
    const { id, name, interval, ...attributes } = operation.attributes;
    return {
      id: id ?? "",
      name: name ?? "",
      interval: interval ?? "0",
      attributes,
      ...(operation.children.length > 0 ? { nested: true } : {}),
    };
  });
}

/**
 * The text of the sections that hold resources and what names them. Changes are planned from these, and differences that
 * touch them go by positions: where the text is the same, both still fit. Properties, nodes and status may differ.
 */
export function objectsIn({ text }: Cib): string {
  return ["resources", "constraints", "tags"]
    .map(
      (section) =>
        new RegExp(`<${section}(\\s[^>]*)?(/>|>[\\s\\S]*</${section}>)`).exec(
          text,
        )?.[0] ?? "",
    )
    .join("\n");
}

/** The resource and, where it is a member of a group, the members after it: those that run only while it does. */
export function withFollowers(cib: Cib, id: string): readonly string[] {
  const group = cib.primitives.get(id)?.group;
  const members = group ? cib.groups.get(group)?.members : undefined;
  return members ? members.slice(members.indexOf(id)) : [id];
}

/**
 * Whether the configuration may name the primitive outside of itself: in a constraint, a tag, a permission. Any attribute of
 * that value counts, whatever it means.
 */
export function mayBeNamed({ text }: Cib, id: string): boolean {
  return text.split(`="${id}"`).length > 2;
}

/** The order of two versions of one cluster's CIB: negative when `a` is older than `b`. */
export function compareVersions(a: CibVersion, b: CibVersion): number {
  return (
    a.adminEpoch - b.adminEpoch ||
    a.epoch - b.epoch ||
    a.numUpdates - b.numUpdates
  );
}

/** "0.12.3", as crm_verify and cibadmin spell a version. */
export function formatVersion(version: CibVersion): string {
  return `${version.adminEpoch}.${version.epoch}.${version.numUpdates}`;
}
