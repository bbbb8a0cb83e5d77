import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  floatingIp,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";

type Properties = Record<string, unknown>;
type State = { id: string; outs: Properties };

const person = listen();

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => assert.fail("it succeeded"),
    (thrown: Error) => thrown,
  );
  return error.message;
}

/** A cluster with units, and what a program declares on it. */
function setting() {
  const { cluster, connection } = newCluster();
  for (const { units } of cluster.nodes)
    for (const unit of ["nginx", "caddy"]) units.set(unit, {});
  let last = 30;
  const address = (id: string, more: Properties = {}) => ({
    connection,
    resourceId: id,
    ip: `192.0.2.${(last += 1)}`,
    monitorInterval: "30s",
    group: "web",
    ...more,
  });
  const service = (id: string, more: Properties = {}) => ({
    connection,
    resourceId: id,
    unit: "nginx",
    monitorInterval: "30s",
    group: "web",
    ...more,
  });
  const group = (id: string, members: string[], more: Properties = {}) => ({
    connection,
    resourceId: id,
    members,
    ...more,
  });
  return { cluster, address, service, group };
}

type Setting = ReturnType<typeof setting>;

/** Makes addresses, and the group of them. */
async function made({ address, group }: Setting, ...ids: string[]) {
  const members: Record<string, State> = {};
  for (const id of ids) members[id] = await floatingIp.create(address(id));
  return { members, web: await resourceGroup.create(group("web", ids)) };
}

const membersOf = ({ cluster }: Setting, id = "web") =>
  cluster.group(id)?.members.map((member) => member.id);

const marksOf = ({ cluster }: Setting, id: string) =>
  cluster.primitive(id)?.meta;

describe("a change of a member", () => {
  test("does not wait for those that stop because another one is replaced", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "c", "b");
    const [, changed] = await Promise.all([
      floatingIp.delete("c", members.c!.outs),
      floatingIp.update("a", members.a!.outs, {
        ...members.a!.outs,
        monitorInterval: "10s",
      }),
    ]);
    assert.equal(changed.outs.monitorInterval, "10s");
    await floatingIp.create(here.address("c2"));
    await resourceGroup.update(
      "web",
      web.outs,
      here.group("web", ["a", "c2", "b"]),
    );
    for (const id of ["a", "c2", "b"])
      assert.equal(here.cluster.runsOn(id), here.cluster.runsOn("a"), id);
    assert.match(
      person.said,
      /c: b, after it in the group web, must stop before it goes/,
    );
  });

  test("does not wait for those that leave while it waits", async () => {
    const here = setting();
    const { members } = await made(here, "a", "b");
    const { cluster } = here;
    let looks = 0;
    cluster.startFails.add("b");
    cluster.edit(
      "resource meta b target-role=Stopped",
      "resource meta b target-role=",
    );
    for (const node of cluster.nodes)
      node.answer = (argv) => {
        if (argv[0]?.endsWith("crm_mon") && (looks += 1) === 8)
          cluster.edit("resource delete b");
        return undefined;
      };
    const { outs } = await floatingIp.update("a", members.a!.outs, {
      ...members.a!.outs,
      monitorInterval: "10s",
    });
    assert.equal(outs.monitorInterval, "10s");
  });

  test("does not fail because somebody else's member after it is broken", async () => {
    const here = setting();
    const { members } = await made(here, "a", "b");
    here.cluster.startFails.add("theirs");
    here.cluster.edit(
      "resource create theirs systemd:chrony",
      "resource group add web theirs",
    );
    const faster = { ...members.a!.outs, monitorInterval: "10s" };
    await floatingIp.update("a", members.a!.outs, faster);
    assert.match(
      person.said,
      /a: theirs, after it in the group web, did not run before the change either; not waited for:\s+- theirs is Stopped/,
    );
    // What broke by our own change is ours until it is mended.
    await messageOf(
      floatingIp.update("a", { ...members.a!.outs, incomplete: true }, faster),
    );
  });

  test("is refused where somebody deleted it, and so is its group's", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    here.cluster.edit("resource delete b");
    assert.equal(
      await messageOf(
        floatingIp.update("b", members.b!.outs, {
          ...members.b!.outs,
          monitorInterval: "10s",
        }),
      ),
      `[conflict] b was deleted by somebody else. Run "pulumi up --refresh": it is made again then, and its group starts it in its ` +
        `place. Nothing was changed.`,
    );
    const commits = here.cluster.commits.length;
    assert.equal(
      await messageOf(
        resourceGroup.update("web", web.outs, {
          ...web.outs,
          meta: { priority: "1" },
        }),
      ),
      `[conflict] web: b was deleted by somebody else. Run "pulumi up --refresh": it is made again then, and the group starts it in ` +
        `its place. Nothing was changed.`,
    );
    assert.equal(here.cluster.commits.length, commits);
  });
});

// Without a preview, nothing is asked of the group before its members are there.
describe("a group that is refused", () => {
  test("says which members wait for it, stopped", async () => {
    const here = setting();
    const { cluster, address, service, group } = here;
    await made(here, "x");
    await floatingIp.create(address("a"));
    await systemdResource.create(service("b"));
    const declared = group("web", ["a", "b"]);
    const waits =
      /^\[conflict\] web: a, b were made for it already and wait, stopped, until this is mended and run again\. web cannot be made as declared:\n- its members are x, declared are a, b/;
    assert.match(await messageOf(resourceGroup.create(declared)), waits);
    const { failures } = await resourceGroup.check({}, declared);
    assert.match(failures[0]?.reason ?? "", waits);
    assert.equal(cluster.runsOn("b"), undefined);
  });

  test("stops nothing where its id is another object's", async () => {
    const { cluster, service, address } = setting();
    await floatingIp.create(address("web", { group: undefined }));
    cluster.nodes[1]!.units.set("nginx", {
      ActiveState: "active",
      UnitFileState: "enabled",
    });
    assert.match(
      await messageOf(systemdResource.create(service("b"))),
      /^\[conflict\] b: the cluster's configuration uses the id of its group, web, already, for a <primitive>/,
    );
    assert.deepEqual(cluster.nodes[1]!.units.get("nginx"), {
      ActiveState: "active",
      UnitFileState: "enabled",
    });
  });
});

describe("a member that moves", () => {
  async function moving() {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    await floatingIp.create(here.address("x", { group: "other" }));
    const other = await resourceGroup.create(here.group("other", ["x"]));
    const move = () =>
      floatingIp.update("b", members.b!.outs, {
        ...members.b!.outs,
        group: "other",
      });
    return { here, members, web, other, move };
  }

  test("runs where it is until its new group takes it over", async () => {
    const { here, web, other, move } = await moving();
    await move();
    assert.equal(here.cluster.runsOn("b"), here.cluster.runsOn("a"));
    assert.deepEqual(marksOf(here, "b"), { "pulumi-moves-to": "other" });
    await resourceGroup.update("web", web.outs, here.group("web", ["a"]));
    await resourceGroup.update(
      "other",
      other.outs,
      here.group("other", ["x", "b"]),
    );
    assert.deepEqual(membersOf(here, "other"), ["x", "b"]);
    assert.deepEqual(marksOf(here, "b"), {});
    assert.equal(here.cluster.runsOn("b"), here.cluster.runsOn("x"));
  });

  test("stays stopped where an operator has disabled it", async () => {
    const { here, web, other, move } = await moving();
    here.cluster.edit("resource meta b target-role=Stopped");
    await move();
    await resourceGroup.update(
      "other",
      other.outs,
      here.group("other", ["x", "b"]),
    );
    await resourceGroup.update("web", web.outs, here.group("web", ["a"]));
    assert.deepEqual(membersOf(here, "other"), ["x", "b"]);
    assert.deepEqual(marksOf(here, "b"), { "target-role": "Stopped" });
    assert.equal(here.cluster.runsOn("b"), undefined);
  });

  test("and is moved back before it went: no mark is left", async () => {
    const { here, members, move } = await moving();
    const { outs } = await move();
    await floatingIp.update("b", outs, members.b!.outs);
    assert.deepEqual(marksOf(here, "b"), {});
    assert.equal(here.cluster.runsOn("b"), here.cluster.runsOn("a"));
  });

  test("and is started by its new group before the old one has seen it stop", async () => {
    const { here, web, move } = await moving();
    await move();
    let taken = false;
    here.cluster.node("node-01").answer = (argv) => {
      const left = here.cluster.groupOf("b") === undefined;
      if (argv[0]?.endsWith("crm_mon") && left && !taken) {
        taken = true;
        here.cluster.edit(
          "resource group add other b",
          "resource meta b target-role= pulumi-staged=",
        );
      }
      return undefined;
    };
    await resourceGroup.update("web", web.outs, here.group("web", ["a"]));
    assert.ok(taken);
    assert.deepEqual(membersOf(here), ["a"]);
  });
});

describe("a member that is to stand alone", () => {
  const alone = (state: State) => ({ ...state.outs, group: undefined });

  test("leaves with its group's update, stopped, and starts again", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    await floatingIp.update("b", members.b!.outs, alone(members.b!));
    assert.deepEqual(membersOf(here), ["a", "b"]);
    await resourceGroup.update("web", web.outs, here.group("web", ["a"]));
    assert.deepEqual(membersOf(here), ["a"]);
    assert.deepEqual(marksOf(here, "b"), {});
    assert.ok(here.cluster.runsOn("b"));
    assert.deepEqual(here.cluster.commits.slice(-2, -1), [
      [
        "resource group remove web b",
        "resource meta b target-role=Stopped pulumi-staged=b",
      ],
    ]);
  });

  test("leaves first and is declared so afterwards: the outcome is the same", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    await resourceGroup.update("web", web.outs, here.group("web", ["a"]));
    await floatingIp.update("b", members.b!.outs, alone(members.b!));
    assert.deepEqual(marksOf(here, "b"), {});
    assert.ok(here.cluster.runsOn("b"));
  });

  test("all of them: the group's end stops them in order, and then they start", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    for (const id of ["a", "b"])
      await floatingIp.update(id, members[id]!.outs, alone(members[id]!));
    await resourceGroup.delete("web", web.outs);
    assert.equal(here.cluster.group("web"), undefined);
    for (const id of ["a", "b"]) {
      assert.deepEqual(marksOf(here, id), {});
      assert.ok(here.cluster.runsOn(id));
    }
  });

  test("stays stopped where an operator has disabled the group", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    here.cluster.edit("resource meta web target-role=Stopped");
    for (const id of ["a", "b"])
      await floatingIp.update(id, members[id]!.outs, alone(members[id]!));
    await resourceGroup.delete("web", web.outs);
    for (const id of ["a", "b"])
      assert.deepEqual(marksOf(here, id), { "target-role": "Stopped" });
  });

  test("leaves by itself where nobody updates the group", async () => {
    const here = setting();
    const { members } = await made(here, "a", "b");
    const { outs } = await floatingIp.update(
      "b",
      members.b!.outs,
      alone(members.b!),
    );
    const found = await floatingIp.read("b", outs);
    assert.equal(found.props!.incomplete, true);
    const after = await floatingIp.update("b", found.props!, outs);
    assert.ok(!("incomplete" in after.outs));
    assert.deepEqual(membersOf(here), ["a"]);
    assert.deepEqual(marksOf(here, "b"), {});
    assert.ok(here.cluster.runsOn("b"));
  });
});

describe("what was left stopped", () => {
  test("by a delete that was interrupted: a refresh shows it, and the group starts it", async () => {
    const here = setting();
    const { web } = await made(here, "a", "b");
    here.cluster.edit(
      "resource meta b target-role=Stopped pulumi-staged=web",
      "resource meta a target-role=Stopped pulumi-staged=web",
    );
    const found = await resourceGroup.read("web", web.outs);
    assert.deepEqual(found.inputs?.members, []);
    await resourceGroup.update("web", found.props!, web.outs);
    for (const id of ["a", "b"]) assert.ok(here.cluster.runsOn(id));
  });

  test("where it stands alone: a refresh shows it, and its update starts it", async () => {
    const here = setting();
    const { outs } = await floatingIp.create(
      here.address("a", { group: undefined }),
    );
    here.cluster.edit("resource meta a target-role=Stopped pulumi-staged=a");
    const found = await floatingIp.read("a", outs);
    assert.equal(found.props!.incomplete, true);
    const after = await floatingIp.update("a", found.props!, outs);
    assert.ok(!("incomplete" in after.outs));
    assert.ok(here.cluster.runsOn("a"));
  });

  test("somebody else's member is started with ours", async () => {
    const here = setting();
    const { members, web } = await made(here, "a", "b");
    here.cluster.edit(
      "resource create theirs systemd:chrony",
      "resource group add web theirs",
    );
    await floatingIp.delete("b", members.b!.outs);
    assert.equal(here.cluster.runsOn("theirs"), undefined);
    await floatingIp.create(here.address("b2"));
    await resourceGroup.update("web", web.outs, here.group("web", ["a", "b2"]));
    assert.ok(here.cluster.runsOn("theirs"));
  });
});

describe("another unit", () => {
  async function nginx(group?: string) {
    const here = setting();
    const { cluster } = here;
    const ip = await floatingIp.create(here.address("a"));
    const service = await systemdResource.create(here.service("s", { group }));
    const other = () =>
      systemdResource.update("s", service.outs, {
        ...service.outs,
        unit: "caddy",
      });
    return { here, cluster, ip, service, other };
  }

  test("of a member that waits for its group does not start it", async () => {
    const { cluster, other } = await nginx("web");
    await other();
    assert.equal(cluster.primitive("s")?.agent, "systemd:caddy");
    assert.equal(cluster.runsOn("s"), undefined);
  });

  test("of one that stands alone starts it again", async () => {
    const { here, cluster, other } = await nginx();
    await other();
    assert.ok(cluster.runsOn("s"));
    assert.deepEqual(marksOf(here, "s"), {});
  });

  test("in the group leaves those stopped that wait for the group", async () => {
    const { here, cluster, ip, other } = await nginx("web");
    await floatingIp.create(here.address("z"));
    await resourceGroup.create(here.group("web", ["s", "a", "z"]));
    await floatingIp.delete("a", ip.outs);
    await other();
    assert.ok(cluster.runsOn("s"));
    assert.deepEqual(marksOf(here, "z"), {
      "target-role": "Stopped",
      "pulumi-staged": "web",
    });
  });

  test("was interrupted: the next update starts what it had stopped", async () => {
    const { here, cluster, service } = await nginx("web");
    await resourceGroup.create(here.group("web", ["s", "a"]));
    for (const id of ["s", "a"])
      cluster.edit(`resource meta ${id} target-role=Stopped pulumi-staged=s`);
    const found = await systemdResource.read("s", service.outs);
    assert.equal(found.props!.incomplete, true);
    await systemdResource.update("s", found.props!, service.outs);
    for (const id of ["s", "a"]) assert.ok(cluster.runsOn(id), id);
  });
});

describe("what an operator keeps from stopping", () => {
  for (const [name, hold, words] of [
    [
      "maintenance mode",
      ({ cluster }: Setting) => (cluster.maintenance = true),
      `because the cluster is in maintenance mode. Nothing was changed. "pcs property set maintenance-mode=false" ends it; then run this again.`,
    ],
    [
      "a node in maintenance",
      ({ cluster }: Setting) => cluster.maintained.add(cluster.runsOn("a")!),
      `because node-01 is in maintenance. Nothing was changed. "pcs node unmaintenance node-01" ends it; then run this again.`,
    ],
    [
      "an unmanaged member",
      ({ cluster }: Setting) => cluster.unmanaged.add("b"),
      `because b is unmanaged. Nothing was changed. "pcs resource manage b" ends it; then run this again.`,
    ],
  ] as const)
    test(`${name}: nothing is changed`, async () => {
      const here = setting();
      const { members, web } = await made(here, "a", "b");
      hold(here);
      const commits = here.cluster.commits.length;
      assert.equal(
        await messageOf(resourceGroup.delete("web", web.outs)),
        `[conflict] web: a, b cannot be stopped, ${words}`,
      );
      assert.equal(
        await messageOf(floatingIp.delete("b", members.b!.outs)),
        `[conflict] b: b cannot be stopped, ${words}`,
      );
      assert.equal(
        await messageOf(
          resourceGroup.update("web", web.outs, here.group("web", ["a"])),
        ),
        `[conflict] web: b cannot be stopped, ${words}`,
      );
      assert.equal(here.cluster.commits.length, commits);
    });

  test("unmanaged while it was to stop: it is not left marked", async () => {
    const here = setting();
    const { web } = await made(here, "a", "b");
    here.cluster.beforePatch = () => here.cluster.unmanaged.add("a");
    await messageOf(resourceGroup.delete("web", web.outs));
    assert.deepEqual(marksOf(here, "a"), {});
    assert.deepEqual(marksOf(here, "b"), {});
    assert.ok(here.cluster.group("web"));
  });
});

describe("a group's last member", () => {
  test("goes with the group, which tags and constraints name", async () => {
    const here = setting();
    const { members } = await made(here, "a");
    here.cluster.tags.set("theirs", ["web", "x"]);
    here.cluster.edit("resource meta web priority=1");
    await floatingIp.delete("a", members.a!.outs);
    assert.deepEqual(here.cluster.tags.get("theirs"), ["x"]);
    assert.equal(here.cluster.group("web"), undefined);
    assert.match(person.said, /web: is named by the tag theirs: /);
    assert.match(
      person.said,
      /web: goes with its last member a, and so do its meta attributes \(priority=1\)/,
    );
  });

  test("does not go where the group is disabled: another one would start", async () => {
    const here = setting();
    const { members } = await made(here, "a");
    here.cluster.edit("resource meta web target-role=Stopped");
    const commits = here.cluster.commits.length;
    assert.equal(
      await messageOf(floatingIp.delete("a", members.a!.outs)),
      `[conflict] web is disabled by an operator (target-role=Stopped), and would be lost with its last member a. ` +
        `Nothing was changed. "pcs resource enable web" ends it; or disable the member that takes its place.`,
    );
    assert.equal(here.cluster.commits.length, commits);
  });

  test("of a group that is deleted: tags no longer name it", async () => {
    const here = setting();
    const { web } = await made(here, "a", "b");
    here.cluster.tags.set("theirs", ["web"]);
    await resourceGroup.delete("web", web.outs);
    assert.equal(here.cluster.tags.size, 0);
  });
});

test('adopt: "update" takes a stack over whose group has another name', async () => {
  const here = setting();
  const { cluster, address, group } = here;
  const adopt = { adopt: "update" };
  cluster.edit(
    "resource create a ocf:heartbeat:IPaddr2 ip=192.0.2.31 op monitor interval=30s",
    "resource create b ocf:heartbeat:IPaddr2 ip=192.0.2.32 op monitor interval=30s",
    "resource group add byhand a b",
  );
  for (const id of ["a", "b"])
    await floatingIp.create(address(id, { group: "site", ...adopt }));
  assert.ok(cluster.runsOn("a"));
  await resourceGroup.create(group("site", ["a", "b"], adopt));
  assert.deepEqual(membersOf(here, "site"), ["a", "b"]);
  assert.equal(cluster.group("byhand"), undefined);
  for (const id of ["a", "b"]) {
    assert.deepEqual(marksOf(here, id), {});
    assert.ok(cluster.runsOn(id));
  }
});
