/** A clone as it is declared against the one that is there. */
import { PacemakerError } from "../errors";
import { contentOf, type Cib } from "../model/cib";
import { stagedMark, unstage } from "../model/staging";
import { forget, leaveTags, takeOutOfClone } from "../model/taking";
import { parentProblem } from "../model/understood";
import { released } from "../model/waiting";
import { setAttributes } from "../model/writing";
import { sameValue } from "../model/values";
import { cloneResource, setMeta, type PcsCommand } from "../pcs/commands";
import { assign } from "./primitive";

/** A clone as a program declares it. */
export interface DeclaredClone {
  readonly id: string;
  /** The primitive or the group of which it makes instances. */
  readonly content: string;
  readonly meta: Readonly<Record<string, string>>;
}

/**
 * What is to be done so that the clone is as declared, and what waits for it, and for nothing else, starts.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time, and then one
 *   that exists is taken over only if it is the same
 * @param awaited what the program puts on it or its content, and that is not there yet
 * @throws PacemakerError (conflict) when the id or the content is taken by something else
 */
export function planClone(
  cib: Cib,
  declared: DeclaredClone,
  previous: Pick<DeclaredClone, "meta"> | undefined,
  awaited: readonly string[] = [],
): PcsCommand[] {
  const { id, content, meta } = declared;
  const found = cib.clones.get(id);
  refuseClone(cib, declared, previous !== undefined);
  const changed = assign(found?.meta ?? {}, meta, previous?.meta);
  const left = awaited.filter((one) => one !== id);
  // What an earlier clone of the same content has left behind waits for that one.
  const stranded = contentOf(cib, content).filter((one) => {
    const mark = cib.primitives.get(one)?.meta[stagedMark];
    return (
      mark !== undefined &&
      left.length === 0 &&
      !mark.split(",").some((part) => cib.groups.has(part))
    );
  });
  return [
    ...(found
      ? setAttributes(cib, found, "meta_attributes", changed)
      : [
          cloneResource(content, id),
          ...(Object.keys(changed).length > 0 ? [setMeta(id, changed)] : []),
        ]),
    ...released(cib, id),
    ...unstage(stranded),
  ];
}

/** Takes the clone away, and leaves what it was of as it stands. */
export function planNoClone(cib: Cib, id: string): PcsCommand[] {
  const found = cib.clones.get(id);
  return found
    ? [...leaveTags(cib, id), ...forget(id), ...takeOutOfClone(cib, found)]
    : [];
}

/**
 * Looks whether the configuration forbids the clone.
 *
 * @param isKnown whether it was declared before, or is to be changed to what is declared
 * @param isToBeMade whether what it is of may still be about to be made
 * @throws PacemakerError (conflict) that lists why
 */
export function refuseClone(
  cib: Cib,
  { id, content, meta }: DeclaredClone,
  isKnown: boolean,
  isToBeMade = false,
): void {
  const found = cib.clones.get(id);
  const taken = cib.ids.get(id);
  const object = cib.primitives.get(content) ?? cib.groups.get(content);
  const group = cib.primitives.get(content)?.group;
  const isHeld = object?.parent && object.parent.id !== id;
  const problems = [
    ...(!found && taken !== undefined
      ? [`the cluster's configuration uses this id already, for a <${taken}>`]
      : []),
    ...(found && found.content !== content
      ? [
          `the clone ${id} holds ${found.content}, declared is ${content}: give it another resourceId`,
        ]
      : []),
    ...(!object && !isToBeMade
      ? [
          `${content} is no resource and no group of the cluster's configuration`,
        ]
      : []),
    ...(isHeld ? [parentProblem(object) ?? ""] : []),
    ...(group !== undefined
      ? [`${content} is a member of the group ${group}: clone the group`]
      : []),
    ...(found && !isKnown
      ? Object.entries(meta)
          .filter(([name, value]) => !sameValue(name, found.meta[name], value))
          .map(
            ([name, value]) =>
              `its ${name} is ${found.meta[name] ?? "not set"}, declared is ${value} (adopt: "update" changes it)`,
          )
      : []),
    // What makes it another kind of clone is not taken over by silence.
    ...(found && !isKnown
      ? ["promotable", "globally-unique"]
          .filter(
            (name) =>
              !(name in meta) &&
              found.meta[name] !== undefined &&
              !sameValue(name, found.meta[name], "false"),
          )
          .map((name) => `its ${name} is ${found.meta[name]}, declared is none`)
      : []),
  ];
  if (problems.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} cannot be the clone that is declared:\n${problems.map((line) => `- ${line}`).join("\n")}\nNothing was changed.`,
    );
}
