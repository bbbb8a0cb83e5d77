/** Sets of defaults, for resources and for operations, through their whole life. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lab } from "../../../lab";
import {
  configuration,
  epoch,
  failedWith,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  succeeded,
  suitesOr,
} from "../harness";
import { byId, values } from "../life/observe";

const set = (
  kind: "ResourceDefaults" | "OperationDefaults",
  id: string,
  inputs: Record<string, unknown>,
) =>
  `new pacemaker.${kind}("${id}", { connection, ...${JSON.stringify(inputs)} });\n`;

const pcs = (lab: Lab, ...args: string[]) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...args);

const office = "date-spec hours=8-17 weekdays=1-5";

for (const suite of suitesOr("bookworm"))
  onLab(suite, "sets of defaults", (lab) => {
    test("are made, left alone, changed, mended, replaced and deleted", async (t) => {
      await pcs(
        lab(),
        ...["resource", "defaults", "set", "create", "id=theirs"],
        ...["meta", "priority=1"],
      );
      const first = await configuration(lab());
      const declared = { values: { "resource-stickiness": 100 } };
      const ruled = {
        values: { "migration-threshold": 3 },
        rule: `resource ocf:pacemaker:Dummy and ${office}`,
        score: 5,
      };
      const operations = { values: { timeout: "45s" }, rule: "op monitor" };
      const program = (
        one: Record<string, unknown> = declared,
        two: Record<string, unknown> = ruled,
        three: Record<string, unknown> = operations,
      ) =>
        set("ResourceDefaults", "stay", one) +
        set("ResourceDefaults", "day", two) +
        set("OperationDefaults", "patience", three);
      const project = await makeProject(t, lab(), { program: program() });
      succeeded(await project.up());
      assert.equal(
        values(await byId(lab(), "stay"))["resource-stickiness"],
        "100",
      );
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator changes of ours is shown, and put back; what is his in the same set stays.
      await pcs(
        lab(),
        ...["resource", "defaults", "set", "update", "stay"],
        ...["meta", "resource-stickiness=1", "priority=2"],
      );
      await pcs(
        lab(),
        "resource",
        "op",
        "defaults",
        "set",
        "delete",
        "patience",
      );
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /resource-stickiness: "1" => 100/);
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual(values(await byId(lab(), "stay")), {
        "resource-stickiness": "100",
        priority: "2",
      });
      assert.equal(values(await byId(lab(), "patience")).timeout, "45s");

      // Another value, score and rule are changed where they stand, and what an operator has added stays.
      await pcs(
        lab(),
        ...[
          "resource",
          "defaults",
          "set",
          "update",
          "day",
          "meta",
          "priority=3",
        ],
      );
      project.writeProgram(
        program(
          { values: { "migration-threshold": 4 }, score: 7 },
          { ...ruled, rule: "resource ::Dummy" },
          { ...operations, values: { timeout: "50s", "on-fail": "block" } },
        ),
      );
      succeeded(await project.up());
      const stay = await byId(lab(), "stay");
      assert.deepEqual(values(stay), {
        "migration-threshold": "4",
        priority: "2",
      });
      assert.equal(stay?.attributes.score, "7");
      const day = await byId(lab(), "day");
      assert.deepEqual(values(day), {
        "migration-threshold": "3",
        priority: "3",
      });
      assert.equal(day?.attributes.score, "5");
      assert.match(JSON.stringify(day), /"type":"Dummy"/);
      assert.doesNotMatch(JSON.stringify(day), /weekdays/);
      nothingChanged(await project.refresh(["--expect-no-changes"]));

      // What cannot be is refused in preview.
      const refusals: [inputs: Record<string, unknown>, ...words: string[]][] =
        [
          [
            { values: { "resource-stickiness": "much" } },
            "values.resource-stickiness is much, but must be a whole number, INFINITY or -INFINITY",
          ],
          [
            { ...declared, rule: "when the moon is full" },
            'refused "pcs resource defaults set create',
          ],
          [
            { ...declared, resourceId: "theirs" },
            "theirs exists in the cluster and differs from what is declared:",
            "its resource-stickiness is not set, declared is 100",
          ],
          [
            { ...declared, resourceId: "cib-bootstrap-options" },
            "uses this id already, for a <cluster_property_set>",
          ],
        ];
      const before = await configuration(lab());
      const other = await makeProject(t, lab(), { program: "" });
      for (const [inputs, ...words] of refusals) {
        other.writeProgram(set("ResourceDefaults", "new", inputs));
        failedWith(await other.preview(), ...words);
      }
      assert.equal(await configuration(lab()), before);

      // Another id is another set.
      project.writeProgram(
        program({ values: { priority: 1 }, resourceId: "stays" }),
      );
      succeeded(await project.up());
      assert.equal(await byId(lab(), "stay"), undefined);
      assert.deepEqual(values(await byId(lab(), "stays")), { priority: "1" });
      succeeded(await project.destroy());
      // pcs leaves the section.
      const withoutEmpty = (text: string) =>
        text.replace(/\n *<op_defaults>(?!\n +<)/, "");
      assert.equal(withoutEmpty(await configuration(lab())), first);
    });

    test("made by hand are taken over, and what they do is foretold", async (t) => {
      await pcs(
        lab(),
        ...["resource", "defaults", "set", "create", "id=day", "score=5"],
        ...["meta", "migration-threshold=3", "rule", office],
      );
      await pcs(lab(), "resource", "create", "dummy", "ocf:pacemaker:Dummy");
      await pcs(lab(), "resource", "enable", "dummy", "--wait=30");
      const declared = {
        values: { "migration-threshold": 3 },
        rule: office,
        score: 5,
      };
      const project = await makeProject(t, lab(), {
        program: set("ResourceDefaults", "day", declared),
      });
      const version = await epoch(lab());
      succeeded(await project.up());
      assert.equal(await epoch(lab()), version);
      project.writeProgram(
        set("ResourceDefaults", "day", declared) +
          set("ResourceDefaults", "none", {
            values: { "target-role": "Stopped" },
          }),
      );
      assert.match(
        succeeded(await project.preview()).output,
        /foreseen: none: this change will stop dummy on /,
      );
      succeeded(await project.destroy());
    });
  });
