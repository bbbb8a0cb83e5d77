/** Long work says what it is at, so that nobody takes it for stuck. */

import type { CommandOptions } from "./command";

const everyMs = 10_000;
const longest = 100;

/**
 * Runs work that may take minutes, with a line every ten seconds: how long it has been, and what it said last.
 *
 * @param work hands `hear` on to the program that it runs
 */
export async function withProgress<T>(
  what: string,
  log: (line: string) => void,
  work: (hear: CommandOptions["onLine"]) => Promise<T>,
  intervalMs = everyMs,
): Promise<T> {
  const started = Date.now();
  let last = "";
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    log(`  ${what}: ${seconds} s${last && `, ${last}`}`);
  }, intervalMs);
  try {
    return await work((line) => {
      if (line.trim()) last = line.trim().slice(0, longest);
    });
  } finally {
    clearInterval(timer);
  }
}
