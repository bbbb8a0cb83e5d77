/** Clones through their whole life, on both versions: of a primitive and of a group, anonymous, unique and promotable. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab";
import {
  configuration,
  epoch,
  failedWith,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  statuses,
  succeeded,
  suitesOr,
} from "../harness";
import { byId, values } from "../life/observe";
import { Operations } from "../life/operations";

const pcs = (lab: Lab, words: string) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...words.split(" "));

const dummy = (id: string, more = "", agent = "ocf:pacemaker:Dummy"): string =>
  `const ${id} = new pacemaker.Primitive("${id}", { connection, agent: "${agent}"${more} });\n`;

const clone = (inputs: string, id = "all"): string =>
  `const ${id.replace("-", "_")} = new pacemaker.Clone("${id}", { connection, ${inputs} });\n` +
  `exports.nodes = ${id.replace("-", "_")}.nodes; exports.promoted = ${id.replace("-", "_")}.promotedNodes;\n`;

const all = ["node-01", "node-02", "node-03"];

/** How often Pacemaker has started a resource on each node since the watch began. */
async function startsOf(
  lab: Lab,
  operations: Operations,
  id: string,
): Promise<number[]> {
  const found = await operations.all();
  return lab.nodes.map(
    ({ name }) =>
      found.filter(
        ({ task, resource, node }) =>
          task === "start" &&
          node === name &&
          resource.replace(/:\d+$/, "") === id,
      ).length,
  );
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "clones", (lab) => {
    test("are made with their resource, left alone, changed, mended and deleted", async (t) => {
      const before = await configuration(lab());
      const operations = await Operations.watch(lab());
      const program = (meta: string, more = "") =>
        dummy("web", more) + clone(`resource: web, meta: ${meta}`);
      const project = await makeProject(t, lab(), {
        program: program("{ interleave: true }"),
      });
      const up = succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all, up.output);
      // It was started once on each node, and never by itself.
      assert.deepEqual(await startsOf(lab(), operations, "web"), [1, 1, 1]);
      assert.doesNotMatch(await configuration(lab()), /pulumi-/);
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator sets beside ours stays, what he changes of ours is shown and put back.
      await pcs(lab(), "resource meta all interleave=false priority=3");
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /interleave/);
      succeeded(await project.up(["--refresh"]));
      const meta = values(await byId(lab(), "all"));
      assert.equal(meta.interleave, "true");
      assert.equal(meta.priority, "3");

      // The resource in it is changed where it stands; the clone says what it stops.
      project.writeProgram(
        program(
          `{ interleave: true, "clone-max": 2 }`,
          `, meta: { "migration-threshold": 3 }`,
        ),
      );
      const foreseen = succeeded(await project.preview());
      assert.match(foreseen.output, /foreseen: .*stop web on node-0\d/);
      succeeded(await project.up());
      assert.equal(((await project.outputs()).nodes as string[]).length, 2);
      assert.deepEqual(await startsOf(lab(), operations, "web"), [1, 1, 1]);

      // Without the clone, it stands alone again.
      project.writeProgram(
        dummy("web", `, meta: { "migration-threshold": 3 }`),
      );
      succeeded(await project.up());
      const alone = await configuration(lab());
      assert.doesNotMatch(alone, /<clone|pulumi-/);
      succeeded(await project.up(["--refresh"]));
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
    });

    test("of a group, promotable and unique, with a constraint on them", async (t) => {
      const before = await configuration(lab());
      const operations = await Operations.watch(lab());
      const project = await makeProject(t, lab(), {
        program:
          dummy("one", `, group: "both"`) +
          dummy("two", `, group: "both"`) +
          `const both = new pacemaker.ResourceGroup("both", { connection, members: [one.resourceId, two.resourceId] });\n` +
          clone(`resource: both`) +
          `new pacemaker.LocationConstraint("away", { connection, resource: all, node: "node-02", score: "-INFINITY" });\n`,
      });
      succeeded(await project.up());
      assert.deepEqual(await startsOf(lab(), operations, "two"), [1, 0, 1]);
      assert.ok(
        (await operations.tasks()).every((task) => task.startsWith("start ")),
      );
      // While the clone waited for its constraint, it ran nowhere.
      assert.deepEqual((await project.outputs()).nodes, []);
      nothingChanged(await project.up(["--expect-no-changes"]));
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual((await project.outputs()).nodes, ["node-01", "node-03"]);
      nothingChanged(await project.up(["--expect-no-changes"]));
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);

      project.writeProgram(
        dummy("db", "", "ocf:pacemaker:Stateful") +
          clone(`resource: db, promotable: true`),
      );
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      assert.equal(((await project.outputs()).promoted as string[]).length, 1);
      project.writeProgram(
        dummy("db", "", "ocf:pacemaker:Stateful") +
          clone(`resource: db, promotable: true, meta: { "promoted-max": 2 }`),
      );
      succeeded(await project.up());
      assert.equal(((await project.outputs()).promoted as string[]).length, 2);
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);

      // Four different ones on three nodes.
      const meta = `{ "clone-max": 4, "clone-node-max": 2 }`;
      project.writeProgram(
        dummy("each") + clone(`resource: each, unique: true, meta: ${meta}`),
      );
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      const found = await statuses(lab());
      assert.deepEqual(
        [0, 1, 2, 3].map((number) => found.get(`each:${number}`)?.role),
        ["Started", "Started", "Started", "Started"],
      );
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
    });

    test("made by hand are taken over untouched, and refused where they differ", async (t) => {
      await pcs(lab(), "resource create web ocf:pacemaker:Dummy");
      await pcs(lab(), "resource clone web all interleave=true");
      const project = await makeProject(t, lab(), {
        program:
          dummy("web") + clone(`resource: web, meta: { interleave: false }`),
      });
      failedWith(
        await project.preview(),
        "its interleave is true, declared is false",
      );
      const told = await makeProject(t, lab(), {
        program: clone(
          `resource: "web", meta: { interleave: false }, adopt: "update"`,
        ),
      });
      succeeded(await told.up());
      assert.equal(values(await byId(lab(), "all")).interleave, "false");
      await pcs(lab(), "resource meta all interleave=true");
      const version = await epoch(lab());
      project.writeProgram(
        dummy("web") + clone(`resource: web, meta: { interleave: true }`),
      );
      succeeded(await project.up());
      assert.equal(await epoch(lab()), version);
      project.writeProgram(
        dummy("web") +
          clone(`resource: web, meta: { interleave: true }`) +
          `new pacemaker.Clone("twice", { connection, resource: web });\n`,
      );
      failedWith(await project.preview(), "web is part of the clone all");
      project.writeProgram(
        dummy("web") + clone(`resource: web, meta: { promotable: true }`),
      );
      failedWith(await project.preview(), `it is the input "promotable"`);
      // Another id is another clone, and nothing runs alone in between.
      project.writeProgram(
        dummy("web") + clone(`resource: web, resourceId: "newer"`),
      );
      const replacing = succeeded(await project.preview());
      assert.match(
        replacing.output,
        /newer: takes the place of the clone all: web stops on every node, and starts again in the new one\./,
      );
      const operations = await Operations.watch(lab());
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      assert.deepEqual(await startsOf(lab(), operations, "web"), [1, 1, 1]);

      // Of another agent, it is another resource, and its clone has to be gone for that.
      const other =
        dummy("web", "", "ocf:pacemaker:Stateful") +
        clone(`resource: web, resourceId: "newer"`);
      project.writeProgram(other);
      failedWith(
        await project.preview(),
        "web is in the clone newer, and cannot be replaced in it",
      );
      project.writeProgram(dummy("web"));
      succeeded(await project.up());
      project.writeProgram(other);
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      nothingChanged(await project.up(["--expect-no-changes"]));
      succeeded(await project.destroy());

      // A resource that is not the program's is left as it was before its clone.
      await pcs(lab(), "resource create free ocf:pacemaker:Dummy");
      project.writeProgram(
        dummy("web") + clone(`resource: web, resourceId: "free"`),
      );
      failedWith(
        await project.preview(),
        "uses this id already, for a <primitive>",
      );
      const before = await configuration(lab());
      project.writeProgram(clone(`resource: "free"`));
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
      assert.equal((await statuses(lab())).get("free")?.role, "Started");
    });

    test("of a group, beside a template, which pcs 0.12 stumbles over", async (t) => {
      const xml = (text: string) =>
        onNode(
          lab(),
          lab().nodes[0]!.name,
          ...["cibadmin", "--create", "--scope", "resources"],
          ...["--xml-text", text],
        );
      await xml(
        `<template id="kind" class="ocf" provider="pacemaker" type="Dummy"/>`,
      );
      await xml(`<primitive id="templated" template="kind"/>`);
      for (const id of ["one", "two"])
        await pcs(
          lab(),
          `resource create ${id} ocf:pacemaker:Dummy --group both --wait`,
        );
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), {
        program: clone(`resource: "both"`),
      });
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      project.writeProgram(
        clone(`resource: "both", meta: { interleave: true }`),
      );
      succeeded(await project.up());
      nothingChanged(await project.up(["--expect-no-changes"]));
      // Under another id, the group goes out of the one clone and into the other.
      project.writeProgram(clone(`resource: "both", resourceId: "newer"`));
      succeeded(await project.up());
      assert.deepEqual((await project.outputs()).nodes, all);
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
      const found = await statuses(lab());
      assert.equal(found.get("one")?.role, "Started");
      assert.deepEqual(found.get("one")?.nodes, found.get("two")?.nodes);
    });
  });
