/**
 * A service that stands by hot: it runs on every node, as a clone, and the addresses are on one of those where it is healthy.
 * Cold, service and addresses are a group, and run on one node alone.
 */
import type { Cib, Constraint } from "./cib";
import { infinity, parseScore } from "./score";
import { parseBoolean } from "./values";

/** The id of the clone that holds a service which stands by hot: the one that pcs gives it. */
export function cloneOf(service: string): string {
  return `${service}-clone`;
}

/** What binds two resources, as it is wanted. */
export interface Binding {
  readonly name: "rsc_colocation" | "rsc_order";
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * What binds addresses to the clone, in pcs's spelling of the ids: each is only where the service is up, and comes after it;
 * and all are where the first one is.
 */
export function bindingsOf(
  [first, ...others]: readonly string[],
  clone: string,
): Binding[] {
  if (first === undefined) return [];
  return [
    ...[first, ...others].flatMap((address) => [
      together(address, clone),
      after(address, clone),
    ]),
    ...others.map((address) => together(address, first)),
  ];
}

function together(resource: string, other: string): Binding {
  return {
    name: "rsc_colocation",
    id: `colocation-${resource}-${other}-INFINITY`,
    attributes: { rsc: resource, "with-rsc": other, score: "INFINITY" },
  };
}

function after(resource: string, first: string): Binding {
  return {
    name: "rsc_order",
    id: `order-${first}-${resource}-mandatory`,
    attributes: {
      ...{ first, then: resource },
      ...{ "first-action": "start", "then-action": "start" },
      kind: "Mandatory",
    },
  };
}

/** Whether a constraint does what the binding is to do, under whatever id. */
export function isBinding(
  { kind, attributes, isPlain }: Constraint,
  { name, attributes: wanted }: Binding,
): boolean {
  const is = (attribute: string, ...usual: string[]): boolean =>
    [undefined, ...usual].includes(attributes[attribute]?.toLowerCase());
  if (!isPlain || kind !== (name === "rsc_order" ? "order" : "colocation"))
    return false;
  if (kind === "colocation")
    return (
      attributes.rsc === wanted.rsc &&
      attributes["with-rsc"] === wanted["with-rsc"] &&
      parseScore(attributes.score ?? "") === infinity &&
      is("rsc-role", "started") &&
      is("with-rsc-role", "started") &&
      is("node-attribute", "#uname")
    );
  return (
    attributes.first === wanted.first &&
    attributes.then === wanted.then &&
    is("first-action", "start") &&
    is("then-action", "start") &&
    is("kind", "mandatory") &&
    (attributes.score === undefined ||
      parseScore(attributes.score) === infinity) &&
    parseBoolean(attributes.symmetrical ?? "true") === true
  );
}

/** The constraints between the clone and the addresses, and among these, whatever they say. */
export function bindingsBetween(
  cib: Cib,
  addresses: readonly string[],
  clone: string,
): Constraint[] {
  const ends = [...addresses, clone];
  return cib.constraints.filter(({ kind, attributes, isPlain }) => {
    const [one, other] =
      kind === "order"
        ? [attributes.then, attributes.first]
        : [attributes.rsc, attributes["with-rsc"]];
    return (
      isPlain &&
      (kind === "order" || kind === "colocation") &&
      one !== undefined &&
      addresses.includes(one) &&
      other !== undefined &&
      ends.includes(other)
    );
  });
}

/** The clone that the address follows; undefined where it follows none. */
export function followed(cib: Cib, address: string): string | undefined {
  return cib.constraints.find(
    ({ kind, attributes, isPlain }) =>
      kind === "colocation" &&
      isPlain &&
      attributes.rsc === address &&
      cib.clones.has(attributes["with-rsc"] ?? "") &&
      parseScore(attributes.score ?? "") === infinity,
  )?.attributes["with-rsc"];
}

/**
 * Where the resource is part of such an arrangement: its service, and the addresses that follow it, the one that leads the
 * others first.
 */
export function standbyOf(
  cib: Cib,
  id: string,
): { readonly service: string; readonly addresses: string[] } | undefined {
  const clone = cib.primitives.get(id)?.parent?.id ?? followed(cib, id);
  const service = cib.clones.get(clone ?? "")?.content;
  if (clone === undefined || service === undefined) return undefined;
  const following = cib.constraints.flatMap(({ attributes }) =>
    attributes["with-rsc"] === clone &&
    followed(cib, attributes.rsc ?? "") === clone
      ? [attributes.rsc!]
      : [],
  );
  const addresses = [...new Set(following)];
  const isLed = (address: string): boolean =>
    cib.constraints.some(
      ({ kind, attributes }) =>
        kind === "colocation" &&
        attributes.rsc === address &&
        addresses.includes(attributes["with-rsc"] ?? ""),
    );
  return {
    service,
    addresses: addresses.sort((a, b) => Number(isLed(a)) - Number(isLed(b))),
  };
}
