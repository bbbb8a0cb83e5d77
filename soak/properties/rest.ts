/** The rest of a configuration: all but what is ours, in one spelling. */
import {
  parseXml,
  one,
  all,
  type Element,
} from "../../tests/cluster/harness/xml";

const isOwn = (id: string | undefined): boolean => /^own[_-]/.test(id ?? "");

const references = ["rsc", "with-rsc", "first", "then"];

/** Constraints that name ours go with it. */
const namesOwn = ({ attributes, children }: Element): boolean =>
  references.some((name) => isOwn(attributes[name])) ||
  children.some(
    (child) =>
      namesOwn(child) ||
      (child.name === "resource_ref" && isOwn(child.attributes.id)),
  );

const unordered = [
  ...["instance_attributes", "meta_attributes", "utilization"],
  ...["cluster_property_set", "operations"],
];

/** Sections that are written when they are first needed, and say nothing while they are empty. */
const optional = ["tags", "constraints", "acls", "alerts", "fencing-topology"];

export function restOf(cib: string): string {
  return render(one(parseXml(cib), "configuration"), "");
}

function render(element: Element, margin: string): string {
  const { id, name } = element.attributes;
  if (["primitive", "group"].includes(element.name) && isOwn(id)) return "";
  if (/^rsc_/.test(element.name) && namesOwn(element)) return "";
  if (element.name === "obj_ref" && isOwn(id)) return "";
  if (element.name === "acl_permission" && isOwn(element.attributes.reference))
    return "";
  if (name === "last-lrm-refresh") return "";
  const children = element.children
    .map((child) => ({ child, text: render(child, `${margin}  `) }))
    .filter(({ text }) => text !== "");
  // crm_diff moves what has no id.
  const texts = [
    ...children.filter(({ child }) => child.attributes.id !== undefined),
    ...children
      .filter(({ child }) => child.attributes.id === undefined)
      .sort((a, b) => (a.text < b.text ? -1 : 1)),
  ].map(({ text }) => text);
  if (unordered.includes(element.name)) texts.sort();
  if (
    texts.length === 0 &&
    (optional.includes(element.name) || element.name === "tag")
  )
    return "";
  const attributes = Object.entries(element.attributes)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => ` ${key}="${value}"`);
  return [`${margin}<${element.name}${attributes.join("")}>`, ...texts].join(
    "\n",
  );
}

export function marksIn(cib: string): string[] {
  return cib.match(/<nvpair[^>]*name="pulumi-[^>]*>/g) ?? [];
}

/** Where each resource of somebody else's is, and in which role: "their-ip Started node-01". */
export function statesOf(status: string): string {
  return all(parseXml(status), "resource")
    .filter(({ attributes }) => !isOwn(attributes.id))
    .map((resource) => {
      const { id, role, managed, failed } = resource.attributes;
      const nodes = all(resource, "node").map(
        ({ attributes }) => attributes.name,
      );
      return [id, role, managed, failed, ...nodes.sort()].join(" ");
    })
    .sort()
    .join("\n");
}

export function differenceOf(before: string, now: string): string {
  const [old, young] = [before.split("\n"), now.split("\n")];
  return [
    ...old.filter((line) => !young.includes(line)).map((line) => `- ${line}`),
    ...young.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
    ...(old.length === young.length &&
    before !== now &&
    [...old].sort().join() === [...young].sort().join()
      ? ["the order has changed"]
      : []),
  ].join("\n");
}
