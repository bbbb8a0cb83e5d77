/**
 * The first of several attempts that succeeds. Each begins when the one before has failed, or has kept us waiting for the
 * head start: a host that hangs costs no more than that.
 *
 * @throws the first final error; else all errors, in the order of the items.
 */
export function firstOf<Item, Result>(
  items: readonly Item[],
  headStart: number,
  attempt: (item: Item) => Promise<Result>,
  isFinal: (error: unknown) => boolean,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const errors: unknown[] = [];
    const timers = new Set<NodeJS.Timeout>();
    let next = 0;
    let failed = 0;
    const settle = (): void => {
      next = items.length;
      for (const timer of timers) clearTimeout(timer);
    };
    const start = (): void => {
      const index = next;
      if (index >= items.length) return;
      next++;
      let moved = false;
      const moveOn = (): void => {
        if (moved) return;
        moved = true;
        clearTimeout(timer);
        timers.delete(timer);
        start();
      };
      const timer = setTimeout(moveOn, headStart);
      timers.add(timer);
      attempt(items[index]!).then(
        (result) => {
          settle();
          resolve(result);
        },
        (error: unknown) => {
          errors[index] = error;
          failed++;
          if (isFinal(error)) {
            settle();
            reject(error as Error);
          } else if (failed === items.length) {
            settle();
            reject(new AllFailedError(errors));
          } else moveOn();
        },
      );
    };
    start();
  });
}

/** Every attempt has failed, each with its own error. */
export class AllFailedError extends Error {
  constructor(readonly errors: readonly unknown[]) {
    super();
  }
}
