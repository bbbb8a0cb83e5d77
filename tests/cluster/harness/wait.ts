/** Bounded waiting. */
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Looks again and again until `look` gives something other than undefined, and returns that.
 *
 * @param what what is waited for, in words: it is the error's text when the time is up, with the last failure of `look`
 */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  seconds = 30,
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const { found, failure } = await attempt(look);
    if (found !== undefined) return found;
    if (Date.now() >= deadline)
      throw new Error(`Waited ${seconds} s for ${what}${failure}`);
    await sleep(100);
  }
}

async function attempt<T>(
  look: () => Promise<T | undefined> | T | undefined,
): Promise<{ found?: T; failure: string }> {
  try {
    return { found: await look(), failure: "" };
  } catch (error) {
    return { failure: `: ${(error as Error).message}` };
  }
}
