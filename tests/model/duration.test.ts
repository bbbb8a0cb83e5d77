import test from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDuration, sameDuration } from "../../provider/src/model/duration";

const table: [text: string, milliseconds: number | undefined][] = [
  ["0", 0],
  ["0s", 0],
  ["30", 30_000],
  ["30s", 30_000],
  ["30sec", 30_000],
  [" 30 s ", 30_000],
  ["5min", 300_000],
  ["5m", 300_000],
  ["2h", 7_200_000],
  ["2hr", 7_200_000],
  ["500ms", 500],
  ["500msec", 500],
  ["2000us", 2],
  ["2000usec", 2],
  ["", undefined],
  ["s", undefined],
  ["-1", undefined],
  ["1.5s", undefined],
  ["abc", undefined],
  ["30 s 2", undefined],
  ["30d", undefined],
  ["30\ns2", undefined],
];
for (const [text, milliseconds] of table)
  test(`${JSON.stringify(text)} is ${milliseconds} ms`, () => {
    assert.equal(parseDuration(text), milliseconds);
  });

test("a number of seconds has many spellings, all the same", () => {
  fc.assert(
    fc.property(fc.nat(1_000_000), fc.nat(1_000_000), (a, b) => {
      const spellings = (n: number) => [
        `${n}`,
        `${n}s`,
        `${n}sec`,
        `${n * 1000}ms`,
        ` ${n} s`,
      ];
      for (const one of spellings(a)) {
        for (const other of spellings(a)) assert.ok(sameDuration(one, other));
        for (const other of spellings(b))
          assert.equal(sameDuration(one, other), a === b);
      }
    }),
    { numRuns: 50 },
  );
});

test("what is no duration equals only itself", () => {
  assert.ok(sameDuration("soon", "soon"));
  assert.ok(!sameDuration("soon", "later"));
  assert.ok(!sameDuration("soon", "0"));
});
