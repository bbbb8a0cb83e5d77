import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, suite, test } from "node:test";

const SCRIPTS = resolve(__dirname, "../../scripts");
let dir: string;

before(() => {
  dir = mkdtempSync(join(tmpdir(), "start-test-"));
});
after(() => rmSync(dir, { recursive: true, force: true }));

suite("is node_modules what the lock file asks for?", () => {
  const wanted = {
    packages: {
      "": { version: "0.1.0" },
      provider: { version: "0.1.0" },
      "node_modules/a": { version: "1.0.0" },
      "node_modules/a/node_modules/b": { version: "2.0.0" },
      "node_modules/darwin-only": { version: "1.0.0", optional: true },
      "node_modules/ours": { link: true },
    },
  };
  const installed = (change: object): object => ({
    packages: {
      "node_modules/a": { version: "1.0.0" },
      "node_modules/a/node_modules/b": { version: "2.0.0" },
      "node_modules/ours": { link: true },
      ...change,
    },
  });

  test("yes, when all but foreign optional packages are there", async () => {
    const { satisfies } = await import("../../scripts/start/fresh.mjs");
    assert.equal(satisfies(wanted, installed({})), true);
  });

  test("no, when one is missing, another version, or nothing is recorded", async () => {
    const { satisfies } = await import("../../scripts/start/fresh.mjs");
    assert.equal(
      satisfies(wanted, installed({ "node_modules/a": undefined })),
      false,
    );
    assert.equal(
      satisfies(wanted, installed({ "node_modules/a": { version: "1.0.1" } })),
      false,
    );
    assert.equal(satisfies(wanted, {}), false);
  });
});

suite("the provider's build", () => {
  test("is fresh until a source changes, and never without output", async () => {
    const { isBuilt, markBuilt } =
      await import("../../scripts/start/fresh.mjs");
    mkdirSync(join(dir, "provider/src"), { recursive: true });
    mkdirSync(join(dir, "provider/dist"), { recursive: true });
    mkdirSync(join(dir, "node_modules"));
    writeFileSync(join(dir, "provider/src/a.ts"), "1");
    writeFileSync(join(dir, "provider/dist/index.js"), "");
    assert.equal(isBuilt(dir), false);
    markBuilt(dir)();
    assert.equal(isBuilt(dir), true);
    writeFileSync(join(dir, "provider/src/b.ts"), "2");
    assert.equal(isBuilt(dir), false);
    markBuilt(dir)();
    rmSync(join(dir, "provider/dist/index.js"));
    assert.equal(isBuilt(dir), false);
  });
});

suite("the lock", () => {
  const work = (lock: string, log: string): Promise<void> =>
    new Promise((done, fail) => {
      const script = `
        import { withLock } from ${JSON.stringify(join(SCRIPTS, "start/lock.mjs"))};
        import { appendFileSync } from "node:fs";
        await withLock(${JSON.stringify(lock)}, () => {}, async () => {
          appendFileSync(${JSON.stringify(log)}, "in ");
          await new Promise((r) => setTimeout(r, 100));
          appendFileSync(${JSON.stringify(log)}, "out ");
        });`;
      execFile(
        process.execPath,
        ["--input-type=module", "-e", script],
        (error) => (error ? fail(error) : done()),
      );
    });

  test("lets one process in at a time, also past one that died in it", async () => {
    const { readFileSync } = await import("node:fs");
    const lock = join(dir, "test.lock");
    const log = join(dir, "log");
    mkdirSync(lock);
    writeFileSync(join(lock, "999999999.1"), ""); // an owner that does not live
    await Promise.all([1, 2, 3, 4].map(() => work(lock, log)));
    assert.equal(readFileSync(log, "utf8"), "in out ".repeat(4));
    assert.equal(existsSync(lock), false);
  });

  test("is free again after a failure", async () => {
    const { withLock } = await import("../../scripts/start/lock.mjs");
    const lock = join(dir, "failing.lock");
    const fails = (): never => {
      throw new Error("no");
    };
    await assert.rejects(
      withLock(lock, () => {}, fails),
      /no/,
    );
    assert.equal(await withLock(lock, assert.fail, () => 7), 7);
  });
});

suite("node scripts/start.mjs", () => {
  const start = (
    ...args: string[]
  ): Promise<{ code: unknown; stdout: string; stderr: string }> =>
    new Promise((done) => {
      execFile(
        process.execPath,
        [join(SCRIPTS, "start.mjs"), ...args],
        (error, stdout, stderr) =>
          done({
            code: error ? (error.code ?? error.signal) : 0,
            stdout,
            stderr,
          }),
      );
    });

  test("passes arguments, output and the exit code", async () => {
    const file = join(dir, "echo.ts");
    writeFileSync(
      file,
      "const a: string[] = process.argv.slice(2);\nconsole.log(a.join('|'));\nprocess.exit(7);\n",
    );
    const { code, stdout } = await start(file, "x y", "--z");
    assert.equal(code, 7);
    assert.equal(stdout, "x y|--z\n");
  });

  test("ends as the program ends: by the same signal", async () => {
    const file = join(dir, "dies.ts");
    writeFileSync(
      file,
      "process.kill(process.pid, 'SIGTERM');\nsetTimeout(() => {}, 5000);\n",
    );
    assert.equal((await start(file)).code, "SIGTERM");
  });

  test("only prepares where it is given no file", async () => {
    const { code, stdout } = await start();
    assert.deepEqual({ code, stdout }, { code: 0, stdout: "" });
  });

  test("says what is wrong with its arguments", async () => {
    const { code, stderr } = await start("no-such-file.ts");
    assert.equal(code, 2);
    assert.match(stderr, /start: there is no no-such-file\.ts/);
  });
});
