/** What waits for what it needs looks for it, unless it is part of a transaction that has looked. */
import test from "node:test";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import { transact } from "../../provider/src/cluster/transaction/transact";
import { PacemakerError } from "../../provider/src/errors";
import { transactWhenThere } from "../../provider/src/resources/there";
import { FakeCluster } from "../transaction/fakeCluster";

const handle = (fake: FakeCluster) => clusterOf(fake.connection, fake.open);

const make = (fake: FakeCluster, id: string) =>
  transact(
    handle(fake),
    id,
    ({ cib }) =>
      cib.primitives.has(id)
        ? []
        : [["resource", "create", id, "ocf:heartbeat:Dummy"]],
    { makes: id },
  );

const name = (fake: FakeCluster, id: string) =>
  transactWhenThere(
    handle(fake),
    `on-${id}`,
    () => [["resource", "meta", id, "named=1"]],
    {
      makes: `on-${id}`,
      needs: (cib) => [id].filter((one) => !cib.primitives.has(one)),
      tooLate: (missing) => new PacemakerError("conflict", missing),
    },
  );

const looks = ({ log }: FakeCluster): number =>
  log.filter((line) => line.includes("cibadmin --query")).length;

/** Staging takes so long that who looks for what is missing would look several times. */
function slow(): FakeCluster {
  const fake = new FakeCluster();
  for (const node of fake.nodes)
    node.answer = async (argv, options) => {
      if (argv[0] !== "/bin/sh") return undefined;
      await sleep(1500);
      return fake.run(node, argv, options);
    };
  return fake;
}

test("while it travels with what it needs, nobody looks for that", async () => {
  const [alone, together] = [slow(), slow()];
  await Promise.all([make(alone, "b"), make(alone, "c")]);
  await Promise.all([make(together, "b"), name(together, "b")]);
  assert.equal(together.commits.length, 1);
  assert.equal(looks(together), looks(alone));
});

test("what somebody else makes is found", async () => {
  const fake = new FakeCluster();
  const made = name(fake, "b");
  await sleep(300);
  const other = clusterOf({ ...fake.connection, user: "other" }, fake.open);
  await transact(other, "b", () => [
    ["resource", "create", "b", "ocf:heartbeat:Dummy"],
  ]);
  await made;
  assert.deepEqual(fake.commits.slice(1), [["resource meta b named=1"]]);
});
