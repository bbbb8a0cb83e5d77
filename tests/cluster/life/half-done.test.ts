import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  makeProject,
  onLab,
  succeeded,
  whereAre,
} from "../harness";
import { interrupted, type Interruption } from "./interrupt";
import { misordered, Operations } from "./operations";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const members = ["web_ip", "web_service"];
const program = (unit: string, last = 31) =>
  programOf(
    address("web_ip", last, web),
    service("web_service", unit, web),
    group("web", members),
  );

onLab("bookworm", "work that is cut off", (lab) => {
  for (const how of ["provider", "CLI", "connection"] as Interruption[])
    test(`the ${how} ends after each change of create, update and delete: the next run goes on`, async (t) => {
      const before = await configuration(lab());
      await makeUnit(t, lab(), "life-one");
      await makeUnit(t, lab(), "life-two");
      const project = await makeProject(t, lab(), { program: "" });
      const operations = await Operations.watch(lab());

      /** Interrupts the command after one change, again and again, until it gets by without. */
      const persist = async (verb: "up" | "destroy"): Promise<void> => {
        for (let count = 1; ; count += 1) {
          const { outcome, hit } = await interrupted(lab(), how, 1, (onStart) =>
            project[verb]([], { onStart }),
          );
          t.diagnostic(
            `${verb} ${count}: code ${outcome.code}, ${outcome.seconds.toFixed(1)} s${hit ? ", cut off" : ""}`,
          );
          if (!hit) succeeded(outcome);
          if (outcome.code === 0) return;
          assert.ok(count < 12, outcome.output);
          // The lock of a CLI that was killed is left behind.
          const cancel = ["cancel", "--yes", "--stack", "test"];
          if (how === "CLI") succeeded(await project.pulumi(cancel));
        }
      };

      project.writeProgram(program("life-one"));
      await persist("up");
      await whereAre(lab(), members);

      project.writeProgram(program("life-two", 32));
      await persist("up");
      await whereAre(lab(), members);

      await persist("destroy");
      assert.equal(await configuration(lab()), before);
      assert.deepEqual(
        misordered(await operations.all(), "web_ip", "web_service"),
        [],
      );
    });
});
