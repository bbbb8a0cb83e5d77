/** Properties of the cluster through their whole life. */
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
import { one } from "../harness/xml";
import { values } from "../life/observe";

const properties = (
  id: string,
  declared: Record<string, unknown>,
  more: Record<string, unknown> = {},
) =>
  `new pacemaker.ClusterProperties("${id}", { connection, ...${JSON.stringify({ properties: declared, ...more })} });\n`;

const pcs = (lab: Lab, ...args: string[]) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...args);

/** As the cluster has them. */
async function found(lab: Lab): Promise<Record<string, string>> {
  return values(one(await cib(lab), "crm_config"));
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "properties of the cluster", (lab) => {
    test("are set, left alone, changed, mended, and brought back", async (t) => {
      await pcs(lab(), "property", "set", "migration-limit=7");
      await pcs(lab(), "property", "set", "batch-limit=3");
      const first = await configuration(lab());
      const declared = {
        "no-quorum-policy": "freeze",
        "cluster-recheck-interval": "5min",
        "migration-limit": 7,
      };
      const project = await makeProject(t, lab(), {
        program: properties("ours", declared),
      });
      succeeded(await project.up());
      assert.equal((await found(lab()))["no-quorum-policy"], "freeze");
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator changes of ours is shown, and put back; what is his stays.
      await pcs(
        lab(),
        ...["property", "set", "no-quorum-policy=stop", "batch-limit=4"],
      );
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /no-quorum-policy +: "stop" => "freeze"/);
      succeeded(await project.up(["--refresh"]));
      assert.equal((await found(lab()))["no-quorum-policy"], "freeze");
      assert.equal((await found(lab()))["batch-limit"], "4");

      // A spelling of the same value changes nothing; a name that is taken out gets back what it had.
      const rest = {
        "cluster-recheck-interval": "5min",
        "migration-limit": 7,
      };
      project.writeProgram(
        properties("ours", { ...rest, "cluster-recheck-interval": "300s" }),
      );
      const changed = succeeded(await project.up());
      assert.deepEqual(changed.changes.update, 1);
      assert.ok(!("no-quorum-policy" in (await found(lab()))));
      assert.equal((await found(lab()))["cluster-recheck-interval"], "5min");

      // What somebody else has set otherwise is refused, and changed where that is asked for.
      const other = { ...rest, "batch-limit": 9 };
      project.writeProgram(properties("ours", other));
      failedWith(
        await project.preview(),
        "ours: the cluster has other values than are declared: - batch-limit is 4, declared is 9",
        'set adopt to "update"',
      );
      project.writeProgram(properties("ours", other, { adopt: "update" }));
      succeeded(await project.up());
      assert.equal((await found(lab()))["batch-limit"], "9");

      succeeded(await project.destroy());
      await pcs(lab(), "property", "set", "batch-limit=3");
      assert.equal(await configuration(lab()), first);
    });

    test("that nobody knows, or that cannot have that value, are refused in preview", async (t) => {
      const before = await configuration(lab());
      const refused: [
        declared: Record<string, unknown>,
        ...words: (string | RegExp)[],
      ][] = [
        [
          { "no-quorum-polici": "stop", "maintenance-mode": "perhaps" },
          "- no-quorum-polici is no property: check the spelling",
          "- maintenance-mode is perhaps, but must be true or false",
        ],
        [
          { "no-quorum-policy": "sleep", "cluster-recheck-interval": "soon" },
          /no-quorum-policy is sleep, but must be one of .*freeze/,
          `cluster-recheck-interval is soon, but must be a time with its unit, such as "30s"`,
        ],
        [
          { "have-watchdog": true },
          "properties.have-watchdog cannot be set here: Pacemaker and its setup write it themselves",
        ],
        [
          { "stonith-enabled": "" },
          `is empty, which pcs takes as "remove it": leave the name out instead`,
        ],
      ];
      const project = await makeProject(t, lab(), { program: "" });
      for (const [declared, ...words] of refused) {
        project.writeProgram(properties("ours", declared));
        failedWith(await project.preview(), ...words);
      }
      project.writeProgram(
        properties("ours", { "no-quorum-policy": "freeze" }) +
          properties("theirs", { "no-quorum-policy": "stop" }),
      );
      failedWith(
        await project.preview(),
        /the property no-quorum-policy is declared by (ours|theirs) too, and each would undo the other/,
      );
      assert.equal(await configuration(lab()), before);
    });

    test("that stop resources are foretold, said plainly and waited for", async (t) => {
      await pcs(lab(), "resource", "create", "dummy", "ocf:pacemaker:Dummy");
      await pcs(lab(), "resource", "enable", "dummy", "--wait=30");
      const project = await makeProject(t, lab(), {
        program: properties("ours", { "stop-all-resources": true }),
      });
      const foreseen = succeeded(await project.preview()).output;
      assert.match(
        foreseen,
        /ours: with stop-all-resources=true, every resource of the cluster stops, those of others too/,
      );
      assert.match(foreseen, /foreseen: ours: this change will stop dummy on /);
      succeeded(await project.up());
      assert.equal((await statuses(lab())).get("dummy")?.role, "Stopped");
      project.writeProgram(
        properties("ours", {
          "stop-all-resources": false,
          "maintenance-mode": true,
        }),
      );
      const second = succeeded(await project.preview()).output;
      assert.match(
        second,
        /with maintenance-mode=true, Pacemaker lets go of every resource/,
      );
      succeeded(await project.up());
      succeeded(await project.destroy());
      assert.equal((await statuses(lab())).get("dummy")?.role, "Started");
    });

    test("stand in several sets: ours is the one that counts", async (t) => {
      await onNode(
        lab(),
        lab().nodes[0]!.name,
        ...["cibadmin", "--create", "--scope", "crm_config", "--xml-text"],
        `<cluster_property_set id="theirs" score="10"><nvpair id="theirs-1" name="batch-limit" value="5"/></cluster_property_set>`,
      );
      const first = await configuration(lab());
      const project = await makeProject(t, lab(), {
        program: properties("ours", {
          "batch-limit": 5,
          "no-quorum-policy": "freeze",
        }),
      });
      succeeded(await project.up());
      const text = await configuration(lab());
      assert.match(
        text,
        /id="cib-bootstrap-options-no-quorum-policy" name="no-quorum-policy" value="freeze"/,
      );
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), first);
    });
  });
