/** A change that needs what another one makes travels with it. */
import test from "node:test";
import assert from "node:assert/strict";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import type { Plan } from "../../provider/src/cluster/transaction/changes";
import {
  transact,
  transactWith,
} from "../../provider/src/cluster/transaction/transact";
import { PacemakerError } from "../../provider/src/errors";
import { FakeCluster } from "./fakeCluster";

const handle = (fake: FakeCluster) => clusterOf(fake.connection, fake.open);

const agent = "ocf:heartbeat:Dummy";

/** Makes a resource, unless it is there, and notes what it was told comes beside it. */
const making =
  (id: string, told: string[][] = []): Plan =>
  ({ cib }, coming) => {
    told.push([...coming].sort());
    return cib.primitives.has(id) ? [] : [["resource", "create", id, agent]];
  };

/** Has something done about a resource; the plan itself refuses where it is neither there nor coming. */
function namer(fake: FakeCluster, id: string, makes = `on-${id}`) {
  return transactWith(
    handle(fake),
    makes,
    ({ cib }, coming) => {
      if (!cib.primitives.has(id) && !coming.has(id))
        throw new PacemakerError("conflict", `${makes} names ${id}`);
      return [["resource", "meta", id, "named=1"]];
    },
    {
      makes,
      needs: (cib) => [id].filter((one) => !cib.primitives.has(one)),
    },
  );
}

const make = (fake: FakeCluster, id: string, told: string[][] = []) =>
  transact(handle(fake), id, making(id, told), { makes: id });

test("it comes after it in the same transaction, and each knows that the other is coming", async () => {
  const fake = new FakeCluster();
  const told: string[][] = [];
  const { made } = namer(fake, "b");
  await Promise.all([make(fake, "b", told), made]);
  assert.deepEqual(fake.commits, [
    [`resource create b ${agent}`, "resource meta b named=1"],
  ]);
  assert.deepEqual(told, [["b", "on-b"]]);
});

test("what needs that in turn comes as well, and what needs something else waits", async () => {
  const fake = new FakeCluster();
  const other = namer(fake, "z");
  const on = transactWith(
    handle(fake),
    "later",
    () => [["resource", "meta", "b", "later=1"]],
    { needs: ({ ids }) => ["on-b"].filter((id) => !ids.has(id)) },
  );
  const first = namer(fake, "b");
  await Promise.all([make(fake, "b"), first.made, on.made]);
  assert.deepEqual(fake.commits, [
    [
      `resource create b ${agent}`,
      "resource meta b named=1",
      "resource meta b later=1",
    ],
  ]);
  other.giveUp(new Error("z never came"));
  await assert.rejects(other.made, { message: "z never came" });
});

test("where its resource is refused, the others are made without it, and it goes with the next try", async () => {
  const fake = new FakeCluster();
  fake.refuses = { words: "create b", code: 1, text: "Error: not b" };
  const { made } = namer(fake, "b");
  const [refused] = await Promise.allSettled([
    make(fake, "b"),
    make(fake, "c"),
  ]);
  assert.equal(refused.status, "rejected");
  assert.deepEqual(fake.commits, [[`resource create c ${agent}`]]);
  fake.refuses = undefined;
  await Promise.all([make(fake, "b"), made]);
  assert.deepEqual(fake.commits.slice(1), [
    [`resource create b ${agent}`, "resource meta b named=1"],
  ]);
});

test("where the plan of its resource refuses, nobody is told that it comes", async () => {
  const fake = new FakeCluster();
  const told: string[][] = [];
  const waiting = namer(fake, "b");
  const refused = transact(
    handle(fake),
    "b",
    () => {
      throw new Error("b is taken");
    },
    { makes: "b" },
  );
  await Promise.allSettled([refused, make(fake, "c", told)]);
  assert.deepEqual(told.at(-1), ["c"]);
  assert.deepEqual(fake.commits, [[`resource create c ${agent}`]]);
  waiting.begin();
  await assert.rejects(waiting.made, { message: "on-b names b" });
});

test("once what it needs is there, it goes by itself", async () => {
  const fake = new FakeCluster();
  await make(fake, "b");
  const { made, begin } = namer(fake, "b");
  begin();
  await made;
  assert.deepEqual(fake.commits.slice(1), [["resource meta b named=1"]]);
  // What is made already is neither made a second time nor refused.
  begin();
  assert.equal(fake.commits.length, 2);
});

test("where no node can do it any more, it has its answer like the others", async () => {
  const fake = new FakeCluster();
  const { made } = namer(fake, "b");
  for (const node of fake.nodes)
    node.answer = (argv) => {
      if (argv[0] !== "/bin/sh") return undefined;
      throw new PacemakerError("connect", `${node.name} is gone`, node.address);
    };
  const results = await Promise.allSettled([make(fake, "b"), made]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["rejected", "rejected"],
  );
  assert.deepEqual(fake.commits, []);
});
