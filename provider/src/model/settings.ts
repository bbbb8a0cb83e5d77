/** What stands in the configuration beside resources: sets of names and values, with or without a rule. */
import type { Cib } from "./cib";
import { inPrecedence, parseScore } from "./score";
import { child, children, parseXml, type XmlElement } from "./xml";

const configurations = new WeakMap<Cib, XmlElement>();

/** The CIB's `<configuration>`. */
export function configurationOf(cib: Cib): XmlElement {
  const known = configurations.get(cib);
  if (known) return known;
  const found = child(parseXml(cib.text), "configuration")!;
  configurations.set(cib, found);
  return found;
}

/** One set of names and values. */
export interface SettingSet {
  readonly id: string;
  readonly element: XmlElement;
  /** Whether it holds only while its rule does. */
  readonly isRuled: boolean;
  readonly values: Readonly<Record<string, string>>;
  /** By name: the id of the pair that holds it. */
  readonly ids: Readonly<Record<string, string>>;
}

export function readSet(element: XmlElement): SettingSet {
  const values: Record<string, string> = {};
  const ids: Record<string, string> = {};
  for (const { attributes } of children(element, "nvpair")) {
    const { id = "", name = "", value = "" } = attributes;
    if (name in values) continue;
    values[name] = value;
    ids[name] = id;
  }
  return {
    id: element.attributes.id ?? "",
    element,
    isRuled: child(element, "rule") !== undefined,
    values,
    ids,
  };
}

/** The set that counts before all others, whatever their scores: Pacemaker makes it itself. */
export const firstPropertySet = "cib-bootstrap-options";

/** The sets of the cluster's properties, the one that counts first leading. */
export function propertySets(cib: Cib): SettingSet[] {
  const found = children(
    child(configurationOf(cib), "crm_config"),
    "cluster_property_set",
  );
  const isFirst = ({ attributes }: XmlElement) =>
    attributes.id === firstPropertySet;
  return [
    ...found.filter(isFirst),
    ...inPrecedence(
      found.filter((set) => !isFirst(set)),
      ({ attributes }) => parseScore(attributes.score),
    ),
  ].map(readSet);
}

/** What holds at all times, of sets in their order: those under a rule are left out. */
export function valuesOf(sets: readonly SettingSet[]): Record<string, string> {
  const values: Record<string, string> = {};
  for (const set of sets)
    if (!set.isRuled)
      for (const [name, value] of Object.entries(set.values))
        if (!(name in values)) values[name] = value;
  return values;
}

/** What the configuration says of a node. */
export interface NodeSettings {
  /** The sets of its attributes, the one that counts first leading. */
  readonly attributes: readonly SettingSet[];
  /** The sets of what it has for resources. */
  readonly utilization: readonly SettingSet[];
}

/** A node by its name; undefined where the configuration has none of that name. */
export function nodeSettings(cib: Cib, name: string): NodeSettings | undefined {
  const found = children(child(configurationOf(cib), "nodes"), "node").find(
    ({ attributes }) => (attributes.uname ?? attributes.id) === name,
  );
  if (!found) return undefined;
  const sets = (setName: string) =>
    inPrecedence(children(found, setName), ({ attributes }) =>
      parseScore(attributes.score),
    ).map(readSet);
  return {
    attributes: sets("instance_attributes"),
    utilization: sets("utilization"),
  };
}
