import { setTimeout as sleep } from "node:timers/promises";
import { deferred } from "../../deferred";
import type { Cluster } from "../nodes/members";
import { warmUp } from "./observe";

/** A change that is sure to come, when what must be done before it is done. */
export interface Announcement {
  /** It has come, or will not come. */
  end(): void;
  readonly ended: Promise<void>;
}

/** By cluster: the announcements that nobody has waited for yet. */
const announced = new Map<string, Set<Announcement>>();

/** How long changes wait for those that are announced, in milliseconds: about what another transaction would cost. */
export const patience = 500;

/** Lets the changes that are ready wait a moment for one that is not, so that all travel together. */
export function announce({ key }: Cluster): Announcement {
  const all = announced.get(key) ?? new Set();
  announced.set(key, all);
  const { promise, resolve } = deferred();
  const announcement: Announcement = {
    ended: promise,
    end() {
      all.delete(announcement);
      resolve();
    },
  };
  all.add(announcement);
  return announcement;
}

/** Waits for what is announced, once. */
export async function gather(cluster: Cluster): Promise<void> {
  const all = announced.get(cluster.key);
  if (!all?.size) return;
  // The time is not lost. Where it cannot be done, staging itself meets and tells what is in its way.
  await warmUp(cluster).catch(() => undefined);
  const coming = [...all];
  // Once is enough: what takes long must not hold up every transaction until then.
  all.clear();
  const enough = new AbortController();
  await Promise.race([
    Promise.all(coming.map(({ ended }) => ended)),
    sleep(patience, undefined, enough).catch(() => undefined),
  ]);
  enough.abort();
}
