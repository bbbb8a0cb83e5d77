/** Which unit a name means, who else manages it, and what goes with it. */
import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test from "node:test";
import assert from "node:assert/strict";
import { systemdResource } from "../../provider/src/provider";
import type { FakeUnit } from "../transaction/fakeCluster";

const person = listen();

function setting(units: Record<string, FakeUnit>, unit: string) {
  const { cluster, connection } = newCluster();
  for (const node of cluster.nodes)
    for (const [name, found] of Object.entries(units))
      node.units.set(name, { ...found });
  const inputs = {
    connection,
    resourceId: "own",
    unit,
    monitorInterval: "30s",
  };
  const refusal = async (more = {}) =>
    (await systemdResource.check({}, { ...inputs, ...more })).failures[0]
      ?.reason;
  return { cluster, inputs, refusal };
}

const maria = {
  Names: "maria.service mysqldemo.service",
  Alias: "mysqldemo.service",
  UnitFileState: "enabled",
  ActiveState: "active",
  WantedBy: "multi-user.target",
};

test("an alias is registered and disabled by its unit's own name, also once systemd knows it no more", async () => {
  const { cluster, inputs } = setting({ maria }, "mysqldemo");
  const { outs } = await systemdResource.create(inputs);
  assert.equal(outs.registeredUnit, "maria");
  assert.equal(cluster.primitive("own")?.agent, "systemd:maria");
  assert.ok(!cluster.log.some((line) => /disable.*mysqldemo/.test(line)));
  assert.match(
    person.said,
    /own: its unit "mysqldemo" is another name of maria\.service/,
  );

  const read = await systemdResource.read("own", outs);
  assert.equal(read.inputs?.unit, "mysqldemo");
  const diff = await systemdResource.diff("own", read.props!, inputs);
  assert.equal(diff.changes, false);

  for (const node of cluster.nodes)
    node.units.get("maria")!.Names = "maria.service";
  const updated = await systemdResource.update("own", outs, {
    ...inputs,
    monitorInterval: "20s",
  });
  assert.equal(updated.outs.registeredUnit, "maria");
});

test("what runs by an alias is taken over only when it may be changed", async () => {
  const { cluster, inputs, refusal } = setting({ maria }, "mysqldemo");
  cluster.edit("resource create own systemd:mysqldemo op monitor interval=30s");
  assert.match(
    (await refusal())!,
    /its agent is systemd:mysqldemo, declared is systemd:maria[^]*set adopt to "update"/,
  );
  assert.equal(await refusal({ adopt: "update" }), undefined);
  await systemdResource.create({ ...inputs, adopt: "update" });
  assert.equal(cluster.primitive("own")?.agent, "systemd:maria");
});

test("with its suffix, it is the same unit: taken over untouched", async () => {
  const { cluster, inputs } = setting({ demo: {} }, "demo");
  cluster.edit(
    "resource create own systemd:demo.service op monitor interval=30s",
  );
  const { outs } = await systemdResource.create(inputs);
  assert.deepEqual(cluster.commits, []);
  assert.equal(outs.registeredUnit, "demo");
});

for (const [agent, unit, units] of [
  ["systemd:mysqldemo", "maria", { maria }],
  ["systemd:maria", "mysqldemo", { maria }],
  ["systemd:mysqldemo", "maria", { maria: { Alias: maria.Alias } }],
  ["service:demo", "demo", { demo: {} }],
  ["lsb:demo", "demo", { demo: { UnitFileState: "generated" } }],
  ["systemd:demo.service", "demo", { demo: {} }],
] as [string, string, Record<string, FakeUnit>][])
  test(`${agent} is the manager of ${unit}: no second one, in preview and in create`, async () => {
    const { cluster, inputs, refusal } = setting(units, unit);
    cluster.edit(`resource create other ${agent}`);
    const words = new RegExp(
      `^\\[conflict\\] own: the cluster's resource other manages ${agent} already\\.`,
    );
    assert.match((await refusal())!, words);
    await assert.rejects(systemdResource.create(inputs), words);
    assert.deepEqual(cluster.commits, []);
    assert.ok(
      !cluster.log.some((line) => /systemctl (disable|stop)/.test(line)),
    );
  });

const wrapper = {
  Type: "oneshot",
  RemainAfterExit: "yes",
  Wants: "pg@a.service pg@b.service",
  ConsistsOf: "pg@a.service pg@b.service",
  WantedBy: "multi-user.target",
  ActiveState: "active",
};
const instance = { ActiveState: "active", WantedBy: "pg.service" };
const instances = { "pg@a": instance, "pg@b": instance };

test("a wrapper and its instance have one manager", async () => {
  for (const [agent, unit] of [
    ["systemd:pg", "pg@a"],
    ["systemd:pg@a", "pg"],
  ] as const) {
    const { cluster, refusal } = setting({ pg: wrapper, ...instances }, unit);
    cluster.edit(`resource create other ${agent}`);
    assert.match((await refusal())!, /resource other manages/);
  }
});

test("two instances of a wrapper may have one each", async () => {
  const { cluster, inputs } = setting({ pg: wrapper, ...instances }, "pg@a");
  cluster.edit("resource create other systemd:pg@b");
  await systemdResource.create(inputs);
  assert.equal(cluster.primitive("own")?.agent, "systemd:pg@a");
});

test("a wrapper that others run by is left running; enabled, it is refused unless they start by themselves", async () => {
  const enabled = { ...wrapper, UnitFileState: "enabled" };
  const refused = setting({ pg: enabled, ...instances }, "pg@a");
  assert.match(
    (await refused.refusal())!,
    /own: pg must not start pg@a at boot, but it is all that starts pg@b\.service there/,
  );
  const own = { ...instance, WantedBy: "pg.service multi-user.target" };
  const { cluster, inputs } = setting(
    { pg: enabled, ...instances, "pg@b": own },
    "pg@a",
  );
  await systemdResource.create(inputs);
  for (const { units } of cluster.nodes) {
    assert.equal(units.get("pg")!.UnitFileState, "disabled");
    assert.equal(units.get("pg")!.ActiveState, "active");
    assert.equal(units.get("pg@a")!.ActiveState, "inactive");
  }
  assert.match(
    person.said,
    /own: pg is left running on node-01, node-02, node-03: pg@b\.service would stop with it/,
  );
});

test("what a stop takes along is refused, directly or by way of another unit; what is down is no loss", async () => {
  const units = {
    base: { ActiveState: "active", BoundBy: "middle.target" },
    "middle.target": {
      ActiveState: "active",
      RequiredBy: "top.service off.service",
    },
    top: { ActiveState: "active" },
    off: {},
  };
  const { refusal } = setting(units, "base");
  assert.match(
    (await refusal())!,
    /and with it systemd stops top\.service there\./,
  );
  const idle = setting(
    { ...units, base: { BoundBy: "middle.target" } },
    "base",
  );
  assert.equal(await idle.refusal(), undefined);
});

test("a socket that triggers the unit goes with it", async () => {
  const { refusal } = setting(
    {
      base: {
        ActiveState: "active",
        ConsistsOf: "base.socket",
        TriggeredBy: "base.socket",
      },
      "base.socket": { ActiveState: "active" },
    },
    "base",
  );
  assert.equal(await refusal(), undefined);
});

test("an agent that may run the same program is named, and the one that runs Postfix is refused", async () => {
  const { cluster, inputs } = setting({ nginx: {} }, "nginx");
  cluster.edit("resource create web ocf:heartbeat:nginx");
  await systemdResource.create(inputs);
  assert.match(
    person.said,
    /own: the cluster's resource web \(ocf:heartbeat:nginx\) may run the service of nginx as well\./,
  );
  const mail = setting({ postfix: {} }, "postfix");
  mail.cluster.edit("resource create theirs ocf:heartbeat:postfix");
  assert.match(
    (await mail.refusal())!,
    /own: the cluster's resource theirs \(ocf:heartbeat:postfix\) runs the service of postfix already, without its unit\./,
  );
});

test("a service with other work that has the unit started is named, and left alone", async () => {
  const { cluster, inputs } = setting(
    {
      demo: { WantedBy: "setup.service" },
      setup: {
        Type: "oneshot",
        RemainAfterExit: "yes",
        UnitFileState: "enabled",
        ActiveState: "active",
        Wants: "demo.service",
      },
    },
    "demo",
  );
  await systemdResource.create(inputs);
  assert.equal(cluster.nodes[0]!.units.get("setup")!.UnitFileState, "enabled");
  assert.match(
    person.said,
    /own: its unit can still be started by setup\.service on node-01, node-02, node-03/,
  );
});
