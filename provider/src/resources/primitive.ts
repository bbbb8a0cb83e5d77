import { PacemakerError } from "../errors";
import type { Cib, Primitive } from "../pcs/cib";
import {
  createPrimitive,
  removeFromGroup,
  setMeta,
  setOperation,
  setOptions,
  type PcsCommand,
} from "../pcs/commands";
import { parseDuration, sameDuration } from "../pcs/duration";
import { isStaged, stagedMark, stagedMeta, unstage } from "../pcs/staging";

/** How long the operations may take before they count as failed. Each default is the agent's own. */
export interface Timeouts {
  start?: string;
  stop?: string;
  monitor?: string;
}

/** A primitive as a program declares it. */
export interface Declared {
  readonly id: string;
  /** The agent as pcs spells it; where several would do, the one to create comes first. */
  readonly agents: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** Options that are not declared and must then not be set: inputs of their own that were left out. */
  readonly absent?: readonly string[];
  readonly monitorInterval: string;
  readonly timeouts: Readonly<Record<string, string>>;
  readonly meta: Readonly<Record<string, string>>;
  readonly group?: string;
}

/** What was declared before, as far as it tells what is ours to take away. */
export type Previously = Pick<Declared, "options" | "meta" | "group">;

/** Nothing was declared before, and what is there shall be changed all the same. */
export const takenOver: Previously = { options: {}, meta: {} };

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
    const taken = cib.ids.get(id);
    if (taken !== undefined)
      throw new PacemakerError(
        "conflict",
        `${id}: the cluster's configuration uses this id already, for a <${taken}>. Choose another resourceId. ` +
          `Nothing was changed.`,
      );
    return [creation(declared)];
  }
  const foreign = [
    ...(declared.agents.includes(found.agent)
      ? []
      : [`its agent is ${found.agent}, declared is ${declared.agents[0]}`]),
    ...(previous ? [] : differences(found, declared)),
  ];
  if (foreign.length > 0)
    throw new PacemakerError(
      "conflict",
      `${id} exists in the cluster and differs from what is declared:\n` +
        foreign.map((line) => `- ${line}`).join("\n") +
        `\nDeclare it as it is, choose another resourceId, or set adopt to "update" to take it over and change it. ` +
        `Nothing was changed.`,
    );
  return [
    ...changes(found, declared, previous),
    ...membership(found, declared, previous),
  ];
}

function creation(declared: Declared): PcsCommand {
  const { id, group, timeouts } = declared;
  const { monitor, ...others } = timeouts;
  return createPrimitive({
    id,
    agent: declared.agents[0]!,
    options: declared.options,
    operations: {
      monitor: {
        interval: declared.monitorInterval,
        ...(monitor === undefined ? {} : { timeout: monitor }),
      },
      ...Object.fromEntries(
        Object.entries(others).map(([name, timeout]) => [name, { timeout }]),
      ),
    },
    meta: { ...declared.meta, ...(group ? stagedMeta(group) : {}) },
  });
}

/** The differences that matter between what is there and what is declared, in words. */
function differences(found: Primitive, declared: Declared): string[] {
  const interval = monitorOf(found)?.interval;
  return [
    ...compare(found.options, declared.options),
    ...(declared.absent ?? [])
      .filter((name) => name in found.options)
      .map((name) => `its ${name} is ${found.options[name]}, declared is none`),
    ...(interval !== undefined &&
    sameDuration(interval, declared.monitorInterval)
      ? []
      : [
          `its monitor interval is ${interval ?? "not set"}, declared is ${declared.monitorInterval}`,
        ]),
    ...Object.entries(declared.timeouts)
      .filter(([name, value]) => !sameValue(timeoutOf(found, name), value))
      .map(
        ([name, value]) =>
          `its ${name} timeout is ${timeoutOf(found, name) ?? "not set"}, declared is ${value}`,
      ),
    ...compare(found.meta, declared.meta).map((line) => `meta: ${line}`),
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
  previous: Previously | undefined,
): PcsCommand[] {
  const { id } = declared;
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
    ...(Object.keys(options).length > 0 ? [setOptions(id, options)] : []),
    ...operationChanges(found, declared),
    ...(Object.keys(meta).length > 0 ? [setMeta(id, meta)] : []),
  ];
}

function operationChanges(found: Primitive, declared: Declared): PcsCommand[] {
  const monitor = monitorOf(found);
  const sameInterval =
    monitor !== undefined &&
    sameDuration(monitor.interval, declared.monitorInterval);
  const { monitor: monitorTimeout, ...others } = declared.timeouts;
  const monitorIsSame =
    sameInterval &&
    (monitorTimeout === undefined ||
      sameValue(monitor.attributes.timeout, monitorTimeout));
  return [
    ...(monitorIsSame
      ? []
      : [
          setOperation(declared.id, "monitor", {
            interval: declared.monitorInterval,
            ...monitor?.attributes,
            ...(monitorTimeout === undefined
              ? {}
              : { timeout: monitorTimeout }),
          }),
        ]),
    ...Object.entries(others)
      .filter(([name, value]) => !sameValue(timeoutOf(found, name), value))
      .map(([name, timeout]) =>
        setOperation(declared.id, name, {
          interval: "0s",
          ...operationOf(found, name)?.attributes,
          timeout,
        }),
      ),
  ];
}

/**
 * What a changed `group` asks of the member itself. It stays where it is until its new group takes it over, so that it
 * moves in order with the others; only one that is to stand alone leaves at once, and starts again.
 */
function membership(
  found: Primitive,
  declared: Declared,
  previous: Previously | undefined,
): PcsCommand[] {
  const { id, group } = declared;
  if (group === undefined)
    return [
      ...(found.group !== undefined && found.group === previous?.group
        ? [removeFromGroup(found.group, [id])]
        : []),
      ...unstage(isStaged(found) ? [id] : []),
    ];
  const moves =
    found.group !== undefined &&
    found.group !== group &&
    found.group === previous?.group;
  return moves && found.meta[stagedMark] !== group
    ? [setMeta(id, { [stagedMark]: group })]
    : [];
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

function operationOf(found: Primitive, name: string) {
  return name === "monitor"
    ? monitorOf(found)
    : found.operations.find((operation) => operation.name === name);
}

function timeoutOf(found: Primitive, operation: string): string | undefined {
  return operationOf(found, operation)?.attributes.timeout;
}

/** The declared timeouts for the state: as declared where they mean the same. */
export function readTimeouts(
  found: Primitive,
  declared: Timeouts | undefined,
): Timeouts | undefined {
  if (declared === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, value]) => {
      const actual = timeoutOf(found, name);
      if (actual === undefined) return [];
      return [[name, sameValue(actual, value) ? value : actual]];
    }),
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
