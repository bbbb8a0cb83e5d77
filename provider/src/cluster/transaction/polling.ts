import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../nodes/members";

interface Looks<Result> {
  current?: Promise<Result>;
  next?: Promise<Result>;
  /** When the next one may begin, in milliseconds since the epoch. */
  notBefore: number;
}

/** A node spends at most a fifth of one core on showing us what it does. */
const restAfterLook = 4;

/** A look that a lost host has held up must not hold up the next one for long, in milliseconds. */
const longestRest = 1000;

/**
 * Makes a look at a cluster one that all who wait for something share, if it began after they asked for it. The larger the
 * cluster, the more a look costs its node: each is followed by a rest in proportion.
 */
export function shared<Rest extends unknown[], Result>(
  look: (cluster: Cluster, ...rest: Rest) => Promise<Result>,
): (cluster: Cluster, ...rest: Rest) => Promise<Result> {
  const all = new WeakMap<Cluster, Looks<Result>>();
  return (cluster, ...rest) => {
    const looks = all.get(cluster) ?? { notBefore: 0 };
    all.set(cluster, looks);
    const start = async (): Promise<Result> => {
      await sleep(Math.max(0, looks.notBefore - Date.now()));
      delete looks.next;
      const began = Date.now();
      const current = look(cluster, ...rest);
      looks.current = current;
      try {
        return await current;
      } finally {
        const rest = restAfterLook * (Date.now() - began);
        looks.notBefore = Date.now() + Math.min(longestRest, rest);
        if (looks.current === current) delete looks.current;
      }
    };
    const before: Promise<unknown> = looks.current ?? Promise.resolve();
    return (looks.next ??= before.then(start, start));
  };
}
