import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  suitesOr,
  epoch,
  makeProject,
  nothingChanged,
  onLab,
  succeeded,
} from "../harness";
import { goldens, stateFor } from "./golden";

for (const suite of suitesOr("trixie"))
  onLab(suite, "a state that an earlier version wrote", (lab) => {
    for (const golden of goldens)
      test(`${golden.name}: loads, is what its program says, and can be destroyed`, async (t) => {
        const project = await makeProject(t, lab(), {
          program: golden.program,
          name: "golden",
        });
        const file = join(project.dir, "state.json");
        writeFileSync(file, stateFor(lab(), golden));
        const stack = ["--stack", "test"];
        succeeded(
          await project.pulumi(["stack", "import", ...stack, "--file", file]),
        );
        const version = await epoch(lab());
        const plan = succeeded(await project.preview(["--diff"]));
        assert.deepEqual(
          plan.steps.filter((step) => !step.startsWith("same ")).sort(),
          golden.unfinished.map((name) => `update ${name}`).sort(),
        );
        if (golden.unfinished.length === 0)
          nothingChanged(await project.up(["--expect-no-changes"]));

        // The cluster holds none of it: what is absent is gone already.
        const gone = succeeded(await project.destroy());
        assert.equal(gone.changes.delete, golden.resources);
        assert.deepEqual(await project.resources(), []);
        assert.equal(await epoch(lab()), version);
      });
  });
