import { spawn } from "node:child_process";

/** A signal that asked us to end. */
export class Interrupted extends Error {
  constructor(readonly by: NodeJS.Signals) {
    super(`interrupted by ${by}`);
  }
}

export interface ProgramOptions {
  cwd: string;
  env: NodeJS.ProcessEnv;
  timeoutMs: number;
  signal: AbortSignal;
}

/** How long a program that was told to end may take: Pulumi lets running steps finish. */
const graceMs = 60_000;

/** Runs a program on this terminal, without input, and returns its exit code. It gets a bound, and an end with us. */
export async function runOnTerminal(
  argv: readonly string[],
  { cwd, env, timeoutMs, signal }: ProgramOptions,
): Promise<number> {
  signal.throwIfAborted();
  const [program = "", ...args] = argv;
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  let grace: NodeJS.Timeout | undefined;
  let late = false;
  const end = (tell: boolean): void => {
    if (tell) child.kill("SIGINT");
    grace ??= setTimeout(() => child.kill("SIGKILL"), graceMs);
  };
  const timer = setTimeout(() => {
    late = true;
    end(true);
  }, timeoutMs);
  const onAbort = (): void => {
    // Ctrl-C reaches every program of the terminal; to Pulumi a second one means "drop everything".
    const { by } = signal.reason as Interrupted;
    end(!(by === "SIGINT" && process.stdin.isTTY));
  };
  signal.addEventListener("abort", onAbort);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 128));
    });
    signal.throwIfAborted();
    if (late)
      throw new Error(`it was ended after ${timeoutMs / 1000} s, its bound`);
    return code;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal.removeEventListener("abort", onAbort);
  }
}
