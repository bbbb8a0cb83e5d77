import assert from "node:assert/strict";
import { test } from "node:test";
import { execOnNode } from "../../lab";
import {
  cib,
  makeProject,
  onLab,
  onNode,
  smtpStack,
  succeeded,
} from "./harness";
import { all } from "./harness/xml";

/** Sets one property after the other until the file is there, and prints how many it set. */
const operator = `
count=0
until [ -e "$1" ]; do
  count=$((count + 1))
  crm_attribute --type crm_config --name "operator-$count" --update "$count" || exit
  sleep "$2"
done
rm "$1"
echo $count
`;

/**
 * Between two changes, in seconds. Pacemaker's controller plans anew at each of them: where they come faster than it plans
 * (0.3 s on a busy machine), it starts nothing at all, whoever wrote the configuration.
 */
const pause = "1";

onLab(
  "bookworm",
  "an operator who changes the cluster at the same time",
  (lab) => {
    test("loses no change, and neither does the program", async (t) => {
      const node = "node-03";
      const end = "/run/operator-ends";
      const project = await makeProject(t, lab(), {
        program: smtpStack.program,
      });
      const counting = execOnNode(
        lab(),
        node,
        ["/bin/sh", "-c", operator, "operator", end, pause],
        { timeoutMs: 400_000 },
      );
      const [up, destroy] = await (async () => {
        try {
          const made = succeeded(await project.up());
          await smtpStack.serves(lab());
          return [made, succeeded(await project.destroy())] as const;
        } finally {
          await onNode(lab(), node, "touch", end);
          await counting;
        }
      })();
      const { code, stdout, stderr } = await counting;
      assert.equal(code, 0, stderr);
      const count = Number(stdout);
      t.diagnostic(
        `${count} changes by the operator during up (${up.seconds.toFixed(1)} s) and destroy (${destroy.seconds.toFixed(1)} s)`,
      );
      assert.ok(count > 10, `${count} changes are no race`);
      const names = all(await cib(lab()), "nvpair").map(
        ({ attributes }) => attributes.name,
      );
      for (let index = 1; index <= count; index += 1)
        assert.ok(names.includes(`operator-${index}`), `operator-${index}`);
    });
  },
);
