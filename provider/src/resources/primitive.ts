import { PacemakerError } from "../errors";
import type { Cib, Primitive } from "../pcs/cib";
import {
  createPrimitive,
  setMeta,
  setOperation,
  setOptions,
  type PcsCommand,
} from "../pcs/commands";
import { parseDuration, sameDuration } from "../pcs/duration";
import { stagedMeta } from "../pcs/staging";

/** A primitive as a program declares it. */
export interface Declared {
  readonly id: string;
  /** The agent as pcs spells it; where several would do, the one to create comes first. */
  readonly agents: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  readonly monitorInterval: string;
  readonly meta: Readonly<Record<string, string>>;
  readonly group?: string;
}

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
  previous?: Pick<Declared, "options" | "meta">,
): PcsCommand[] {
  const { id, group } = declared;
  const found = cib.primitives.get(id);
  if (!found) {
    const taken = cib.ids.get(id);
    if (taken !== undefined)
      throw new PacemakerError(
        "conflict",
        `${id}: the cluster's configuration uses this id already, for a <${taken}>. Choose another resourceId. ` +
          `Nothing was changed.`,
      );
    return [
      createPrimitive({
        id,
        agent: declared.agents[0]!,
        options: declared.options,
        monitorInterval: declared.monitorInterval,
        meta: { ...declared.meta, ...(group ? stagedMeta(group) : {}) },
      }),
    ];
  }
  const foreign = [
    ...(declared.agents.includes(found.agent)
      ? []
      : [`its agent is ${found.agent}, declared is ${declared.agents[0]}`]),
    ...(previous ? [] : differences(found, declared)),
    ...(previous || found.group === undefined || found.group === group
      ? []
      : [
          `it is a member of the group ${found.group}, declared is ${group ?? "none"}`,
        ]),
  ];
  if (foreign.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} exists in the cluster and differs from what is declared:\n` +
        foreign.map((line) => `- ${line}`).join("\n") +
        `\nDeclare it as it is, change it by hand, or choose another resourceId. Nothing was changed.`,
    );
  return changes(found, declared, previous);
}

/** The differences that matter between what is there and what is declared, in words. */
function differences(found: Primitive, declared: Declared): string[] {
  const interval = monitorOf(found)?.interval;
  return [
    ...compare(found.options, declared.options),
    ...(interval !== undefined &&
    sameDuration(interval, declared.monitorInterval)
      ? []
      : [
          `its monitor interval is ${interval ?? "not set"}, declared is ${declared.monitorInterval}`,
        ]),
    ...compare(found.meta, declared.meta).map((line) => `meta: ${line}`),
  ];
}

function compare(
  found: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string>>,
): string[] {
  return Object.entries(declared)
    .filter(([name, value]) => !sameValue(found[name], value))
    .map(
      ([name, value]) =>
        `its ${name} is ${found[name] ?? "not set"}, declared is ${value}`,
    );
}

function changes(
  found: Primitive,
  declared: Declared,
  previous: Pick<Declared, "options" | "meta"> | undefined,
): PcsCommand[] {
  const { id } = declared;
  const options = assign(found.options, declared.options, previous?.options);
  const meta = assign(found.meta, declared.meta, previous?.meta);
  const monitor = monitorOf(found);
  return [
    ...(Object.keys(options).length > 0 ? [setOptions(id, options)] : []),
    ...(monitor && sameDuration(monitor.interval, declared.monitorInterval)
      ? []
      : [
          setOperation(id, "monitor", {
            interval: declared.monitorInterval,
            ...monitor?.attributes,
          }),
        ]),
    ...(Object.keys(meta).length > 0 ? [setMeta(id, meta)] : []),
  ];
}

/** What to set (a value) and what to take away (an empty value): only what is, or was, declared. */
export function assign(
  found: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string>>,
  previous: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, value] of Object.entries(declared))
    if (!sameValue(found[name], value)) values[name] = value;
  for (const name of Object.keys(previous))
    if (!(name in declared) && name in found) values[name] = "";
  return values;
}

/** "60" and "60s" are the same to Pacemaker; "24" and "24" are the same to anybody. */
function sameValue(found: string | undefined, declared: string): boolean {
  if (found === undefined) return false;
  if (found === declared) return true;
  const hasUnit = /[a-z]$/;
  return (
    (hasUnit.test(found) || hasUnit.test(declared)) &&
    parseDuration(found) !== undefined &&
    sameDuration(found, declared)
  );
}

/** The recurring monitor: of several, the one for the role Started. */
export function monitorOf(primitive: Primitive) {
  return primitive.operations.find(
    (operation) =>
      operation.name === "monitor" &&
      (parseDuration(operation.interval) ?? 0) > 0 &&
      ["Started", undefined].includes(operation.attributes.role),
  );
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
    return [[name, sameValue(actual, String(value)) ? value : actual] as const];
  });
  return Object.fromEntries(entries);
}

/** The monitor interval for the state: as declared where it means the same. */
export function readInterval(found: Primitive, declared: string): string {
  const actual = monitorOf(found)?.interval ?? "0s";
  return sameDuration(actual, declared) ? declared : actual;
}
