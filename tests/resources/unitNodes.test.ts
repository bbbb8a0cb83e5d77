/** On which nodes a systemd unit is stopped and disabled, and what is said of the others. */
import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import { failed, type FakeNode } from "../transaction/fakeCluster";
import test from "node:test";
import assert from "node:assert/strict";
import { PacemakerError } from "../../provider/src/errors";
import { systemdResource } from "../../provider/src/provider";

const person = listen();

function setting(names?: readonly string[]) {
  const { cluster, connection } = newCluster(names);
  for (const node of cluster.nodes)
    node.units.set("postfix", {
      UnitFileState: "enabled",
      ActiveState: "active",
      WantedBy: "multi-user.target",
    });
  const inputs = {
    connection,
    resourceId: "mail",
    unit: "postfix",
    monitorInterval: "30s",
    group: "mail-stack",
  };
  return { cluster, inputs };
}

const isOff = (node: FakeNode | undefined): boolean => {
  const unit = node?.units.get("postfix");
  return unit?.UnitFileState !== "enabled" && unit?.ActiveState === "inactive";
};

/** Its answers are its own, whatever the cluster's status says of it. */
function answersOf(
  node: FakeNode,
  tool: string,
  answer: () => ReturnType<typeof failed>,
): void {
  const before = node.answer;
  node.answer = (argv, options) =>
    argv[0] === tool ? answer() : before?.(argv, options);
}

test("a node that is cut off from the others is not written to, and is done later", async () => {
  const { cluster, inputs } = setting();
  cluster.nodes[2]!.online = false;
  const { outs } = await systemdResource.create(inputs);
  assert.deepEqual(cluster.nodes.map(isOff), [true, true, false]);
  assert.deepEqual(outs.pendingNodes, ["node-03"]);
  assert.match(person.said, /could not be stopped and disabled on node-03/);
});

test("a node whose Pacemaker is down, and whose ssh answers, is done at once", async () => {
  const { cluster, inputs } = setting();
  const third = cluster.nodes[2]!;
  third.online = false;
  answersOf(third, "/usr/sbin/crm_node", () =>
    failed(102, "Could not connect to controller\n"),
  );
  answersOf(third, "/bin/uname", () => ({
    code: 0,
    stdout: "node-03.example.org\n",
    stderr: "",
  }));
  const { outs } = await systemdResource.create(inputs);
  assert.deepEqual(cluster.nodes.map(isOff), [true, true, true]);
  assert.equal(outs.pendingNodes, undefined);
});

test("a host without Pacemaker that is none of the offline nodes is left alone", async () => {
  const { cluster, inputs } = setting();
  const third = cluster.nodes[2]!;
  third.online = false;
  answersOf(third, "/usr/sbin/crm_node", () => failed(102, "no controller\n"));
  answersOf(third, "/bin/uname", () => ({
    code: 0,
    stdout: "somebody-else\n",
    stderr: "",
  }));
  const { outs } = await systemdResource.create(inputs);
  assert.deepEqual(cluster.nodes.map(isOff), [true, true, false]);
  assert.deepEqual(outs.pendingNodes, ["node-03"]);
});

test("a host that is a node of another cluster is refused before anything is touched", async () => {
  const { cluster, inputs } = setting();
  answersOf(cluster.nodes[2]!, "/usr/sbin/crm_node", () => ({
    code: 0,
    stdout: "db-1\n",
    stderr: "",
  }));
  await assert.rejects(systemdResource.create(inputs), {
    message:
      "[configuration] mail: 192.0.2.13:22 is the node db-1, and the cluster has only node-01, node-02, node-03. " +
      "Correct connection.hosts. Nothing was changed.",
  });
  assert.deepEqual(cluster.nodes.map(isOff), [false, false, false]);
  assert.deepEqual(cluster.commits, []);
});

test("a host that is down does not hold up what is done on the others", async () => {
  const { cluster, inputs } = setting();
  const third = cluster.nodes[2]!;
  third.online = false;
  third.openTakes = 6000;
  third.openFails = new PacemakerError("connect", "down", third.address);
  const started = Date.now();
  const { outs } = await systemdResource.create(inputs);
  assert.ok(Date.now() - started < 4000);
  assert.deepEqual(outs.pendingNodes, ["node-03"]);
});

test("a connection that is lost under systemctl is looked at again", async () => {
  const { cluster, inputs } = setting();
  const first = cluster.nodes[0]!;
  first.answer = async (argv, options) => {
    if (!argv.includes("disable")) return undefined;
    await cluster.run(first, argv, options);
    throw new PacemakerError("unknown-outcome", "lost", first.address);
  };
  await systemdResource.create(inputs);
  assert.deepEqual(cluster.nodes.map(isOff), [true, true, true]);
});

test("a script for SysV's init is disabled with its links", async () => {
  const { cluster, inputs } = setting();
  for (const node of cluster.nodes) {
    node.units.set("postfix", {
      UnitFileState: "generated",
      ActiveState: "active",
      WantedBy: "multi-user.target",
    });
    let links = true;
    node.answer = (argv, options) => {
      if (argv.includes("is-enabled"))
        return links ? { code: 0, stdout: "", stderr: "" } : failed(1, "");
      if (argv.includes("disable")) {
        assert.equal(options.environment, undefined);
        links = false;
        node.units.get("postfix")!.ActiveState = "inactive";
        return { code: 0, stdout: "", stderr: "" };
      }
      return undefined;
    };
  }
  await systemdResource.create(inputs);
  for (const { name } of cluster.nodes)
    assert.ok(
      cluster.log.includes(
        `${name}: /usr/bin/systemctl disable --now postfix.service`,
      ),
    );
});

test("a socket that would start the service beside the cluster is named", async () => {
  const { cluster, inputs } = setting();
  for (const node of cluster.nodes.slice(0, 2)) {
    node.units.set("postfix", {
      ...node.units.get("postfix"),
      TriggeredBy: "postfix.socket other.timer",
    });
    node.units.set("postfix.socket", { ActiveState: "active" });
  }
  await systemdResource.create(inputs);
  assert.match(
    person.said,
    /^warning: mail: its unit can still be started by postfix\.socket on node-01, node-02, beside the cluster: "systemctl disable --now postfix\.socket" there ends it\.$/m,
  );
  assert.doesNotMatch(person.said, /other\.timer/);
});

test("a service that takes this one down where it stops is named, as long as it is used", async () => {
  const { cluster, inputs } = setting();
  for (const node of cluster.nodes) {
    node.units.set("web@mx", { PartOf: "web.service idle.service some.slice" });
    node.units.set("idle", { ActiveState: "inactive" });
    const ActiveState = node.name === "node-03" ? "inactive" : "active";
    node.units.set("web", { ActiveState });
  }
  await systemdResource.create({ ...inputs, unit: "web@mx" });
  assert.match(
    person.said,
    /^warning: mail: systemd stops web@mx\.service wherever web\.service stops \(PartOf= in its \[Unit\] section, on node-01, node-02\), also where Pacemaker or an upgrade stops that: /m,
  );
  assert.doesNotMatch(person.said, /idle\.service/);
});

test("a wrapper of several instances is refused: none of them is the service", async () => {
  const { cluster, inputs } = setting();
  for (const node of cluster.nodes)
    node.units.set("postfix", {
      Type: "oneshot",
      RemainAfterExit: "yes",
      Wants: "postfix@-.service postfix@out.service",
      ActiveState: "active",
    });
  await assert.rejects(
    systemdResource.create({ ...inputs, followWrapper: true }),
    {
      message:
        '[cluster] mail: "postfix" on node-01 is an empty wrapper for several units: postfix@-, postfix@out. It would count as ' +
        'running whatever became of them, so give as "unit" the one that Pacemaker shall run. Nothing was changed.',
    },
  );
  assert.deepEqual(cluster.commits, []);
});

test("what runs elsewhere while an operator keeps Pacemaker from acting is theirs", async () => {
  const { cluster, inputs } = setting();
  const { outs } = await systemdResource.create({
    ...inputs,
    group: undefined,
  });
  const [first, second] = cluster.nodes;
  first!.answer = async (argv, options) => {
    if (argv[0] !== "/usr/sbin/crm_mon") return undefined;
    const real = await cluster.run(first!, argv, options);
    return {
      ...real,
      stdout: real.stdout.replaceAll('managed="true"', 'managed="false"'),
    };
  };
  second!.units.get("postfix")!.ActiveState = "active";
  await systemdResource.update("mail", outs, {
    ...inputs,
    group: undefined,
    monitorInterval: "20s",
  });
  assert.equal(second!.units.get("postfix")!.ActiveState, "active");
  assert.match(
    person.said,
    /mail: postfix runs on node-02 without Pacemaker, which would not start it now \(mail is unmanaged\); left so\./,
  );
});

test("what the cluster has moved while the nodes were looked at is not stopped", async () => {
  const { cluster, inputs } = setting();
  const alone = { ...inputs, group: undefined };
  const { outs } = await systemdResource.create(alone);
  const from = cluster.nodes.find(
    ({ name }) => name === cluster.runsOn("mail"),
  )!;
  const others = cluster.nodes.filter((node) => node !== from);
  for (const node of cluster.nodes)
    node.answer = (argv) => {
      if (argv[0] !== "/usr/bin/systemctl" || cluster.standby.size > 0)
        return undefined;
      cluster.standby.add(from.name);
      cluster.settle();
      const now = others.find(({ name }) => name === cluster.runsOn("mail"))!;
      now.units.get("postfix")!.ActiveState = "active";
      return undefined;
    };
  await systemdResource.update("mail", outs, {
    ...alone,
    monitorInterval: "20s",
  });
  const now = cluster.node(cluster.runsOn("mail")!);
  assert.notEqual(now, from);
  assert.equal(now.units.get("postfix")!.ActiveState, "active");
});

test("followWrapper, once it is set, has the instance run in the wrapper's place", async () => {
  const { cluster, inputs } = setting();
  for (const node of cluster.nodes) {
    node.units.set("postfix", {
      Type: "oneshot",
      RemainAfterExit: "yes",
      Wants: "postfix@-.service",
      ActiveState: "active",
    });
    node.units.set("postfix@-", { ActiveState: "active" });
  }
  const alone = { ...inputs, group: undefined };
  const { outs } = await systemdResource.create(alone);
  assert.equal(cluster.primitive("mail")?.agent, "systemd:postfix");
  const updated = await systemdResource.update("mail", outs, {
    ...alone,
    followWrapper: true,
  });
  assert.equal(cluster.primitive("mail")?.agent, "systemd:postfix@-");
  assert.equal(updated.outs.registeredUnit, "postfix@-");
});

test("a wrapper that is taken over is left so, and said", async () => {
  const { cluster, inputs } = setting();
  for (const node of cluster.nodes) {
    node.units.set("postfix", {
      Type: "oneshot",
      RemainAfterExit: "yes",
      Wants: "postfix@-.service",
    });
    node.units.set("postfix@-", {});
  }
  cluster.edit("resource create mail systemd:postfix op monitor interval=30s");
  await systemdResource.create({
    ...inputs,
    group: undefined,
    followWrapper: true,
  });
  assert.equal(cluster.primitive("mail")?.agent, "systemd:postfix");
  assert.match(
    person.said,
    /mail: runs systemd:postfix, which is an empty wrapper: it counts as running whatever becomes of postfix@-; left so\. Set unit to "postfix@-" to have that one run instead\./,
  );
});

test("what systemd does to others with it is said of a new one, and asked for no more once Pacemaker runs it", async () => {
  const { cluster, inputs } = setting();
  for (const { units } of cluster.nodes) {
    Object.assign(units.get("postfix")!, {
      Conflicts: "shutdown.target rival.service",
      Install: "Also=helper.service",
    });
    units.set("rival", { ActiveState: "active" });
    units.set("helper", { UnitFileState: "enabled" });
  }
  const alone = { ...inputs, group: undefined };
  const asked = (): number =>
    cluster.log.filter((line) =>
      /systemctl (cat|show --property=Id,ActiveState) /.test(line),
    ).length;
  const heard = (): number =>
    person.said.split(/systemd stops rival\.service|disables helper\.service/)
      .length - 1;

  const { failures } = await systemdResource.check({}, alone);
  assert.deepEqual(failures, []);
  const { outs } = await systemdResource.create(alone);
  assert.equal(heard(), 2, person.said);
  const before = asked();
  assert.ok(before >= 6, `${before} questions`);

  const changed = { ...alone, monitorInterval: "20s" };
  await systemdResource.check(alone, changed);
  await systemdResource.update("mail", outs, changed);
  assert.equal(heard(), 2, person.said);
  assert.equal(asked(), before);
});
