import { inPrecedence, parseScore } from "./score";
import { child, children, descendants, type XmlElement } from "./xml";

/** A set of names and values of a resource: its options, or its meta attributes. */
export interface AttributeSet {
  /** Where a resource only refers to it, the id of the set that it refers to. */
  readonly id: string;
  /**
   * - `own`: stands in the resource itself, and holds at all times
   * - `rule`: holds only while its rule does
   * - `foreign`: stands elsewhere: in another resource (id-ref), or in the template
   */
  readonly kind: "own" | "rule" | "foreign";
  /** Whether others refer to it: what is changed in it changes for them too. */
  readonly isShared: boolean;
  readonly score: number;
  readonly values: Readonly<Record<string, string>>;
  /** By name: the id of the pair that holds it. */
  readonly ids: Readonly<Record<string, string>>;
}

export type SetName = "instance_attributes" | "meta_attributes";

/** Everything of one configuration that a resource may refer to. */
export interface Shelf {
  /** By id. */
  readonly elements: ReadonlyMap<string, XmlElement>;
  /** The ids that something refers to, each with those elements that have an id and hold the reference. */
  readonly referrers: ReadonlyMap<string, readonly string[]>;
}

/** @param configuration the CIB's `<configuration>` */
export function shelfOf(configuration: XmlElement): Shelf {
  const elements = new Map<string, XmlElement>();
  const referrers = new Map<string, string[]>();
  const visit = (element: XmlElement, owner: string): void => {
    const { id, "id-ref": reference } = element.attributes;
    if (id !== undefined) elements.set(id, element);
    if (reference !== undefined)
      referrers.set(reference, [...(referrers.get(reference) ?? []), owner]);
    // A resource that refers is what a person knows, not the set or the operation in it.
    const isKnown = ["primitive", "group", "clone", "master", "bundle"];
    const next =
      id !== undefined && isKnown.includes(element.name) ? id : owner;
    for (const inner of element.children) visit(inner, next || (id ?? ""));
  };
  for (const section of configuration.children) visit(section, "");
  return { elements, referrers };
}

/**
 * The sets of a resource, the one that counts first leading. A template's stand before the primitive's own.
 */
export function setsOf(
  element: XmlElement,
  setName: SetName,
  shelf: Shelf,
  template?: XmlElement,
): AttributeSet[] {
  const inOrder = [
    ...children(template, setName).map((set) => readSet(set, shelf, true)),
    ...children(element, setName).map((set) => readSet(set, shelf, false)),
  ];
  return inPrecedence(inOrder, ({ score }) => score);
}

function readSet(
  given: XmlElement,
  { elements, referrers }: Shelf,
  isForeign: boolean,
): AttributeSet {
  const reference = given.attributes["id-ref"];
  const set = (reference && elements.get(reference)) || given;
  const id = reference ?? given.attributes.id ?? "";
  const values: Record<string, string> = {};
  const ids: Record<string, string> = {};
  for (const pair of children(set, "nvpair")) {
    const target = pair.attributes["id-ref"];
    const { name, value } = {
      ...(target && elements.get(target)?.attributes),
      ...pair.attributes,
    } as Record<string, string>;
    if (name === undefined || name in values) continue;
    values[name] = value ?? "";
    ids[name] = pair.attributes.id ?? "";
  }
  return {
    id,
    kind: child(set, "rule")
      ? "rule"
      : isForeign || reference !== undefined
        ? "foreign"
        : "own",
    isShared:
      referrers.has(id) ||
      children(set, "nvpair").some(({ attributes }) =>
        referrers.has(attributes.id ?? ""),
      ),
    score: parseScore(set.attributes.score),
    values,
    ids,
  };
}

/** What holds at all times: sets under a rule are left out. */
export function effective(
  sets: readonly AttributeSet[],
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { kind, values: given } of sets)
    if (kind !== "rule")
      for (const [name, value] of Object.entries(given))
        if (!(name in values)) values[name] = value;
  return values;
}

/** Which of the objects in an element others refer to, with who refers: those would lose it with the element. */
export function sharedParts(
  element: XmlElement,
  { referrers }: Shelf,
): { readonly part: string; readonly by: readonly string[] }[] {
  const own = element.attributes.id ?? "";
  return [...descendants(element)].flatMap(({ attributes }) => {
    const by = (referrers.get(attributes.id ?? "") ?? []).filter(
      (referrer) => referrer !== own,
    );
    return by.length > 0 ? [{ part: attributes.id ?? "", by }] : [];
  });
}
