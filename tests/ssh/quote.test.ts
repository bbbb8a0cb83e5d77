import test from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { quoteArgv } from "../../provider/src/ssh";

test("plain words stay readable, all others are quoted", () => {
  assert.equal(
    quoteArgv(["/usr/sbin/pcs", "resource", "config", "--full", "a=b", ""]),
    "/usr/sbin/pcs resource config --full a=b ''",
  );
  assert.equal(quoteArgv(["echo", "it's $HOME"]), `echo 'it'\\''s $HOME'`);
  assert.equal(quoteArgv(["a=b", "~", "!", "*"]), "'a=b' '~' '!' '*'");
});

test("NUL and an empty command are refused", () => {
  assert.throws(() => quoteArgv(["echo", "a\0b"]), {
    name: "TypeError",
    message: "a command's argument cannot hold a NUL character",
  });
  assert.throws(() => quoteArgv([]), TypeError);
});

test("a shell reads back every argv unchanged", () => {
  // Every byte but NUL that is valid UTF-8; node gives the shell nothing else.
  const word = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.constantFrom(..."'\"\\$`!*?[]{}()<>|&;#~=% \t\n-ü") }),
  );
  const words = fc.array(
    word.map((text) => Buffer.from(text.replaceAll("\0", "")).toString()),
    { minLength: 1, maxLength: 30 },
  );
  for (const shell of ["sh", "bash"]) {
    fc.assert(
      fc.property(words, (argv) => {
        const line = quoteArgv(["printf", "%s\\0", ...argv]);
        const { stdout } = spawnSync(shell, ["-c", line], { encoding: "utf8" });
        assert.deepEqual(stdout.split("\0").slice(0, -1), argv);
      }),
      { numRuns: 100 },
    );
  }
});

test("a word in front is never taken as an assignment or an option of the shell's", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (name) => {
      fc.pre(!name.includes("\0"));
      assert.match(quoteArgv([name]), /^('|[A-Za-z0-9_/:@%+,.-]+$)/);
    }),
  );
});
