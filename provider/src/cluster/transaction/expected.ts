/**
 * What Pulumi has just asked about is about to be made: a program's resources come one shortly after the other, and those that
 * come together cost one transaction.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../nodes/members";
import { patience } from "./announce";

/** What this process is about to change in a cluster. */
interface Coming {
  /** By what is expected: since when, in milliseconds. */
  readonly expected: Map<string, number>;
  /** When the last one of them has begun. */
  begun: number;
}

const clusters = new Map<string, Coming>();

/** How long changes wait in all while one begins after the other, in milliseconds. */
const longest = 30_000;

/** How long one that begins takes to be ready, where it need not look at anything, in milliseconds. */
const step = 25;

function comingTo({ key }: Cluster): Coming {
  const found = clusters.get(key) ?? { expected: new Map(), begun: 0 };
  clusters.set(key, found);
  return found;
}

/** Notes that this will be changed next, for which nothing has begun yet. */
export function expectChange(cluster: Cluster, what: string): void {
  comingTo(cluster).expected.set(what, Date.now());
}

/** It has begun. */
export function changeBegins(cluster: Cluster, what: string): void {
  const coming = comingTo(cluster);
  if (coming.expected.delete(what)) coming.begun = Date.now();
}

/**
 * Waits while changes are expected, and one begins after the other: they will be ready at once. Where Pulumi has as many
 * under way as it may, none begins before one of those is made.
 */
export async function untilBegun(cluster: Cluster): Promise<void> {
  const start = Date.now();
  const coming = comingTo(cluster);
  const isRecent = (at: number): boolean => Date.now() - at < patience;
  while (
    isRecent(Math.max(coming.begun, start)) &&
    [...coming.expected.values()].some(isRecent) &&
    Date.now() - start < longest
  )
    await sleep(step);
}
