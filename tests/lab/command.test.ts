import assert from "node:assert/strict";
import test from "node:test";

import { run } from "../../lab/command";
import { withProgress } from "../../lab/progress";

test("a program that takes too long is ended, and the error says so", async () => {
  await assert.rejects(
    run(["sh", "-c", "echo fetching >&2; exec sleep 30"], { timeoutMs: 1000 }),
    {
      message:
        "sh -c echo fetching >&2; exec sleep 30 ... did not end within 1 s, and was ended: fetching\n\nended by SIGTERM",
    },
  );
});

test("a program that fails in time is not called late", async () => {
  await assert.rejects(
    run(["sh", "-c", "echo no >&2; exit 3"], { timeoutMs: 10_000 }),
    { message: "sh -c echo no >&2; exit 3 ... ended with code 3: no" },
  );
});

test("long work says how long it has been, and what it said last", async () => {
  const said: string[] = [];
  await withProgress(
    "apt-get update",
    (line) => said.push(line),
    (onLine) =>
      run(["sh", "-c", "echo Get:1; echo 'Get:2 bookworm'; sleep 1"], {
        onLine,
      }),
    300,
  );
  const before = said.length;
  assert.match(said[0] ?? "", /^ {2}apt-get update: \d s, Get:2 bookworm$/);
  await new Promise((resolve) => setTimeout(resolve, 400));
  assert.equal(said.length, before);
});
