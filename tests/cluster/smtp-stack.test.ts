import assert from "node:assert/strict";
import { test } from "node:test";
import { suites } from "../../lab";
import { onLab, smtpStack, wholeLife } from "./harness";

for (const suite of suites)
  onLab(suite, "an SmtpStack from up to destroy", (lab) => {
    test("comes up in order, stays as it is, fails over, goes without a trace", async (t) => {
      const { program } = smtpStack;
      await wholeLife(t, lab(), { program }, async (project, node) => {
        assert.deepEqual(await project.outputs(), {
          activeNode: node,
          address: `${lab().floatingAddress}/24`,
          endpoint: `${lab().floatingAddress}:25`,
        });
      });
    });
  });
