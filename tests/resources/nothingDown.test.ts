/** What becomes of units where the change that they are stopped for is not made. */
import { newCluster } from "./fakeSsh";
import { failed, type FakeNode } from "../transaction/fakeCluster";
import test, { afterEach, beforeEach, describe, mock } from "node:test";
import assert from "node:assert/strict";
import { floatingIp, systemdResource } from "../../provider/src/provider";

beforeEach(() => {
  mock.method(process.stderr, "write", () => true);
});
afterEach(() => mock.restoreAll());

function setting() {
  const { cluster, connection } = newCluster();
  for (const { units } of cluster.nodes)
    for (const unit of ["web", "other"])
      units.set(unit, { UnitFileState: "enabled", ActiveState: "active" });
  const common = { connection, monitorInterval: "30s", group: "stack" };
  return {
    cluster,
    service: { ...common, resourceId: "service", unit: "web" },
    address: { ...common, resourceId: "address", ip: "192.0.2.80" },
  };
}

const isAsItWas = ({ units }: FakeNode): boolean =>
  units.get("web")?.ActiveState === "active" &&
  units.get("web")?.UnitFileState === "enabled";

function answers(
  node: FakeNode,
  words: string,
  answer: NonNullable<FakeNode["answer"]>,
): void {
  const before = node.answer;
  node.answer = (argv, options) =>
    argv.join(" ").includes(words)
      ? answer(argv, options)
      : before?.(argv, options);
}

async function refused(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (thrown: Error) => thrown,
  );
  return error.message;
}

/** The commands that change a unit. */
const changesOfUnits = (log: readonly string[]): string[] =>
  log.filter((line) => /systemctl (stop|disable|enable|start)/.test(line));

describe("a unit", () => {
  test("is not touched where no node can stage its registration", async () => {
    const { cluster, service } = setting();
    for (const node of cluster.nodes)
      answers(node, "/bin/sh -s", () =>
        failed(70, "mktemp: No space left on device\n"),
      );
    const message = await refused(systemdResource.create(service));
    assert.match(message, /none of the nodes could prepare the change/);
    assert.deepEqual(changesOfUnits(cluster.log), []);
  });

  test("is not touched where its address cannot be made, whichever comes first", async () => {
    for (const order of [0, 1]) {
      const { cluster, service, address } = setting();
      cluster.refuses = { words: "IPaddr2", code: 1, text: "Error: no agent" };
      const steps = [
        () => floatingIp.create(address),
        () => systemdResource.create(service),
      ];
      if (order === 1) steps.reverse();
      const messages = await Promise.all(steps.map((step) => refused(step())));
      assert.match(messages.join("\n"), /no agent/);
      assert.match(
        messages.join("\n"),
        /service: address, of the same group stack, could not be made/,
      );
      assert.deepEqual(changesOfUnits(cluster.log), []);
    }
  });

  test("is not touched where Pacemaker would not start it, in preview already", async () => {
    const { cluster, service } = setting();
    cluster.startsNothing = true;
    const why =
      /^\[conflict\] service: Pacemaker would not start it as things stand, and the service would be down: it runs by itself \(web on node-01, node-02, node-03\), and is stopped there first\.\n- /;
    const { failures } = await systemdResource.check({}, service);
    assert.match(failures[0]?.reason ?? "", why);
    assert.match(await refused(systemdResource.create(service)), why);
    assert.deepEqual(changesOfUnits(cluster.log), []);
    assert.equal(cluster.primitive("service"), undefined);
    // Where nothing runs, nothing goes down.
    for (const { units } of cluster.nodes)
      units.set("web", { UnitFileState: "enabled", ActiveState: "inactive" });
    await systemdResource.create(service);
    assert.equal(cluster.primitive("service")?.agent, "systemd:web");
  });

  test("that runs by hand while its resource is disabled is left running", async () => {
    const { cluster, service } = setting();
    const alone = { ...service, group: undefined };
    const { outs } = await systemdResource.create(alone);
    cluster.startsNothing = true;
    const other = cluster.node("node-02").units.get("web")!;
    other.ActiveState = "active";
    const changed = { ...alone, monitorInterval: "20s" };
    const runsOn = cluster.runsOn("service");
    assert.notEqual(runsOn, "node-02");
    await systemdResource.update("service", outs, changed);
    assert.equal(other.ActiveState, "active");
  });

  test("is as it was where the change is refused after all", async () => {
    const { cluster, service } = setting();
    for (const node of cluster.nodes)
      answers(node, "--patch", () => failed(78, "invalid configuration"));
    const message = await refused(systemdResource.create(service));
    assert.match(message, /invalid configuration/);
    assert.match(
      message,
      /What was stopped or disabled for it is as it was before: web on node-01, node-02, node-03\.$/,
    );
    assert.deepEqual(cluster.nodes.map(isAsItWas), [true, true, true]);
  });

  test("is as it was on the others where one node cannot stop it", async () => {
    const { cluster, service } = setting();
    answers(cluster.node("node-02"), "disable --now", () =>
      failed(1, "Access denied"),
    );
    const message = await refused(systemdResource.create(service));
    assert.match(message, /web on node-02 .* is still enabled after/);
    assert.deepEqual(cluster.nodes.map(isAsItWas), [true, true, true]);
    assert.equal(cluster.primitive("service"), undefined);
  });

  test("that cannot be brought back is named, with the command", async () => {
    const { cluster, service } = setting();
    for (const node of cluster.nodes)
      answers(node, "--patch", () => failed(78, "invalid configuration"));
    for (const name of ["node-01", "node-03"])
      answers(cluster.node(name), "enable --now", () => failed(1, "no"));
    const message = await refused(systemdResource.create(service));
    assert.match(
      message,
      /Run "systemctl enable --now web\.service" on node-01, node-03\.$/,
    );
  });

  test("is not brought back where it may have been registered", async () => {
    const { cluster, service } = setting();
    for (const node of cluster.nodes)
      answers(node, "--patch", () => failed(102, "no answer"));
    const message = await refused(systemdResource.create(service));
    assert.match(message, /^\[unknown-outcome\]/);
    assert.match(
      message,
      /Where Pacemaker is not to run it after all: "systemctl enable --now web\.service" on node-01, node-02, node-03\.$/,
    );
    assert.deepEqual(cluster.nodes.map(isAsItWas), [false, false, false]);
  });
});

describe("another unit", () => {
  async function made() {
    const here = setting();
    const inputs = { ...here.service, group: undefined };
    const { outs } = await systemdResource.create(inputs);
    here.cluster.log.splice(0);
    here.cluster.commits.splice(0);
    return { ...here, outs, changed: { ...inputs, unit: "other" } };
  }

  test("is stopped when Pacemaker has stopped the old one, and not before", async () => {
    const { cluster, outs, changed } = await made();
    await systemdResource.update("service", outs, changed);
    const steps = cluster.log.filter((line) =>
      /--patch|systemctl (stop|disable)/.test(line),
    );
    assert.match(steps[0]!, /--patch/);
    assert.equal(steps.length, 5);
    assert.equal(cluster.primitive("service")?.agent, "systemd:other");
    assert.ok(cluster.runsOn("service"));
  });

  test("that is refused stops nothing", async () => {
    const { cluster, outs, changed } = await made();
    cluster.refuses = { words: "other", code: 1, text: "no" };
    await refused(systemdResource.update("service", outs, changed));
    assert.deepEqual(cluster.commits, []);
    assert.deepEqual(changesOfUnits(cluster.log), []);
  });

  test("that cannot be stopped somewhere leaves the old one running", async () => {
    const { cluster, outs, changed } = await made();
    answers(cluster.node("node-03"), "disable --now", () => failed(1, "no"));
    const message = await refused(
      systemdResource.update("service", outs, changed),
    );
    assert.match(message, /other on node-03 .* is still enabled/);
    assert.equal(cluster.primitive("service")?.agent, "systemd:web");
    assert.deepEqual(cluster.primitive("service")?.meta, {});
    assert.ok(cluster.runsOn("service"));
    const other = cluster.node("node-01").units.get("other");
    assert.equal(other?.ActiveState, "active");
  });
});
