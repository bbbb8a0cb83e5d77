import assert from "node:assert/strict";
import test, { describe } from "node:test";
import { judge, outcomeOf, type Place } from "../../soak/mail/ledger";

const sent = `=== Trying 192.0.2.25:25...
<-  220 node-01.lab.example ESMTP Postfix
 -> STARTTLS
<-  220 2.0.0 Ready to start TLS
<~  250 2.1.5 Ok
 ~> DATA
<~  354 End data with <CR><LF>.<CR><LF>
 ~> Subject: test
 ~> 
 ~> .
`;

describe("what became of an attempt", () => {
  for (const [what, text, wanted] of [
    [
      "taken",
      `${sent}<~  250 2.0.0 Ok: queued as 1A2B\n ~> QUIT\n`,
      "accepted",
    ],
    [
      "refused at the end",
      `${sent}<~* 451 4.3.0 Error\n ~> QUIT\n`,
      "not taken",
    ],
    [
      "reset",
      `${sent}*** Remote host closed connection unexpectedly.\n`,
      "unanswered",
    ],
    [
      "refused before",
      "<-  220 x\n -> RCPT TO:<x>\n<** 450 4.1.1 no\n",
      "not taken",
    ],
    ["not connected", "*** Error connecting to 192.0.2.25:25:\n", "not taken"],
  ] as const)
    test(`${what}: ${wanted}`, () => assert.equal(outcomeOf(text), wanted));
});

describe("where the messages are", () => {
  const place = (
    messageId: string,
    node: string,
    where: Place["where"],
  ): Place => ({ messageId, node, where });

  test("nothing is wrong where each is once, and a resent one twice", () => {
    const verdict = judge(
      [
        { messageId: "<1>", attempts: ["accepted"] },
        { messageId: "<2>", attempts: ["not taken", "accepted"] },
        { messageId: "<3>", attempts: ["unanswered", "accepted"] },
      ],
      [
        place("<1>", "node-01", "mailbox"),
        place("<2>", "node-02", "queue"),
        place("<3>", "node-01", "queue"),
        place("<3>", "node-02", "mailbox"),
        place("<of somebody else>", "node-02", "queue"),
      ],
    );
    assert.deepEqual(verdict, {
      ...{ sent: 3, accepted: 3, again: 2, unanswered: 1, twice: 1, wrong: [] },
      delivered: { "node-01": 1, "node-02": 1 },
      queued: { "node-01": 1, "node-02": 1 },
    });
  });

  test("what is lost, twice without a reason, or never accepted is wrong", () => {
    const { wrong } = judge(
      [
        { messageId: "<lost>", attempts: ["accepted"] },
        { messageId: "<twice>", attempts: ["not taken", "accepted"] },
        { messageId: "<never>", attempts: ["not taken"] },
      ],
      [
        place("<twice>", "node-01", "queue"),
        place("<twice>", "node-02", "mailbox"),
      ],
    );
    assert.deepEqual(wrong, [
      "<lost> was accepted, and is nowhere",
      "<twice> is there 2 times (queue of node-01, mailbox of node-02), and 0 of its sessions broke before the answer",
      "<never> was never accepted: not taken",
    ]);
  });
});
