/** One run of the real Pulumi CLI, and what its engine reported. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { inNamespace, type Lab } from "../../../lab";

export interface Diagnostic {
  severity: string;
  message: string;
  urn?: string;
}

/** One event of the engine's log, as far as tests look at it. */
interface EngineEvent {
  diagnosticEvent?: Diagnostic & { ephemeral?: boolean };
  summaryEvent?: { isPreview: boolean; resourceChanges: Changes };
  resourcePreEvent?: { metadata: { op: string; urn: string } };
}

type Changes = Record<string, number>;

export interface Outcome {
  readonly command: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both of them: what a person at the terminal sees. */
  readonly output: string;
  readonly seconds: number;
  /** How many resources by operation: { create: 4 }, { same: 5 }. */
  readonly changes: Changes;
  /** Each step's operation and resource, in the engine's order: "create smtp_ip". */
  readonly steps: string[];
  readonly diagnostics: Diagnostic[];
}

export interface RunOptions {
  cwd: string;
  env: Record<string, string>;
  /** Where the engine writes its events; undefined for commands without any. */
  eventLog?: string;
  timeoutSeconds: number;
  /** Called once the process runs: for tests that interrupt it. */
  onStart?: (pid: number) => void;
}

/** Runs a command in the lab's network, in a process group of its own, to its end or to the bound. */
export function runInLab(
  lab: Lab,
  argv: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  const [program = "", ...args] = inNamespace(lab.namespace, argv);
  const command = argv.slice(0, 3).join(" ");
  const started = Date.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    const pid = child.pid;
    if (pid !== undefined) {
      running.add(pid);
      options.onStart?.(pid);
    }
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
    const limit = setTimeout(() => {
      stderr += `\nended by the test: it ran for ${options.timeoutSeconds} s`;
      if (pid !== undefined) endTree(pid);
    }, options.timeoutSeconds * 1000);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(limit);
      if (pid !== undefined) running.delete(pid);
      resolve({
        command,
        code: code ?? 128,
        stdout,
        stderr,
        output: stdout + stderr,
        seconds: (Date.now() - started) / 1000,
        ...readEvents(options.eventLog),
      });
    });
  });
}

const running = new Set<number>();

/** Ends a CLI at once, with its language host and providers: they lead process groups of their own. */
function endTree(root: number): void {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")")).split(" ")[2]);
      children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    } catch {
      // it has ended since
    }
  const end = (pid: number): void => {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // it has ended since
    }
    for (const child of children.get(pid) ?? []) end(child);
  };
  end(root);
}

/** Ends every CLI that runs. */
export function endRunning(): void {
  for (const pid of running) endTree(pid);
}

// A test file that is told to end takes its CLIs along.
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    endRunning();
    process.exit(signal === "SIGINT" ? 130 : 143);
  });

function readEvents(
  file: string | undefined,
): Pick<Outcome, "changes" | "steps" | "diagnostics"> {
  const text = file && existsSync(file) ? readFileSync(file, "utf8") : "";
  const events = text
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as EngineEvent);
  const changes =
    events.flatMap(({ summaryEvent }) => summaryEvent ?? []).at(-1)
      ?.resourceChanges ?? {};
  const steps = events
    .flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])
    .map(({ op, urn }) => `${op} ${nameOf(urn)}`);
  const diagnostics = events
    .flatMap(({ diagnosticEvent }) => diagnosticEvent ?? [])
    .filter(({ ephemeral }) => !ephemeral);
  return { changes, steps, diagnostics };
}

/** The resource's name, from its urn. */
export function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}

function account({ command, code, seconds, output }: Outcome): string {
  return `${command} ended with code ${code} after ${seconds.toFixed(1)} s:\n${output}`;
}

/** Asserts that the command succeeded. */
export function succeeded(outcome: Outcome): Outcome {
  assert.equal(outcome.code, 0, account(outcome));
  return outcome;
}

/** Asserts that the command failed, with words that a person needs. */
export function failedWith(
  outcome: Outcome,
  ...words: (string | RegExp)[]
): Outcome {
  assert.notEqual(outcome.code, 0, account(outcome));
  // The CLI indents and wraps nothing, but repeats messages with different margins.
  const text = outcome.output.replace(/\s+/g, " ");
  for (const word of words)
    assert.ok(
      typeof word === "string" ? text.includes(word) : word.test(text),
      `${String(word)} is missing in what was said. ${account(outcome)}`,
    );
  return outcome;
}

/** Asserts that no resource was created, updated, replaced or deleted, and that there are some. */
export function nothingChanged(outcome: Outcome): Outcome {
  succeeded(outcome);
  const { same = 0, ...others } = outcome.changes;
  assert.deepEqual(others, {}, account(outcome));
  assert.ok(same > 0, account(outcome));
  return outcome;
}
