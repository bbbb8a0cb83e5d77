import { newCluster } from "./fakeSsh";
import test, { afterEach, beforeEach, describe, mock } from "node:test";
import assert from "node:assert/strict";
import { floatingIp, resourceGroup } from "../../provider/src/provider";

type Properties = Record<string, unknown>;

beforeEach(() => {
  mock.method(process.stderr, "write", () => true);
});
afterEach(() => mock.restoreAll());

/** A group of addresses that runs, as a program has made it. */
async function made(ids: string[], more: Properties = {}) {
  const { cluster, connection } = newCluster();
  const inputs = (id: string): Properties => ({
    connection,
    resourceId: id,
    ip: `192.0.2.${30 + ids.indexOf(id)}`,
    monitorInterval: "30s",
    group: "web",
  });
  for (const id of ids) await floatingIp.create(inputs(id));
  const group = { connection, resourceId: "web", members: ids, ...more };
  const { outs } = await resourceGroup.create(group);
  const replace = async (id: string) => {
    await floatingIp.delete(id, inputs(id));
    return floatingIp.create(inputs(id));
  };
  const runs = (...running: string[]) =>
    assert.deepEqual(
      ids.filter((id) => cluster.runsOn(id) !== undefined),
      running,
    );
  return { cluster, connection, inputs, group, outs, replace, runs };
}

const membersIn = (cluster: Awaited<ReturnType<typeof made>>["cluster"]) =>
  cluster.group("web")?.members.map(({ id }) => id);

// As Pulumi does where a person forces it: no diff is asked for, and the group's inputs are the same.
describe("a member that is deleted and created again", () => {
  const ids = ["a", "b", "c"];

  for (const id of ids)
    test(`${id} returns to its place, and what had to stop starts again`, async () => {
      const { cluster, replace, runs } = await made(ids);
      const before = cluster.cib().replace(/(epoch|num_updates)="\d+"/g, "");
      await replace(id);
      runs(...ids);
      assert.deepEqual(membersIn(cluster), ids);
      assert.equal(
        cluster.cib().replace(/(epoch|num_updates)="\d+"/g, ""),
        before,
      );
    });

  test("the only one, with which its group had gone: the group's meta attributes too", async () => {
    const { cluster, replace, runs } = await made(["a"], {
      meta: { priority: 3 },
    });
    cluster.edit("resource meta web resource-stickiness=7");
    await replace("a");
    runs("a");
    assert.deepEqual(cluster.group("web")?.meta, {
      priority: "3",
      "resource-stickiness": "7",
    });
  });

  for (const order of [
    ["a", "b", "c"],
    ["c", "b", "a"],
    ["b", "a", "c"],
  ])
    test(`all of them at once, ${order.join(", ")}: none starts before the ones that it stands on`, async () => {
      const { cluster, inputs, runs } = await made(ids);
      await Promise.all(ids.map((id) => floatingIp.delete(id, inputs(id))));
      for (const [index, id] of order.entries()) {
        const there = order.slice(0, index + 1);
        await floatingIp.create(inputs(id));
        const missing = ids.findIndex((one) => !there.includes(one));
        runs(...(missing < 0 ? ids : ids.slice(0, missing)));
      }
      assert.deepEqual(membersIn(cluster), ids);
    });

  test("stays stopped where an operator had disabled it, and so does what comes after it", async () => {
    const { cluster, replace, runs } = await made(ids);
    cluster.edit("resource meta b target-role=Stopped");
    await replace("b");
    runs("a");
    assert.deepEqual(cluster.primitive("b")?.meta, {
      "target-role": "Stopped",
    });
    await replace("a");
    runs("a");
    assert.deepEqual(membersIn(cluster), ids);
  });

  test("does not return once its group is brought to other members", async () => {
    const { cluster, connection, inputs, outs, runs } = await made(ids);
    await floatingIp.delete("b", inputs("b"));
    const other = { ...inputs("b"), resourceId: "b2", ip: "192.0.2.77" };
    await floatingIp.create(other);
    const group = { connection, resourceId: "web", members: ["a", "b2", "c"] };
    await resourceGroup.update("web", outs, group);
    assert.deepEqual(membersIn(cluster), ["a", "b2", "c"]);
    await floatingIp.create(inputs("b"));
    assert.deepEqual(membersIn(cluster), ["a", "b2", "c"]);
    runs("a", "c");
  });
});

// The CLI was ended in between: nothing of the process that deleted is left.
test("a group whose member was made again has work to do, though its inputs are the same", async () => {
  const { cluster, inputs, outs, group, runs } = await made(["a", "b"]);
  const unchanged = await resourceGroup.diff("web", outs, group);
  assert.equal(unchanged.changes, false);
  cluster.edit(
    "resource meta b target-role=Stopped pulumi-staged=web",
    "resource delete a",
  );
  await floatingIp.create(inputs("a"));
  runs();
  assert.equal((await resourceGroup.diff("web", outs, group)).changes, true);
  await resourceGroup.update("web", outs, group);
  runs("a", "b");
  assert.equal((await resourceGroup.diff("web", outs, group)).changes, false);
});

test("a group that is to have another id takes over the members that it has", async () => {
  const { group, outs } = await made(["a", "b"]);
  const { failures } = await resourceGroup.check(outs, {
    ...group,
    resourceId: "web2",
  });
  assert.deepEqual(failures, []);
});
