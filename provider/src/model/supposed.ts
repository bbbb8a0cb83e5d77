/** What would be there if a service were declared and started now: for asking Pacemaker what would come of it. */
import { movingMark, stagedMark } from "./staging";
import {
  child,
  descendants,
  parseXml,
  renderXml,
  type XmlElement,
} from "./xml";

/** A service that is about to be the cluster's. */
export interface SupposedService {
  readonly id: string;
  /** Without ".service". */
  readonly unit: string;
  readonly group?: string | undefined;
}

/**
 * The CIB with the service in it, as the last member of its group, and without what a change of ours ends by itself: marks
 * of what waits, and failures on record of what would be started with it.
 *
 * @param text what `cibadmin --query` prints, status included
 */
export function supposeService(text: string, service: SupposedService): string {
  const root = parseXml(text);
  const all = [...descendants(root)];
  const isKnown = all.some(
    ({ name, attributes }) =>
      name === "primitive" && attributes.id === service.id,
  );
  const group = all.find(
    ({ name, attributes }) =>
      name === "group" && attributes.id === service.group,
  );
  const mates = (
    group ?? all.find((one) => one.name === "group" && holds(one, service.id))
  )?.children.map(({ attributes }) => attributes.id ?? "");
  const failed = [service.id, ...(mates ?? [])].filter((id) =>
    all.some(({ attributes }) => isFailureOf(id, attributes.name)),
  );
  const change = (element: XmlElement): XmlElement | undefined => {
    const { name, attributes } = element;
    if (failed.some((id) => isFailureOf(id, attributes.name))) return undefined;
    if (name === "lrm_resource" && failed.includes(attributes.id ?? ""))
      return undefined;
    const children = element.children.flatMap((one) => change(one) ?? []);
    if (name === "meta_attributes") return withoutMarks(element, children);
    if (name === "primitive" && attributes.id === service.id)
      return {
        ...element,
        ...(attributes.template === undefined
          ? { attributes: { id: service.id, ...systemd(service) } }
          : {}),
        children,
      };
    if (isKnown) return { ...element, children };
    const made = {
      name: "primitive",
      attributes: { id: service.id, ...systemd(service) },
      children: [],
    };
    if (group && name === "group" && attributes.id === service.group)
      return { ...element, children: [...children, made] };
    if (group || name !== "resources" || !isResources(root, element))
      return { ...element, children };
    const isFree = all.every((one) => one.attributes.id !== service.group);
    const holder =
      service.group !== undefined && isFree
        ? {
            name: "group",
            attributes: { id: service.group },
            children: [made],
          }
        : made;
    return { ...element, children: [...children, holder] };
  };
  return renderXml(change(root)!);
}

const systemd = ({ unit }: SupposedService) => ({
  class: "systemd",
  type: unit,
});

const holds = (group: XmlElement, id: string): boolean =>
  group.children.some(({ attributes }) => attributes.id === id);

const isResources = (root: XmlElement, element: XmlElement): boolean =>
  child(child(root, "configuration"), "resources") === element;

/** `fail-count-web_ip#start_0`, and the time of it. */
function isFailureOf(id: string, attribute: string | undefined): boolean {
  return ["fail-count", "last-failure"].some(
    (what) =>
      attribute === `${what}-${id}` ||
      attribute?.startsWith(`${what}-${id}#`) === true,
  );
}

function withoutMarks(
  element: XmlElement,
  children: readonly XmlElement[],
): XmlElement {
  const nameOf = ({ attributes }: XmlElement) => attributes.name ?? "";
  const isMarked = children.some((one) => nameOf(one) === stagedMark);
  const ours = [stagedMark, movingMark, ...(isMarked ? ["target-role"] : [])];
  return {
    ...element,
    children: children.filter((one) => !ours.includes(nameOf(one))),
  };
}
