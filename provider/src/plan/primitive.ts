import { PacemakerError } from "../errors";
import type { Cib, Primitive } from "../model/cib";
import { refuseParent } from "../model/understood";
import { sameValue } from "../model/values";
import { setAttributes, setMarks } from "../model/writing";
import {
  clearMeta,
  createPrimitive,
  setUtilization,
  withSecrets,
  type PcsCommand,
} from "../pcs/commands";
import { waitingMark } from "../model/waiting";
import { children } from "../model/xml";
import {
  operationChanges,
  operationDifferences,
  type Operations,
} from "./operations";
import {
  isStaged,
  isUnfinished,
  movingMark,
  stagedMeta,
  unstage,
  waitingFor,
} from "../model/staging";
import { refuseTaken } from "./refusals";

/** A primitive as a program declares it. */
export interface Declared {
  readonly id: string;
  /** The agent as pcs spells it; where several would do, the one to create comes first. */
  readonly agents: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** Options that are not declared and must then not be set: inputs of their own that were left out. */
  readonly absent?: readonly string[];
  /** Whether their values may be secrets: then no message shows one. */
  readonly hidesOptions?: boolean;
  /** By name: their attributes, such as `interval` and `timeout`. */
  readonly operations: Operations;
  readonly meta: Readonly<Record<string, string>>;
  readonly utilization?: Readonly<Record<string, string>>;
  readonly group?: string;
  /** Standing alone: what it waits for before it starts, such as constraints that are still to be made. */
  readonly awaits?: readonly string[];
  /** The clone of ours that it may be part of. */
  readonly clone?: string;
}

/** What was declared before, as far as it tells what is ours to take away. */
export interface Previously extends Pick<
  Declared,
  "options" | "meta" | "group" | "clone" | "utilization"
> {
  readonly operations?: Operations;
  /** It may have stood in any group. */
  readonly anyGroup?: boolean;
}

/** Nothing was declared before, and what is there shall be changed all the same. */
export const takenOver: Previously = { options: {}, meta: {}, anyGroup: true };

/**
 * What is to be done so that the primitive is as declared. Nothing that was never declared is touched.
 *
 * @param previous what was declared before; undefined when the program declares it for the first time, and then one
 *   that exists is taken over only if it is the same
 * @throws PacemakerError (conflict) when the id is taken by something else
 */
export function planPrimitive(
  cib: Cib,
  declared: Declared,
  previous?: Previously,
): PcsCommand[] {
  const { id } = declared;
  const found = cib.primitives.get(id);
  if (!found) {
    refuseTaken(cib, id);
    if (declared.group !== undefined && previous?.group === declared.group)
      throw new PacemakerError(
        "conflict",
        `${id} was deleted by somebody else. Run "pulumi up --refresh": it is made again then, and its group starts it in ` +
          `its place. Nothing was changed.`,
      );
    refuseUnusableGroup(cib, declared);
    return creation(declared);
  }
  refuseParent(
    found,
    [declared.clone, previous?.clone].filter((one) => one !== undefined),
  );
  const isAgent = declared.agents.includes(found.agent);
  const foreign = [
    ...(isAgent
      ? []
      : [`its agent is ${found.agent}, declared is ${declared.agents[0]}`]),
    ...(previous ? [] : differences(found, declared)),
  ];
  if (foreign.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} exists in the cluster and differs from what is declared:\n` +
        foreign.map((line) => `- ${line}`).join("\n") +
        `\nDeclare it as it is, ${!previous && (isAgent || isOtherUnit(found, declared)) ? `choose another resourceId, or set adopt to "update" to take it over and change it` : `or choose another resourceId`}. ` +
        `Nothing was changed.`,
    );
  return [
    ...changes(cib, found, declared, previous),
    ...membership(cib, found, declared, previous),
  ];
}

/** Nothing is made, nor stopped for it, that its group could not take: as far as that shows before the group is asked. */
function refuseUnusableGroup(cib: Cib, { id, group }: Declared): void {
  if (group === undefined) return;
  const found = cib.groups.get(group);
  refuseParent(found);
  const taken = cib.ids.get(group);
  if (!found && taken !== undefined)
    throw new PacemakerError(
      "conflict",
      `${id}: the cluster's configuration uses the id of its group, ${group}, already, for a <${taken}>: choose another id ` +
        `for the group. Nothing was changed.`,
    );
}

/** A unit can be changed where it stands; any other agent is another resource. */
function isOtherUnit(found: Primitive, declared: Declared): boolean {
  return (
    found.template === undefined &&
    [found.agent, ...declared.agents].every((agent) =>
      agent.startsWith("systemd:"),
    )
  );
}

function creation(declared: Declared): PcsCommand[] {
  const { id, group, awaits = [], utilization = {} } = declared;
  const starter =
    group ?? (awaits.length > 0 ? waitingMark(awaits) : undefined);
  return [
    hidden(
      createPrimitive({
        id,
        agent: declared.agents[0]!,
        options: declared.options,
        operations: declared.operations,
        meta: { ...declared.meta, ...(starter ? stagedMeta(starter) : {}) },
      }),
      declared,
    ),
    ...setUtilization(id, utilization),
  ];
}

function hidden(
  command: PcsCommand,
  { hidesOptions, options }: Declared,
): PcsCommand {
  return hidesOptions ? withSecrets(command, Object.values(options)) : command;
}

/** The differences that matter between what is there and what is declared, in words. */
function differences(found: Primitive, declared: Declared): string[] {
  return [
    ...compare(found.options, declared.options, declared.hidesOptions),
    ...(declared.absent ?? [])
      .filter((name) => name in found.options)
      .map((name) => `its ${name} is ${found.options[name]}, declared is none`),
    ...operationDifferences(found, declared.operations),
    ...compare(found.meta, declared.meta).map((line) => `meta: ${line}`),
    ...compare(utilizationOf(found), declared.utilization ?? {}).map(
      (line) => `utilization: ${line}`,
    ),
    ...(found.group === undefined || found.group === declared.group
      ? []
      : [
          `it is a member of the group ${found.group}, declared is ${declared.group ?? "none"}`,
        ]),
  ];
}

function compare(
  found: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string>>,
  hidesValues = false,
): string[] {
  return Object.entries(declared)
    .filter(([name, value]) => !sameValue(name, found[name], value))
    .map(([name, value]) => {
      const actual = found[name];
      if (!hidesValues)
        return `its ${name} is ${actual ?? "not set"}, declared is ${value}`;
      return `its ${name} is ${actual === undefined ? "not set" : "another one than declared"}`;
    });
}

function changes(
  cib: Cib,
  found: Primitive,
  declared: Declared,
  previous: Previously | undefined,
): PcsCommand[] {
  const options = {
    ...assign(found.options, declared.options, previous?.options),
    ...Object.fromEntries(
      (declared.absent ?? [])
        .filter((name) => name in found.options)
        .map((name) => [name, ""]),
    ),
  };
  const meta = assign(found.meta, declared.meta, previous?.meta);
  return [
    ...setAttributes(cib, found, "instance_attributes", options).map(
      (command) => hidden(command, declared),
    ),
    // pcs looks at the options again, whatever it changes.
    ...[
      ...operationChanges(
        cib,
        found,
        declared.operations,
        previous?.operations,
      ),
      ...setAttributes(cib, found, "meta_attributes", meta),
    ].map((command) =>
      declared.hidesOptions ? withSecrets(command, []) : command,
    ),
    ...setUtilization(
      found.id,
      assign(
        utilizationOf(found),
        declared.utilization ?? {},
        previous?.utilization,
      ),
    ),
  ];
}

/** What it takes of a node's capacity. */
export function utilizationOf({ source }: Primitive): Record<string, string> {
  return Object.fromEntries(
    children(source?.element, "utilization")
      .flatMap((set) => children(set, "nvpair"))
      .map(({ attributes }) => [attributes.name ?? "", attributes.value ?? ""]),
  );
}

/**
 * What a changed `group` asks of the member itself. It stays where it is until its group lets it go or its new group takes
 * it over, so that it moves in order with the others, and wherever it is then, it starts there.
 */
function membership(
  cib: Cib,
  found: Primitive,
  declared: Declared,
  previous: Previously | undefined,
): PcsCommand[] {
  const { id, group, awaits = [] } = declared;
  const marked = found.meta[movingMark];
  if (found.group === group) {
    const staged = new Set([
      // What was stopped to be changed, and left so by a run that was interrupted.
      ...waitingFor(cib, id),
      ...(group === undefined && isStaged(found) && awaits.length === 0
        ? [id]
        : []),
    ]);
    return [
      ...unstage([...staged]),
      ...(marked !== undefined && !staged.has(id)
        ? [clearMeta([id], [movingMark])]
        : []),
    ];
  }
  const place = group ?? id;
  const moves =
    found.group !== undefined &&
    marked !== place &&
    (found.group === previous?.group ||
      (previous?.anyGroup === true && group !== undefined));
  return moves ? [setMarks(cib, found, { [movingMark]: place })] : [];
}

/** What to set (a value) and what to take away (an empty value): only what is, or was, declared. */
export function assign(
  found: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string>>,
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(declared))
    if (!sameValue(name, found[name], value)) values[name] = value;
  for (const name of Object.keys(previous))
    if (!(name in declared) && name in found) values[name] = "";
  return values;
}

/** The declared part of what is there, for the state: `found` where it differs in meaning, else as it was spelled. */
export function readAttributes(
  found: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string | number | boolean>> | undefined,
): Record<string, string | number | boolean> | undefined {
  if (declared === undefined) return undefined;
  const entries = Object.entries(declared).flatMap(([name, value]) => {
    const actual = found[name];
    if (actual === undefined) return [];
    return [
      [name, sameValue(name, actual, String(value)) ? value : actual] as const,
    ];
  });
  return Object.fromEntries(entries);
}

/** For the state, where what stands alone waits: whatever it waited for may not be declared any more. */
export function waiting(
  found: Primitive,
  group: string | undefined,
): { incomplete?: true } {
  return group === undefined && isStaged(found) ? { incomplete: true } : {};
}

/** For the state, where the resource was left in the middle of a change: the next update goes on with it. */
export function unfinished(found: Primitive): { incomplete?: true } {
  return isUnfinished(found) ? { incomplete: true } : {};
}
