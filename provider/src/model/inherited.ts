import { bySetScore, type Placement, type PlacedObject } from "./placement";
import { holds } from "./rule";
import { child, children, type XmlElement } from "./xml";

/** A meta attribute as it counts for a resource, and who says so. */
export interface MetaValue {
  readonly value: string;
  /** "itself", or the template, the group or clone around it, or the defaults of all resources. */
  readonly by: "itself" | "template" | "parent" | "defaults";
  /** The id of the resource or template; the set's, for the defaults. */
  readonly holder: string;
  /** Whether it is only said under a rule, such as at certain hours. */
  readonly isRuled: boolean;
}

/** Its own sets, then its template's, then those of what holds it, then the defaults: the first that names it counts. */
export function metaOf(
  placement: Placement,
  id: string,
  name: string,
  now: number,
): MetaValue | undefined {
  const found = placement.objects.get(id);
  if (!found) return undefined;
  const { element, parent } = found;
  const template = placement.byId.get(element.attributes.template ?? "");
  const agent = agentOf(template ?? element);
  const context = { now, ...(agent === "" ? {} : { agent }) };
  const look = (
    sets: readonly XmlElement[],
    by: MetaValue["by"],
    holder?: string,
  ): MetaValue | undefined => {
    for (const set of bySetScore(sets)) {
      const rule = child(set, "rule");
      if (rule && holds(rule, context) !== true) continue;
      const pair = children(set, "nvpair").find(
        ({ attributes }) => attributes.name === name,
      );
      if (pair)
        return {
          value: pair.attributes.value ?? "",
          by,
          holder: holder ?? set.attributes.id ?? "",
          isRuled: rule !== undefined,
        };
    }
    return undefined;
  };
  const ofTemplate = template?.attributes.id;
  const inherited = () => {
    const above =
      parent === undefined ? undefined : metaOf(placement, parent, name, now);
    return above?.by === "itself" ? { ...above, by: "parent" as const } : above;
  };
  return (
    look(setsOf(placement, element), "itself", id) ??
    (template && look(setsOf(placement, template), "template", ofTemplate)) ??
    inherited() ??
    look(placement.defaults, "defaults")
  );
}

function setsOf({ byId }: Placement, element: XmlElement): XmlElement[] {
  return children(element, "meta_attributes").flatMap((set) => {
    const reference = set.attributes["id-ref"];
    return reference === undefined ? [set] : (byId.get(reference) ?? []);
  });
}

function agentOf({ attributes }: XmlElement): string {
  const { class: standard, provider, type } = attributes;
  return [standard, provider, type].filter(Boolean).join(":");
}

/** The command that ends a value, whoever says it. pcs knows no templates and no rules' sets: there it is the XML. */
export function metaWayOut(found: MetaValue, name: string): string {
  const { by, holder, isRuled } = found;
  if (by === "defaults")
    return `pcs resource defaults set update ${holder} meta ${name}=`;
  if (by === "template" || isRuled)
    return `cibadmin --delete --force --xpath "//*[@id='${holder}']/meta_attributes/nvpair[@name='${name}']"`;
  return `pcs resource meta ${holder} ${name}=`;
}

/** How a sentence names who says it. */
export function metaHolder({ by, holder, isRuled }: MetaValue): string {
  const what =
    by === "defaults"
      ? `the resource defaults (${holder})`
      : by === "template"
        ? `the template ${holder}`
        : holder;
  return isRuled ? `a rule of ${what}` : what;
}

/** Whether a resource runs as often as there are nodes, or so. */
export function isClone({ kind }: PlacedObject): boolean {
  return kind === "clone" || kind === "master" || kind === "bundle";
}
