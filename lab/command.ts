/** Running programs: argv in, result out, no shell in between. */

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface CommandResult {
  code: number;
  /** It was ended because its time was up. */
  late: boolean;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  stdin?: string;
  timeoutMs?: number;
  signal?: AbortSignal;
  /** What an abort or a timeout sends: SIGTERM unless told. */
  killSignal?: NodeJS.Signals;
  env?: NodeJS.ProcessEnv;
  /** Told each line that the program prints, on either stream. */
  onLine?: (line: string) => void;
}

/** A person's or a supervisor's wish to stop: no failure of ours. */
export class Interrupted extends Error {
  constructor(readonly by: "SIGINT" | "SIGTERM" | "SIGHUP") {
    super(`Interrupted by ${by}.`);
  }
}

/** Runs a program to its end and reports its exit code, whatever it is. */
export function capture(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? "", args, {
      stdio: ["pipe", "pipe", "pipe"],
      env: options.env ?? process.env,
      signal: options.signal,
      timeout: options.timeoutMs,
      killSignal: options.killSignal ?? "SIGTERM",
    });
    const started = Date.now();
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    if (options.onLine) {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface({ input: stream }).on("line", options.onLine);
      }
    }
    child.stdin.on("error", () => undefined); // the program need not read what it is given
    // An aborted program is reported once it has ended, so that whoever cleans up after it has it to himself.
    child.on("error", (error) => {
      if (error.name !== "AbortError" || child.pid === undefined) reject(error);
    });
    child.on("close", (code, signal) => {
      if (options.signal?.aborted) reject(options.signal.reason as Error);
      resolve({
        code: code ?? 128,
        late:
          signal !== null &&
          options.timeoutMs !== undefined &&
          Date.now() - started >= options.timeoutMs,
        stdout: Buffer.concat(stdout).toString(),
        stderr:
          Buffer.concat(stderr).toString() +
          (signal ? `\nended by ${signal}` : ""),
      });
    });
    child.stdin.end(options.stdin ?? "");
  });
}

/** Runs a program that has to succeed, and returns what it printed. */
export async function run(
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const result = await capture(argv, options);
  if (result.code !== 0) {
    const words = (result.stderr.trim() || result.stdout.trim()).slice(-2000);
    const outcome = result.late
      ? `did not end within ${Math.round((options.timeoutMs ?? 0) / 1000)} s, and was ended`
      : `ended with code ${result.code}`;
    throw new Error(`${argv.slice(0, 4).join(" ")} ... ${outcome}: ${words}`);
  }
  return result.stdout;
}

/** Runs a program on this terminal, and passes its exit code on. */
export function passThrough(
  argv: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const [program, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program ?? "", args, { stdio: "inherit", env });
    // The terminal sends its interrupt to both of us; what the program makes of it is its own business.
    const ignore = () => undefined;
    const forward = () => child.kill("SIGTERM");
    process.on("SIGINT", ignore);
    process.on("SIGTERM", forward);
    const done = () => {
      process.off("SIGINT", ignore);
      process.off("SIGTERM", forward);
    };
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("close", (code, signal) => {
      done();
      resolve(code ?? (signal === "SIGINT" ? 130 : 143));
    });
  });
}
