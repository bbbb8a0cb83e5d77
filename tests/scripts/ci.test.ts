import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { after, suite, test } from "node:test";
import { REPO } from "../../scripts/cli/places";

const folders: string[] = [];
after(() =>
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })),
);

const allGood: Record<string, string> = {
  "npm ci": "",
  "npx prettier": "",
  "npm run types": "",
  "npm run lint": "",
  "npm test": 'echo "12 passed, 0 failed"',
};

/** Runs .ci/run in a clean checkout of nothing else, with other programs in npm's place. */
function runCi(change: Record<string, string> = {}): {
  code: number | null;
  lines: string[];
} {
  const root = mkdtempSync(join(tmpdir(), "pacemaker-ci-"));
  folders.push(root);
  const repo = join(root, "repo");
  const bin = join(root, "bin");
  mkdirSync(bin);
  cpSync(join(REPO, ".ci"), join(repo, ".ci"), { recursive: true });
  const git = (...args: string[]): unknown =>
    execFileSync("git", ["-C", repo, ...args], { stdio: "ignore" });
  git("init");
  git("add", ".");
  git(
    ...["-c", "user.name=ci", "-c", "user.email=ci@example.org"],
    ...["commit", "--message", "one"],
  );
  for (const program of ["npm", "npx"]) {
    const cases = Object.entries({ ...allGood, ...change }).map(
      ([words, body]) => `"${words}"*) ${body || ":"} ;;`,
    );
    writeFileSync(
      join(bin, program),
      `#!/bin/sh\ncase "${program} $*" in\n${cases.join("\n")}\nesac\n`,
    );
    chmodSync(join(bin, program), 0o755);
  }
  const { status, stdout } = spawnSync(join(repo, ".ci/run"), [], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` },
  });
  return { code: status, lines: stdout.trimEnd().split("\n") };
}

const fails = "exit 3";

const closings: [string, Record<string, string>, string][] = [
  ["nothing fails", {}, "12 passed, 0 failed"],
  ["npm ci fails", { "npm ci": fails }, "0 passed, 1 failed"],
  ["the format is another", { "npx prettier": fails }, "12 passed, 1 failed"],
  [
    "types and lint fail",
    { "npm run types": fails, "npm run lint": fails },
    "12 passed, 2 failed",
  ],
  [
    "tests fail, and lint",
    {
      "npm run lint": fails,
      "npm test": 'echo "10 passed, 2 failed"; exit 1',
    },
    "10 passed, 3 failed",
  ],
  ["the tests do not start", { "npm test": fails }, "0 passed, 1 failed"],
  ["the tests say nothing", { "npm test": "" }, "0 passed, 1 failed"],
  [
    "no test is found",
    { "npm test": 'echo "0 passed, 0 failed"; exit 1' },
    "0 passed, 1 failed",
  ],
  [
    "a step leaves a file",
    { "npm run types": "touch left" },
    "12 passed, 1 failed",
  ],
];

suite("the last line of .ci/run", () => {
  for (const [what, change, closing] of closings)
    test(`when ${what}: ${closing}`, () => {
      const { code, lines } = runCi(change);
      assert.equal(lines.at(-1), closing, lines.join("\n"));
      assert.equal(code, closing.endsWith(" 0 failed") ? 0 : 1);
    });
});
