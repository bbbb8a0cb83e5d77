/** As installed by `npm ci --ignore-scripts`: ssh2 has no native code then, and does everything in JavaScript. */
import test from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { scratch } from "./keys";

/** Makes the native parts of ssh2 and of what it uses fail to load, and says that they were asked for. */
const hook = `
const Module = require("node:module");
const { load } = { load: Module._load };
Module._load = function (name, ...rest) {
  if (/\\.node$|^cpu-features$/.test(name)) {
    if (!/tsx|esbuild/.test(String(rest[0]?.filename))) {
      process.stderr.write("kept back: " + name + "\\n");
      throw new Error("not built: " + name);
    }
  }
  return load.call(this, name, ...rest);
};
`;

test("the contract holds without native addons", { timeout: 240_000 }, () => {
  const folder = scratch();
  const file = join(folder.path, "hook.cjs");
  writeFileSync(file, hook);
  const env = { ...process.env };
  delete env.NODE_TEST_CONTEXT;
  for (const part of ["contractFake.test.ts", "contractSshd.test.ts"]) {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [...["-r", file, "--import", "tsx"], join(__dirname, part)],
      { env, encoding: "utf8" },
    );
    assert.equal(status, 0, `${part}:\n${stdout}\n${stderr}`);
    assert.match(stderr, /kept back: .*sshcrypto\.node/);
    assert.match(stderr, /kept back: cpu-features/);
    assert.match(stdout, /^# pass [1-9]\d/m);
  }
  folder.remove();
});
