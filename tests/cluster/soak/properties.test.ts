import { test } from "node:test";
import { properties } from "../../../soak/properties/run";
import { onLab } from "../harness";

/** PACEMAKER_PROPERTY_SEED=N makes other configurations. */
const seed = Number(process.env.PACEMAKER_PROPERTY_SEED ?? 1);

onLab("bookworm", "random configurations", (lab) => {
  test("whatever is done with ours, the rest is as it was, and nothing else changes its state", async (t) => {
    t.diagnostic(`seed ${seed}`);
    await properties(
      ...([lab(), { seed, rounds: 40, enough: 50 }] as const),
      ({ pieces, life, steps }) =>
        t.diagnostic(
          `${pieces.join(", ")}; ${JSON.stringify(life)}: ${steps.join("; ")}`,
        ),
    );
  });
});
