import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { EVENT_FD } from "./events";
import type { TestEvent } from "./events";
import { judge } from "./judge";
import type { FileResult } from "./judge";

export interface RunOptions {
  repo: string;
  env: NodeJS.ProcessEnv;
  limit: number;
  onEvent: (event: TestEvent) => void;
  /** Every line that the file's process prints. */
  onLine: (line: string) => void;
}

/** How long what a test file left behind may hold its streams open. */
const STREAM_GRACE = 2_000;
/** How long a test file may clean up after it was told to end. */
const CLEANUP_GRACE = 20_000;

const running = new Set<number>();
let ending = false;

/** Ends every test file that runs; their processes get the signal and may clean up. No other file begins. */
export function endAll(signal: NodeJS.Signals): void {
  ending = true;
  for (const pid of running) endGroup(pid, signal);
}

function endGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // ended already
  }
}

function splitLines(take: (line: string) => void): {
  push(text: string): void;
  end(): void;
} {
  let rest = "";
  return {
    push(text) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      lines.forEach(take);
    },
    end() {
      if (rest !== "") take(rest);
      rest = "";
    },
  };
}

/** Runs one test file in a process group of its own, bounded in time. */
export function runFile(
  file: string,
  options: RunOptions,
): Promise<FileResult> {
  const { repo, env, limit, onEvent, onLine } = options;
  if (ending) {
    const end = "an interruption of the run before it began";
    return Promise.resolve(
      judge({
        file,
        events: [],
        output: [],
        milliseconds: 0,
        end,
        late: undefined,
      }),
    );
  }
  const tsx = pathToFileURL(require.resolve("tsx")).href;
  const reporter = pathToFileURL(join(__dirname, "reporter.ts")).href;
  const args = [
    "--import",
    tsx,
    `--test-reporter=${reporter}`,
    "--test-reporter-destination=stdout",
  ];
  const started = Date.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args, join(repo, file)], {
      cwd: repo,
      env,
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      detached: true,
    });
    const events: TestEvent[] = [];
    const output: string[] = [];
    const takeLine = (line: string): void => {
      output.push(line);
      onLine(line);
    };
    const takeEvent = (line: string): void => {
      const event = JSON.parse(line) as TestEvent;
      events.push(event);
      onEvent(event);
    };
    const streams = [
      { stream: child.stdio[1], lines: splitLines(takeLine) },
      { stream: child.stdio[2], lines: splitLines(takeLine) },
      { stream: child.stdio[EVENT_FD], lines: splitLines(takeEvent) },
    ];
    for (const { stream, lines } of streams) {
      (stream as Readable | null)
        ?.setEncoding("utf8")
        .on("data", (text: string) => lines.push(text));
    }

    let late = false;
    let killer: NodeJS.Timeout | undefined;
    const pid = child.pid;
    if (pid !== undefined) running.add(pid);
    const timer = setTimeout(() => {
      late = true;
      if (pid === undefined) return;
      endGroup(pid, "SIGTERM");
      killer = setTimeout(() => endGroup(pid, "SIGKILL"), CLEANUP_GRACE);
    }, limit);

    let settled = false;
    const settle = (end: string | undefined): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      clearTimeout(killer);
      if (pid !== undefined) running.delete(pid);
      for (const { stream, lines } of streams) {
        lines.end();
        stream?.destroy();
      }
      const milliseconds = Date.now() - started;
      resolve(
        judge({
          file,
          events,
          output,
          milliseconds,
          end,
          late: late ? limit : undefined,
        }),
      );
    };
    const endOf = (
      code: number | null,
      signal: string | null,
    ): string | undefined =>
      code === 0
        ? undefined
        : signal === null
          ? `exit code ${code}`
          : `signal ${signal}`;
    child.on("error", (error) => settle(error.message));
    child.on("close", (code, signal) => settle(endOf(code, signal)));
    child.on("exit", (code, signal) => {
      setTimeout(() => settle(endOf(code, signal)), STREAM_GRACE);
    });
  });
}
