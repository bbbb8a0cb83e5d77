/** A program's resources come one shortly after the other: changes wait for those that are sure to come. */
import test from "node:test";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import {
  changeBegins,
  expectChange,
} from "../../provider/src/cluster/transaction/expected";
import { transact } from "../../provider/src/cluster/transaction/transact";
import { FakeCluster } from "./fakeCluster";

const handle = (fake: FakeCluster) => clusterOf(fake.connection, fake.open);

const make = (fake: FakeCluster, id: string) =>
  transact(handle(fake), id, ({ cib }) =>
    cib.primitives.has(id)
      ? []
      : [["resource", "create", id, "ocf:heartbeat:Dummy"]],
  );

test("those of which one begins after the other are made together", async () => {
  const fake = new FakeCluster();
  const ids = Array.from({ length: 12 }, (_, index) => `r${index}`);
  expectChange(handle(fake), ids[0]!);
  const made: Promise<unknown>[] = [];
  // Pulumi asks about the next one while the last one begins.
  for (const [index, id] of ids.entries()) {
    changeBegins(handle(fake), id);
    const next = ids[index + 1];
    if (next !== undefined) expectChange(handle(fake), next);
    made.push(make(fake, id));
    await sleep(40);
  }
  await Promise.all(made);
  assert.equal(fake.commits.length, 1);
  assert.equal(fake.commits[0]!.length, ids.length);
});

test("a program that has had many of them is waited for between one and the next", async () => {
  const fake = new FakeCluster();
  const made: Promise<unknown>[] = [];
  for (let index = 0; index < 10; index += 1) {
    expectChange(handle(fake), `r${index}`);
    await sleep(1);
    changeBegins(handle(fake), `r${index}`);
    // The first six at once.
    if (index > 5) await sleep(120);
    made.push(make(fake, `r${index}`));
  }
  await Promise.all(made);
  assert.equal(fake.commits.length, 1);
});

test("where none begins any more, those that have are made", async () => {
  const fake = new FakeCluster();
  // As many are under way as may be, and Pulumi goes on asking about the next.
  const ask = (): void => expectChange(handle(fake), "next");
  ask();
  const asking = setInterval(ask, 10);
  const began = Date.now();
  try {
    await make(fake, "one");
  } finally {
    clearInterval(asking);
  }
  assert.ok(Date.now() - began < 10_000);
  assert.deepEqual(fake.commits, [["resource create one ocf:heartbeat:Dummy"]]);
});

/** All are asked about at once; each begins when its turn has come. */
function expectAll(fake: FakeCluster, count: number): string[] {
  const ids = Array.from({ length: count }, (_, index) => `r${index}`);
  for (const id of ids) expectChange(handle(fake), id);
  return ids;
}

const begin = (fake: FakeCluster, id: string) => {
  changeBegins(handle(fake), id);
  return make(fake, id);
};

test("what has been asked about long ago is waited for while one begins after the other", async () => {
  const fake = new FakeCluster();
  const made: Promise<unknown>[] = [];
  for (const id of expectAll(fake, 20)) {
    made.push(begin(fake, id));
    await sleep(100);
  }
  await Promise.all(made);
  assert.equal(fake.commits.length, 1);
});

test("a process that is busy itself does not take that for the end", async () => {
  const fake = new FakeCluster();
  const [first, ...others] = expectAll(fake, 10);
  const made = [begin(fake, first!)];
  for (const id of others) {
    await sleep(5);
    made.push(begin(fake, id));
  }
  expectChange(handle(fake), "last");
  await sleep(10);
  const busy = Date.now();
  while (Date.now() - busy < 800);
  setTimeout(() => made.push(begin(fake, "last")), 100);
  await sleep(200);
  await Promise.all(made);
  assert.equal(fake.commits.length, 1);
});

test("where so many are under way as may be, the next as many are not held up", async () => {
  const fake = new FakeCluster();
  const ids = expectAll(fake, 20);
  await Promise.all(ids.slice(0, 8).map((id) => begin(fake, id)));
  const next = ids.slice(8, 16).map((id) => begin(fake, id));
  await sleep(200);
  const late = begin(fake, ids[16]!);
  await Promise.all([...next, late]);
  assert.deepEqual(
    fake.commits.map((commands) => commands.length),
    [8, 8, 1],
  );
});
