import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterOf } from "../../../provider/src/cluster/nodes/members";
import { transact } from "../../../provider/src/cluster/transaction/transact";
import { setMeta } from "../../../provider/src/pcs/commands";
import { execOnNode } from "../../../lab";
import { cib, onLab, onNode } from "../harness";
import { randomOf, Writers } from "./writers";

const rounds = 10;

onLab("bookworm", "writers at the same time", (lab) => {
  test("what each was told is what has happened, and the cluster is content", async (t) => {
    const seed = Date.now() % 1_000_000;
    t.diagnostic(`seed ${seed}`);
    const random = randomOf(seed);
    const writers = await Writers.start(lab());
    try {
      for (let round = 1; round <= rounds; round += 1)
        assert.deepEqual(await writers.round(random), [], `round ${round}`);
    } finally {
      await writers.end();
    }
    t.diagnostic(JSON.stringify(writers.tally));
    for (const by of ["stack a", "stack b"])
      assert.ok(writers.tally[by]!.made >= 3 * rounds, by);
    await onNode(lab(), lab().nodes[0]!.name, "crm_verify", "--live-check");
  });

  test("the status alone may move as it likes: no change is planned anew", async () => {
    const [first, second] = lab().nodes;
    await onNode(
      lab(),
      first!.name,
      ...["cibadmin", "--create", "--scope", "resources", "--xml-text"],
      `<primitive id="w1" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="w1-meta">` +
        `<nvpair id="w1-role" name="target-role" value="Stopped"/></meta_attributes></primitive>`,
    );
    // Not by ssh: the test runs outside the lab's network.
    const cluster = clusterOf(
      { hosts: [first!.address], user: "root" },
      async (_connection, address) => ({
        address,
        label: `${address}:22`,
        exec: (argv, { stdin, timeoutSeconds = 60 } = {}) =>
          execOnNode(lab(), first!.name, argv, {
            stdin,
            timeoutMs: timeoutSeconds * 1000,
          }),
      }),
    );
    const traffic = execOnNode(lab(), second!.name, [
      ...["/bin/sh", "-c"],
      `until [ -e /run/quiet ]; do attrd_updater --name traffic --update "$(date +%N)" --delay 0; sleep 0.1; done; rm /run/quiet`,
    ]);
    let plans = 0;
    let moved = 0;
    try {
      const version = async () =>
        Number((await cib(lab())).attributes.num_updates);
      for (const name of ["x-1", "x-2", "x-3"]) {
        const before = await version();
        await transact(cluster, name, () => {
          plans += 1;
          return [setMeta("w1", { [name]: "1" })];
        });
        if ((await version()) !== before) moved += 1;
      }
    } finally {
      await onNode(lab(), second!.name, "touch", "/run/quiet");
      await traffic;
    }
    assert.ok(moved > 0, "the status did not move");
    assert.equal(plans, 3);
  });
});
