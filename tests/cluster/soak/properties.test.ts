import assert from "node:assert/strict";
import { test } from "node:test";
import { properties, type CaseReport } from "../../../soak/properties/run";
import { onLab } from "../harness";

/** PACEMAKER_PROPERTY_SEED=N makes other configurations. */
const seed = Number(process.env.PACEMAKER_PROPERTY_SEED ?? 1);

onLab("bookworm", "random configurations", (lab) => {
  test("whatever is done with ours, the rest is as it was, and nothing else changes its state", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const reports: CaseReport[] = [];
    await properties(
      ...([lab(), { seed, rounds: 40, enough: 50 }] as const),
      (report) => {
        const { pieces, life, steps } = report;
        reports.push(report);
        t.diagnostic(
          `${pieces.join(", ")}; ${JSON.stringify(life)}: ${steps.join("; ")}`,
        );
      },
    );
    // Who does nothing, or refuses whatever there is, leaves the rest as it was too.
    assert.ok(reports.length >= 3, `${reports.length} cases in the time`);
    const done = reports.filter(
      ({ steps, refused }) => steps.length > 0 && refused.length === 0,
    );
    assert.ok(done.length > 0, "in each case something was refused");
  });
});
