import * as pulumi from "@pulumi/pulumi";

/** By id in the cluster: the units or addresses that this program gives it. One id may stand in several clusters. */
const declared = new Map<string, string[]>();
let written: string | undefined;

/** By resource: the objects that this program puts on it from outside, such as constraints. */
const awaited = new Map<string, string[]>();

/** Notes that the resources wait for an object, where their ids are known at once. */
export function noteAwaited(
  id: pulumi.Input<string>,
  resources: readonly (string | undefined)[],
): void {
  if (typeof id !== "string") return;
  for (const resource of new Set(resources))
    if (resource !== undefined)
      awaited.set(resource, [...(awaited.get(resource) ?? []), id]);
}

/**
 * Tells the provider which of the program's other objects its resources wait for: none starts before the constraints on it are
 * there, though Pulumi makes it before these. The provider keeps none of it.
 */
export function awaitedInput(): pulumi.Output<string | undefined> {
  return atEnd(() =>
    awaited.size > 0 ? JSON.stringify(Object.fromEntries(awaited)) : undefined,
  );
}

/** The ids of all that the program declares, where they are known at once. */
const ids = new Set<string>();

export function noteDeclared(id: pulumi.Input<string>): void {
  if (typeof id === "string") ids.add(id);
}

/**
 * Tells the provider which of the resources that an object names are the program's own: Pulumi may ask about it before these, and
 * nobody has to look for what this very run makes. The provider keeps none of it.
 */
export function ownInput(
  named: readonly (string | undefined)[],
): pulumi.Output<string> {
  return atEnd(() =>
    JSON.stringify(named.filter((id) => id !== undefined && ids.has(id))),
  );
}

/** By type and name: how many the program has declared. */
const named = new Map<string, number>();

/**
 * Tells the provider what the program calls the resource, which asks what two of them both are to be. Those of one name, with
 * other parents, are counted. The provider keeps none of it.
 */
export function ownName(type: string, name: string): string {
  const key = `${type} ${name}`;
  const count = (named.get(key) ?? 0) + 1;
  named.set(key, count);
  return count === 1 ? `"${name}"` : `"${name}" (${count})`;
}

/** The groups that the program declares; undefined where the id of one is not known at once. */
let groups: string[] | undefined = [];

export function noteGroup(id: pulumi.Input<string>): void {
  if (typeof id === "string") groups?.push(id);
  else groups = undefined;
}

/** Tells the provider which groups there are, for a member whose group nobody declares. The provider keeps none of it. */
export function groupsInput(): pulumi.Output<string | undefined> {
  return atEnd(() => groups && JSON.stringify(groups));
}

/** What holds once all that the program declares in one go is declared. */
function atEnd<Value>(value: () => Value): pulumi.Output<Value> {
  return pulumi.output(
    new Promise<Value>((resolve) => setImmediate(() => resolve(value()))),
  ) as pulumi.Output<Value>;
}

/**
 * Tells the provider what the program's other resources are to be: Pulumi asks it about one after the other, and whoever
 * takes over a unit or an address may be asked about before the one that gives it up. The provider keeps none of it.
 */
export function programInput(
  id: pulumi.Input<string>,
  value: pulumi.Input<string>,
): pulumi.Output<string> {
  if (typeof id === "string" && typeof value === "string") {
    declared.set(id, [...(declared.get(id) ?? []), value]);
    written = undefined;
  }
  return atEnd(
    () => (written ??= JSON.stringify(Object.fromEntries(declared))),
  );
}
