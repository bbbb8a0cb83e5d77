import { spawn } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

export interface Outcome {
  /** Exit code; undefined when it could not be started, was killed, or ran out of time. */
  code: number | undefined;
  stdout: string;
  /** What it said on stderr, or why there is no exit code. */
  stderr: string;
}

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** After this many milliseconds the command and its children are killed. */
  timeout: number;
  onStderrLine?: (line: string) => void;
}

/** Runs one command, bounded in time, together with its children. Never rejects. */
export function command(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // its own process group: a time limit must end the children too
    });
    let stdout = "";
    let stderr = "";
    let partial = "";
    let late = false;
    const endGroup = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      } catch {
        // ended already
      }
    };
    const timer = setTimeout(() => {
      late = true;
      endGroup();
    }, options.timeout);
    process.once("exit", endGroup);
    child.stdout
      .setEncoding("utf8")
      .on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
      const lines = (partial + text).split("\n");
      partial = lines.pop() ?? "";
      for (const line of lines) options.onStderrLine?.(line);
    });
    const settle = (code: number | undefined, why = ""): void => {
      clearTimeout(timer);
      process.off("exit", endGroup);
      const reason = late
        ? `no end after ${Math.round(options.timeout / 1000)} s`
        : why;
      resolve({
        code,
        stdout,
        stderr: [stderr, reason].filter(Boolean).join("\n"),
      });
    };
    child.on("error", (error) => settle(undefined, error.message));
    child.on("close", (code, signal) =>
      settle(code ?? undefined, signal ? `killed by ${signal}` : ""),
    );
  });
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The first folder of `path` that holds the executable. */
export function findInPath(
  name: string,
  path = process.env.PATH ?? "",
): string | undefined {
  return path
    .split(delimiter)
    .find((dir) => dir !== "" && isExecutable(join(dir, name)));
}

/** The last lines of a command's output, for an error message. */
export function tail(text: string, lines = 8): string {
  return text.trim().split("\n").slice(-lines).join("\n");
}
