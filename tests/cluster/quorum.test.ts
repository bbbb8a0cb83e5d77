import assert from "node:assert/strict";
import { test } from "node:test";
import { execOnNode, stopNode, waitMissed } from "../../lab";
import {
  eventually,
  failedWith,
  makeProject,
  onLab,
  onNode,
  smtpStack,
  statuses,
  succeeded,
} from "./harness";

onLab("bookworm", "a cluster with nodes down", (lab) => {
  test("works with the first host down, and refuses without quorum", async (t) => {
    const [first = "", second = "", third = ""] = lab().nodes.map(
      ({ name }) => name,
    );
    await stopNode(lab(), first);
    await waitMissed(lab(), first);
    const project = await makeProject(t, lab(), {
      program: smtpStack.program,
    });
    const up = succeeded(await project.up());
    t.diagnostic(`up with the first host down: ${up.seconds.toFixed(1)} s`);
    assert.ok(up.seconds < 45, `it took ${up.seconds} s`);
    await smtpStack.serves(lab(), third);
    assert.match(
      up.output,
      new RegExp(`smtp_service: .*disabled on ${first}: offline`),
    );

    await stopNode(lab(), second);
    await eventually("the loss of quorum", async () => {
      const asked = await execOnNode(lab(), third, ["crm_node", "--quorum"]);
      return asked.stdout.trim() === "0" ? true : undefined;
    });
    for (const run of [
      () => project.refresh(),
      () => project.destroy(),
      () => {
        project.writeProgram(
          smtpStack.program.replace(
            "cidrNetmask }",
            'cidrNetmask, monitorInterval: "20s" }',
          ),
        );
        return project.up();
      },
    ]) {
      const outcome = failedWith(
        await run(),
        `${third} (192.0.2.13:22) is not in the quorate partition: its partition has no quorum`,
        "192.0.2.11:22: ",
        "192.0.2.12:22: ",
      );
      t.diagnostic(`${outcome.command}: ${outcome.seconds.toFixed(1)} s`);
      assert.ok(outcome.seconds < 30, `it took ${outcome.seconds} s`);
    }
    // A cluster may be told to go on all the same: what is changed there is lost once the others are back.
    for (const [policy, more] of [
      ["ignore", ", and yet it goes on (no-quorum-policy=ignore): "],
      ["freeze", ". See "],
      ["stop", ". See "],
    ] as const) {
      await onNode(
        lab(),
        third,
        ...["crm_attribute", "--name", "no-quorum-policy", "--update", policy],
      );
      failedWith(await project.refresh(), `its partition has no quorum${more}`);
    }
    const names = (await project.resources()).map(({ type }) => type);
    assert.equal(
      names.filter((type) => type.startsWith("pulumi-nodejs:")).length,
      3,
      "nothing is forgotten because nobody could be asked",
    );
    assert.ok((await statuses(lab(), third)).has("smtp_service"));
  });
});
