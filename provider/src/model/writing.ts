/** Where a resource's names and values are written: into a set that is ours to write, never into one that others share. */
import {
  clearAttributes,
  modifyResource,
  setMeta,
  setOptions,
  type PcsCommand,
} from "../pcs/commands";
import type { AttributeSet, SetName } from "./attributes";
import type { Cib, Clone, Group, Primitive } from "./cib";

type Values = Readonly<Record<string, string>>;

/**
 * Sets values, and takes away those that are empty. What pcs does right is said in its words: it knows the first set alone,
 * whatever that is, and no primitive that is made from a template.
 */
export function setAttributes(
  cib: Cib,
  found: Primitive | Group | Clone,
  setName: SetName,
  values: Values,
): PcsCommand[] {
  if (Object.keys(values).length === 0) return [];
  const { id } = found;
  if (isPlain(found, setName))
    return [(setName === "meta_attributes" ? setMeta : setOptions)(id, values)];
  const entries = Object.entries(values);
  const gone = entries.filter(([, value]) => value === "");
  const wanted = entries.filter(([, value]) => value !== "");
  return [
    ...(gone.length > 0
      ? [
          clearAttributes(
            ...[found.kind, id, setName],
            gone.map(([name]) => name),
          ),
        ]
      : []),
    ...(wanted.length > 0
      ? [
          writeTo(
            cib,
            found,
            setName,
            setFor(
              cib,
              found,
              setName,
              wanted.map(([name]) => name),
            ),
            Object.fromEntries(wanted),
          ),
        ]
      : []),
  ];
}

/** Whether all there is of these is one set of the resource's own, as pcs makes it, or nothing yet. */
export function isPlain(
  found: Primitive | Group | Clone,
  setName: SetName,
): boolean {
  const sets = setsIn(found, setName);
  return (
    !("template" in found) &&
    sets.length <= 1 &&
    sets.every(
      ({ kind, isShared, score }) => kind === "own" && !isShared && score === 0,
    )
  );
}

export function setsIn(
  { source }: Primitive | Group | Clone,
  setName: SetName,
): readonly AttributeSet[] {
  if (!source) return [];
  return setName === "meta_attributes" ? source.metaSets : source.optionSets;
}

function writeTo(
  cib: Cib,
  found: Primitive | Group | Clone,
  setName: SetName,
  set: OwnSet,
  values: Values,
): PcsCommand {
  const known = setsIn(found, setName).find(({ id }) => id === set.id)?.ids;
  const pairs = Object.entries(values).map(([name, value]) => ({
    id: known?.[name] ?? freeId(cib, `${set.id}-${name}`),
    name,
    value,
  }));
  return modifyResource(found.kind, found.id, setName, set, pairs);
}

/**
 * Marks of ours, and the role that goes with them. Where nothing but plain values stands there, they join those; where
 * others' would be hidden or hide them, they go into a set of their own, which goes with them.
 */
export function setMarks(
  cib: Cib,
  found: Primitive,
  values: Values,
): PcsCommand {
  const isHiding = Object.keys(values).some(
    (name) => name in found.meta && !name.startsWith("pulumi-"),
  );
  const marks = markSet(cib, found.id);
  if (!isHiding && isPlain(found, "meta_attributes"))
    return setMeta(found.id, values);
  return writeTo(cib, found, "meta_attributes", marks, values);
}

interface OwnSet {
  readonly id: string;
  readonly score?: string;
}

/** The set of its own whose values count, or a new one that is put last, with a score by which it does. */
function setFor(
  cib: Cib,
  found: Primitive | Group | Clone,
  setName: SetName,
  names: readonly string[],
): OwnSet {
  const sets = setsIn(found, setName).filter(({ kind }) => kind !== "rule");
  const isOurs = ({ id, kind, isShared }: AttributeSet) =>
    kind === "own" && !isShared && id !== markSet(cib, found.id).id;
  const own = sets.findIndex(isOurs);
  const before = sets.slice(0, own < 0 ? sets.length : own);
  const hiding = before.filter(({ values }) =>
    names.some((name) => name in values),
  );
  if (own >= 0 && hiding.length === 0) return { id: sets[own]!.id };
  const score = Math.max(0, ...hiding.map((set) => set.score));
  return {
    id: freeId(cib, `${found.id}-${setName}-own`),
    ...(score > 0 ? { score: String(score) } : {}),
  };
}

/** The set that holds our marks where they must not stand among others' values: it counts before all others. */
export function markSet(cib: Cib, id: string): Required<OwnSet> {
  const own = `${id}-pulumi`;
  const isTaken = (cib.ids.get(own) ?? "meta_attributes") !== "meta_attributes";
  return { id: isTaken ? freeId(cib, own) : own, score: "INFINITY" };
}

export function freeId(cib: Cib, wanted: string): string {
  let id = wanted;
  for (let count = 1; cib.ids.has(id); count += 1) id = `${wanted}-${count}`;
  return id;
}

/** Whether our marks stand in a set of their own. */
export function hasMarkSet(cib: Cib, found: Primitive): boolean {
  const { id } = markSet(cib, found.id);
  return setsIn(found, "meta_attributes").some((set) => set.id === id);
}
