import {
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
} from "node:fs";
import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { command, findInPath, tail } from "./command";
import { holdsVersion } from "./inspect";
import { home } from "./places";
import { PROGRAMS, RESOURCE_SCRIPT, goNeeded } from "./recipe";
import type { GoProgram } from "./recipe";
import { OWN_VERSION, compareVersions } from "./version";

export type Log = (line: string) => void;

const BUILD_LIMIT = 40 * 60_000;

/** "go1.25.11" or "1.26" as numbers. */
export function goVersion(text: string): number[] {
  return (/(\d+(?:\.\d+)*)/.exec(text)?.[1] ?? "0").split(".").map(Number);
}

/** Why this machine cannot build; undefined when `go` serves. */
export async function goObstacle(
  go: string | undefined,
): Promise<string | undefined> {
  const needed = goNeeded();
  if (go === undefined) return "there is no Go";
  // Asked inside the module: a Go that may fetch a newer toolchain does so here.
  const { code, stdout, stderr } = await command(go, ["env", "GOVERSION"], {
    cwd: PROGRAMS[1]!.module,
    env: goEnvironment(),
    timeout: 5 * 60_000,
  });
  if (code !== 0) return `go does not serve: ${tail(stderr, 2)}`;
  if (compareVersions(goVersion(stdout), goVersion(needed)) < 0) {
    return `Go is too old: ${stdout.trim()}, needed is ${needed}`;
  }
  return undefined;
}

/** The `go` in the PATH, or where its own installer puts it. */
export function findGo(): string | undefined {
  const usual = "/usr/local/go/bin";
  const dir = findInPath("go") ?? findInPath("go", usual);
  return dir === undefined ? undefined : join(dir, "go");
}

/** The user's Go settings as they are; Go only needs to know a home for its own caches. */
function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, HOME: home(), CGO_ENABLED: "0" };
}

async function compile(
  go: string,
  program: GoProgram,
  out: string,
  log: Log,
): Promise<void> {
  const started = Date.now();
  let packages = 0;
  const timer = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    log(
      `  ${program.name}: ${seconds} s, ${packages} packages fetched or compiled`,
    );
  }, 10_000);
  // Whatever runs beside it goes first.
  const args = [
    ...["-n", "19", go, "build", "-v"],
    ...program.flags,
    "-o",
    join(out, program.name),
    program.package,
  ];
  const result = await command("nice", args, {
    cwd: program.module,
    env: goEnvironment(),
    timeout: BUILD_LIMIT,
    onStderrLine: () => packages++,
  });
  clearInterval(timer);
  if (result.code !== 0) {
    throw new Error(
      `go build of ${program.package} failed:\n${tail(result.stderr)}`,
    );
  }
  log(
    `  ${program.name}: done in ${Math.round((Date.now() - started) / 1000)} s`,
  );
}

function removeLeftovers(parent: string): void {
  for (const name of readdirSync(parent)) {
    if (name.startsWith(".building-"))
      rmSync(join(parent, name), { recursive: true });
  }
}

/** Builds the CLI's programs aside and moves them to `dir` complete and checked. The caller holds a lock. */
export async function build(go: string, dir: string, log: Log): Promise<void> {
  const parent = dirname(dir);
  mkdirSync(parent, { recursive: true });
  removeLeftovers(parent);
  const aside = join(parent, `.building-${basename(dir)}`);
  const bin = join(aside, "bin");
  mkdirSync(bin, { recursive: true });
  log(
    `building the Pulumi CLI ${OWN_VERSION} from its Go modules: about 5 minutes on 2 cores, once`,
  );
  for (const program of PROGRAMS) await compile(go, program, bin, log);
  const script = join(bin, basename(RESOURCE_SCRIPT));
  copyFileSync(RESOURCE_SCRIPT, script);
  chmodSync(script, 0o755);
  if (!(await holdsVersion(bin, OWN_VERSION))) {
    throw new Error(
      `the built pulumi in ${bin} does not print v${OWN_VERSION}`,
    );
  }
  if (existsSync(dir)) rmSync(dir, { recursive: true }); // incomplete, or the caller would have used it
  renameSync(aside, dir);
}
