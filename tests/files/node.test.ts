/** What runs on the nodes, by the Python of this machine, in folders of its own. */
import test from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { scriptFor } from "../../provider/src/cluster/files/script";

const owner = String(userInfo().uid);
const group = String(userInfo().gid);

interface Answer {
  problems?: { kind: string; path: string; detail: string }[];
  failed?: { code: number; words: string }[];
  reports?: { code: number; words: string }[];
  files?: Record<
    string,
    { sha256?: string; mode?: string; isUnfinished: boolean }
  >;
}

function run(request: Record<string, unknown>): Answer {
  const result = spawnSync("/usr/bin/python3", ["-I", "-"], {
    input: scriptFor({
      ...{ id: "lab", checks: [], reports: [], builds: [], paths: [] },
      ...{ files: [], owners: [], activate: [], activateSeconds: 10 },
      ...{ isTrial: false, ...request },
    }),
    encoding: "utf8",
  });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout) as Answer;
}

function newFolder(t: { after(done: () => void): void }): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pacemaker-files-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const wanted = (path: string, content: string, mode = "0600") => ({
  ...{ path, content, mode, owner, group },
});

test("a file is staged beside the old one, takes its place, and leaves nothing behind", (t) => {
  const folder = newFolder(t);
  const path = join(folder, "a.conf");
  writeFileSync(path, "old\n");
  const files = [wanted(path, "new\n")];
  assert.deepEqual(run({ do: "stage", files, paths: [path] }).failed, []);
  const staged = join(folder, ".a.conf.lab.new");
  assert.equal(readFileSync(staged, "utf8"), "new\n");
  assert.equal(statSync(staged).mode & 0o777, 0o600);
  assert.equal(readFileSync(path, "utf8"), "old\n");
  assert.deepEqual(run({ do: "commit", paths: [path] }).failed, []);
  assert.equal(readFileSync(path, "utf8"), "new\n");
  assert.equal(
    run({ do: "look", paths: [path] }).files![path]!.isUnfinished,
    true,
  );
  run({ do: "finish", paths: [path] });
  assert.deepEqual(readdirSync(folder), ["a.conf"]);
  assert.equal(
    run({ do: "look", paths: [path] }).files![path]!.isUnfinished,
    false,
  );
});

test("what was there comes back, also where there was nothing, and after a rollout that was broken off", (t) => {
  const folder = newFolder(t);
  const [old, none] = [join(folder, "old"), join(folder, "none")];
  writeFileSync(old, "first\n", { mode: 0o640 });
  const paths = [old, none];
  for (const content of ["second\n", "third\n"]) {
    run({
      do: "stage",
      files: paths.map((path) => wanted(path, content)),
      paths,
    });
    // Nobody ends it: the next one begins on what it left.
    run({ do: "commit", paths });
    assert.equal(readFileSync(none, "utf8"), content);
  }
  run({ do: "revert", paths });
  assert.equal(readFileSync(old, "utf8"), "first\n");
  assert.equal(statSync(old).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(folder), ["old"]);
  run({ do: "revert", paths });
  assert.deepEqual(readdirSync(folder), ["old"]);
});

test("a link, a folder, and what lacks its folder are problems, and nothing is written", (t) => {
  const folder = newFolder(t);
  const theirs = join(folder, "theirs");
  mkdirSync(theirs);
  writeFileSync(join(theirs, "file"), "theirs\n");
  symlinkSync(join(theirs, "file"), join(folder, "link"));
  symlinkSync(theirs, join(folder, "way"));
  for (const [name, kind] of [
    ["link", "link"],
    ["way/file", "link-on-the-way"],
    ["theirs", "folder"],
    ["absent/file", "no-folder"],
  ] as const) {
    const path = join(folder, name);
    const files = [wanted(path, "ours\n")];
    const looked = run({ do: "look", paths: [path] });
    assert.equal(looked.problems![0]?.kind, kind);
    const staged = run({ do: "stage", files, paths: [path] });
    assert.equal(staged.problems![0]?.kind, kind);
  }
  const path = join(folder, "new");
  const nobody = { ...wanted(path, ""), owner: "no-such-user" };
  assert.equal(
    run({ do: "look", owners: [nobody] }).problems![0]?.kind,
    "no-owner",
  );
  assert.equal(readFileSync(join(theirs, "file"), "utf8"), "theirs\n");
  assert.deepEqual(readdirSync(folder).sort(), ["link", "theirs", "way"]);
});

test("a check sees the whole folder as it will be, and what it quotes of a secret stays there", (t) => {
  const folder = newFolder(t);
  const path = join(folder, "a.conf");
  writeFileSync(join(folder, "b.conf"), "beside\n");
  const request = {
    ...{ do: "stage", paths: [path] },
    files: [wanted(path, "password = canary-1234\n")],
    checks: [
      ["/bin/sh", "-c", 'cat "$1"/*; ls -a "$1"; exit 3', "sh", `{${folder}}`],
    ],
  };
  const { failed } = run(request);
  assert.equal(failed!.length, 1);
  assert.equal(failed![0]!.code, 3);
  assert.match(failed![0]!.words, /\[secret\] = \[secret\]\nbeside\n/);
  assert.deepEqual(readdirSync(folder), ["b.conf"]);
  assert.equal(existsSync(path), false);
});

test("what is built is staged with its file, and a trial leaves nothing", (t) => {
  const folder = newFolder(t);
  const [path, makes] = [join(folder, "map"), join(folder, "map.db")];
  const request = {
    ...{ do: "stage", paths: [path, makes] },
    files: [wanted(path, "a b\n")],
    builds: [
      {
        argv: ["/bin/sh", "-c", 'tr a-z A-Z <"$1" >"$1.db"', "sh", `{${path}}`],
        ...{ from: path, makes, owner, group, mode: "0640" },
      },
    ],
    reports: [["/bin/cat", `{${makes}}`]],
  };
  assert.equal(run({ ...request, isTrial: true }).reports![0]!.words, "A B\n");
  assert.deepEqual(readdirSync(folder), []);
  run(request);
  run({ do: "commit", paths: [path, makes] });
  run({ do: "finish", paths: [path, makes] });
  assert.equal(readFileSync(makes, "utf8"), "A B\n");
  assert.equal(statSync(makes).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(folder), ["map", "map.db"]);
});
