import assert from "node:assert/strict";
import { test } from "node:test";
import { clusterOf } from "../../../provider/src/cluster/nodes/members";
import { transact } from "../../../provider/src/cluster/transaction/transact";
import { setMeta } from "../../../provider/src/pcs/commands";
import { execOnNode } from "../../../lab";
import { cib, eventually, onLab, onNode } from "../harness";
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
    const updates = async () =>
      Number((await cib(lab())).attributes.num_updates);
    let planned: number | undefined;
    let offers = 0;
    // Not by ssh: the test runs outside the lab's network. Before a change is first offered, the status has moved on.
    const cluster = clusterOf(
      { hosts: [first!.address], user: "root" },
      async (_connection, address) => ({
        address,
        label: `${address}:22`,
        exec: async (argv, { stdin, timeoutSeconds = 60 } = {}) => {
          if (argv.includes("--patch")) {
            offers += 1;
            const before = planned;
            planned = undefined;
            if (before !== undefined)
              await eventually("the status to move", async () =>
                (await updates()) === before ? undefined : true,
              );
          }
          return execOnNode(lab(), first!.name, argv, {
            stdin,
            timeoutMs: timeoutSeconds * 1000,
          });
        },
      }),
    );
    const traffic = execOnNode(lab(), second!.name, [
      ...["/bin/sh", "-c"],
      `until [ -e /run/quiet ]; do attrd_updater --name traffic --update "$(date +%N)" --delay 0; sleep 0.1; done; rm /run/quiet`,
    ]);
    let plans = 0;
    try {
      for (const name of ["x-1", "x-2", "x-3"])
        await transact(cluster, name, (observation) => {
          plans += 1;
          planned = observation.cib.version.numUpdates;
          return [setMeta("w1", { [name]: "1" })];
        });
    } finally {
      await onNode(lab(), second!.name, "touch", "/run/quiet");
      await traffic;
    }
    assert.equal(plans, 3);
    assert.ok(offers > 3, "no change was offered a second time");
  });
});
