import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { PacemakerError } from "../../provider/src/errors";
import { floatingIp, systemdResource } from "../../provider/src/provider";

const person = listen();

const address = { resourceId: "web_ip", ip: "192.0.2.80" };

describe("check looks at the cluster", () => {
  test("and refuses what it forbids, before anything is touched", async () => {
    const { cluster, connection } = newCluster();
    cluster.edit("resource create web_ip systemd:demo");
    const { failures } = await floatingIp.check({}, { connection, ...address });
    assert.equal(failures.length, 1);
    assert.match(
      failures[0]!.reason,
      /^\[conflict\] web_ip exists in the cluster and differs .*\n- its agent is systemd:demo/,
    );
    assert.deepEqual(cluster.commits, []);
  });

  test("a unit that is missing on one node is refused", async () => {
    const { cluster, connection } = newCluster();
    for (const node of cluster.nodes.slice(1)) node.units.set("demo", {});
    const { failures } = await systemdResource.check(
      {},
      { connection, resourceId: "demo", unit: "demo" },
    );
    assert.match(
      failures[0]!.reason,
      /^\[cluster\] demo: there is no usable unit "demo" on node-01 \(LoadState=not-found\)/,
    );
  });

  test("what is to be replaced is not in its own way", async () => {
    const { cluster, connection } = newCluster();
    cluster.edit("resource create old systemd:demo");
    for (const node of cluster.nodes) node.units.set("demo", {});
    const inputs = { connection, unit: "demo", monitorInterval: "30s" };
    const { failures } = await systemdResource.check(
      { ...inputs, resourceId: "old" },
      { ...inputs, resourceId: "new" },
    );
    assert.deepEqual(failures, []);
  });

  test("nor when Pulumi asks once more, as if it were new", async () => {
    const { cluster, connection } = newCluster();
    cluster.edit("resource create old systemd:demo");
    for (const node of cluster.nodes) node.units.set("demo", {});
    const inputs = { connection, unit: "demo", monitorInterval: "30s" };
    const old = { ...inputs, resourceId: "old" };
    const young = { ...inputs, resourceId: "new" };
    const before = await systemdResource.check({}, young);
    assert.match(before.failures[0]!.reason, /manages systemd:demo already/);
    await systemdResource.check(old, young);
    const { replaces } = await systemdResource.diff("old", old, young);
    assert.deepEqual(replaces, ["resourceId"]);
    const { failures } = await systemdResource.check({}, young);
    assert.deepEqual(failures, []);
  });

  test("where nothing but the way to the nodes changes, nobody is asked", async () => {
    const { cluster, connection } = newCluster();
    const old = { ...address, monitorInterval: "30s" };
    await floatingIp.check(
      { ...old, connection: { ...connection, user: "other" } },
      { ...old, connection },
    );
    assert.deepEqual(cluster.log, []);
  });

  test("a cluster that cannot be asked is said once, and refuses nothing", async () => {
    const { cluster, connection } = newCluster();
    for (const node of cluster.nodes)
      node.openFails = new PacemakerError("connect", "nobody is there");
    for (const ip of ["192.0.2.80", "192.0.2.81"]) {
      const inputs = { connection, ...address, ip };
      assert.deepEqual((await floatingIp.check({}, inputs)).failures, []);
    }
    assert.match(
      person.said,
      /^warning: cluster: whether it forbids what is declared could not be looked at: /,
    );
    assert.equal(person.said.split("warning:").length, 2, person.said);
  });
});
