// The test runner: npm test [-- fast | cluster | PART_OF_A_PATH...]
import { ensurePulumi, type PulumiCli } from "./cli";
import { REPO } from "./cli/places";
import { labObstacles, withLabs } from "./testing/lab";
import { failureOf, type FileResult } from "./testing/judge";
import { inPool } from "./testing/pool";
import {
  duration,
  failureReport,
  fileHeading,
  longestFiles,
  testLine,
} from "./testing/print";
import { endAll, runFile } from "./testing/run-file";
import { findTests, largestFirst, select } from "./testing/select";
import { ensureSshd } from "./testing/sshd";
import {
  NOTHING,
  add,
  closingLine,
  exitCode,
  isCI,
  strict,
} from "./testing/tally";
import type { Tally } from "./testing/tally";
import { commitOf, turnOf } from "./testing/turns";

const FILE_LIMIT = 15 * 60_000;
const FAST_AT_ONCE = 2;
const CLUSTER_AT_ONCE = 2;
const SILENCE = 30_000;
const LONGEST = 30;

interface Outcome {
  tally: Tally;
  ran: FileResult[];
  failed: FileResult[];
  notes: string[];
}

function say(line: string): void {
  console.log(line);
}

/** The environment of a test file: as ours, but node:test and tsx must not take it for their own child. */
function testEnv(more: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const env = { ...process.env, ...more };
  delete env.NODE_TEST_CONTEXT;
  return env;
}

async function runFiles(
  files: readonly string[],
  atOnce: number,
  more: (lane: number) => NodeJS.ProcessEnv,
): Promise<Outcome> {
  const live = atOnce === 1; // one after another: show what happens while it happens
  const results = await inPool(files, atOnce, async (file, lane) => {
    const started = Date.now();
    let current = "";
    let last = Date.now();
    const show = (line: string): void => {
      last = Date.now();
      if (live) say(line);
    };
    if (live) say(file);
    const pulse = setInterval(() => {
      if (Date.now() - last < SILENCE) return;
      last = Date.now();
      say(
        `  ... ${file}: ${current || "loading"} (${duration(Date.now() - started)} so far)`,
      );
    }, 5_000);
    const result = await runFile(file, {
      repo: REPO,
      env: testEnv(more(lane)),
      limit: FILE_LIMIT,
      onEvent: (event) => {
        if (event.kind === "started") current = event.name;
        const line = testLine(event);
        if (line !== undefined) show(line);
      },
      onLine: (line) => show(`  | ${line}`),
    });
    clearInterval(pulse);
    say(fileHeading(result));
    if (!live) {
      const lines = result.events
        .map(testLine)
        .filter((line) => line !== undefined);
      if (lines.length > 0) say(lines.join("\n"));
    }
    if (result.failures.length > 0) say(failureReport(result, !live));
    say("");
    return result;
  });
  return {
    tally: results.map(({ tally }) => tally).reduce(add, NOTHING),
    ran: results,
    failed: results.filter(({ failures }) => failures.length > 0),
    notes: [],
  };
}

async function runFast(files: readonly string[]): Promise<Outcome> {
  if (files.some((file) => file.includes("/ssh/"))) {
    const missing = await ensureSshd(say);
    if (missing.length > 0)
      say(`not on this machine: ${missing.join(", ")}; tests need it\n`);
  }
  return runFiles(files, FAST_AT_ONCE, () => ({}));
}

function skipAll(
  files: readonly string[],
  reasons: readonly string[],
): Outcome {
  const notes = files.map((file) => `skip ${file}: ${reasons.join("; ")}`);
  notes.forEach(say);
  return {
    tally: { ...NOTHING, skipped: files.length },
    ran: [],
    failed: [],
    notes,
  };
}

/** The CLI for the cluster's tests, or why they cannot run. Where it must be built, the fast tests run meanwhile. */
async function prepareCluster(): Promise<PulumiCli | string[]> {
  const obstacles = await labObstacles(REPO);
  if (obstacles.length > 0) return obstacles;
  try {
    return await ensurePulumi(say);
  } catch (error) {
    return [(error as Error).message];
  }
}

async function runCluster(
  files: readonly string[],
  cli: PulumiCli | string[],
): Promise<Outcome> {
  if (Array.isArray(cli)) return skipAll(files, cli);
  const { bin, version, source } = cli;
  say(`Pulumi CLI ${version} (${source}): ${bin}\n`);
  const { result, leftUp } = await withLabs(REPO, say, (record) =>
    runFiles(files, CLUSTER_AT_ONCE, (lane) => ({
      PACEMAKER_TEST_CLI: bin,
      PACEMAKER_TEST_LABS: record,
      // Files that run at the same time have labs of their own, and so have two runs where the variable is set.
      PACEMAKER_TEST_LANE: `${process.env.PACEMAKER_TEST_LANE ?? ""}${lane + 1}`,
    })),
  );
  return withLeftUp(result, leftUp);
}

/** A lab that stays up is one more failure. */
function withLeftUp(
  outcome: Outcome,
  leftUp: readonly { lab: string; why: string }[],
): Outcome {
  const failed = leftUp.map(({ lab, why }) =>
    failureOf(`taking the lab ${lab} down`, why),
  );
  return {
    ...outcome,
    tally: failed.map(({ tally }) => tally).reduce(add, outcome.tally),
    failed: [...outcome.failed, ...failed],
  };
}

function summarize(outcomes: readonly Outcome[], milliseconds: number): number {
  const failed = outcomes.flatMap((outcome) => outcome.failed);
  const notes = outcomes.flatMap((outcome) => outcome.notes);
  if (failed.length > 0) {
    say("The failures again:");
    for (const result of failed)
      say(`${result.file}\n${failureReport(result, false)}`);
    say("");
  }
  if (notes.length > 0)
    say(`Not run:\n${notes.map((note) => `  ${note}`).join("\n")}\n`);
  const counted = outcomes.map(({ tally }) => tally).reduce(add, NOTHING);
  const tally = isCI() ? strict(counted) : counted;
  if (isCI() && counted.skipped > 0)
    say(`${counted.skipped} skipped: on CI these are failures`);
  const ran = outcomes.flatMap((outcome) => outcome.ran);
  if (ran.length > LONGEST) say(`${longestFiles(ran, LONGEST).join("\n")}\n`);
  say(`All of it took ${duration(milliseconds)}.`);
  say(closingLine(tally));
  return exitCode(tally);
}

/** Ctrl-C and the like: the test files get the signal and clean up, then the run closes as usual. */
function passSignalsOn(): void {
  let again = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      endAll(again ? "SIGKILL" : signal);
      if (again) process.exit(130);
      again = true;
      say(`${signal}: ending the tests that run (once more: at once)`);
    });
  }
}

/** What CI leaves to another commit's turn is said; who names files, or wants every suite, gets all of them. */
function inTurn(files: readonly string[], words: readonly string[]): string[] {
  const all =
    !isCI() ||
    process.env.PACEMAKER_EVERY_SUITE === "1" ||
    words.some((word) => word !== "fast" && word !== "cluster");
  const { now, later } = turnOf(
    largestFirst(REPO, files),
    all ? undefined : commitOf(REPO),
  );
  if (later.length > 0)
    say(
      `Left to another commit's turn:\n${later.map((file) => `  ${file}`).join("\n")}\n`,
    );
  return now;
}

async function main(): Promise<number> {
  const started = Date.now();
  const words = process.argv.slice(2);
  const { fast, cluster: chosen } = select(findTests(REPO), words);
  const cluster = inTurn(chosen, words);
  if (fast.length + cluster.length === 0) {
    say(`no test file matches: ${words.join(" ") || "(all)"}`);
    say(closingLine({ ...NOTHING, failed: 0 }));
    return 1;
  }
  passSignalsOn();
  const outcomes: Outcome[] = [];
  const cli = cluster.length > 0 ? prepareCluster() : [];
  if (fast.length > 0) outcomes.push(await runFast(fast));
  if (cluster.length > 0) outcomes.push(await runCluster(cluster, await cli));
  return summarize(outcomes, Date.now() - started);
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    console.error(error.stack);
    process.exit(1);
  },
);
