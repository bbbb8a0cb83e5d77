import { PacemakerError } from "../errors";
import type { Cib, Operation, Primitive } from "../model/cib";
import { parseDuration, sameDuration } from "../model/duration";
import { sameValue } from "../model/values";
import {
  addOperation,
  changeOperation,
  setOperation,
  type PcsCommand,
} from "../pcs/commands";

type Values = Readonly<Record<string, string>>;

/** As a program gives them. */
type Given = Readonly<Record<string, string | number | boolean>>;

/** By name, such as `monitor`: what is declared of a resource's operations. */
export type Operations = Readonly<Record<string, Values>>;

/** How long the operations may take before they count as failed. Each default is the agent's own. */
export interface Timeouts {
  start?: string | undefined;
  stop?: string | undefined;
  monitor?: string | undefined;
}

/** The operations that an interval and timeouts stand for. */
export function operationsFor(
  monitorInterval: string,
  timeouts: Timeouts | undefined,
): Operations {
  const { monitor, ...others } = timeouts ?? {};
  return {
    monitor: {
      interval: monitorInterval,
      ...(monitor === undefined ? {} : { timeout: monitor }),
    },
    ...Object.fromEntries(
      Object.entries(others).flatMap(([name, timeout]) =>
        timeout === undefined ? [] : [[name, { timeout }] as const],
      ),
    ),
  };
}

/** What agents say of themselves, and pcs writes when it creates them. A monitor's has none, and Pacemaker's own holds. */
const agentTimeouts: readonly [agent: RegExp, timeouts: Values][] = [
  [/^systemd:/, { start: "100s", stop: "100s" }],
  [/^ocf:heartbeat:IPaddr2$/, { start: "20s", stop: "20s" }],
];

/** Pacemaker's own. */
const defaultTimeout = "20s";

/** What pcs gives a monitor, and what everything else has. */
const defaultInterval = (name: string): string =>
  name === "monitor" ? "60s" : "0s";

/** The differences that matter between what is there and what is declared, in words. */
export function operationDifferences(
  found: Primitive,
  declared: Operations,
): string[] {
  return Object.entries(declared).flatMap(([name, values]) =>
    Object.entries(values)
      .filter(
        ([key, value]) => !sameValue(key, valueOf(found, name, key), value),
      )
      .map(
        ([key, value]) =>
          `its ${name} ${key} is ${valueOf(found, name, key) ?? "not set"}, declared is ${value}`,
      ),
  );
}

/** What is to be done so that the operations are as declared; what was never declared stays. */
export function operationChanges(
  cib: Cib,
  found: Primitive,
  declared: Operations,
  previous: Operations = {},
): PcsCommand[] {
  const names = new Set([...Object.keys(declared), ...Object.keys(previous)]);
  return [...names].flatMap((name) => {
    const values = changedValues(found, name, declared[name], previous[name]);
    return Object.keys(values).length === 0
      ? []
      : [change(cib, found, name, values)];
  });
}

/** What to set (a value) and what to take away (an empty value). */
function changedValues(
  found: Primitive,
  name: string,
  declared: Values = {},
  previous: Values = {},
): Record<string, string> {
  const defaults =
    agentTimeouts.find(([agent]) => agent.test(found.agent))?.[1] ?? {};
  const gone = Object.keys(previous)
    // An operation without an interval is none.
    .filter((key) => !(key in declared) && key !== "interval")
    .map((key) => [key, key === "timeout" ? (defaults[name] ?? "") : ""]);
  const wanted = [
    ...Object.entries(declared),
    ...(gone as [key: string, value: string][]),
  ];
  return Object.fromEntries(
    wanted.filter(([key, value]) => {
      const actual = valueOf(found, name, key);
      return !sameValue(key, value === "" ? (actual ?? "") : actual, value);
    }),
  );
}

function change(
  cib: Cib,
  found: Primitive,
  name: string,
  values: Values,
): PcsCommand {
  const { id } = found;
  const operation = operationOf(found, name);
  // Beside others, an operation keeps a timeout of its own: the others' would count otherwise.
  const whole = {
    ...values,
    ...(values.timeout === "" ? { timeout: defaultTimeout } : {}),
  };
  const own = ownOperation(cib, found, name, operation);
  if (own !== undefined)
    return addOperation(id, own, {
      name,
      ...withoutEmpty({
        interval: operation?.interval ?? defaultInterval(name),
        ...operation?.attributes,
        ...whole,
      }),
    });
  if (!operation)
    return setOperation(id, name, {
      interval: defaultInterval(name),
      ...withoutEmpty(values),
    });
  // pcs, which names it after its interval, changes the first of several, and loses what is nested in it. What it does not
  // name, it takes away.
  const isOnly =
    operation.nested !== true &&
    found.template === undefined &&
    found.operations.filter((one) => one.name === name).length === 1;
  if (!isOnly) return changeOperation(operation.id, withoutEmpty(whole));
  const { timeout, ...rest } = operation.attributes;
  return setOperation(
    id,
    name,
    withoutEmpty({
      interval: operation.interval,
      ...rest,
      ...(timeout === undefined ? {} : { timeout }),
      ...values,
    }),
  );
}

function withoutEmpty(values: Values): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== ""),
  );
}

/**
 * The id of the operation to add, where the one that holds stands in a template, and is not to be changed there.
 *
 * @throws PacemakerError (conflict) where it is another resource's, since there is no place for one of its own beside those.
 */
function ownOperation(
  cib: Cib,
  found: Primitive,
  name: string,
  operation: Operation | undefined,
): string | undefined {
  const isBorrowed = found.source?.element.children.some(
    (part) => part.name === "operations" && "id-ref" in part.attributes,
  );
  if (isBorrowed || (operation?.isForeign && found.template === undefined))
    throw new PacemakerError(
      "conflict",
      `${found.id}: its operations are another resource's (id-ref), and a change of its ${name} would be one of that. ` +
        `Give it operations of its own, or declare them as they are. Nothing was changed.`,
    );
  if (found.template === undefined || (operation && !operation.isForeign))
    return undefined;
  const wanted = `${found.id}-${name}-own`;
  return cib.ids.has(wanted) ? `${wanted}-${cib.ids.size}` : wanted;
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

function valueOf(
  found: Primitive,
  name: string,
  key: string,
): string | undefined {
  const operation = operationOf(found, name);
  return key === "interval" ? operation?.interval : operation?.attributes[key];
}

/** The declared operations for the state: as declared where they mean the same. */
export function readOperations(
  found: Primitive,
  declared: Readonly<Record<string, Given>> | undefined,
): Record<string, Record<string, Given[string]>> | undefined {
  if (declared === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, values]) => {
      const entries = Object.entries(values).flatMap(([key, value]) => {
        const actual = valueOf(found, name, key);
        if (actual === undefined) return [];
        const isSame = sameValue(key, actual, String(value));
        return [[key, isSame ? value : actual] as const];
      });
      return entries.length > 0 || Object.keys(values).length === 0
        ? [[name, Object.fromEntries(entries)] as const]
        : [];
    }),
  );
}

/** The declared timeouts for the state. */
export function readTimeouts(
  found: Primitive,
  declared: Timeouts | undefined,
): Timeouts | undefined {
  if (declared === undefined) return undefined;
  return Object.fromEntries(
    Object.entries(declared).flatMap(([name, value]) => {
      const actual = valueOf(found, name, "timeout");
      if (actual === undefined) return [];
      return [[name, sameValue("timeout", actual, value) ? value : actual]];
    }),
  );
}

/** The monitor interval for the state: as declared where it means the same. */
export function readInterval(found: Primitive, declared: string): string {
  const actual = monitorOf(found)?.interval ?? "0s";
  return sameDuration(actual, declared) ? declared : actual;
}
