const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs what puts back what it has changed when it is told to end, and waits for that, however often it is told. */
export async function untilInterrupted<Result>(
  err: (text: string) => void,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const stop = new AbortController();
  const interrupted = () => {
    err("Ending: what was changed is put back first.\n");
    stop.abort();
  };
  for (const name of signals) process.on(name, interrupted);
  try {
    return await work(stop.signal);
  } finally {
    for (const name of signals) process.off(name, interrupted);
  }
}
