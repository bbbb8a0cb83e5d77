import { PacemakerError } from "../errors";
import type { Cib, Operation, Primitive } from "../model/cib";
import { refuseParent } from "../model/understood";
import { sameValue } from "../model/values";
import { setAttributes, setMarks } from "../model/writing";
import {
  addOperation,
  changeOperation,
  clearMeta,
  createPrimitive,
  setOperation,
  type PcsCommand,
} from "../pcs/commands";
import { parseDuration, sameDuration } from "../model/duration";
import {
  isStaged,
  isUnfinished,
  movingMark,
  stagedMeta,
  unstage,
  waitingFor,
} from "../model/staging";

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
  /** The clone of ours that it may be part of. */
  readonly clone?: string;
}

/** What was declared before, as far as it tells what is ours to take away. */
export interface Previously extends Pick<
  Declared,
  "options" | "meta" | "group" | "clone"
> {
  readonly timeouts?: Readonly<Record<string, string>>;
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
    const taken = cib.ids.get(id);
    if (taken !== undefined)
      throw new PacemakerError(
        "conflict",
        `${id}: the cluster's configuration uses this id already, for a <${taken}>. Choose another resourceId. ` +
          `Nothing was changed.`,
      );
    if (declared.group !== undefined && previous?.group === declared.group)
      throw new PacemakerError(
        "conflict",
        `${id} was deleted by somebody else. Run "pulumi up --refresh": it is made again then, and its group starts it in ` +
          `its place. Nothing was changed.`,
      );
    return [creation(declared)];
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

/** A unit can be changed where it stands; any other agent is another resource. */
function isOtherUnit(found: Primitive, declared: Declared): boolean {
  return (
    found.template === undefined &&
    [found.agent, ...declared.agents].every((agent) =>
      agent.startsWith("systemd:"),
    )
  );
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
      .filter(
        ([name, value]) => !sameValue("timeout", timeoutOf(found, name), value),
      )
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
    .filter(([name, value]) => !sameValue(name, found[name], value))
    .map(
      ([name, value]) =>
        `its ${name} is ${found[name] ?? "not set"}, declared is ${value}`,
    );
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
    ...setAttributes(cib, found, "instance_attributes", options),
    ...operationChanges(cib, found, declared, previous?.timeouts),
    ...setAttributes(cib, found, "meta_attributes", meta),
  ];
}

/** What agents say of themselves, and pcs writes when it creates them. A monitor's has none, and Pacemaker's own holds. */
const agentTimeouts: readonly [
  agent: RegExp,
  timeouts: Readonly<Record<string, string>>,
][] = [
  [/^systemd:/, { start: "100s", stop: "100s" }],
  [/^ocf:heartbeat:IPaddr2$/, { start: "20s", stop: "20s" }],
];

/** Pacemaker's own. */
const defaultTimeout = "20s";

function operationChanges(
  cib: Cib,
  found: Primitive,
  declared: Declared,
  previous: Readonly<Record<string, string>> = {},
): PcsCommand[] {
  const defaults =
    agentTimeouts.find(([agent]) => agent.test(found.agent))?.[1] ?? {};
  const monitor = monitorOf(found);
  const sameInterval =
    monitor !== undefined &&
    sameDuration(monitor.interval, declared.monitorInterval);
  const isTakenAway = (name: string): boolean =>
    name in previous && !(name in declared.timeouts);
  const names = ["monitor", "start", "stop"] as const;
  return names.flatMap((name): PcsCommand[] => {
    const operation = operationOf(found, name);
    const wanted =
      declared.timeouts[name] ??
      (isTakenAway(name) ? (defaults[name] ?? "") : undefined);
    const values = {
      ...(name === "monitor" && !sameInterval
        ? { interval: declared.monitorInterval }
        : {}),
      ...(wanted === undefined ||
      sameValue("timeout", operation?.attributes.timeout ?? "", wanted)
        ? {}
        : { timeout: wanted }),
    };
    if (Object.keys(values).length === 0) return [];
    const own = ownOperation(cib, found, name, operation);
    if (own !== undefined)
      return [
        addOperation(declared.id, own, {
          name,
          interval: operation?.interval ?? "0s",
          ...operation?.attributes,
          ...values,
          ...(values.timeout === "" ? { timeout: defaultTimeout } : {}),
        }),
      ];
    if (!operation)
      return [setOperation(declared.id, name, { interval: "0s", ...values })];
    // pcs, which names it after its interval, changes the first of several, and loses what is nested in it. What it does
    // not name, it takes away.
    const isOnly =
      operation.nested !== true &&
      found.template === undefined &&
      found.operations.filter((one) => one.name === name).length === 1;
    if (!isOnly)
      return [
        changeOperation(operation.id, {
          ...values,
          ...(values.timeout === "" ? { timeout: defaultTimeout } : {}),
        }),
      ];
    const { timeout, ...rest } = operation.attributes;
    return [
      setOperation(declared.id, name, {
        interval: operation.interval,
        ...rest,
        ...(timeout === undefined || values.timeout === "" ? {} : { timeout }),
        ...("interval" in values ? { interval: values.interval } : {}),
        ...(values.timeout ? { timeout: values.timeout } : {}),
      }),
    ];
  });
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
  const { id, group } = declared;
  const marked = found.meta[movingMark];
  if (found.group === group) {
    const staged = new Set([
      // What was stopped to be changed, and left so by a run that was interrupted.
      ...waitingFor(cib, id),
      ...(group === undefined && isStaged(found) ? [id] : []),
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
      return [[name, sameValue("timeout", actual, value) ? value : actual]];
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
    return [
      [name, sameValue(name, actual, String(value)) ? value : actual] as const,
    ];
  });
  return Object.fromEntries(entries);
}

/** For the state, where the resource was left in the middle of a change: the next update goes on with it. */
export function unfinished(found: Primitive): { incomplete?: true } {
  return isUnfinished(found) ? { incomplete: true } : {};
}

/** The monitor interval for the state: as declared where it means the same. */
export function readInterval(found: Primitive, declared: string): string {
  const actual = monitorOf(found)?.interval ?? "0s";
  return sameDuration(actual, declared) ? declared : actual;
}
