import { unstage } from "../../provider/src/model/staging";
import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import { failed } from "../transaction/fakeCluster";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { providerText } from "../../provider/src/resources/shim";
import {
  floatingIp,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";
import type { FakeCluster } from "../transaction/fakeCluster";
import { PacemakerError } from "../../provider/src/errors";

/** The one command by which all that wait for their group are started. */
const unstaging = (...ids: string[]): string => unstage(ids)[0]!.join(" ");

type Properties = Record<string, unknown>;
type Setting = ReturnType<typeof newCluster>;

/** In milliseconds, longer than one read of the cluster serves those that come after it. */
const observationAge = 500;

const person = listen();

/** Three nodes, each with Debian 13's Postfix as its installation left it: enabled and running. */
function mailCluster(): Setting {
  const setting = newCluster();
  for (const node of setting.cluster.nodes)
    node.units.set("postfix", {
      UnitFileState: "enabled",
      ActiveState: "active",
      WantedBy: "multi-user.target",
    });
  return setting;
}

const inputsOf = ({ connection }: Setting) => ({
  ip: {
    connection,
    resourceId: "smtp_ip",
    ip: "192.0.2.25",
    cidrNetmask: 24,
    monitorInterval: "30s",
    group: "smtp-stack",
  },
  service: {
    connection,
    resourceId: "smtp_service",
    unit: "postfix",
    followWrapper: true,
    monitorInterval: "30s",
    group: "smtp-stack",
  },
  group: {
    connection,
    resourceId: "smtp-stack",
    members: ["smtp_ip", "smtp_service"],
    listeningPorts: [25],
  },
});

async function createAll(setting: Setting) {
  const inputs = inputsOf(setting);
  return {
    ip: await floatingIp.create(inputs.ip),
    service: await systemdResource.create(inputs.service),
    group: await resourceGroup.create(inputs.group),
  };
}

/** The error that a handler ends with, as Pulumi sees it. */
async function errorOf(work: Promise<unknown>) {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (
      thrown: Error & {
        id?: string;
        properties?: Properties;
        reasons?: string[];
      },
    ) => thrown,
  );
  assert.ok(error instanceof Error);
  assert.equal(error.stack, "");
  assert.ok(!("code" in error), "Pulumi would take it for a status of gRPC");
  return error;
}

function holdsUndefined(value: unknown): boolean {
  if (value === undefined || typeof value === "function") return true;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some(holdsUndefined)
  );
}

describe("create", () => {
  test("a member is staged: it stands there and does not run", async () => {
    const setting = mailCluster();
    const { ip } = inputsOf(setting);
    assert.deepEqual(await floatingIp.create({ ...ip, __provider: "text" }), {
      id: "smtp_ip",
      outs: ip,
    });
    assert.equal(setting.cluster.runsOn("smtp_ip"), undefined);
    assert.deepEqual(setting.cluster.primitive("smtp_ip")?.meta, {
      "target-role": "Stopped",
      "pulumi-staged": "smtp-stack",
    });
  });

  test("what has no group starts at once, and tells where", async () => {
    const setting = mailCluster();
    const { ip } = inputsOf(setting);
    const { outs } = await floatingIp.create({ ...ip, group: undefined });
    const { group, ...others } = ip;
    assert.equal(group, "smtp-stack");
    assert.deepEqual(outs, { ...others, activeNode: "node-01" });
    assert.equal(setting.cluster.runsOn("smtp_ip"), "node-01");
  });

  test("the group starts its members in one change, on one node", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { service, group } = await createAll(setting);
    assert.deepEqual(group.outs, {
      ...inputsOf(setting).group,
      activeNode: "node-01",
    });
    assert.equal(service.outs.registeredUnit, "postfix");
    assert.equal(cluster.runsOn("smtp_ip"), "node-01");
    assert.equal(cluster.runsOn("smtp_service"), "node-01");
    assert.deepEqual(cluster.commits.at(-1), [
      "resource group add smtp-stack smtp_ip smtp_service",
      unstaging("smtp_ip", "smtp_service"),
    ]);
  });

  test("what was down counts as started once it is up: nobody asks what else is planned", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { ip, service, group } = inputsOf(setting);
    await floatingIp.create(ip);
    await systemdResource.create(service);
    for (const { name } of cluster.nodes) cluster.standby.add(name);
    let looksAfter = 0;
    const answer = ([program]: readonly string[]) => {
      if (program === "/usr/sbin/crm_mon" && cluster.group("smtp-stack")) {
        looksAfter += 1;
        // Down when it is looked at for the first time after the change, and up some looks later.
        if (looksAfter === 3) {
          cluster.standby.clear();
          cluster.edit();
        }
      }
      return undefined;
    };
    for (const node of cluster.nodes) node.answer = answer;
    const { outs } = await resourceGroup.create(group);
    assert.equal(outs.activeNode, "node-01");
    assert.ok(looksAfter >= 3);
    assert.ok(!cluster.log.some((line) => line.includes("--live-check")));
  });

  test("a unit is stopped and disabled on every node before it is registered", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    await systemdResource.create(inputsOf(setting).service);
    for (const node of cluster.nodes) {
      assert.equal(node.units.get("postfix")?.UnitFileState, "disabled");
      assert.equal(node.units.get("postfix")?.ActiveState, "inactive");
      const lines = cluster.log;
      const disabled = lines.findIndex((line) =>
        line.startsWith(
          `${node.name}: /usr/bin/systemctl disable --now postfix.service`,
        ),
      );
      assert.ok(disabled >= 0);
      assert.ok(disabled < lines.findIndex((line) => line.includes("--patch")));
    }
  });

  test("an address and a service that are created together reach the cluster in one change", async () => {
    const setting = mailCluster();
    const { ip, service } = inputsOf(setting);
    await Promise.all([floatingIp.create(ip), systemdResource.create(service)]);
    assert.equal(setting.cluster.commits.length, 1);
    assert.ok(setting.cluster.primitive("smtp_ip"));
    assert.ok(setting.cluster.primitive("smtp_service"));
  });

  test("an address does not wait for a service whose unit cannot be stopped", async () => {
    const setting = mailCluster();
    const { ip, service } = inputsOf(setting);
    setting.cluster.nodes[1]!.answer = (argv) =>
      argv.includes("disable") ? failed(1, "Failed: busy") : undefined;
    const [made, refused] = await Promise.allSettled([
      floatingIp.create(ip),
      systemdResource.create(service),
    ]);
    assert.equal(made.status, "fulfilled");
    assert.equal(refused.status, "rejected");
    assert.ok(setting.cluster.primitive("smtp_ip"));
    assert.equal(setting.cluster.primitive("smtp_service"), undefined);
  });

  test("units are disabled without Debian's scripts for SysV", async () => {
    const setting = mailCluster();
    const environments: unknown[] = [];
    for (const node of setting.cluster.nodes)
      node.answer = (argv, options) => {
        if (argv.includes("disable")) environments.push(options.environment);
        return undefined;
      };
    await systemdResource.create(inputsOf(setting).service);
    assert.deepEqual(
      environments,
      setting.cluster.nodes.map(() => ({ SYSTEMCTL_SKIP_SYSV: "1" })),
    );
  });

  test("Debian 12's wrapper is disabled, and its instance registered", async () => {
    const setting = newCluster();
    for (const { units } of setting.cluster.nodes) {
      units.set("postfix", {
        UnitFileState: "enabled",
        ActiveState: "active",
        Type: "oneshot",
        RemainAfterExit: "yes",
        Wants: "postfix@-.service",
      });
      units.set("postfix@-", {
        UnitFileState: "enabled-runtime",
        ActiveState: "active",
        WantedBy: "postfix.service",
      });
    }
    const { outs } = await systemdResource.create(inputsOf(setting).service);
    assert.equal(outs.registeredUnit, "postfix@-");
    assert.equal(outs.unit, "postfix");
    assert.equal(
      setting.cluster.primitive("smtp_service")?.agent,
      "systemd:postfix@-",
    );
    for (const { units } of setting.cluster.nodes) {
      assert.equal(units.get("postfix")?.UnitFileState, "disabled");
      assert.equal(units.get("postfix@-")?.ActiveState, "inactive");
    }
  });

  test("a unit that one node lacks: nothing is touched", async () => {
    const setting = mailCluster();
    setting.cluster.node("node-03").units.clear();
    const error = await errorOf(
      systemdResource.create(inputsOf(setting).service),
    );
    assert.equal(
      error.message,
      `[cluster] smtp_service: there is no usable unit "postfix" on node-03 (LoadState=not-found). ` +
        `Install the service there ("systemctl status postfix" shows what systemd knows), or correct "unit". ` +
        `Nothing was changed.`,
    );
    assert.ok(!("id" in error));
    assert.equal(
      setting.cluster.node("node-01").units.get("postfix")?.ActiveState,
      "active",
    );
  });

  test("what exists and differs is refused before a unit is stopped, and is not in the state", async () => {
    const setting = mailCluster();
    setting.cluster.edit(
      "resource create smtp_service systemd:exim4 op monitor interval=30s",
    );
    const error = await errorOf(
      systemdResource.create(inputsOf(setting).service),
    );
    assert.match(
      error.message,
      /^\[conflict\] smtp_service exists in the cluster and differs from what is declared:\n- its agent is systemd:exim4, declared is systemd:postfix\n/,
    );
    assert.ok(!("id" in error) && !("reasons" in error));
    assert.equal(
      setting.cluster.node("node-01").units.get("postfix")?.ActiveState,
      "active",
    );
    assert.deepEqual(setting.cluster.commits, []);
  });

  test("in any order of arrival the outcome is the same", async () => {
    const setting = mailCluster();
    const { ip, service, group } = inputsOf(setting);
    await Promise.all([
      resourceGroup.create(group),
      systemdResource.create(service),
      floatingIp.create(ip),
    ]);
    const other = mailCluster();
    await createAll(other);
    const resources = ({ cluster }: { cluster: FakeCluster }) =>
      cluster.cib().replace(/epoch="\d+" num_updates="\d+"/, "");
    assert.equal(resources(setting), resources(other));
  });

  test("a member that an operator disabled is left so", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { ip, service, group } = inputsOf(setting);
    await floatingIp.create(ip);
    await systemdResource.create(service);
    cluster.edit("resource meta smtp_service pulumi-staged=");
    const { outs } = await resourceGroup.create({
      ...group,
      listeningPorts: undefined,
    });
    assert.equal(
      cluster.primitive("smtp_service")?.meta["target-role"],
      "Stopped",
    );
    assert.equal(cluster.runsOn("smtp_ip"), "node-01");
    assert.match(person.said, /smtp_service is disabled by an operator/);
    assert.equal(outs.activeNode, "node-01");
  });

  test("where the first member is, a change of a later one is made, and that is said", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { service, group } = await createAll(setting);
    cluster.edit("resource meta smtp_ip target-role=Stopped");
    person.said = "";
    const inputs = { ...inputsOf(setting).service, monitorInterval: "15s" };
    await systemdResource.update("smtp_service", service.outs, inputs);
    assert.match(
      person.said,
      /smtp_service: smtp_service is not started: smtp_ip is disabled by an operator \(target-role=Stopped\); left so/,
    );
    const meta = { ...inputsOf(setting).group, meta: { priority: 1 } };
    const { outs } = await resourceGroup.update("smtp-stack", group.outs, meta);
    assert.equal(outs.activeNode, undefined);
  });
});

describe("a start that fails", () => {
  async function failing() {
    const setting = mailCluster();
    const { ip, service, group } = inputsOf(setting);
    await floatingIp.create(ip);
    await systemdResource.create(service);
    setting.cluster.startFails.add("smtp_service");
    const error = await errorOf(
      resourceGroup.create({ ...group, meta: undefined }),
    );
    return { setting, group, error };
  }

  test("keeps the group in the state, marked, with the cluster's words, and the next run goes on", async () => {
    const { setting, group, error } = await failing();
    assert.equal(error.id, "smtp-stack");
    assert.deepEqual(error.properties, {
      ...group,
      incomplete: true,
      __provider: providerText("resourceGroup"),
    });
    assert.ok(!holdsUndefined(error.properties));
    assert.deepEqual(error.reasons, [error.message]);
    assert.match(
      error.message,
      /smtp_service failed to start on node-02: not running, exit code 7; see "journalctl -u postfix" on node-02/,
    );
    setting.cluster.startFails.clear();
    const { outs } = await resourceGroup.update(
      "smtp-stack",
      error.properties!,
      group,
    );
    assert.deepEqual(outs, { ...group, activeNode: "node-01" });
    assert.equal(setting.cluster.runsOn("smtp_service"), "node-01");
  });
});

describe("update", () => {
  test("of the connection alone does not touch the cluster", async () => {
    const setting = mailCluster();
    const { group } = await createAll(setting);
    const before = setting.cluster.log.length;
    const connection = { hosts: ["192.0.2.99"], user: "other" };
    const { outs } = await resourceGroup.update("smtp-stack", group.outs, {
      ...inputsOf(setting).group,
      connection,
    });
    assert.deepEqual(outs, { ...group.outs, connection });
    assert.equal(setting.cluster.log.length, before);
  });

  test("of nothing changes nothing", async () => {
    const setting = mailCluster();
    const states = await createAll(setting);
    const { ip, service, group } = inputsOf(setting);
    const { epoch } = setting.cluster.version;
    assert.deepEqual(
      (
        await floatingIp.update(
          "smtp_ip",
          { ...states.ip.outs, incomplete: true },
          ip,
        )
      ).outs,
      states.ip.outs,
    );
    assert.deepEqual(
      (
        await systemdResource.update(
          "smtp_service",
          { ...states.service.outs, incomplete: true },
          service,
        )
      ).outs,
      states.service.outs,
    );
    assert.deepEqual(
      (
        await resourceGroup.update(
          "smtp-stack",
          { ...states.group.outs, incomplete: true },
          group,
        )
      ).outs,
      states.group.outs,
    );
    assert.equal(setting.cluster.version.epoch, epoch);
    assert.equal(setting.cluster.runsOn("smtp_service"), "node-01");
  });

  test("of the address changes that alone", async () => {
    const setting = mailCluster();
    const { ip } = await createAll(setting);
    await floatingIp.update("smtp_ip", ip.outs, {
      ...inputsOf(setting).ip,
      ip: "192.0.2.26",
    });
    assert.deepEqual(setting.cluster.commits.at(-1), [
      "resource update smtp_ip ip=192.0.2.26",
    ]);
  });
});

describe("a change of what runs", () => {
  test("has ended when nothing more is planned: before its restart, it looks up as well", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { ip } = await createAll(setting);
    cluster.planned = `<rsc_action action="restart" resource="smtp_ip" node="node-01"/>`;
    let ended = false;
    const change = floatingIp
      .update("smtp_ip", ip.outs, { ...inputsOf(setting).ip, cidrNetmask: 25 })
      .finally(() => (ended = true));
    const looks = () =>
      cluster.log.filter((line) => line.includes("crm_simulate")).length;
    while (looks() < 3) await sleep(10);
    assert.equal(ended, false);
    cluster.planned = "";
    await change;
  });
});

describe("a node that is offline when its unit is to be stopped", () => {
  /** node-03 is down, and its own Postfix starts again at its next boot. */
  async function createWithout(setting: Setting) {
    const node = setting.cluster.node("node-03");
    node.online = false;
    node.openFails = new PacemakerError(
      "connect",
      `${node.address}:22: no answer`,
    );
    const { outs } = await systemdResource.create(inputsOf(setting).service);
    return { node, outs };
  }

  test("is said and kept in the state, and the others are done", async () => {
    const setting = mailCluster();
    const { outs } = await createWithout(setting);
    assert.deepEqual(outs, {
      ...inputsOf(setting).service,
      registeredUnit: "postfix",
      pendingNodes: ["node-03"],
    });
    assert.match(
      person.said,
      /smtp_service: its unit could not be stopped and disabled on node-03: offline\. Run "pulumi up" again when it is back\./,
    );
    assert.ok(setting.cluster.primitive("smtp_service"));
    assert.deepEqual(
      setting.cluster.nodes.map(({ units }) => units.get("postfix")),
      ["inactive", "inactive", "active"].map((ActiveState) => ({
        UnitFileState: ActiveState === "active" ? "enabled" : "disabled",
        ActiveState,
        WantedBy: "multi-user.target",
      })),
    );
  });

  test("is a change of the same inputs, while it is down and when it is back", async () => {
    const setting = mailCluster();
    const { service } = inputsOf(setting);
    const { node, outs } = await createWithout(setting);
    const diff = () => systemdResource.diff("smtp_service", outs, service);
    const expected = { changes: true, replaces: [], deleteBeforeReplace: true };
    assert.deepEqual(await diff(), expected);
    node.online = true;
    delete node.openFails;
    assert.deepEqual(await diff(), expected);
  });

  test("stays so after an update while it is down, and after a refresh", async () => {
    const setting = mailCluster();
    const { service } = inputsOf(setting);
    const { outs } = await createWithout(setting);
    const again = await systemdResource.update("smtp_service", outs, service);
    assert.deepEqual(again.outs.pendingNodes, ["node-03"]);
    const { props } = await systemdResource.read("smtp_service", again.outs);
    assert.deepEqual(props?.pendingNodes, ["node-03"]);
  });

  test("is done by the first update when it is back, and then nothing is left to do", async () => {
    const setting = mailCluster();
    const { service } = inputsOf(setting);
    const { node, outs } = await createWithout(setting);
    node.online = true;
    delete node.openFails;
    // The next "up" is another process, which has seen nothing; here, what was seen a moment ago must age.
    await sleep(observationAge);
    const { epoch } = setting.cluster.version;
    const done = await systemdResource.update("smtp_service", outs, service);
    assert.deepEqual(done.outs, { ...service, registeredUnit: "postfix" });
    assert.deepEqual(node.units.get("postfix"), {
      UnitFileState: "disabled",
      ActiveState: "inactive",
      WantedBy: "multi-user.target",
    });
    assert.equal(setting.cluster.version.epoch, epoch, "the CIB was changed");
    const { changes } = await systemdResource.diff(
      "smtp_service",
      done.outs,
      service,
    );
    assert.equal(changes, false);
  });
});

describe("read", () => {
  test("what is as declared reads as the state, twice", async () => {
    const setting = mailCluster();
    const { ip, service, group } = await createAll(setting);
    const inputs = inputsOf(setting);
    const { epoch } = setting.cluster.version;
    assert.deepEqual(await floatingIp.read(ip.id, ip.outs), {
      id: "smtp_ip",
      props: ip.outs,
      inputs: inputs.ip,
    });
    assert.deepEqual(await systemdResource.read(service.id, service.outs), {
      id: "smtp_service",
      props: service.outs,
      inputs: inputs.service,
    });
    assert.deepEqual(await resourceGroup.read(group.id, group.outs), {
      id: "smtp-stack",
      props: group.outs,
      inputs: inputs.group,
    });
    assert.equal(setting.cluster.version.epoch, epoch);
  });

  test("what somebody changed", async () => {
    const setting = mailCluster();
    const { ip } = await createAll(setting);
    setting.cluster.edit(
      "resource update smtp_ip ip=192.0.2.99 cidr_netmask=",
      "resource update smtp_ip op monitor interval=60s",
    );
    const found = await floatingIp.read(ip.id, ip.outs);
    assert.equal(found.inputs?.ip, "192.0.2.99");
    assert.equal(found.inputs?.monitorInterval, "60s");
    assert.ok(!("cidrNetmask" in found.inputs!));
    assert.ok(!holdsUndefined(found));
  });

  test("a member that somebody took out, and one that somebody put in", async () => {
    const setting = mailCluster();
    const { group } = await createAll(setting);
    setting.cluster.edit(
      "resource group remove smtp-stack smtp_service",
      "resource create theirs systemd:chrony",
      "resource group add smtp-stack theirs",
    );
    const found = await resourceGroup.read(group.id, group.outs);
    assert.deepEqual(found.inputs?.members, ["smtp_ip"]);
  });

  test("a spelling that means the same is no change", async () => {
    const setting = mailCluster();
    const { ip } = await createAll(setting);
    setting.cluster.edit("resource update smtp_ip op monitor interval=30000ms");
    assert.deepEqual((await floatingIp.read(ip.id, ip.outs)).props, ip.outs);
  });

  test("all that is read at the same time asks the cluster once", async () => {
    const setting = mailCluster();
    const { ip, service, group } = await createAll(setting);
    setting.cluster.log.length = 0;
    await Promise.all([
      floatingIp.read(ip.id, ip.outs),
      systemdResource.read(service.id, service.outs),
      resourceGroup.read(group.id, group.outs),
    ]);
    assert.equal(
      setting.cluster.log.filter((line) => line.includes("--query")).length,
      1,
    );
  });

  test("what is gone is gone", async () => {
    const setting = mailCluster();
    const { ip, service, group } = inputsOf(setting);
    assert.deepEqual(await floatingIp.read("smtp_ip", ip), {});
    assert.deepEqual(await systemdResource.read("smtp_service", service), {});
    assert.deepEqual(await resourceGroup.read("smtp-stack", group), {});
  });

  test("a cluster that cannot be asked is no resource that is gone", async () => {
    const setting = mailCluster();
    const { ip } = await createAll(setting);
    for (const node of setting.cluster.nodes) {
      node.openFails = new PacemakerError(
        "connect",
        `${node.address}:22: no answer`,
      );
      node.answer = () => {
        throw node.openFails;
      };
    }
    for (const work of [
      floatingIp.read(ip.id, ip.outs),
      floatingIp.delete(ip.id, ip.outs),
    ])
      assert.match(
        (await errorOf(work)).message,
        /^\[connect\] none of the cluster's 3 hosts can be used:\n- 192\.0\.2\.11: 192\.0\.2\.11:22: no answer\n/,
      );
  });
});

describe("delete", () => {
  test("the group stops its members and dissolves, then they go; nothing is left", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { ip, service, group } = await createAll(setting);
    await resourceGroup.delete(group.id, group.outs);
    assert.equal(cluster.group("smtp-stack"), undefined);
    for (const id of ["smtp_ip", "smtp_service"]) {
      assert.equal(cluster.runsOn(id), undefined);
      assert.ok(cluster.primitive(id), `${id} is still there`);
    }
    await systemdResource.delete(service.id, service.outs);
    await floatingIp.delete(ip.id, ip.outs);
    assert.deepEqual(cluster.resources, []);
  });

  test("what nothing names goes by one call; of what is named, pcs takes away the rest", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { ip, service, group } = await createAll(setting);
    await resourceGroup.delete(group.id, group.outs);
    cluster.tags.set("theirs", ["smtp_ip", "other"]);
    await systemdResource.delete(service.id, service.outs);
    await floatingIp.delete(ip.id, ip.outs);
    assert.deepEqual(cluster.commits.slice(-2), [
      [
        `cibadmin --delete --xpath /cib/configuration/resources/primitive[@id="smtp_service"]`,
      ],
      ["tag update theirs remove smtp_ip", "resource delete smtp_ip"],
    ]);
  });

  test("it ends when the last node has forgotten what went", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { ip, group } = await createAll(setting);
    await resourceGroup.delete(group.id, group.outs);
    cluster.transition = `<rsc_action resource="smtp_ip" op="delete" node="node-03"/>`;
    let ended = false;
    const deletion = floatingIp.delete(ip.id, ip.outs).finally(() => {
      ended = true;
    });
    const looks = () =>
      cluster.log.filter((line) => line.includes("crm_simulate")).length;
    const before = looks();
    while (looks() < before + 3) await sleep(10);
    assert.equal(cluster.primitive("smtp_ip"), undefined);
    assert.equal(ended, false);
    cluster.transition = "";
    await deletion;
  });

  test("what is gone already is no error, and nothing is written", async () => {
    const setting = mailCluster();
    const { ip, service, group } = inputsOf(setting);
    await floatingIp.delete("smtp_ip", ip);
    await systemdResource.delete("smtp_service", service);
    await resourceGroup.delete("smtp-stack", group);
    assert.deepEqual(setting.cluster.commits, []);
  });

  test("members that the program did not declare stay in their group, and run", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { group } = await createAll(setting);
    cluster.edit(
      "resource create theirs systemd:chrony",
      "resource group add smtp-stack --before smtp_ip theirs",
    );
    cluster.constraints = `<rsc_location id="away" rsc="smtp-stack" node="node-03" score="-5"/>`;
    person.said = "";
    await resourceGroup.delete(group.id, group.outs);
    assert.deepEqual(
      cluster.group("smtp-stack")?.members.map((member) => member.id),
      ["theirs"],
    );
    assert.equal(cluster.runsOn("theirs"), "node-01");
    assert.match(
      person.said,
      /smtp-stack: is left in the cluster, because it holds theirs, which this program did not declare\. So are the constraints on it: away\./,
    );
    assert.doesNotMatch(person.said, /is named by/);
  });

  // Pacemaker's daemons were killed on a node: what comes up again knows nothing of what runs there yet.
  test("what was seen stopped before it was is waited for again", async () => {
    const setting = newCluster();
    const { cluster } = setting;
    const alone = { ...inputsOf(setting).ip, group: undefined };
    const { outs } = await floatingIp.create(alone);
    let looks = 0;
    for (const node of cluster.nodes)
      node.answer = async (argv, options) => {
        const isStopping =
          cluster.primitive("smtp_ip")?.meta["target-role"] === "Stopped";
        if (!argv[0]?.endsWith("crm_mon") || !isStopping) return undefined;
        const result = await cluster.run(node, argv, options);
        looks += 1;
        if (looks === 1 || looks > 4) return result;
        return {
          ...result,
          stdout: result.stdout.replace(
            /(<resource id="smtp_ip"[^>]* role=)"Stopped" active="false"([^>]*>)/,
            '$1"Started" active="true"$2<node name="node-02"/>',
          ),
        };
      };
    await floatingIp.delete("smtp_ip", outs);
    assert.equal(cluster.primitive("smtp_ip"), undefined);
    assert.ok(looks > 4, `${looks} looks`);
  });

  test("what somebody starts again meanwhile is not deleted", async () => {
    const setting = newCluster();
    const { cluster } = setting;
    const alone = { ...inputsOf(setting).ip, group: undefined };
    const { outs } = await floatingIp.create(alone);
    for (const node of cluster.nodes)
      node.answer = async (argv, options) => {
        const hasStopped =
          cluster.primitive("smtp_ip")?.meta["target-role"] === "Stopped";
        if (!argv[0]?.endsWith("crm_mon") || !hasStopped) return undefined;
        const result = await cluster.run(node, argv, options);
        cluster.edit("resource meta smtp_ip target-role= pulumi-staged=");
        return result;
      };
    const error = await errorOf(floatingIp.delete("smtp_ip", outs));
    assert.match(error.message, /smtp_ip was started again by somebody else/);
    assert.ok(cluster.runsOn("smtp_ip"));
  });

  test("a member whose stop fails is not deleted", async () => {
    const setting = mailCluster();
    const { cluster } = setting;
    const { group } = await createAll(setting);
    cluster.stopFails.add("smtp_service");
    const error = await errorOf(resourceGroup.delete(group.id, group.outs));
    assert.equal(
      error.message,
      "[cluster] smtp_service could not be stopped and is blocked on node-01; it is left in the configuration.\n" +
        "- smtp_service failed to stop on node-01: error\n" +
        `Stop it there by hand, then "pcs resource cleanup smtp_service", and run this again.\n` +
        `Stopped for it, and left so: smtp_ip, smtp_service. The same command again goes on; "pulumi up --refresh" starts ` +
        `what is still declared.`,
    );
    assert.ok(cluster.group("smtp-stack"));
    assert.ok(cluster.primitive("smtp_service"));
  });

  test("a resource in a group that is not its own is refused", async () => {
    const setting = mailCluster();
    const { ip } = await createAll(setting);
    setting.cluster.edit(
      "resource group remove smtp-stack smtp_ip",
      "resource group add theirs smtp_ip",
    );
    const error = await errorOf(floatingIp.delete(ip.id, ip.outs));
    assert.equal(
      error.message,
      `[conflict] smtp_ip is a member of the group theirs, which is not the one declared for it (smtp-stack). ` +
        `Take it out there first: "pcs resource group remove theirs smtp_ip". Nothing was changed.`,
    );
    assert.equal(setting.cluster.runsOn("smtp_ip"), "node-01");
  });
});

test("no secret is in any command line, warning or error", async () => {
  const setting = mailCluster();
  const { ip, group } = await createAll(setting);
  setting.cluster.stopFails.add("smtp_service");
  const error = await errorOf(resourceGroup.delete(group.id, group.outs));
  await floatingIp.read(ip.id, ip.outs);
  for (const text of [...setting.cluster.log, person.said, error.message])
    assert.doesNotMatch(text, /SECRET/);
});
