import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, beforeEach, test } from "node:test";

import {
  labNames,
  makeLabFolder,
  refuseForeign,
  removeLabFolder,
} from "../../lab/folder";
import { labDir, stateRoot } from "../../lab/paths";

let given = "";
const asItWas = process.env.PACEMAKER_LAB_STATE;

beforeEach(() => {
  given = mkdtempSync(join(tmpdir(), "lab-state-"));
  process.env.PACEMAKER_LAB_STATE = given;
});
afterEach(() => rmSync(given, { recursive: true, force: true }));
after(() => {
  delete process.env.PACEMAKER_LAB_STATE;
  if (asItWas !== undefined) process.env.PACEMAKER_LAB_STATE = asItWas;
});

const foreign = (...path: string[]): string => {
  const dir = join(given, ...path);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "precious"), "");
  return dir;
};

test("labs lie in a folder of their own, below the one that is named", () => {
  assert.equal(labDir("mine"), join(given, "pulumi-pacemaker-lab", "mine"));
  process.env.PACEMAKER_LAB_STATE = "";
  assert.equal(stateRoot(), "/var/lib/pulumi-pacemaker-lab");
});

test("what lies beside the labs is none", () => {
  foreign("data");
  foreign("pulumi-pacemaker-lab", "lost+found");
  writeFileSync(join(stateRoot(), ".mine.lock"), "");
  assert.deepEqual(labNames(), []);
  makeLabFolder("mine");
  assert.deepEqual(labNames(), ["mine"]);
});

test("a foreign folder is neither taken for a lab's nor removed", () => {
  const dir = foreign("pulumi-pacemaker-lab", "data");
  const refusal = {
    message: `${dir} was not made by the lab, and is left alone: give the lab another name, or set PACEMAKER_LAB_STATE.`,
  };
  assert.throws(() => refuseForeign("data"), refusal);
  assert.throws(() => removeLabFolder("data"), refusal);
  assert.throws(() => makeLabFolder("data"), /EEXIST/);
  assert.deepEqual(readdirSync(dir), ["precious"]);
});

test("a lab's own folder goes, with its mark or with its description alone", () => {
  const dir = makeLabFolder("mine");
  mkdirSync(join(dir, "nodes", "node-01"), { recursive: true });
  removeLabFolder("mine");
  assert.equal(existsSync(dir), false);
  removeLabFolder("mine");

  mkdirSync(dir); // of a version that made no mark
  writeFileSync(join(dir, "lab.json"), "{}");
  assert.deepEqual(labNames(), ["mine"]);
  removeLabFolder("mine");
  assert.equal(existsSync(dir), false);
});
