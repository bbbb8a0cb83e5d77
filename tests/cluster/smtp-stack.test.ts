import assert from "node:assert/strict";
import { test } from "node:test";
import { suites } from "../../lab";
import {
  configuration,
  epoch,
  eventually,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  Prober,
  Sampler,
  smtpStack,
  succeeded,
} from "./harness";

for (const suite of suites)
  onLab(suite, "an SmtpStack from up to destroy", (lab) => {
    test("comes up in order, stays as it is, fails over, goes without a trace", async (t) => {
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), {
        program: smtpStack.program,
      });
      const sampler = await Sampler.start(lab());
      t.after(() => sampler.stop());

      const first = succeeded(await project.up());
      t.diagnostic(`up: ${first.seconds.toFixed(1)} s`);
      const node = await smtpStack.serves(lab());
      await smtpStack.unitsAreOff(lab(), [node]);
      assert.deepEqual(await project.outputs(), {
        activeNode: node,
        address: `${lab().floatingAddress}/24`,
        endpoint: `${lab().floatingAddress}:25`,
      });

      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version, "the CIB was changed");

      const prober = new Prober(lab());
      t.after(() => prober.stop());
      await prober.answered(node);
      await onNode(lab(), node, "pcs", "node", "standby", node);
      const other = await eventually("the stack on another node", async () => {
        const now = await smtpStack.serves(lab());
        return now === node ? undefined : now;
      });
      await prober.answered(other);
      t.diagnostic(`failover: ${prober.outage().toFixed(1)} s without answer`);
      await smtpStack.unitsAreOff(lab(), [other]);
      await onNode(lab(), other, "pcs", "node", "unstandby", node);

      const destroyed = succeeded(await project.destroy());
      t.diagnostic(`destroy: ${destroyed.seconds.toFixed(1)} s`);
      await sampler.stop();
      await smtpStack.isGone(lab(), before);
      assert.deepEqual(await project.resources(), []);

      assert.deepEqual(sampler.neverTakenOver(), []);
      assert.deepEqual(sampler.misplacements(), []);
      const gaps = sampler.gaps();
      const median = gaps[Math.floor(gaps.length / 2)]!;
      t.diagnostic(
        `${gaps.length} looks, ${median.toFixed(3)} s apart in the median, ${gaps.at(-1)!.toFixed(3)} s at most`,
      );
      assert.ok(median < 0.08, `the sampler looked every ${median} s only`);
    });
  });
