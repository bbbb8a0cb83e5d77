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
  /** When the last one was expected. */
  last: number;
  /** When the last one of them has begun, and how many have, one shortly after the other. */
  begun: number;
  inARow: number;
  /** How many have begun since changes were last waited for. */
  underWay: number;
  /** So many are as many as Pulumi has under way at a time, as far as is known. */
  mostUnderWay: number;
}

const clusters = new Map<string, Coming>();

/** How long changes wait in all while one begins after the other, in milliseconds. */
const longest = 30_000;

/** So many in a row are a program that has more of them. */
const many = 5;

/** How long Pulumi takes from one to the next, in milliseconds; and one that begins to be ready, where it need not look at anything. */
const pace = 50;

const isRecent = (at: number, within = patience): boolean =>
  Date.now() - at < within;

function comingTo({ key }: Cluster): Coming {
  const found = clusters.get(key);
  if (found) return found;
  const none: Coming = {
    expected: new Map(),
    last: 0,
    begun: 0,
    inARow: 0,
    underWay: 0,
    mostUnderWay: Infinity,
  };
  clusters.set(key, none);
  return none;
}

/** Notes that this will be changed next, for which nothing has begun yet. */
export function expectChange(cluster: Cluster, what: string): void {
  const coming = comingTo(cluster);
  coming.last = Date.now();
  coming.expected.set(what, coming.last);
}

/** It has begun. */
export function changeBegins(cluster: Cluster, what: string): void {
  const coming = comingTo(cluster);
  if (!coming.expected.delete(what)) return;
  coming.inARow = isRecent(coming.begun) ? coming.inARow + 1 : 1;
  coming.begun = Date.now();
  coming.underWay += 1;
  // It was something else that took long.
  if (coming.underWay > coming.mostUnderWay) coming.mostUnderWay = Infinity;
}

function areMoreToCome(coming: Coming): boolean {
  const { expected, last, begun, inARow, underWay, mostUnderWay } = coming;
  if (underWay >= mostUnderWay) return false;
  const isRow = inARow >= many;
  // What never begins, such as where another resource has failed, is not waited for by every change that comes after.
  const within = isRow ? longest : patience;
  return (
    isRecent(Math.max(last, begun), pace) ||
    [...expected.values()].some((since) => isRecent(since, within)) ||
    (isRow && isRecent(last))
  );
}

/**
 * Waits while changes are expected, and one begins after the other: they will be ready at once. Where Pulumi has as many
 * under way as it may, none begins before one of those is made: that is waited for once, and from then on so many are enough.
 */
export async function untilBegun(cluster: Cluster): Promise<void> {
  const end = Date.now() + longest;
  const coming = comingTo(cluster);
  // By the clock alone, what came while this process itself was busy would be missed: it is heard at the next turn.
  let quiet = 0;
  let { begun } = coming;
  while (areMoreToCome(coming) && quiet < patience && Date.now() < end) {
    await sleep(pace / 2);
    quiet = coming.begun === begun ? quiet + pace / 2 : 0;
    ({ begun } = coming);
  }
  if (quiet >= patience && coming.expected.size > 0 && coming.underWay >= many)
    coming.mostUnderWay = Math.min(coming.mostUnderWay, coming.underWay);
  coming.underWay = 0;
}
