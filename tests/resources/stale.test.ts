import { newCluster } from "./fakeSsh";
import assert from "node:assert/strict";
import test, { afterEach, beforeEach, mock } from "node:test";
import { floatingIp, resourceGroup } from "../../provider/src/provider";

/** What was written to the person during the test. */
let told: string[];
beforeEach(() => {
  told = [];
  mock.method(process.stderr, "write", (text: string) => {
    told.push(...text.split("\n").filter(Boolean));
    return true;
  });
});
afterEach(() => mock.restoreAll());

/** A group and an address that stands alone, whose node has failed since; the next run has asked nobody yet. */
async function failedOver() {
  const { cluster, connection } = newCluster();
  for (const name of ["node-02", "node-03"]) cluster.standby.add(name);
  const common = { connection, monitorInterval: "30s" };
  const inputs = {
    web_ip: { ...common, resourceId: "web_ip", ip: "192.0.2.31", group: "web" },
    web: { connection, resourceId: "web", members: ["web_ip"] },
    lone: { ...common, resourceId: "lone", ip: "192.0.2.32" },
  };
  const member = (await floatingIp.create(inputs.web_ip)).outs;
  const web = (await resourceGroup.create(inputs.web)).outs;
  const lone = (await floatingIp.create(inputs.lone)).outs;
  assert.equal(web.activeNode, "node-01");
  assert.equal(lone.activeNode, "node-01");
  cluster.standby.clear();
  cluster.node("node-01").online = false;
  cluster.settle();
  const later = { ...connection, user: `${connection.user}-later` };
  for (const one of [...Object.values(inputs), member, web, lone])
    one.connection = later;
  cluster.commits.length = 0;
  cluster.log.length = 0;
  told = [];
  return { cluster, inputs, member, web, lone };
}

test("a run that asks the cluster nothing leaves outputs as they are", async () => {
  const { cluster, inputs, web, lone } = await failedOver();
  const diffs = [
    await resourceGroup.diff("web", web, inputs.web),
    await floatingIp.diff("lone", lone, inputs.lone),
  ];
  assert.deepEqual(
    diffs.map(({ changes }) => changes),
    [false, false],
  );
  assert.deepEqual(cluster.log, []);
});

test("what a run has seen is what its outputs say, and the cluster is not touched for it", async () => {
  const { cluster, inputs, member, web } = await failedOver();
  const wanted = { ...inputs.web_ip, monitorInterval: "20s" };
  await floatingIp.diff("web_ip", member, wanted);
  await floatingIp.update("web_ip", member, wanted);
  const commits = cluster.commits.length;
  const { changes, replaces } = await resourceGroup.diff(
    "web",
    web,
    inputs.web,
  );
  assert.equal(changes, true);
  assert.deepEqual(replaces, []);
  const { outs } = await resourceGroup.update("web", web, inputs.web);
  assert.deepEqual(outs, { ...web, activeNode: "node-02" });
  assert.equal(cluster.commits.length, commits);
  const again = await resourceGroup.diff("web", outs, inputs.web);
  assert.equal(again.changes, false);
});

test("what was left as it is before anything was seen is named", async () => {
  const { inputs, member, lone } = await failedOver();
  await floatingIp.diff("lone", lone, inputs.lone);
  const wanted = { ...inputs.web_ip, monitorInterval: "20s" };
  await floatingIp.update("web_ip", member, wanted);
  assert.deepEqual(
    told.filter((line) => line.startsWith("warning: cluster")),
    [
      'warning: cluster: offline: node-01. The others do the work. The outputs of lone are of the time before: "pulumi up --refresh" looks again.',
    ],
  );
});
