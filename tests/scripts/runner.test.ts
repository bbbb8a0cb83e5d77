import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import type { FileResult } from "../../scripts/testing/judge";
import { withLabs } from "../../scripts/testing/lab";
import { inPool } from "../../scripts/testing/pool";
import {
  duration,
  failureReport,
  longestFiles,
  testLine,
} from "../../scripts/testing/print";
import { runFile } from "../../scripts/testing/run-file";
import { findTests, select } from "../../scripts/testing/select";
import {
  add,
  closingLine,
  exitCode,
  isCI,
  strict,
} from "../../scripts/testing/tally";
import { commitOf, turnOf } from "../../scripts/testing/turns";
import { REPO } from "../../scripts/cli/places";

suite("the closing line", () => {
  test("names skips only where there are any", () => {
    assert.equal(
      closingLine({ passed: 3, failed: 0, skipped: 0 }),
      "3 passed, 0 failed",
    );
    assert.equal(
      closingLine({ passed: 3, failed: 1, skipped: 2 }),
      "3 passed, 1 failed, 2 skipped",
    );
  });

  test("counts add up, and on CI a skip is a failure", () => {
    const sum = add(
      { passed: 1, failed: 2, skipped: 3 },
      { passed: 10, failed: 20, skipped: 30 },
    );
    assert.deepEqual(sum, { passed: 11, failed: 22, skipped: 33 });
    assert.deepEqual(strict(sum), { passed: 11, failed: 55, skipped: 0 });
  });

  test("the exit code is 0 only when nothing failed and something was there", () => {
    assert.equal(exitCode({ passed: 1, failed: 0, skipped: 1 }), 0);
    assert.equal(exitCode({ passed: 9, failed: 1, skipped: 0 }), 1);
    assert.equal(exitCode({ passed: 0, failed: 0, skipped: 0 }), 1);
  });

  test("CI=true means CI; empty, 0 and false do not", () => {
    assert.deepEqual(
      ["true", "1", "", "0", "false", undefined].map((CI) => isCI({ CI })),
      [true, true, false, false, false, false],
    );
  });
});

suite("which files run", () => {
  const files = [
    "tests/pcs/cib.test.ts",
    "tests/ssh/exec.test.ts",
    "tests/cluster/up.test.ts",
  ];
  const chosen = (...words: string[]): string[] => {
    const { fast, cluster } = select(files, words);
    return [...fast, ...cluster];
  };

  test("all without a word, a group by its name, others by part of the path", () => {
    assert.deepEqual(chosen(), files);
    assert.deepEqual(chosen("fast"), files.slice(0, 2));
    assert.deepEqual(chosen("cluster"), files.slice(2));
    assert.deepEqual(chosen("cib", "up.test"), [files[0], files[2]]);
    assert.deepEqual(chosen("./tests/ssh/exec.test.ts"), [files[1]]);
    assert.deepEqual(chosen("fast", "up"), []);
  });

  test("CI runs half of some rooms for a commit, and the other half for others", () => {
    const all = findTests(REPO).filter((file) => file.includes("/cluster/"));
    const turns = ["one", "two", "three", "four", "five", "six", "seven"].map(
      (commit) => turnOf(all, commit),
    );
    for (const { now, later } of turns) {
      assert.deepEqual([...now, ...later].sort(), all);
      assert.ok(later.length > 20);
      assert.ok(later.every((file) => /kinds|life|postfix/.test(file)));
      const inTurns = now.filter((file) => /kinds|life|postfix/.test(file));
      assert.ok(Math.abs(inTurns.length - later.length) <= 1);
    }
    assert.deepEqual(turnOf(all, "one"), turns[0]);
    const ran = new Set(turns.flatMap(({ now }) => now));
    assert.deepEqual([...ran].sort(), all);
    assert.deepEqual(turnOf(all, undefined), { now: all, later: [] });
  });

  test("a commit is found by its name, and its absence is none", (t) => {
    const folder = mkdtempSync(join(tmpdir(), "pacemaker-turns-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    assert.equal(commitOf(folder), undefined);
    const git = (...args: string[]) =>
      execFileSync("git", ["-C", folder, ...args], { encoding: "utf8" });
    git("init", "--quiet");
    assert.equal(commitOf(folder), undefined);
    const who = ["-c", "user.name=one", "-c", "user.email=one@example.org"];
    git(...who, "commit", "--quiet", "--allow-empty", "--message", "one");
    assert.equal(commitOf(folder), git("log", "-1", "--format=%H").trim());
    assert.match(commitOf(folder)!, /^[0-9a-f]{40}$/);
  });
});

test("a pool keeps to its width and to the order", async () => {
  let now = 0;
  let most = 0;
  const results = await inPool([30, 5, 10, 1], 2, async (wait) => {
    most = Math.max(most, ++now);
    await new Promise((resolve) => setTimeout(resolve, wait));
    now--;
    return wait * 2;
  });
  assert.deepEqual(results, [60, 10, 20, 2]);
  assert.equal(most, 2);
});

test("the files that took longest come first, with the sum of all", () => {
  const files = [
    { file: "short", milliseconds: 500 },
    { file: "long", milliseconds: 90_000 },
    { file: "middle", milliseconds: 2000 },
  ];
  assert.deepEqual(longestFiles(files, 2), [
    "The 2 files that took longest, of 3 that took 92.5 s together:",
    "  90.0 s  long",
    "  2.0 s  middle",
  ]);
});

test("durations read well", () => {
  assert.deepEqual([7.4, 1500, 119_000, 185_000].map(duration), [
    "7 ms",
    "1.5 s",
    "119.0 s",
    "3 min 5 s",
  ]);
});

suite("labs that a run brings up", () => {
  test("are all taken down; one that stays is reported beside the result", async () => {
    const repo = mkdtempSync(join(tmpdir(), "runner-labs-"));
    try {
      mkdirSync(join(repo, "lab"));
      writeFileSync(
        join(repo, "lab/index.ts"),
        `export async function labDown(name: string) {
           if (name === "stuck") throw new Error("still mounted");
         }`,
      );
      const said: string[] = [];
      const outcome = await withLabs(
        repo,
        (line) => said.push(line),
        async (record) => {
          writeFileSync(record, "stuck\nother\nstuck\n");
          return "12 passed";
        },
      );
      assert.deepEqual(outcome, {
        result: "12 passed",
        leftUp: [{ lab: "stuck", why: "still mounted" }],
      });
      assert.deepEqual(said, [
        "taking the lab stuck down",
        "the lab stuck stays up: still mounted",
        "taking the lab other down",
      ]);
    } finally {
      rmSync(repo, { recursive: true });
    }
  });
});

suite("one test file", () => {
  let dir: string;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), "runner-test-"));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  async function run(
    name: string,
    body: string,
    limit = 30_000,
  ): Promise<FileResult> {
    const head = `import { describe, it, test } from "node:test";\nimport assert from "node:assert/strict";\n`;
    writeFileSync(join(dir, `${name}.test.ts`), head + body);
    const env = { ...process.env };
    delete env.NODE_TEST_CONTEXT;
    const quiet = (): void => {};
    return runFile(`${name}.test.ts`, {
      repo: dir,
      env,
      limit,
      onEvent: quiet,
      onLine: quiet,
    });
  }

  test("its tests are counted, its suites are not", async () => {
    const result = await run(
      "mixed",
      `describe("s", () => { it("a", () => {}); it("b", () => assert.equal(1, 2)); });
       test("c", { skip: "no lab" }, () => {});
       test("d", (t) => t.skip("later"));
       console.log("a line of output");`,
    );
    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 2 });
    assert.deepEqual(
      result.failures.map(({ name }) => name),
      ["s > b"],
    );
    assert.match(result.failures[0]!.detail, /1 !== 2/);
    assert.deepEqual(result.output, ["a line of output"]);
    const lines = result.events
      .map(testLine)
      .filter((line) => line !== undefined);
    assert.deepEqual(
      lines.map((line) => line.replace(/ \([^)]*\)$/, "")),
      ["  ok   s > a", "  FAIL s > b", "  skip c: no lab", "  skip d: later"],
    );
    assert.match(
      failureReport(result, true),
      /FAIL s > b\n[^]*\| a line of output$/,
    );
  });

  test("a failed hook of a suite counts", async () => {
    const result = await run(
      "hook",
      `import { after } from "node:test";
       describe("s", () => { after(() => { throw new Error("left over"); }); it("a", () => {}); });`,
    );
    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 0 });
    assert.match(result.failures[0]!.detail, /left over/);
  });

  test("a skipped suite counts once", async () => {
    const result = await run(
      "suite",
      `describe("s", { skip: true }, () => { it("a", () => {}); });`,
    );
    assert.deepEqual(result.tally, { passed: 0, failed: 0, skipped: 1 });
  });

  test("without a test it fails", async () => {
    const result = await run("empty", "");
    assert.deepEqual(result.tally, { passed: 0, failed: 1, skipped: 0 });
    assert.equal(result.failures[0]!.detail, "no test in this file");
  });

  test("a crash while it loads fails", async () => {
    const result = await run("crash", `throw new Error("at load");`);
    assert.equal(result.tally.failed, 1);
    assert.match(result.output.join("\n"), /at load/);
  });

  test("a crash between tests fails, and what passed still counts", async () => {
    const result = await run(
      "killed",
      `test("a", () => {}); test("b", () => new Promise(() => setTimeout(() => process.kill(process.pid, "SIGKILL"), 100)));`,
    );
    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 0 });
    assert.equal(
      result.failures[0]!.detail,
      "the process ended with signal SIGKILL",
    );
  });

  test("process.exit(0) in a test does not pass", async () => {
    const result = await run(
      "quits",
      `test("a", () => {}); test("b", () => process.exit(0));`,
    );
    assert.equal(result.tally.failed, 1);
  });

  // It counts from the start of Node, which takes seconds on a busy machine.
  const bound = 12_000;

  test("one that hangs is ended, and the test is named", async () => {
    const result = await run(
      "hangs",
      `test("a", () => {}); test("b", () => new Promise((r) => setTimeout(r, 60000)));`,
      bound,
    );
    assert.equal(result.tally.passed, 1);
    assert.ok(result.tally.failed >= 1);
    assert.match(JSON.stringify(result.failures), /no end after 12 s/);
  });

  test("one that something holds open after its tests is ended, and says so", async () => {
    const result = await run(
      "open",
      `test("a", () => {}); setInterval(() => {}, 1000);`,
      bound,
    );
    assert.deepEqual(result.tally, { passed: 1, failed: 1, skipped: 0 });
    assert.match(
      result.failures[0]!.detail,
      /something holds the process open/,
    );
  });
});
