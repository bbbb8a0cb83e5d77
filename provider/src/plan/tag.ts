import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { configurationOf } from "../model/settings";
import { child, children } from "../model/xml";
import { deleteByXPath, writeTag, type PcsCommand } from "../pcs/commands";
import { refuseDifferent, refuseTaken } from "./refusals";

/** A tag as a program declares it. */
export interface DeclaredTag {
  readonly id: string;
  /** The resources that it names. */
  readonly resources: readonly string[];
}

/** What can have a tag: pcs refuses tags of anything else. */
const taggable = ["primitive", "group", "clone", "master", "bundle"];

/** The ids that a tag names; undefined where there is no such tag. */
export function tagIn(cib: Cib, id: string): readonly string[] | undefined {
  const found = children(child(configurationOf(cib), "tags"), "tag").find(
    ({ attributes }) => attributes.id === id,
  );
  return (
    found &&
    children(found, "obj_ref").flatMap(({ attributes }) => attributes.id ?? [])
  );
}

/** The resources of a tag that the configuration does not hold. */
export function missingForTag(cib: Cib, { resources }: DeclaredTag): string[] {
  return resources.filter((one) => !cib.ids.has(one));
}

/**
 * What is to be done so that the tag names what is declared. What others have added to it stays.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time
 * @param adopts whether a tag that is there, and does not name all of it, is changed then
 * @throws PacemakerError (conflict) when the id is taken by something else, a tag that is there differs, or something named
 *   is no resource or is missing.
 */
export function planTag(
  cib: Cib,
  declared: DeclaredTag,
  previous: DeclaredTag | undefined,
  adopts: boolean,
): PcsCommand[] {
  const { id, resources } = declared;
  refuse(cib, declared);
  const found = tagIn(cib, id);
  const lacking = resources.filter((one) => !found?.includes(one));
  if (found && !previous && !adopts && lacking.length > 0)
    refuseDifferent(id, [
      `it names ${found.join(", ")}, declared is ${resources.join(", ")}`,
    ]);
  const leaving = (previous?.resources ?? []).filter(
    (one) => found?.includes(one) && !resources.includes(one),
  );
  return [
    // First what comes: a tag that names nothing is not legal.
    ...(lacking.length > 0 ? [writeTag(id, lacking)] : []),
    ...leaving.map((one) => leaveTag(id, one)),
  ];
}

/**
 * Takes out what was declared, and the tag itself when nothing else stands in it. Where it stays, `kept` is what it still names,
 * and `named` who holds of less without what was taken out.
 *
 * @throws PacemakerError (conflict) when a constraint names the tag that goes.
 */
export function removeTag(
  cib: Cib,
  { id, resources }: DeclaredTag,
): {
  commands: PcsCommand[];
  kept: readonly string[];
  named: readonly string[];
} {
  const found = tagIn(cib, id);
  if (!found) return { commands: [], kept: [], named: [] };
  const named = cib.references
    .filter((one) => one.resources.includes(id))
    .map((one) => `the ${one.kind} ${one.id}`);
  const kept = found.filter((one) => !resources.includes(one));
  if (kept.length > 0) {
    const ours = found.filter((one) => resources.includes(one));
    return { commands: ours.map((one) => leaveTag(id, one)), kept, named };
  }
  if (named.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} is still named by ${named.join(", ")}, which would hold of nothing ` +
        `without the tag. Nothing was changed. Take it out there first, then run this again.`,
    );
  return {
    commands: [deleteByXPath(`//tags/tag[@id="${id}"]`)],
    kept: [],
    named: [],
  };
}

const leaveTag = (tag: string, resource: string): PcsCommand =>
  deleteByXPath(`//tags/tag[@id="${tag}"]/obj_ref[@id="${resource}"]`);

function refuse(cib: Cib, declared: DeclaredTag): void {
  const { id, resources } = declared;
  if (tagIn(cib, id) === undefined) refuseTaken(cib, id);
  const missing = missingForTag(cib, declared);
  if (missing.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id}: ${missing.join(", ")} is not in the cluster's configuration. Give the resources themselves (resources: [spool]), ` +
        `so that they are created before it, or mend the id. Nothing was changed.`,
    );
  const others = resources.filter(
    (one) => !taggable.includes(cib.ids.get(one) ?? ""),
  );
  if (others.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id}: ${others.map((one) => `${one} is a <${cib.ids.get(one)}>`).join(", ")}: only resources, groups, clones and ` +
        `bundles can have a tag. Nothing was changed.`,
    );
}
