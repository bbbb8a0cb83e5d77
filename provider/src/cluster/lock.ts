const tails = new Map<string, Promise<unknown>>();

/** Runs the work when all earlier work under the same key has ended, whatever became of it. */
export function exclusively<Result>(
  key: string,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = tails.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  const tail = mine.catch(() => undefined);
  tails.set(key, tail);
  void tail.then(() => {
    if (tails.get(key) === tail) tails.delete(key);
  });
  return mine;
}
