/** Attributes of a node, and its modes, through their whole life. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lab } from "../../../lab";
import {
  cib,
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
import { all } from "../harness/xml";
import { values } from "../life/observe";

const node = (id: string, inputs: Record<string, unknown>) =>
  `new pacemaker.NodeAttributes("${id}", { connection, ...${JSON.stringify(inputs)} });\n`;

const pcs = (lab: Lab, ...args: string[]) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...args);

/** All that the configuration says of a node. */
async function found(lab: Lab, name: string): Promise<Record<string, string>> {
  return values(
    all(await cib(lab), "node").find(
      ({ attributes }) => attributes.uname === name,
    ),
  );
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "attributes of nodes", (lab) => {
    test("are set, left alone, changed, mended, and brought back", async (t) => {
      await pcs(lab(), "node", "attribute", "node-02", "rack=b", "theirs=1");
      const first = await found(lab(), "node-02");
      const declared = {
        node: "node-02",
        attributes: { rack: "b", ssd: true },
        utilization: { memory: 4096 },
        standby: false,
      };
      const project = await makeProject(t, lab(), {
        program: node("two", declared),
      });
      succeeded(await project.up());
      assert.deepEqual(await found(lab(), "node-02"), {
        ...first,
        ssd: "true",
        memory: "4096",
      });
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator changes of ours is shown, and put back; maintenance is his, since it is not declared.
      await pcs(lab(), "node", "attribute", "node-02", "rack=c");
      await pcs(lab(), "node", "standby", "node-02");
      await pcs(lab(), "node", "maintenance", "node-02");
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /rack: "c" => "b"/);
      assert.match(drift.output, /standby +: true => false/);
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual(await found(lab(), "node-02"), {
        ...first,
        ssd: "true",
        memory: "4096",
        maintenance: "on",
      });
      await pcs(lab(), "node", "unmaintenance", "node-02");

      // What is declared anew, and set otherwise, is refused; and changed where that is asked for.
      const more = { ...declared, attributes: { ssd: false, theirs: 2 } };
      project.writeProgram(node("two", more));
      failedWith(
        await project.preview(),
        "two (node-02): the cluster has other values than are declared: - theirs is 1, declared is 2",
      );
      project.writeProgram(node("two", { ...more, adopt: "update" }));
      succeeded(await project.up());
      assert.deepEqual(await found(lab(), "node-02"), {
        rack: "b",
        ssd: "false",
        theirs: "2",
        memory: "4096",
      });

      // Another node: the one before gets back what it had.
      project.writeProgram(
        node("two", { ...more, node: "node-03", utilization: {} }),
      );
      succeeded(await project.up());
      assert.deepEqual(await found(lab(), "node-02"), first);
      assert.deepEqual(await found(lab(), "node-03"), {
        ssd: "false",
        theirs: "2",
      });
      succeeded(await project.destroy());
      assert.deepEqual(await found(lab(), "node-03"), {});
      assert.deepEqual(await found(lab(), "node-02"), first);
    });

    test("of no node, or of no sense, are refused in preview", async (t) => {
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), { program: "" });
      const refusals: [inputs: Record<string, unknown>, ...words: string[]][] =
        [
          [
            { node: "node-09", standby: true },
            "the cluster has no node node-09: it has node-01, node-02, node-03",
          ],
          [
            { node: "node-01", attributes: { standby: true } },
            "attributes.standby cannot be set here: it has an input of its own",
          ],
          [
            { node: "node-01", utilization: { memory: -1 } },
            "utilization.memory must be a whole number that is not negative",
          ],
        ];
      for (const [inputs, ...words] of refusals) {
        project.writeProgram(node("one", inputs));
        failedWith(await project.preview(), ...words);
      }
      project.writeProgram(
        node("one", { node: "node-01", standby: true }) +
          node("other", { node: "node-01", standby: false }),
      );
      failedWith(
        await project.preview(),
        "standby of the node node-01 is declared by",
      );
      assert.equal(await configuration(lab()), before);
    });

    test("standby moves what runs there: foretold, and waited for", async (t) => {
      await pcs(lab(), "resource", "create", "dummy", "ocf:pacemaker:Dummy");
      await pcs(lab(), "resource", "enable", "dummy", "--wait=30");
      const [home] = (await statuses(lab())).get("dummy")!.nodes;
      const project = await makeProject(t, lab(), {
        program: node("home", { node: home!, standby: true }),
      });
      assert.match(
        succeeded(await project.preview()).output,
        new RegExp(
          `foreseen: home: this change will move dummy from ${home} to `,
        ),
      );
      succeeded(await project.up());
      const moved = (await statuses(lab())).get("dummy")!;
      assert.equal(moved.role, "Started");
      assert.notEqual(moved.nodes[0], home);
      project.writeProgram(node("home", { node: home!, maintenance: true }));
      assert.match(
        succeeded(await project.preview()).output,
        /with maintenance, Pacemaker lets go of what runs on /,
      );
      succeeded(await project.up());
      assert.deepEqual(await found(lab(), home!), { maintenance: "on" });
      succeeded(await project.destroy());
      assert.deepEqual(await found(lab(), home!), {});
    });
  });
