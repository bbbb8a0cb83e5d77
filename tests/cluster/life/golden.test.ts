import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  epoch,
  makeProject,
  nothingChanged,
  onLab,
  succeeded,
} from "../harness";
import { goldens, stateFor } from "./golden";

onLab("bookworm", "a state that an earlier version wrote", (lab) => {
  for (const golden of goldens)
    test(`of ${golden.version}: loads, is no change to its program, and can be destroyed`, async (t) => {
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
      nothingChanged(await project.preview(["--diff", "--expect-no-changes"]));
      nothingChanged(await project.up(["--expect-no-changes"]));

      // The cluster holds none of it: what is absent is gone already.
      const gone = succeeded(await project.destroy());
      assert.equal(gone.changes.delete, 9);
      assert.equal(await epoch(lab()), version);
    });
});
