/** Further looks at the cluster. */
import type { Lab } from "../../../lab";
import { cib, onNode } from "../harness";
import { all, type Element } from "../harness/xml";

/** The process of a unit on a node, and when it started: another one, or the same started again, has another text. */
export async function processOf(
  lab: Lab,
  node: string,
  unit: string,
): Promise<string> {
  const text = await onNode(
    lab,
    node,
    ...["systemctl", "show", unit],
    "--property=MainPID,ExecMainStartTimestampMonotonic,ActiveEnterTimestampMonotonic",
  );
  return text.trim();
}

/** The ids of a group's members, in order; undefined where there is no group. */
export async function membersOf(
  lab: Lab,
  id: string,
): Promise<string[] | undefined> {
  const found = all(await cib(lab), "group").find(
    ({ attributes }) => attributes.id === id,
  );
  return (
    found &&
    all(found, "primitive").map(({ attributes }) => attributes.id ?? "")
  );
}

/** An element of the configuration by its id. */
export async function byId(lab: Lab, id: string): Promise<Element | undefined> {
  return find(await cib(lab), id);
}

function find(element: Element, id: string): Element | undefined {
  if (element.attributes.id === id) return element;
  for (const child of element.children) {
    const found = find(child, id);
    if (found) return found;
  }
  return undefined;
}

/** The values of the name-value pairs below an element, by name. */
export function values(element: Element | undefined): Record<string, string> {
  const pairs = element ? all(element, "nvpair") : [];
  return Object.fromEntries(
    pairs.map(({ attributes }) => [
      attributes.name ?? "",
      attributes.value ?? "",
    ]),
  );
}

/** By name and interval, the time-out of each operation of a resource: { "start 0s": "100" }. */
export async function operationsOf(
  lab: Lab,
  id: string,
): Promise<Record<string, string | undefined>> {
  const found = await byId(lab, id);
  return Object.fromEntries(
    (found ? all(found, "op") : []).map(({ attributes }) => [
      `${attributes.name} ${attributes.interval}`,
      attributes.timeout,
    ]),
  );
}
