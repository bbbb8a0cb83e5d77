import { child, children, descendants, type XmlElement } from "./xml";

/** What names resources from outside of them, by their ids: what only matches one by a pattern stays when that goes. */
export interface Reference {
  readonly kind: "constraint" | "tag" | "ACL role" | "fencing level";
  readonly id: string;
  /** The resources, groups, clones and tags that it names. */
  readonly resources: readonly string[];
  /** The node on which a location constraint never lets them run. */
  readonly bannedFrom?: string;
}

/** @param configuration the CIB's `<configuration>` */
export function referencesIn(configuration: XmlElement): Reference[] {
  const sets = new Map(
    [...descendants(configuration)]
      .filter(({ name }) => name === "resource_set")
      .map((set) => [set.attributes.id ?? "", set]),
  );
  return [
    ...(child(configuration, "constraints")?.children ?? []).map((one) =>
      constraintOf(one, sets),
    ),
    ...children(child(configuration, "tags"), "tag").map(tagOf),
    ...children(child(configuration, "acls"), "acl_role").map(roleOf),
    ...children(child(configuration, "fencing-topology"), "fencing-level").map(
      levelOf,
    ),
  ];
}

function constraintOf(
  element: XmlElement,
  sets: ReadonlyMap<string, XmlElement>,
): Reference {
  const { id = "", rsc, first, then, node, score } = element.attributes;
  const listed = children(element, "resource_set").flatMap((set) => {
    const reference = set.attributes["id-ref"];
    return namedIn((reference && sets.get(reference)) || set, "resource_ref");
  });
  return {
    kind: "constraint",
    id,
    resources: [rsc, element.attributes["with-rsc"], first, then, ...listed]
      .filter((one) => one !== undefined)
      .filter((one, index, all) => all.indexOf(one) === index),
    ...(node !== undefined && /^-INFINITY$/i.test(score ?? "")
      ? { bannedFrom: node }
      : {}),
  };
}

function namedIn(element: XmlElement, name: string): string[] {
  return children(element, name).flatMap(
    ({ attributes }) => attributes.id ?? [],
  );
}

function tagOf(element: XmlElement): Reference {
  return {
    kind: "tag",
    id: element.attributes.id ?? "",
    resources: namedIn(element, "obj_ref"),
  };
}

/** A permission that is for one object goes with it; one for all that an XPath finds stays. */
function roleOf(element: XmlElement): Reference {
  return {
    kind: "ACL role",
    id: element.attributes.id ?? "",
    resources: children(element, "acl_permission").flatMap(
      ({ attributes }) => attributes.reference ?? [],
    ),
  };
}

function levelOf(element: XmlElement): Reference {
  const { id = "", devices = "" } = element.attributes;
  return { kind: "fencing level", id, resources: devices.split(",") };
}
