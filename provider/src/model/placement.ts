import { child, children, descendants, parseXml, type XmlElement } from "./xml";
import { inPrecedence, parseScore } from "./score";
import { parseBoolean } from "./values";

/** Anything in the CIB that Pacemaker runs or that holds what it runs. */
export interface PlacedObject {
  readonly id: string;
  /** "primitive", "group", "clone", "master" or "bundle". */
  readonly kind: string;
  readonly element: XmlElement;
  /** The group, clone or bundle that holds it. */
  readonly parent?: string;
  readonly children: readonly string[];
}

export interface NodeFacts {
  readonly name: string;
  readonly id: string;
  /** "cluster", "remote" or "container", as rules know it (`#kind`). */
  readonly kind: string;
  /** Permanent and transient ones; a transient one wins. */
  readonly attributes: ReadonlyMap<string, NodeAttribute>;
  readonly utilization: Readonly<Record<string, string>>;
}

export interface NodeAttribute {
  readonly value: string;
  /** Gone at the next start of the node ("crm_attribute --lifetime reboot"). */
  readonly isTransient: boolean;
}

export interface Ticket {
  readonly granted: boolean;
  readonly standby: boolean;
}

/** All that decides where Pacemaker may run what, read from a whole CIB, its status included. */
export interface Placement {
  readonly properties: Readonly<Record<string, string>>;
  readonly nodes: readonly NodeFacts[];
  readonly objects: ReadonlyMap<string, PlacedObject>;
  /** The elements of the section "constraints". */
  readonly constraints: readonly XmlElement[];
  readonly tickets: ReadonlyMap<string, Ticket>;
  /** By element id: for `id-ref`, and for templates. */
  readonly byId: ReadonlyMap<string, XmlElement>;
  /** The ids that a tag names. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  /** The sets of "rsc_defaults". */
  readonly defaults: readonly XmlElement[];
}

/**
 * Reads the text that `cibadmin --query` prints, status included.
 *
 * @throws Error when the text is not a CIB.
 */
export function parsePlacement(text: string): Placement {
  const root = parseXml(text);
  const configuration = child(root, "configuration");
  if (root.name !== "cib" || !configuration)
    throw new Error(
      `expected a <cib> with a <configuration>, found <${root.name}>`,
    );
  const byId = new Map<string, XmlElement>();
  for (const element of descendants(configuration))
    if (element.attributes.id !== undefined)
      byId.set(element.attributes.id, element);
  const status = child(root, "status");
  const objects = new Map<string, PlacedObject>();
  collect(child(configuration, "resources"), undefined, objects);
  return {
    properties: propertiesIn(child(configuration, "crm_config")),
    nodes: nodesOf(configuration, status),
    objects,
    constraints: child(configuration, "constraints")?.children ?? [],
    tickets: new Map(
      children(child(status, "tickets"), "ticket_state").map(
        ({ attributes }) => [
          attributes.id ?? "",
          {
            granted: isTrue(attributes.granted),
            standby: isTrue(attributes.standby),
          },
        ],
      ),
    ),
    byId,
    tags: new Map(
      children(child(configuration, "tags"), "tag").map((tag) => [
        tag.attributes.id ?? "",
        children(tag, "obj_ref").map(({ attributes }) => attributes.id ?? ""),
      ]),
    ),
    defaults: bySetScore(
      children(child(configuration, "rsc_defaults"), "meta_attributes"),
    ),
  };
}

/** Whether Pacemaker reads the value as true. */
export function isTrue(value: string | undefined): boolean {
  return parseBoolean(value ?? "") === true;
}

export function isFalse(value: string | undefined): boolean {
  return parseBoolean(value ?? "") === false;
}

const containers = ["group", "clone", "master", "bundle"];

function collect(
  parent: XmlElement | undefined,
  parentId: string | undefined,
  objects: Map<string, PlacedObject>,
): void {
  for (const element of parent?.children ?? []) {
    if (element.name !== "primitive" && !containers.includes(element.name))
      continue;
    const id = element.attributes.id ?? "";
    objects.set(id, {
      id,
      kind: element.name,
      element,
      ...(parentId === undefined ? {} : { parent: parentId }),
      children: element.children
        .filter(({ name }) => name === "primitive" || name === "group")
        .map(({ attributes }) => attributes.id ?? ""),
    });
    collect(element, id, objects);
  }
}

function nodesOf(
  configuration: XmlElement,
  status: XmlElement | undefined,
): NodeFacts[] {
  const states = children(status, "node_state");
  const listed = children(child(configuration, "nodes"), "node");
  // A guest node, and a remote one without attributes of its own, stands in the status alone.
  const unlisted = states.filter(
    ({ attributes }) =>
      attributes.uname !== undefined &&
      !listed.some((node) => node.attributes.uname === attributes.uname),
  );
  return [...listed, ...unlisted].map((node) => {
    const { id = "", uname } = node.attributes;
    const name = uname ?? id;
    const state = states.find(({ attributes }) =>
      attributes.uname === undefined
        ? attributes.id === id
        : attributes.uname === name,
    );
    const isRemote =
      node.attributes.type === "remote" ||
      isTrue(state?.attributes.remote_node) ||
      unlisted.includes(node);
    const attributes = new Map<string, NodeAttribute>();
    const add = (parent: XmlElement | undefined, isTransient: boolean) => {
      const values = firstValues(children(parent, "instance_attributes"));
      for (const [key, value] of Object.entries(values))
        attributes.set(key, { value, isTransient });
    };
    add(node, false);
    add(child(state, "transient_attributes"), true);
    return {
      name,
      id,
      kind: isRemote ? "remote" : "cluster",
      attributes,
      utilization: firstValues(children(node, "utilization")),
    };
  });
}

/** Of the cluster's properties, Pacemaker takes its own set before all others, whatever their scores. */
function propertiesIn(element: XmlElement | undefined): Record<string, string> {
  const sets = children(element, "cluster_property_set");
  const own = sets.filter(
    ({ attributes }) => attributes.id === "cib-bootstrap-options",
  );
  return { ...firstValues(sets), ...firstValues(own) };
}

/** Of sets without a rule: where several name an attribute, the one that counts first wins. */
function firstValues(sets: readonly XmlElement[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const set of bySetScore(sets)) {
    if (child(set, "rule")) continue;
    for (const { attributes } of children(set, "nvpair")) {
      const { name, value } = attributes;
      if (name !== undefined && !(name in values)) values[name] = value ?? "";
    }
  }
  return values;
}

export function bySetScore(sets: readonly XmlElement[]): XmlElement[] {
  return inPrecedence(sets, ({ attributes }) => parseScore(attributes.score));
}

/** The resource and what holds it, from the inside to the outside. */
export function chainOf({ objects }: Placement, id: string): PlacedObject[] {
  const found = objects.get(id);
  if (!found) return [];
  const above = found.parent === undefined ? undefined : found.parent;
  return [
    found,
    ...(above === undefined ? [] : chainOf({ objects } as Placement, above)),
  ];
}

/** The primitives in it, or itself. */
export function primitivesIn(placement: Placement, id: string): string[] {
  const found = placement.objects.get(id);
  if (!found) return [];
  return found.kind === "primitive"
    ? [id]
    : found.children.flatMap((inner) => primitivesIn(placement, inner));
}

/** What a constraint means by an id: a resource, the resources of a template, or those of a tag. */
export function resolve(placement: Placement, id: string): string[] {
  if (placement.objects.has(id)) return [id];
  const tagged = placement.tags.get(id);
  if (tagged) return tagged.flatMap((one) => resolve(placement, one));
  return [...placement.objects.values()]
    .filter(({ element }) => element.attributes.template === id)
    .map((one) => one.id);
}
