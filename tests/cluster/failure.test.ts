import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  failedWith,
  makeProject,
  onEveryNode,
  onLab,
  Sampler,
  smtpStack,
  succeeded,
} from "./harness";

interface Failure {
  file: string;
  /** Run in the folder of Postfix's configuration, on every node. */
  break: string;
  /** What a person must be told. */
  says: (string | RegExp)[];
  /** Within which time, in seconds. */
  within: number;
}

const failures: Record<string, Failure> = {
  "Postfix starts on no node": {
    file: "main.cf",
    break: "postconf -e inet_interfaces=203.0.113.1",
    says: [
      ...["node-01", "node-02", "node-03"].map(
        (node) => `smtp_service failed to start on ${node}`,
      ),
      "journalctl -u postfix@-",
    ],
    within: 90,
  },
  "Postfix starts, and takes no mail": {
    file: "master.cf",
    break: "postconf -M# smtp/inet",
    says: [
      /smtp-stack is Started on node-0\d, but nothing listens on port 25 there at 192\.0\.2\.25/,
    ],
    within: 60,
  },
};

onLab("bookworm", "a failure after creation", (lab) => {
  for (const [what, failure] of Object.entries(failures))
    test(`${what}: said, kept as partly made, and mended by the next up`, async (t) => {
      const before = await configuration(lab());
      const inPostfix = (script: string) =>
        onEveryNode(lab(), `cd /etc/postfix; ${script}`);
      await inPostfix(`cp -a ${failure.file} kept; ${failure.break}`);
      const project = await makeProject(t, lab(), {
        program: smtpStack.program,
      });
      const sampler = await Sampler.start(lab());
      t.after(() => sampler.stop());

      const failed = failedWith(await project.up(), ...failure.says);
      t.diagnostic(`the failure took ${failed.seconds.toFixed(1)} s`);
      assert.ok(failed.seconds < failure.within, `${failed.seconds} s`);
      const partly = (await project.resources()).filter(
        ({ initErrors }) => (initErrors ?? []).length > 0,
      );
      assert.deepEqual(
        partly.map(({ id }) => id),
        ["smtp-stack"],
      );

      // A refresh reads what is there, and forgets the failure; that something is left to do must not be forgotten.
      succeeded(await project.refresh());

      // No hand on the cluster: no "pcs resource cleanup".
      await inPostfix(`mv kept ${failure.file}; postfix check`);
      await inPostfix(
        "if systemctl is-active -q postfix@-; then systemctl reload postfix@-; fi",
      );
      const mended = succeeded(await project.up());
      assert.ok(
        mended.steps.includes("update smtp-stack"),
        mended.steps.join(", "),
      );
      t.diagnostic(`the next up took ${mended.seconds.toFixed(1)} s`);
      const node = await smtpStack.serves(lab());
      await smtpStack.unitsAreOff(lab(), [node]);

      succeeded(await project.destroy());
      await sampler.stop();
      await smtpStack.isGone(lab(), before);
      assert.deepEqual(sampler.misplacements(), []);
    });

  test("a stack that never started is destroyed without a trace", async (t) => {
    const before = await configuration(lab());
    await onEveryNode(lab(), failures["Postfix starts on no node"]!.break);
    const project = await makeProject(t, lab(), { program: smtpStack.program });
    failedWith(await project.up());
    succeeded(await project.destroy());
    await smtpStack.isGone(lab(), before);
  });
});
