/** Which of the changes that are at hand travel in one transaction, and what each of them does there. */
import type { Cib } from "../../model/cib";
import type { PcsCommand } from "../../pcs/commands";
import type { Cluster } from "../nodes/members";
import { confirm, refuse, type Change } from "./changes";
import type { Observation } from "./observe";

export interface Planned {
  readonly change: Change;
  readonly commands: readonly PcsCommand[];
}

/** By cluster: the changes that wait for what they need. */
const waiting = new WeakMap<Cluster, Set<Change>>();

function waitingOn(cluster: Cluster): Set<Change> {
  const found = waiting.get(cluster) ?? new Set();
  waiting.set(cluster, found);
  return found;
}

/** Has a change wait until what it needs is made by another one: it travels with that one. */
export function holdBack(change: Change): void {
  waitingOn(change.cluster).add(change);
}

/** The changes that wait for what they need. */
export function heldBack(cluster: Cluster): Change[] {
  return [...waitingOn(cluster)];
}

/** Whether it waits, and is no part of a transaction. */
export function isHeldBack(change: Change): boolean {
  return waitingOn(change.cluster).has(change);
}

/** @returns whether it was waiting */
export function letGo(change: Change): boolean {
  return waitingOn(change.cluster).delete(change);
}

/**
 * The commands of the changes, in the order in which they must be given. A change that needs what is neither there nor made by
 * one of these is held back; one that has nothing to do, or is refused, has its answer.
 */
export function planTogether(
  changes: readonly Change[],
  observation: Observation,
): Planned[] {
  const open = new Set(changes);
  for (;;) {
    const able = ableAmong([...open], observation.cib);
    const coming = new Set(able.flatMap(({ makes }) => makes ?? []));
    const planned = able.flatMap((change) => plan(change, observation, coming));
    const answered = able.filter(
      (change) => !planned.some((one) => one.change === change),
    );
    for (const change of answered) {
      open.delete(change);
      letGo(change);
    }
    const isLess = answered.some(
      ({ makes }) => makes !== undefined && !observation.cib.ids.has(makes),
    );
    // What counted on one that is refused is not to be made with it.
    if (isLess) continue;
    for (const change of open) holdBack(change);
    for (const { change } of planned) letGo(change);
    return planned;
  }
}

/** Those that need nothing but what is there, or what comes with those before them. */
function ableAmong(changes: readonly Change[], cib: Cib): Change[] {
  const needs = new Map(
    changes.map((change) => [
      change,
      change.isDue ? [] : (change.needs?.(cib) ?? []),
    ]),
  );
  const able: Change[] = [];
  const made = new Set<string>();
  for (;;) {
    const more = changes.filter(
      (change) =>
        !able.includes(change) &&
        needs.get(change)!.every((id) => made.has(id)),
    );
    if (more.length === 0) return able;
    able.push(...more);
    for (const { makes } of more) if (makes !== undefined) made.add(makes);
  }
}

/** The commands of one change; it has its answer already where there are none, or where it is refused. */
function plan(
  change: Change,
  observation: Observation,
  coming: ReadonlySet<string>,
): Planned[] {
  try {
    const commands = change.plan(observation, coming);
    if (commands.length > 0) return [{ change, commands }];
    confirm(change, observation);
  } catch (error) {
    void refuse(change, error);
  }
  return [];
}

/** The change that a command of the batch belongs to. */
export function ownerOf(planned: readonly Planned[], command: number): Change {
  let end = 0;
  for (const { change, commands } of planned) {
    end += commands.length;
    if (command < end) return change;
  }
  throw new Error(`there is no command ${command} in the batch`);
}
