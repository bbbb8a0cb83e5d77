import assert from "node:assert/strict";
import { test } from "node:test";
import { chaos, type RoundReport } from "../../../soak/chaos/run";
import { onLab } from "../harness";

/** PACEMAKER_CHAOS_SEED=N plays other rounds. */
const seed = Number(process.env.PACEMAKER_CHAOS_SEED ?? 3);
const rounds = 12;
/** No further round begins after this time, in seconds: a slow machine plays fewer. */
const enough = 240;

onLab("bookworm", "two stacks under faults", (lab) => {
  test(`after each of ${rounds} rounds all is as declared, and nothing else has changed`, async (t) => {
    t.diagnostic(`seed ${seed}`);
    const reports: RoundReport[] = [];
    await chaos(
      ...([lab(), { seed, from: 1, rounds, nodes: 3, isQuick: true }] as const),
      (line) => t.diagnostic(line),
      (report) => reports.push(report),
      enough,
    );
    const wrong = reports.flatMap(({ round, wrong, outputs }) =>
      wrong.length === 0
        ? []
        : [
            `round ${round.number} (npm run soak -- chaos --quick --seed ${seed} --from ${round.number} --rounds 1):`,
            ...wrong,
            ...outputs,
          ],
    );
    assert.equal(wrong.join("\n"), "");
    t.diagnostic(`${reports.length} rounds`);
    assert.ok(reports.length >= 4, `${reports.length} rounds in ${enough} s`);
  });
});
