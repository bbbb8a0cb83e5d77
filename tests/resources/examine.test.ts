import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
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

  // A busy node: it lets us in at once, and takes its time to answer.
  test("and waits longer for nodes that it has reached than for a cluster that it has not", async () => {
    const { cluster, connection } = newCluster();
    cluster.edit("resource create web_ip systemd:demo");
    for (const node of cluster.nodes)
      node.answer = async (argv) => {
        if (argv[0] === "/usr/sbin/crm_mon") await sleep(6000);
        return undefined;
      };
    const { failures } = await floatingIp.check({}, { connection, ...address });
    assert.match(
      failures[0]?.reason ?? person.said,
      /^\[conflict\] web_ip exists in the cluster/,
    );
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

/** What crm_resource prints where the agent refuses. */
const refusal = (reason: string): string =>
  `<pacemaker-result><resource-agent-action><agent-status code="6" reason="[findif] failed"/><command code="6">` +
  `<output source="stderr">Nov 26 16:13:01 ERROR: ${reason}\nocf-exit-reason:[findif] failed\n</output></command>` +
  `</resource-agent-action><status code="6"/></pacemaker-result>`;

describe("the agent is asked on every node", () => {
  /** A cluster where the interface is missing on some nodes. */
  function without(nic: string, on: readonly string[]) {
    const made = newCluster();
    for (const node of made.cluster.nodes)
      node.answer = (argv) =>
        argv.includes("--validate") &&
        argv.includes(`nic=${nic}`) &&
        on.includes(node.name)
          ? {
              ...{ code: 6, stderr: "" },
              stdout: refusal(
                `Invalid interface name [${nic}]: Device "${nic}" does not exist.`,
              ),
            }
          : undefined;
    const asked = () =>
      made.cluster.log.filter((line) => line.includes("--validate"));
    return { ...made, asked };
  }

  test("and where one could not start the address, it is refused with the agent's words, by node", async () => {
    const { cluster, connection } = without("eth9", ["node-02", "node-03"]);
    const inputs = { connection, ...address, nic: "eth9" };
    const { failures } = await floatingIp.check({}, inputs);
    assert.match(
      failures[0]!.reason,
      new RegExp(
        "^\\[conflict\\] web_ip: the agent ocf:heartbeat:IPaddr2 could not start it on node-02, node-03:\n" +
          '    node-02: Invalid interface name \\[eth9\\]: Device "eth9" does not exist\\.\n' +
          '    node-03: Invalid .*\nCorrect "ip", "nic",',
      ),
    );
    assert.deepEqual(cluster.commits, []);
  });

  test("also for a change of what is there", async () => {
    const { cluster, connection, asked } = without("eth9", ["node-03"]);
    cluster.edit(
      "resource create web_ip ocf:heartbeat:IPaddr2 ip=192.0.2.80 nic=eth0 op monitor interval=30s",
    );
    const old = {
      ...{ connection, ...address, nic: "eth0", monitorInterval: "30s" },
    };
    const { failures } = await floatingIp.check(old, { ...old, nic: "eth9" });
    assert.match(failures[0]!.reason, /could not start it on node-03:/);
    assert.ok(asked().length > 0);
  });

  test("but not where nothing changes: an interface that broke since is no reason to refuse", async () => {
    const { cluster, connection, asked } = without("eth9", ["node-03"]);
    cluster.edit(
      "resource create web_ip ocf:heartbeat:IPaddr2 ip=192.0.2.80 nic=eth9 op monitor interval=30s",
    );
    const old = { connection, ...address, nic: "eth9", monitorInterval: "30s" };
    const { failures } = await floatingIp.check(old, {
      ...old,
      monitorInterval: "10s",
    });
    assert.deepEqual(failures, []);
    assert.deepEqual(asked(), []);
  });

  test("but for those that a constraint forbids it, or its group", async () => {
    const { cluster, connection } = without("eth9", ["node-03"]);
    const inputs = { connection, ...address, nic: "eth9", group: "web" };
    const { failures } = await floatingIp.check({}, inputs);
    assert.match(
      failures[0]!.reason,
      /\("pcs constraint location 'regexp%\^web\$' avoids NODE"\)/,
    );
    // Of what will be, a pattern may speak already.
    const looks = [
      { named: 'rsc-pattern="^w.b$"', score: "-INFINITY", refused: 0 },
      { named: 'rsc-pattern="^w.b$"', score: "-100", refused: 1 },
      { named: 'rsc="web"', score: "-INFINITY", refused: 0 },
      { named: 'rsc="web"', score: "-100", refused: 1 },
    ];
    for (const [index, { named, score, refused }] of looks.entries()) {
      if (index === 2)
        cluster.edit(
          "resource create other ocf:heartbeat:Dummy",
          "resource group add web other",
        );
      cluster.constraints = `<rsc_location id="ban" ${named} node="node-03" score="${score}"/>`;
      const user = `again-${index}`;
      const again = { ...inputs, connection: { ...connection, user } };
      const { failures } = await floatingIp.check({}, again);
      assert.equal(failures.length, refused, `${named} ${score}`);
    }
  });

  test("once for many addresses that differ in nothing that it looks at", async () => {
    const { connection, asked } = without("eth9", []);
    for (const [index, ip] of ["192.0.2.81", "198.51.100.1"].entries())
      await floatingIp.check(
        {},
        {
          ...{ connection, resourceId: `ip-${index}`, ip },
          ...{ nic: "eth0", cidrNetmask: 24 },
        },
      );
    assert.equal(asked().length, 3);
    await floatingIp.check(
      {},
      { connection, resourceId: "ip-3", ip: "192.0.2.90", cidrNetmask: 24 },
    );
    await floatingIp.check(
      {},
      { connection, resourceId: "ip-4", ip: "192.0.2.91", cidrNetmask: 24 },
    );
    assert.equal(asked().length, 6);
  });

  test("a node that does not answer is named, and refuses nothing", async () => {
    const { cluster, connection } = without("eth9", ["node-03"]);
    cluster.node("node-03").openFails = new PacemakerError(
      "connect",
      "nobody is there",
    );
    const inputs = { connection, ...address, nic: "eth9" };
    assert.deepEqual((await floatingIp.check({}, inputs)).failures, []);
    assert.match(
      person.said,
      /web_ip: whether it could start on node-03 could not be looked at: no answer by ssh/,
    );
  });
});
