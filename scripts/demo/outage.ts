import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inNamespace, type Lab } from "../../lab";
import { waitUntil } from "../../lab/wait";

export const probeMs = 25;
export const smtpPort = 25;

/** The longest time without a greeting between two greetings, in milliseconds. */
export function longestGap(greetings: readonly number[]): number {
  return Math.max(
    0,
    ...greetings.slice(1).map((time, index) => time - greetings[index]!),
  );
}

export interface Prober {
  /** Waits until the client has been greeted so many times since a moment. */
  greeted(count: number, since: number): Promise<void>;
  /** The longest time without a greeting since a moment, in milliseconds. */
  outageSince(since: number): number;
  /** When the client was first greeted since a moment. NaN: not yet. */
  firstSince(since: number): number;
  stop(): Promise<void>;
}

/** A client in the lab's network that connects every 25 ms, or as often as it is told, and waits for the banner. */
export function startProber(
  lab: Lab,
  signal: AbortSignal,
  everyMs = probeMs,
): Prober {
  const [program = "", ...args] = inNamespace(lab.namespace, [
    process.execPath,
    ...process.execArgv,
    join(__dirname, "prober.ts"),
    lab.floatingAddress,
    String(smtpPort),
    String(everyMs),
  ]);
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "close").catch(() => undefined);
  child.stdin.on("error", () => undefined);
  const greetings: number[] = [];
  createInterface(child.stdout).on("line", (line) =>
    greetings.push(Number(line)),
  );
  return {
    greeted: (count, since) =>
      waitUntil(
        `${count} greetings from ${lab.floatingAddress}:${smtpPort}`,
        async () => {
          const found = greetings.filter((time) => time >= since).length;
          return found >= count ? undefined : `the client has seen ${found}`;
        },
        { timeoutMs: 60_000, signal },
      ),
    outageSince: (since) => {
      const before = greetings.filter((time) => time < since).at(-1);
      const after = greetings.filter((time) => time >= since);
      return longestGap(before === undefined ? after : [before, ...after]);
    },
    firstSince: (since) => greetings.find((time) => time >= since) ?? NaN,
    stop: async () => {
      child.stdin.end();
      const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
      await ended;
      clearTimeout(timer);
    },
  };
}
