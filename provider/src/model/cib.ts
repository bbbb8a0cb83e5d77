import {
  effective,
  setsOf,
  shelfOf,
  sharedParts,
  type AttributeSet,
  type SetName,
  type Shelf,
} from "./attributes";
import { sameDuration } from "./duration";
import { constraintsIn, type Constraint } from "./constraints";
import { referencesIn, type Reference } from "./references";
import { child, children, descendants, parseXml, type XmlElement } from "./xml";

export { type Constraint } from "./constraints";
export { type Reference } from "./references";

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
  /** Whether it stands elsewhere: in the template, or in another resource (id-ref). */
  readonly isForeign?: true;
}

/** What makes several instances of what it holds, or runs it in containers. */
export interface Parent {
  readonly kind: "clone" | "bundle";
  readonly id: string;
}

/** What primitives and groups have in common. */
interface ResourceObject {
  readonly id: string;
  /** What holds at all times, wherever it stands; sets under a rule are left out. */
  readonly meta: Readonly<Record<string, string>>;
  /** The clone or bundle that holds it, whether by itself or in its group. */
  readonly parent?: Parent;
  /** Where all this was read. None: nothing but plain sets. */
  readonly source?: Source;
}

/** What a resource is written down as. */
export interface Source {
  readonly element: XmlElement;
  /** The sets that `meta` comes of, the one that counts first leading. */
  readonly metaSets: readonly AttributeSet[];
  /** Of a primitive, those that `options` comes of. */
  readonly optionSets: readonly AttributeSet[];
  /** What in it others refer to: it would be lost to them with it. */
  readonly sharedParts: readonly {
    readonly part: string;
    readonly by: readonly string[];
  }[];
}

/** A primitive of the CIB. */
export interface Primitive extends ResourceObject {
  readonly kind: "primitive";
  /** As pcs spells it: `ocf:heartbeat:IPaddr2`, `systemd:postfix`. Of one made from a template, the template's. */
  readonly agent: string;
  /** The id of the template that it is made from. */
  readonly template?: string;
  /** As `meta`. */
  readonly options: Readonly<Record<string, string>>;
  readonly operations: readonly Operation[];
  /** The id of the group that holds it. */
  readonly group?: string;
  /** Whether it stands by itself: in no group, no clone and no bundle. */
  readonly isAlone: boolean;
}

export interface Group extends ResourceObject {
  readonly kind: "group";
  readonly members: readonly string[];
}

/** A clone, anonymous, unique or promotable. */
export interface Clone extends ResourceObject {
  readonly kind: "clone";
  /** The id of the primitive or the group of which it makes instances. */
  readonly content: string;
}

export interface Cib {
  /** The whole document, with an empty status: it is most of a large CIB, and no change of the configuration needs it. */
  readonly text: string;
  readonly version: CibVersion;
  readonly nodes: readonly string[];
  readonly primitives: ReadonlyMap<string, Primitive>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly clones: ReadonlyMap<string, Clone>;
  readonly constraints: readonly Constraint[];
  readonly references: readonly Reference[];
  /** Whether any primitive is made from a template: pcs 0.12.0 stumbles over each. */
  readonly hasTemplates?: boolean;
  /** What kind of object holds each id of the configuration: ids are unique across all of them. */
  readonly ids: ReadonlyMap<string, string>;
}

/** Elements whose id is another one's, which they name, or that of a user of the nodes. */
const naming = new Set(["obj_ref", "resource_ref", "role", "acl_target"]);

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
    if (element.attributes.id !== undefined && !naming.has(element.name))
      ids.set(element.attributes.id, element.name);
  const primitives = new Map<string, Primitive>();
  const groups = new Map<string, Group>();
  const clones = new Map<string, Clone>();
  const shelf = shelfOf(configuration);
  collect(
    child(configuration, "resources"),
    {},
    { primitives, groups, clones, shelf },
  );
  return {
    text,
    version: versionOf(root),
    nodes: children(child(configuration, "nodes"), "node").map(
      (node) => node.attributes.uname ?? node.attributes.id ?? "",
    ),
    primitives,
    groups,
    clones,
    constraints: constraintsIn(configuration),
    references: referencesIn(configuration),
    hasTemplates: [...primitives.values()].some(
      ({ template }) => template !== undefined,
    ),
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

interface Found {
  readonly primitives: Map<string, Primitive>;
  readonly groups: Map<string, Group>;
  readonly clones: Map<string, Clone>;
  readonly shelf: Shelf;
}

function collect(
  parent: XmlElement | undefined,
  place: { readonly group?: string; readonly parent?: Parent },
  found: Found,
): void {
  const { shelf } = found;
  for (const element of parent?.children ?? []) {
    const { id = "" } = element.attributes;
    const { template: from } = element.attributes;
    const template = from === undefined ? from : shelf.elements.get(from);
    const sets = (name: SetName) => setsOf(element, name, shelf, template);
    const source: Source = {
      element,
      metaSets: sets("meta_attributes"),
      optionSets: sets("instance_attributes"),
      sharedParts: sharedParts(element, shelf),
    };
    const common = {
      id,
      meta: effective(source.metaSets),
      ...(place.parent ? { parent: place.parent } : {}),
      source,
    };
    if (element.name === "primitive") {
      found.primitives.set(id, {
        kind: "primitive",
        ...common,
        agent: agentOf(template ?? element),
        ...(from === undefined ? {} : { template: from }),
        options: effective(source.optionSets),
        operations: operationsOf(element, shelf, template),
        ...(place.group === undefined ? {} : { group: place.group }),
        isAlone: parent?.name === "resources",
      });
    } else if (element.name === "group") {
      found.groups.set(id, {
        kind: "group",
        ...common,
        members: children(element, "primitive").map(
          (member) => member.attributes.id ?? "",
        ),
      });
      collect(element, { ...place, group: id }, found);
    } else if (["clone", "master", "bundle"].includes(element.name)) {
      const kind = element.name === "bundle" ? "bundle" : "clone";
      if (kind === "clone")
        found.clones.set(id, {
          kind,
          ...common,
          content:
            element.children.find(({ name }) =>
              ["primitive", "group"].includes(name),
            )?.attributes.id ?? "",
        });
      collect(element, { ...place, parent: { kind, id } }, found);
    }
  }
}

function agentOf(primitive: XmlElement): string {
  const { class: standard, provider, type } = primitive.attributes;
  return [standard, provider, type].filter(Boolean).join(":");
}

/** Whether it is a fencing device. */
export function isFencing(found: Primitive | undefined): boolean {
  return found?.agent.startsWith("stonith:") === true;
}

/** A primitive's own operation takes the place of the template's of the same name and interval. */
function operationsOf(
  primitive: XmlElement,
  shelf: Shelf,
  template: XmlElement | undefined,
): Operation[] {
  const own = operationsIn(primitive, shelf);
  const inherited = template ? operationsIn(template, shelf) : [];
  return [
    ...own,
    ...inherited
      .filter(
        ({ name, interval }) =>
          !own.some(
            (one) => one.name === name && sameDuration(one.interval, interval),
          ),
      )
      .map((operation) => ({ ...operation, isForeign: true as const })),
  ];
}

function operationsIn(element: XmlElement, { elements }: Shelf): Operation[] {
  return children(element, "operations").flatMap((given) => {
    const reference = given.attributes["id-ref"];
    const list = (reference && elements.get(reference)) || given;
    return children(list, "op").map((one) => {
      const other = one.attributes["id-ref"];
      const operation = (other && elements.get(other)) || one;
      const { id, name, interval, ...attributes } = operation.attributes;
      return {
        id: id ?? "",
        name: name ?? "",
        interval: interval ?? "0",
        attributes,
        ...(operation.children.length > 0 ? { nested: true as const } : {}),
        ...(reference !== undefined || other !== undefined
          ? { isForeign: true as const }
          : {}),
      };
    });
  });
}

/** What changes of their own are made in, beside resources and what names them. */
const settings = [
  ...["crm_config", "nodes", "rsc_defaults", "op_defaults"],
  ...["fencing-topology", "acls", "alerts"],
];

/**
 * The text of the sections that hold resources and what names them, and of those that a difference touches. Changes are planned
 * from these, and differences go by positions: where the text is the same, both still fit. All else may differ.
 */
export function objectsIn({ text }: Cib, diff: string): string {
  return [
    ...["resources", "constraints", "tags"],
    ...settings.filter((section) => diff.includes(`/configuration/${section}`)),
  ]
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

/** The primitives that a clone of this primitive or group makes instances of; none where it is not there. */
export function contentOf(cib: Cib, content: string): readonly string[] {
  return (
    cib.groups.get(content)?.members ??
    (cib.primitives.has(content) ? [content] : [])
  );
}
