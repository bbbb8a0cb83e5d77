import { newCluster } from "./fakeSsh";
import { failed } from "../transaction/fakeCluster";
import test, { afterEach, beforeEach, describe, mock } from "node:test";
import assert from "node:assert/strict";
import {
  floatingIp,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";
import { PacemakerError } from "../../provider/src/errors";

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

const action = (word: string, resource: string, node = "node-01"): string =>
  `<rsc_action action="${word}" resource="${resource}" node="${node}"/>`;

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

type Made = Awaited<ReturnType<typeof floatingIp.create>>;

/** A stack that runs, as Pulumi knows it. */
async function stack() {
  const { cluster, connection } = newCluster();
  for (const node of cluster.nodes)
    for (const unit of ["nginx", "apache2"]) node.units.set(unit, {});
  const common = { connection, monitorInterval: "30s", group: "web" };
  const inputs = {
    ip: { ...common, resourceId: "web_ip", ip: "192.0.2.31" },
    service: { ...common, resourceId: "web_service", unit: "nginx" },
    group: {
      connection,
      resourceId: "web",
      members: ["web_ip", "web_service"],
    },
  };
  const made = [
    await floatingIp.create(inputs.ip),
    await systemdResource.create(inputs.service),
    await resourceGroup.create(inputs.group),
  ];
  // The next preview is another process, which has changed nothing: its handle on the cluster is another one.
  const later = { ...connection, user: `${connection.user}-later` };
  for (const one of [...Object.values(inputs), ...made.map(({ outs }) => outs)])
    one.connection = later;
  const [ip, service, group] = made as [Made, Made, Made];
  cluster.lookedAt.length = 0;
  told = [];
  const { epoch } = cluster.version;
  return {
    cluster,
    inputs,
    ip: (more: object) =>
      floatingIp.diff("web_ip", ip.outs, { ...inputs.ip, ...more }),
    service: (more: object) =>
      systemdResource.diff("web_service", service.outs, {
        ...inputs.service,
        ...more,
      }),
    group: (more: object) =>
      resourceGroup.diff("web", group.outs, { ...inputs.group, ...more }),
    untouched: () => assert.equal(cluster.version.epoch, epoch),
  };
}

describe("a change is told before it is made", () => {
  test("with all that it makes the cluster do, and with nothing changed", async () => {
    const { cluster, ip, untouched } = await stack();
    const anyhow = action("Start", "theirs");
    cluster.foreseen = {
      before: anyhow,
      after:
        anyhow + action("Restart", "web_ip") + action("Restart", "web_service"),
    };
    await ip({ ip: "192.0.2.32" });
    assert.deepEqual(told, [
      "foreseen: web_ip: this change will restart web_ip and web_service on node-01.",
    ]);
    assert.deepEqual(cluster.lookedAt, [
      ["resource update web_ip ip=192.0.2.32"],
    ]);
    untouched();
  });

  test("and where it does nothing, that is told too", async () => {
    const { ip } = await stack();
    await ip({ monitorInterval: "20s" });
    assert.deepEqual(told, [
      "foreseen: web_ip: this change will not stop, restart or move anything.",
    ]);
  });

  test("changes that come together are looked at together", async () => {
    const { cluster, ip, service } = await stack();
    cluster.foreseen.after = action("Restart", "web_ip");
    await Promise.all([
      ip({ ip: "192.0.2.32" }),
      service({ monitorInterval: "20s" }),
    ]);
    assert.deepEqual(told, [
      "foreseen: web_ip, web_service: these changes will restart web_ip on node-01.",
    ]);
    assert.equal(cluster.lookedAt.length, 1);
    assert.equal(cluster.lookedAt[0]?.length, 2);
  });

  test("changes that come while one is looked at wait for it, and are looked at together then", async () => {
    const { cluster, ip, service, group } = await stack();
    const started: Promise<unknown>[] = [];
    for (const node of cluster.nodes)
      node.answer = ([program]) => {
        if (program === "/bin/sh" && started.length === 0)
          started.push(
            service({ monitorInterval: "20s" }),
            group({ meta: { "failure-timeout": "60s" } }),
          );
        return undefined;
      };
    await ip({ ip: "192.0.2.32" });
    assert.equal(cluster.lookedAt.length, 1);
    await Promise.all(started);
    assert.deepEqual(told, [
      "foreseen: web_ip: this change will not stop, restart or move anything.",
      "foreseen: web_service, web: these changes will not stop, restart or move anything.",
    ]);
    assert.equal(cluster.lookedAt.length, 2);
  });

  test("what is asked again is told once", async () => {
    const { ip } = await stack();
    await ip({ ip: "192.0.2.32" });
    await ip({ ip: "192.0.2.32" });
    assert.equal(told.length, 1, told.join("\n"));
  });

  test("another unit stops what comes after it as well", async () => {
    const { cluster, service } = await stack();
    cluster.foreseen.after =
      action("Stop", "web_service") + action("Stop", "theirs", "node-02");
    await service({ unit: "apache2" });
    assert.deepEqual(told, [
      "foreseen: web_service: this change will restart web_service on node-01 and restart theirs on node-02.",
    ]);
    assert.match(
      cluster.lookedAt.flat().join(),
      /^resource meta web_service target-role=Stopped/,
    );
  });

  test("a replacement stops the old one", async () => {
    const { cluster, ip, group } = await stack();
    cluster.foreseen.after = action("Stop", "web_ip");
    const { replaces } = await ip({ resourceId: "web_address" });
    assert.deepEqual(replaces, ["resourceId"]);
    await group({ resourceId: "web_two" });
    const words =
      "this change will stop web_ip on node-01; the new one then starts in its place, and with it what had to stop.";
    assert.deepEqual(told, [
      `foreseen: web_ip: ${words}`,
      `foreseen: web: ${words}`,
    ]);
  });

  test("members that are still to be made, and those that go, are taken as they will be", async () => {
    const { cluster, group } = await stack();
    await group({ members: ["web_ip", "web_more"] });
    const [commands = []] = cluster.lookedAt;
    assert.deepEqual(
      commands.map((words) => words.replace(/ --xml-text .*/, "")),
      [
        "cibadmin --create --scope resources",
        "resource group add web --after web_ip web_more",
        "resource group remove web web_service",
        "resource meta web_service target-role=Stopped pulumi-staged=web",
      ],
    );
    assert.match(commands[0] ?? "", /<primitive id="web_more" class="ocf"/);
  });

  test("a member that another group holds comes over", async () => {
    const { cluster, group } = await stack();
    cluster.edit(
      "resource create other ocf:heartbeat:IPaddr2 ip=192.0.2.40 op monitor interval=30s",
      "resource group add theirs other",
    );
    await group({ members: ["web_ip", "web_service", "other"] });
    assert.deepEqual(cluster.lookedAt, [
      [
        "resource group remove theirs other",
        "resource group add web --after web_service other",
      ],
    ]);
  });
});

describe("where it cannot be made", () => {
  test("the reason is told, in the words of the one who will refuse it", async () => {
    const { cluster, ip, service } = await stack();
    cluster.refuses = {
      words: "web_ip",
      code: 1,
      text: "Error: no such thing",
    };
    await Promise.all([
      ip({ options: { no_such: 1 } }),
      service({ monitorInterval: "20s" }),
    ]);
    assert.match(
      told[0] ?? "",
      /^foreseen: web_ip: as things stand, this change will be refused: node-01 refused "pcs resource update web_ip no_such=1"/,
    );
    assert.match(
      told.at(-1) ?? "",
      /^foreseen: web_service: this change will not/,
    );
  });

  test("a unit that is missing on a node", async () => {
    const { cluster, service } = await stack();
    cluster.node("node-02").units.delete("apache2");
    await service({ unit: "apache2" });
    assert.match(
      told.join(" "),
      /this change will be refused: web_service: there is no usable unit "apache2" on node-02/,
    );
  });
});

describe("where nothing can be foreseen", () => {
  test("an operator holds the cluster", async () => {
    const { cluster, ip } = await stack();
    cluster.maintenance = true;
    await ip({ ip: "192.0.2.32" });
    assert.deepEqual(told, [
      "foreseen: web_ip: this change will not stop, restart or move anything as long as the cluster is in maintenance mode.",
    ]);
  });

  test("no node answers: once, and the preview goes on", async () => {
    const { cluster, ip, service } = await stack();
    for (const node of cluster.nodes) {
      node.openFails = new PacemakerError("connect", `${node.name} is down`);
      node.answer = () => Promise.resolve(failed(255, "gone"));
    }
    const { changes } = await ip({ ip: "192.0.2.32" });
    await service({ monitorInterval: "20s" });
    assert.equal(changes, true);
    assert.equal(told.filter((line) => line.startsWith("warning")).length, 1);
    assert.match(
      told[0] ?? "",
      /^warning: web_ip: what the change will do to the cluster cannot be foreseen: /,
    );
  });

  test("a value is not known yet", async () => {
    const { cluster, ip } = await stack();
    await ip({ ip: unknown });
    assert.deepEqual(told, []);
    assert.deepEqual(cluster.lookedAt, []);
  });

  test("the change of something else is under way: this is no preview", async () => {
    const { cluster, ip, inputs } = await stack();
    const other = { resourceId: "other", group: "o", ip: "192.0.2.77" };
    await floatingIp.create({ ...inputs.ip, ...other });
    told = [];
    const { changes } = await ip({ ip: "192.0.2.32" });
    assert.equal(changes, true);
    assert.deepEqual(told, []);
    assert.deepEqual(cluster.lookedAt, []);
  });

  test("looking has taken long: that is told, once", async () => {
    const { cluster, ip, service } = await stack();
    let late = 0;
    const now = Date.now.bind(Date);
    mock.method(Date, "now", () => now() + late);
    for (const node of cluster.nodes)
      node.answer = ([program]) => {
        if (program === "/bin/sh") late = 25_000;
        return undefined;
      };
    await ip({ ip: "192.0.2.32" });
    await service({ monitorInterval: "20s" });
    await Promise.all([
      ip({ ip: "192.0.2.33" }),
      service({ monitorInterval: "20s" }),
    ]);
    assert.deepEqual(told, [
      "foreseen: web_ip: this change will not stop, restart or move anything.",
      "foreseen: web_ip: looking at the changes has taken 25 s; at those after it, nobody looks.",
    ]);
    assert.equal(cluster.lookedAt.length, 1);
  });

  test("nothing is to be changed in the cluster", async () => {
    const { cluster, ip } = await stack();
    await ip({});
    await ip({ rollback: true });
    assert.deepEqual(told, []);
    assert.deepEqual(cluster.lookedAt, []);
  });
});

test("a failure that is on record is taken as forgotten, as it will be", async () => {
  const { cluster, connection } = newCluster();
  cluster.startFails.add("ip");
  const inputs = {
    ...{ connection, monitorInterval: "30s" },
    ...{ resourceId: "ip", ip: "192.0.2.31" },
  };
  const error: unknown = await floatingIp.create(inputs).catch((one) => one);
  assert.ok(error instanceof Error && "properties" in error);
  inputs.connection = { ...connection, user: `${connection.user}-later` };
  const olds = { ...(error.properties as object), ...inputs, incomplete: true };
  await floatingIp.diff("ip", olds, inputs);
  const commands = cluster.lookedAt.flat();
  assert.equal(commands.length, 2, commands.join("\n"));
  assert.match(commands[0] ?? "", /lrm_resource\[@id="ip"\]/);
  assert.match(commands[1] ?? "", /"fail-count-ip#"/);
});
