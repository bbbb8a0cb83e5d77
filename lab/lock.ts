/** One command at a time changes a lab, or what all labs share. A lock whose owner has died does not count. */

import {
  mkdirSync,
  readFileSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { stateRoot } from "./paths";
import { waitUntil } from "./wait";

/** A process id is used again; with its start time it names one process. */
function identify(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const start = stat.slice(stat.lastIndexOf(")")).split(" ")[20];
    return `${pid} ${start}`;
  } catch {
    return undefined;
  }
}

export interface LockOptions {
  /** Told who has it, where there is something to wait for. */
  log?: (line: string) => void;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** @param what a lab's name, or a word that begins with "_" for what all labs share */
export async function withLock<T>(
  what: string,
  work: () => Promise<T>,
  { log, timeoutMs = 300_000, signal }: LockOptions = {},
): Promise<T> {
  mkdirSync(stateRoot(), { recursive: true, mode: 0o755 });
  const file = join(stateRoot(), `.${what}.lock`);
  const self = identify(process.pid) ?? String(process.pid);
  await waitUntil(
    `another command on ${what.startsWith("_") ? what.slice(1) : `lab ${what}`} to end`,
    async () => tryLock(file, self),
    {
      timeoutMs,
      intervalMs: 100,
      signal,
      onMissing: (owner) => log?.(`... ${owner}`),
    },
  );
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function tryLock(file: string, self: string): string | undefined {
  try {
    writeFileSync(file, self, { flag: "wx" });
    return undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  const owner = readFileSync(file, "utf8");
  const pid = Number(owner.split(" ")[0]);
  if (owner !== "" && identify(pid) !== owner) unlinkSync(file);
  return `process ${pid} holds ${file}`;
}
