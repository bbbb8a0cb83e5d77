import assert from "node:assert/strict";
import { test } from "node:test";
import { mailThroughFailovers, type MailOptions } from "../../../soak/mail/run";
import { onLab } from "../harness";

/** A few messages, and one failover each: `npm run soak -- mail` has all of it. */
const runs: MailOptions[] = [
  { standby: "cold", faults: ["standby"], messages: 40 },
  { standby: "hot", faults: ["cut"], messages: 40 },
];

onLab("bookworm", "mail through failovers", (lab) => {
  for (const options of runs)
    test(`each message that was accepted is delivered or in exactly one queue, ${options.standby}`, async (t) => {
      const { verdict } = await mailThroughFailovers(lab(), options, (line) =>
        t.diagnostic(line),
      );
      t.diagnostic(JSON.stringify(verdict));
      assert.deepEqual(verdict.wrong, []);
      assert.ok(verdict.accepted >= options.messages);
      const queued = Object.values(verdict.queued);
      assert.ok(queued.length > 0, "no message was left in any queue");
    });
});
