/** What belongs to somebody else on the cluster of the stacks: it must be the same after every round. */
import type { Lab } from "../../lab";
import { cib, onNode } from "../../tests/cluster/harness/cluster";
import { one, type Element } from "../../tests/cluster/harness/xml";
import { ownId } from "./stacks";

const dummy = (id: string, meta = ""): string =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy">${meta}<operations>` +
  `<op id="${id}-monitor" name="monitor" interval="PT1M" timeout="20"/></operations></primitive>`;

const resources = [
  `<template id="foreign-template" class="ocf" provider="pacemaker" type="Dummy"/>`,
  `<primitive id="foreign-templated" template="foreign-template"/>`,
  dummy(
    "foreign-alone",
    `<meta_attributes id="foreign-ruled"><rule id="foreign-rule" score="1" boolean-op="and">` +
      `<date_expression id="foreign-rule-date" operation="lt" end="2001-01-01"/></rule>` +
      `<nvpair id="foreign-ruled-role" name="target-role" value="Stopped"/></meta_attributes>`,
  ),
  `<group id="foreign-group">${dummy("foreign-one")}${dummy("foreign-two")}</group>`,
  `<clone id="foreign-clone">${dummy("foreign-cloned")}</clone>`,
];

const constraints = [
  `<rsc_location id="foreign-prefers" rsc="foreign-alone" node="node-02" score="10"/>`,
  `<rsc_location id="foreign-pattern" rsc-pattern="^foreign-t" node="node-03" score="5"/>`,
  `<rsc_colocation id="foreign-beside" rsc="foreign-templated" with-rsc="foreign-group" score="20"/>`,
  `<rsc_order id="foreign-after" first="foreign-clone" then="foreign-alone" kind="Optional"/>`,
];

/** Every primitive among them. Those of a clone run on each node. */
export const foreignPrimitives = [
  ...["foreign-templated", "foreign-alone", "foreign-one", "foreign-two"],
];

export async function makeForeign(lab: Lab): Promise<void> {
  const node = lab.nodes[0]!.name;
  const create = (scope: string, xml: string) =>
    onNode(
      ...([lab, node] as const),
      ...["cibadmin", "--create", "--scope", scope, "--xml-text", xml],
    );
  for (const xml of resources) await create("resources", xml);
  for (const xml of constraints) await create("constraints", xml);
  await onNode(
    ...([lab, node] as const),
    ...["pcs", "tag", "create", "foreign-tag", "foreign-one", "foreign-alone"],
  );
}

/** The whole configuration but for what the stacks made, in one spelling. */
export async function foreignConfiguration(lab: Lab): Promise<string> {
  const configuration = one(await cib(lab), "configuration");
  return render(configuration, "").join("\n");
}

/** Sections and sets whose order says nothing. */
const unordered = [
  ...["crm_config", "cluster_property_set", "nodes", "constraints", "tags"],
  ...["instance_attributes", "meta_attributes", "operations"],
];

function render(element: Element, margin: string): string[] {
  const { id, name } = element.attributes;
  if (["primitive", "group"].includes(element.name) && ownId.test(id ?? ""))
    return [];
  // Pacemaker's own note that a failure was forgotten.
  if (name === "last-lrm-refresh") return [];
  const children = element.children.map((child) =>
    render(child, `${margin}  `).join("\n"),
  );
  const shown = children.filter(Boolean);
  // "pcs node unstandby" leaves an empty set behind, and the first tag or property a section.
  if (
    shown.length === 0 &&
    ["instance_attributes", "tags", "cluster_property_set"].includes(
      element.name,
    )
  )
    return [];
  if (unordered.includes(element.name)) shown.sort();
  const attributes = Object.entries(element.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ` ${key}="${value}"`);
  return [`${margin}<${element.name}${attributes.join("")}>`, ...shown];
}
