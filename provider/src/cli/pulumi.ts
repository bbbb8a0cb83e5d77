/** The Pulumi CLI, asked about the stack in a folder. */
import { execFile } from "node:child_process";

export interface StackChoice {
  /** Another stack than the selected one. */
  readonly stack?: string | undefined;
  /** Where Pulumi.yaml is. Default: this folder. */
  readonly cwd?: string | undefined;
}

export interface Asked {
  /** What it printed on its standard output. */
  readonly text: string;
  /** Why it failed, in its own words. */
  readonly problem?: string;
}

/** @param timeoutSeconds 0: as long as it takes */
export function pulumi(
  { stack, cwd }: StackChoice,
  args: readonly string[],
  timeoutSeconds = 60,
): Promise<Asked> {
  const argv = [
    ...args,
    "--non-interactive",
    ...(stack === undefined ? [] : ["--stack", stack]),
  ];
  return new Promise((resolve) =>
    execFile(
      "pulumi",
      argv,
      {
        cwd,
        maxBuffer: 256 * 1024 * 1024,
        timeout: timeoutSeconds * 1000,
      },
      (error, text, stderr) =>
        resolve({
          text,
          ...(error
            ? { problem: stderr.trim() || error.message.split("\n")[0]! }
            : {}),
        }),
    ),
  );
}
