/** Bounded waiting. Every wait says what it waited for. */

import { setTimeout as sleep } from "node:timers/promises";

export interface WaitOptions {
  timeoutMs: number;
  /** The time runs from the last change of what is missing. Only for what becomes less. */
  sinceChange?: boolean;
  intervalMs?: number;
  signal?: AbortSignal;
  /** Told what is missing, whenever that changes. */
  onMissing?: (missing: string) => void;
}

/**
 * Polls until `look` finds nothing missing. `look` returns what is still missing, which is also what the error says when
 * the time is up.
 */
export async function waitUntil(
  what: string,
  look: () => Promise<string | undefined>,
  options: WaitOptions,
): Promise<void> {
  let before = "";
  let deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const missing = await look();
    if (missing === undefined) return;
    if (missing !== before) {
      options.onMissing?.(missing);
      if (options.sinceChange) deadline = Date.now() + options.timeoutMs;
    }
    before = missing;
    if (Date.now() >= deadline) {
      throw new Error(
        `Waited ${Math.round(options.timeoutMs / 1000)} s for ${what}: ${missing}`,
      );
    }
    await sleep(options.intervalMs ?? 100);
  }
}

/** Like Promise.all, but when it rejects nothing goes on behind the caller's back. */
export async function allDone(
  work: readonly Promise<unknown>[],
): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(
    (outcome) => outcome.status === "rejected",
  );
  if (failed) throw failed.reason;
}
