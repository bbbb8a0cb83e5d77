import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  epoch,
  makeProject,
  nothingChanged,
  onLab,
  statuses,
  succeeded,
  whereAre,
} from "../harness";
import { byId, membersOf } from "./observe";
import { misordered, Operations } from "./operations";
import {
  address,
  group,
  programOf,
  service,
  type Declaration,
} from "./programs";

// Addresses start and stop in no time, and are members like any other.
onLab("bookworm", "a group whose members change", (lab) => {
  test("moves nothing but what Pacemaker must, and each in order", async (t) => {
    const before = await configuration(lab());
    const project = await makeProject(t, lab(), { program: "" });
    const run = async (...resources: Declaration[]) => {
      const operations = await Operations.watch(lab());
      project.writeProgram(programOf(...resources));
      const outcome = succeeded(await project.up());
      t.diagnostic(`${outcome.seconds.toFixed(1)} s`);
      return {
        outcome,
        tasks: await operations.tasks(),
        words: await operations.words(),
      };
    };
    const web = { group: "web" };
    const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((name, index) =>
      address(name, 31 + index, web),
    ) as [Declaration, Declaration, Declaration, Declaration, Declaration];
    const x = address("x", 41, { group: "other" });
    const other = group("other", ["x"]);

    const made = await run(a, b, c, group("web", ["a", "b", "c"]), x, other);
    assert.deepEqual(
      made.tasks.filter((task) => !task.endsWith("x")),
      ["start a", "start b", "start c"],
    );
    const node = await whereAre(lab(), ["a", "b", "c"]);
    const others = await whereAre(lab(), ["x"]);
    assert.notEqual(others, node);

    // Inserted and appended: what comes after the first of them restarts, and the program is told.
    const five = ["a", "d", "b", "c", "e"];
    const inserted = await run(a, b, c, d, e, group("web", five), x, other);
    assert.deepEqual(inserted.tasks, [
      ...["stop c", "stop b"],
      ...["start d", "start b", "start c", "start e"],
    ]);
    assert.deepEqual(await membersOf(lab(), "web"), five);
    assert.match(
      inserted.outcome.output,
      /web: d joins before b, c: Pacemaker restarts what comes after it/,
    );

    // Reordered: the new order counts from the next start on.
    const shuffled = ["a", "c", "d", "b", "e"];
    const sorted = await run(a, b, c, d, e, group("web", shuffled), x, other);
    assert.deepEqual(sorted.tasks, []);
    assert.deepEqual(await membersOf(lab(), "web"), shuffled);

    // One is deleted, one moves to the other group: each stops where it is, and nobody else does.
    const moving = address("e", 35, { group: "other" });
    const both = group("other", ["x", "e"]);
    const left = await run(
      ...[a, b, c, moving, group("web", ["a", "c", "b"]), x, both],
    );
    assert.deepEqual(
      left.words.toSorted(),
      [`stop d ${node}`, `stop e ${node}`, `start e ${others}`].toSorted(),
    );
    assert.deepEqual(await membersOf(lab(), "web"), ["a", "c", "b"]);
    assert.deepEqual(await membersOf(lab(), "other"), ["x", "e"]);
    assert.equal(await byId(lab(), "d"), undefined);
    const version = await epoch(lab());
    nothingChanged(await project.up(["--expect-no-changes"]));
    assert.equal(await epoch(lab()), version);

    // Another id for one in the middle, and then for the group.
    const renamed = address("c", 33, { ...web, resourceId: "c2" });
    const replaced = await run(
      ...[a, b, renamed, moving, group("web", ["a", "c", "b"]), x, both],
    );
    assert.deepEqual(replaced.tasks, [
      ...["stop b", "stop c", "start c2", "start b"],
    ]);
    assert.deepEqual(await membersOf(lab(), "web"), ["a", "c2", "b"]);
    const moved = { group: "web2" };
    const regrouped = await run(
      address("a", 31, moved),
      address("b", 32, moved),
      address("c", 33, { ...moved, resourceId: "c2" }),
      group("web", ["a", "c", "b"], { resourceId: "web2" }),
      ...[moving, x, both],
    );
    assert.deepEqual(regrouped.tasks, [
      ...["stop b", "stop c2", "stop a"],
      ...["start a", "start c2", "start b"],
    ]);
    assert.equal(await byId(lab(), "web"), undefined);
    assert.deepEqual(await membersOf(lab(), "web2"), ["a", "c2", "b"]);

    // Dissolved: the members stand alone, and run.
    const alone = await run(
      address("a", 31),
      address("b", 32),
      address("c", 33, { resourceId: "c2" }),
      ...[moving, x, both],
    );
    t.diagnostic(alone.words.join("; "));
    assert.equal(await byId(lab(), "web2"), undefined);
    for (const [id, status] of await statuses(lab()))
      assert.equal(status.role, "Started", id);

    const gone = await Operations.watch(lab());
    succeeded(await project.destroy());
    const stops = (await gone.tasks()).filter((task) =>
      task.startsWith("stop"),
    );
    assert.ok(stops.indexOf("stop e") < stops.indexOf("stop x"));
    assert.equal(await configuration(lab()), before);
  });
});

// A service takes its time to start and stop, and must not run where its address is not.
onLab("bookworm", "a service among the members", (lab) => {
  test("never runs without its address, whatever joins, leaves or moves", async (t) => {
    const before = await configuration(lab());
    const project = await makeProject(t, lab(), { program: "" });
    const whole = await Operations.watch(lab());
    const run = async (...resources: Declaration[]) => {
      const operations = await Operations.watch(lab());
      project.writeProgram(programOf(...resources));
      succeeded(await project.up());
      return operations.tasks();
    };
    const web = { group: "web" };
    const ip = address("ip", 31, web);
    const nginx = service("nginx", "nginx", web);
    await run(ip, nginx, group("web", ["ip", "nginx"]));
    const other = { group: "other" };
    const rest = [address("x", 41, other), group("other", ["x"])];

    // Inserted, replaced beside a change of another member, and removed.
    const second = address("second", 32, web);
    const three = group("web", ["ip", "second", "nginx"]);
    assert.deepEqual(
      (await run(ip, second, nginx, three, ...rest)).filter(
        (task) => !task.endsWith(" x"),
      ),
      ["stop nginx", "start second", "start nginx"],
    );
    const again = address("second", 32, { ...web, resourceId: "again" });
    const slower = address("ip", 31, { ...web, monitorInterval: "20s" });
    assert.deepEqual(await run(slower, again, nginx, three, ...rest), [
      ...["stop nginx", "stop second", "start again", "start nginx"],
    ]);
    assert.deepEqual(await membersOf(lab(), "web"), ["ip", "again", "nginx"]);
    const two = group("web", ["ip", "nginx"]);
    assert.deepEqual(await run(slower, nginx, two, ...rest), ["stop again"]);
    assert.deepEqual(misordered(await whole.all(), "ip", "nginx"), []);

    // Moved.
    const moved = await Operations.watch(lab());
    await run(
      slower,
      service("nginx", "nginx", other),
      group("web", ["ip"]),
      ...[address("x", 41, other), group("other", ["x", "nginx"])],
    );
    assert.deepEqual(await moved.tasks(), ["stop nginx", "start nginx"]);
    await whereAre(lab(), ["x", "nginx"]);
    await run(slower, nginx, two, address("x", 41));
    assert.equal(await byId(lab(), "other"), undefined);
    await whereAre(lab(), ["ip", "nginx"]);

    // Dissolved: in order, and then each runs on its own.
    const alone = await run(
      address("ip", 31),
      service("nginx", "nginx"),
      address("x", 41),
    );
    assert.deepEqual(
      alone.filter((task) => task.startsWith("stop")),
      ["stop nginx", "stop ip"],
    );
    for (const [id, status] of await statuses(lab()))
      assert.equal(status.role, "Started", id);
    // Each may run on another node now.
    succeeded(await project.refresh());
    nothingChanged(await project.up(["--expect-no-changes"]));
    succeeded(await project.destroy());
    assert.equal(await configuration(lab()), before);
  });
});
