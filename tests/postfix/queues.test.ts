import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { asTable } from "../../provider/src/cli/queues";
import { PacemakerError } from "../../provider/src/errors";
import { countDrained, parseDrain } from "../../provider/src/postfix/drain";
import {
  deniedIn,
  describeQueue,
  instanceOf,
  parseQueue,
} from "../../provider/src/postfix/queues";

const none = { active: 0, deferred: 0, hold: 0, incoming: 0, oldestSeconds: 0 };

describe("the count of a queue", () => {
  test("has what sendmail handed in among what is incoming, and the age of the oldest", () => {
    const text =
      "now 1000\nrunning 1\nhold 1\nmaildrop 2\ndeferred 30\nincoming 4\noldest 880.25\nend\n";
    assert.deepEqual(parseQueue(text), {
      ...{ active: 0, deferred: 30, hold: 1, incoming: 6 },
      ...{ oldestSeconds: 119, runs: true },
    });
  });

  test("is of a Postfix that does not run where nothing says that it does, and an empty queue has no age", () => {
    assert.deepEqual(parseQueue("now 1000\n\nend\n"), { ...none, runs: false });
  });

  test("takes the age from the messages where the file system keeps no birth", () => {
    const text =
      "now 1000\ndeferred 1\noldest 990\nbirths lost\narrived 940\nend\n";
    assert.equal(parseQueue(text).oldestSeconds, 60);
  });

  test("is refused where it is cut off, or something else: unknown is not empty", () => {
    for (const text of ["", "now 1000\ndeferred 3", "Welcome!\nend", "end"])
      assert.throws(() => parseQueue(text), /no count of a queue/);
  });

  test("says why it may not look, in the words of the node", () => {
    const text = "now 1000\ndenied sudo: a password is required\nend\n";
    assert.equal(deniedIn(text), "sudo: a password is required");
    assert.equal(deniedIn("now 1000\ndeferred 3\nend\n"), undefined);
  });
});

test("a unit of Postfix is told by its name, with its instance", () => {
  const table: Record<string, string | undefined> = {
    ...{ postfix: "-", "postfix.service": "-", "postfix@-": "-" },
    ...{ "postfix@-.service": "-", "postfix@second": "second" },
    ...{ "postfix@postfix-out.service": "postfix-out" },
    ...{ nginx: undefined, postfixadmin: undefined, "postfix@": undefined },
    ...{ "postfix@a;b": undefined, "postfix-policyd": undefined },
  };
  for (const [unit, instance] of Object.entries(table))
    assert.equal(instanceOf(unit), instance, unit);
});

test("a queue in words names what is not empty", () => {
  assert.equal(
    describeQueue({ ...none, deferred: 3, hold: 1, oldestSeconds: 7300 }),
    "4 messages (3 deferred, 1 on hold), the oldest 2 h old",
  );
  assert.equal(
    describeQueue({ ...none, incoming: 1, oldestSeconds: 5 }),
    "1 message (1 incoming), 5 s old",
  );
});

test("the table has a row for each node, unknown where nothing is known, and the command that helps", () => {
  const found = new Map([
    ["node-02", { ...none, runs: true }],
    ["node-01", { ...none, deferred: 12, oldestSeconds: 180, runs: false }],
  ]);
  const error = new PacemakerError("connect", "192.0.2.13: no answer");
  assert.equal(
    asTable({ found, unknown: [{ address: "192.0.2.13", error }] }),
    [
      "NODE        POSTFIX  ACTIVE  DEFERRED  HOLD  INCOMING  OLDEST",
      "node-01     stopped       0        12     0         0  3 min",
      "node-02     runs          0         0     0         0  -",
      "192.0.2.13  unknown       ?         ?     ?         ?  ?",
      "",
      "Mail lies on node-01, where Postfix does not run: npx pulumi-pacemaker queues --drain node-01",
      "",
    ].join("\n"),
  );
});

test("a drain counts what left the queue, apart from what went back to its sender", () => {
  const before = parseDrain("id A1\nid A2\nid A3\nstarted\n");
  const after = parseDrain(
    "ended\nid A3\nid B9\nbounced A2\nbounced B1\nend\n",
  );
  assert.ok(before.words.has("started") && after.words.has("ended"));
  assert.deepEqual(countDrained(before, after), {
    ...{ delivered: 1, bounced: 1, remaining: 2 },
  });
});
