/** Runs `work` while this process alone holds the lock; `onWait` hears, once, whom it waits for. */
export function withLock<T>(
  dir: string,
  onWait: (pid: string) => void,
  work: () => Promise<T> | T,
): Promise<T>;
