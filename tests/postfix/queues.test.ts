import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { asTable } from "../../provider/src/cli/queues";
import { PacemakerError } from "../../provider/src/errors";
import { countDrained, parseDrain } from "../../provider/src/postfix/drain";
import {
  deniedIn,
  describeQueue,
  parseQueue,
} from "../../provider/src/postfix/queues";

const none = { active: 0, deferred: 0, hold: 0, incoming: 0, oldestSeconds: 0 };

describe("the count of a queue", () => {
  test("has what sendmail handed in among what is incoming, and the age of the oldest", () => {
    const text =
      "folder /etc/postfix\nqueue /var/spool/postfix\nnow 1000\nrunning 1\nhold 1\nmaildrop 2\ndeferred 30\nincoming 4\noldest 880.25\nend\n";
    assert.deepEqual(parseQueue(text), {
      ...{ active: 0, deferred: 30, hold: 1, incoming: 6 },
      ...{ oldestSeconds: 119, runs: true, folder: "/etc/postfix" },
    });
  });

  test("is of a Postfix that does not run where nothing says that it does, and an empty queue has no age", () => {
    const text = "folder /etc/postfix-mx\nnow 1000\n\nend\n";
    const folder = "/etc/postfix-mx";
    assert.deepEqual(parseQueue(text), { ...none, runs: false, folder });
  });

  test("takes the age from the messages where the file system keeps no birth", () => {
    const text =
      "folder /etc/postfix\nnow 1000\ndeferred 1\noldest 990\nbirths lost\narrived 940\nend\n";
    assert.equal(parseQueue(text).oldestSeconds, 60);
  });

  test("is refused where it is cut off, or something else: unknown is not empty", () => {
    const first = "folder /etc/postfix\n";
    for (const text of ["", "now 1000\ndeferred 3", "Welcome!\nend", "end"])
      assert.throws(() => parseQueue(first + text), /no count of a queue/);
    assert.throws(() => parseQueue("now 1000\nend"), /no count of a queue/);
  });

  test("says why it may not look, in the words of the node", () => {
    const text = "now 1000\ndenied sudo: a password is required\nend\n";
    assert.equal(deniedIn(text), "sudo: a password is required");
    assert.equal(deniedIn("now 1000\ndeferred 3\nend\n"), undefined);
  });
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
  const folder = "/etc/postfix";
  const found = new Map([
    ["node-02", { ...none, runs: true, folder }],
    [
      "node-01",
      { ...none, deferred: 12, oldestSeconds: 180, runs: false, folder },
    ],
  ]);
  const error = new PacemakerError("connect", "192.0.2.13: no answer");
  assert.equal(
    asTable({
      ...{ instance: "-", found },
      unknown: [{ address: "192.0.2.13", error }],
    }),
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
  assert.match(
    asTable({ instance: "mx", found, unknown: [] }),
    /queues --drain node-01 --instance mx\n$/,
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
