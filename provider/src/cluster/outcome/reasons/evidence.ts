import { isClone } from "../../../model/inherited";
import {
  chainOf,
  primitivesIn,
  resolve,
  type Placement,
  type PlacedObject,
} from "../../../model/placement";
import type { Simulated } from "../../../model/simulated";

/** What the configuration alone tells. */
export interface Configured {
  readonly placement: Placement;
  /** In milliseconds. */
  readonly now: number;
}

/** What causes are read from, all of one moment. */
export interface Evidence extends Configured {
  readonly simulated: Simulated;
}

/** Something that keeps a resource from some nodes. */
export interface NodeCause {
  /** The object that says so: causes of the same object are told in one line. */
  readonly key: string;
  readonly nodes: readonly string[];
  readonly text: (nodes: string) => string;
}

/** The nodes on which something could be started now. */
export function usableNodes({ simulated }: Evidence): string[] {
  return simulated.nodes
    .filter(
      (node) =>
        node.online &&
        !node.pending &&
        !node.standby &&
        !node.standbyOnFail &&
        !node.maintenance &&
        !node.unclean &&
        !node.shutdown,
    )
    .map(({ name }) => name);
}

/** The resource, the members before it in its group, and all that holds it: what forbids these a place forbids it to it. */
export function subjectsOf({ placement }: Evidence, id: string): string[] {
  const chain = chainOf(placement, id);
  return [...membersBefore(placement, id), ...chain.map((one) => one.id)];
}

export function membersBefore(placement: Placement, id: string): string[] {
  const parent = placement.objects.get(placement.objects.get(id)?.parent ?? "");
  return parent?.kind === "group"
    ? parent.children.slice(0, parent.children.indexOf(id))
    : [];
}

/** What a person would call it: the outermost group around a primitive, or itself. */
export function unitOf({ placement }: Evidence, id: string): string {
  return chainOf(placement, id).at(-1)?.id ?? id;
}

/** Those of the subjects that an id in a constraint means: directly, by a tag or by a template. */
export function meant(
  { placement }: Pick<Configured, "placement">,
  reference: string | undefined,
  subjects: readonly string[],
): string[] {
  if (reference === undefined) return [];
  const resolved = resolve(placement, reference);
  return subjects.filter((id) => resolved.includes(id));
}

/** Where it is active: of a group, where all its members are; of a clone, wherever an instance is. */
export function nodesOf(
  evidence: Evidence,
  id: string,
  role?: string,
): string[] {
  const { placement, simulated } = evidence;
  const found = placement.objects.get(id);
  const isPromoted = (one: string) => /^(promoted|master)$/i.test(one);
  const places = primitivesIn(placement, id).map((primitive) =>
    (simulated.instances.get(primitive) ?? [])
      .filter((one) =>
        role !== undefined && isPromoted(role)
          ? isPromoted(one.role)
          : one.role !== "Stopped",
      )
      .flatMap(({ nodes }) => nodes),
  );
  const [first = [], ...others] = places;
  return found && isBundle(found)
    ? [...new Set(places.flat())]
    : [...new Set(first)].filter((node) =>
        others.every((nodes) => nodes.includes(node)),
      );
}

function isBundle(found: PlacedObject): boolean {
  return isClone(found) && found.kind === "bundle";
}

/** The primitive of it that is active nowhere, and its role. */
export function stoppedPart(
  { placement, simulated }: Evidence,
  id: string,
): { id: string; role: string } | undefined {
  for (const primitive of primitivesIn(placement, id)) {
    const instances = simulated.instances.get(primitive) ?? [];
    if (instances.every(({ nodes }) => nodes.length === 0))
      return { id: primitive, role: instances[0]?.role ?? "Stopped" };
  }
  return undefined;
}

/** "a", "a and b", "a, b and c". */
export function listed(names: readonly string[]): string {
  return names.length < 2
    ? (names[0] ?? "")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
