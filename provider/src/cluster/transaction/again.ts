/**
 * What this process has made, and somebody else's change has taken away again. The older ones of pcs's commands read the whole
 * configuration and write it back: what came in between is gone.
 */
import type { Cib } from "../../model/cib";
import type { Cluster } from "../nodes/members";
import { warn } from "../report";
import type { Change } from "./changes";

export interface Maker extends Change {
  readonly makes: string;
}

/** By cluster and id: the change that made it. */
const made = new WeakMap<Cluster, Map<string, Maker>>();

/** Notes that what the change makes, and was not there before, is there now. */
export function noteMade(change: Change, before: Cib): void {
  const { cluster, makes } = change;
  if (makes === undefined || before.ids.has(makes)) return;
  const all = made.get(cluster) ?? new Map<string, Maker>();
  made.set(cluster, all.set(makes, { ...change, makes }));
}

/** Notes that it is not to be there any more. */
export function noteUnmade(cluster: Cluster, id: string): void {
  made.get(cluster)?.delete(id);
}

/** The changes that made what is missing, given to the first who asks. */
export function takenAway(
  cluster: Cluster,
  missing: readonly string[],
): Maker[] {
  const all = made.get(cluster);
  const found = missing.flatMap((id) => all?.get(id) ?? []);
  for (const { makes } of found) all?.delete(makes);
  return found;
}

export function tellTakenAway(id: string): void {
  warn(
    id,
    `was taken away by somebody else's change right after it had been made, as by older pcs commands, which write the whole ` +
      `configuration back. It was made again; "pulumi up --refresh" shows whether anything else is missing.`,
  );
}
