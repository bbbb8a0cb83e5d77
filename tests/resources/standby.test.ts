import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  floatingIp,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";

const person = listen();

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (thrown: Error) => thrown,
  );
  return error.message;
}

/** A service that stands by hot, and its address. */
async function made() {
  const { cluster, connection } = newCluster();
  for (const { units } of cluster.nodes) units.set("nginx", {});
  const common = { connection, monitorInterval: "30s", group: "web" };
  const inputs = {
    ip: { ...common, resourceId: "ip", ip: "192.0.2.31" },
    service: { ...common, resourceId: "s", unit: "nginx", standby: "hot" },
    group: {
      ...{ connection, resourceId: "web" },
      ...{ members: ["ip", "s"], standby: "hot" },
    },
  };
  const cold = { standby: undefined };
  const ip = await floatingIp.create(inputs.ip);
  const service = await systemdResource.create(inputs.service);
  assert.equal(cluster.runsOn("ip"), undefined);
  const group = await resourceGroup.create(inputs.group);
  return { cluster, inputs, ip, service, group, cold };
}

describe("a group that stands by hot", () => {
  test("is started by one change, and says where the address is", async () => {
    const { cluster, group } = await made();
    const commands = cluster.commits.at(-1)!.join("\n");
    assert.match(commands, /^resource clone s s-clone\n/);
    assert.match(commands, /rsc_colocation .*\n.*rsc_order .*\n.*--delete-all/);
    assert.equal(group.outs.activeNode, cluster.runsOn("ip"));
    assert.ok(group.outs.activeNode);
  });

  test("is the same to a second look", async () => {
    const { group } = await made();
    const same = await resourceGroup.read("web", group.outs);
    assert.deepEqual(same.props, group.outs);
  });

  test("is told and mended where others change it", async () => {
    const { cluster, group, inputs } = await made();
    cluster.edit("resource meta s-clone interleave=false");
    cluster.constraints = cluster.constraints.replace(/<rsc_order[^<]*\/>/, "");
    person.said = "";
    const found = await resourceGroup.read("web", group.outs);
    assert.equal(found.props!.incomplete, true);
    assert.match(
      person.said,
      /web: does not stand by as declared: the constraint order-s-clone-ip-mandatory is gone; interleave of s-clone is false/,
    );
    const after = await resourceGroup.update("web", found.props!, inputs.group);
    assert.ok(!("incomplete" in after.outs));
    assert.match(cluster.constraints, /rsc_order/);
    assert.equal(cluster.primitive("s")?.clone?.interleave, "true");
  });

  test("becomes a group and hot again by one change each, and nothing of it stays", async () => {
    const { cluster, group, service, inputs, cold } = await made();
    await systemdResource.update("s", service.outs, {
      ...inputs.service,
      ...cold,
    });
    const before = cluster.commits.length;
    const there = await resourceGroup.update("web", group.outs, {
      ...inputs.group,
      ...cold,
    });
    // The second takes away what kept Pacemaker from stopping the one that serves.
    assert.equal(cluster.commits.length, before + 2);
    assert.match(
      cluster.commits.at(-2)!.join("\n"),
      /unclone s\n.*group add web ip s\n.*multiple-active=stop_unexpected/s,
    );
    assert.deepEqual(cluster.primitive("s")?.meta, {});
    assert.equal(cluster.constraints, "");
    await resourceGroup.update("web", there.outs, inputs.group);
    assert.equal(cluster.commits.length, before + 3);
    assert.equal(cluster.group("web"), undefined);
    assert.ok(cluster.primitive("s")?.clone);
  });

  test("is removed once all of it has stopped", async () => {
    const { cluster, group, service, ip } = await made();
    await resourceGroup.delete("web", group.outs);
    const [stop, remove] = cluster.commits
      .slice(-2)
      .map((all) => all.join("\n"));
    assert.match(stop!, /resource meta ip target-role=Stopped/);
    assert.match(stop!, /resource meta s target-role=Stopped/);
    assert.match(remove!, /resource unclone s/);
    await systemdResource.delete("s", service.outs);
    await floatingIp.delete("ip", ip.outs);
    assert.equal(cluster.primitive("s"), undefined);
    assert.equal(cluster.constraints, "");
  });

  test("a clone that somebody else has made is refused before anything is stopped", async () => {
    const { cluster, connection } = newCluster();
    for (const { units } of cluster.nodes) units.set("nginx", {});
    cluster.edit("resource create s systemd:nginx", "resource clone s s-clone");
    const message = await messageOf(
      systemdResource.create({
        connection,
        resourceId: "s",
        unit: "nginx",
        monitorInterval: "30s",
        group: "web",
      }),
    );
    assert.match(message, /s is part of the clone s-clone/);
    assert.deepEqual(
      cluster.log.filter((line) => /systemctl (stop|disable)/.test(line)),
      [],
    );
  });

  test("Postfix that could not run without the address is refused, in preview and when it is made, and nothing stops", async () => {
    const { cluster, connection } = newCluster();
    for (const { units } of cluster.nodes)
      units.set("postfix", { ActiveState: "active", UnitFileState: "enabled" });
    cluster.node("node-02").answer = (argv) =>
      argv[0] === "/usr/sbin/postconf" && argv[1] === "-x"
        ? { code: 0, stderr: "", stdout: "inet_interfaces = 192.0.2.31\n" }
        : undefined;
    const inputs = {
      ...{ connection, resourceId: "s", unit: "postfix", standby: "hot" },
      ...{ monitorInterval: "30s", group: "web", addresses: ["192.0.2.31"] },
    };
    const { failures } = await systemdResource.check({}, inputs);
    const refusals = [
      failures.map(({ reason }) => reason).join(),
      await messageOf(systemdResource.create(inputs)),
    ];
    for (const refusal of refusals)
      assert.match(
        refusal,
        /^\[conflict\] s: Postfix cannot stand by hot:\n- on node-02: inet_interfaces names 192\.0\.2\.31, .*\nOr set standby to "cold"\. Nothing was changed\.$/,
      );
    assert.deepEqual(
      cluster.log.filter((line) => /systemctl (stop|disable)/.test(line)),
      [],
    );
  });
});
