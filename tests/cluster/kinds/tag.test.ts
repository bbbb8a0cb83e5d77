/** A tag through its whole life, beside what others put into it. */
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

const pcs = (lab: Lab, words: string) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...words.split(" "));

/** What each tag names, in any order. */
async function tags(lab: Lab): Promise<Record<string, string[]>> {
  return Object.fromEntries(
    all(await cib(lab), "tag").map((tag) => [
      tag.attributes.id ?? "",
      all(tag, "obj_ref")
        .map(({ attributes }) => attributes.id ?? "")
        .sort(),
    ]),
  );
}

const resources = `
const [a, b, c] = ["a", "b", "c"].map((id) => new pacemaker.Primitive(id, { connection, agent: "ocf:pacemaker:Dummy", operations: { stop: { timeout: "20s" } } }));
`;

const tag = (members: string, more = "") =>
  `const night = new pacemaker.Tag("night", { connection, resources: [${members}]${more} });\n`;

for (const suite of suitesOr("trixie"))
  onLab(suite, "a tag", (lab) => {
    test("is made, left alone, changed, mended, replaced, taken over and deleted", async (t) => {
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), {
        program: resources + tag("a, b.resourceId"),
      });
      succeeded(await project.up());
      assert.deepEqual(await tags(lab()), { night: ["a", "b"] });
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // A constraint holds of all that it names, and goes before it.
      const away = `new pacemaker.LocationConstraint("away", { connection, resource: night, node: "node-01", score: "-INFINITY" });`;
      project.writeProgram(resources + tag("a, b, c") + away);
      succeeded(await project.up());
      const placed = await statuses(lab());
      for (const id of ["a", "b", "c"])
        assert.notEqual(placed.get(id)?.nodes[0], "node-01", id);
      project.writeProgram(resources + tag("a, b"));
      succeeded(await project.up());
      assert.deepEqual(await tags(lab()), { night: ["a", "b"] });

      // What an operator takes out is shown, and put back; what he adds stays.
      await pcs(lab(), "resource create theirs ocf:pacemaker:Dummy");
      await pcs(lab(), "tag update night add theirs remove a");
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /resources/);
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual(await tags(lab()), { night: ["a", "b", "theirs"] });
      project.writeProgram(resources + tag("b, c"));
      succeeded(await project.up());
      assert.deepEqual(await tags(lab()), { night: ["b", "c", "theirs"] });

      // Under another id, and without ours, his stays.
      project.writeProgram(resources + tag("b", `, resourceId: "late"`));
      const replaced = succeeded(await project.up());
      assert.match(replaced.output, /night: stays, since it still names their/);
      assert.deepEqual(await tags(lab()), { night: ["theirs"], late: ["b"] });

      // What is wrong is refused in preview.
      for (const [members, more, words] of [
        ["", "", "is empty, but a tag must have at least one resource"],
        ["a, a", "", "names a resource twice"],
        [`"late"`, `, resourceId: "late"`, "late is a <tag>: only resources"],
        [
          "b",
          `, resourceId: "cib-bootstrap-options"`,
          "uses this id already, for a <cluster_property_set>",
        ],
        [
          "b",
          `, resourceId: "c"`,
          "two resources of this program have this id",
        ],
      ] as const) {
        project.writeProgram(resources + tag(members, more));
        failedWith(await project.preview(), words);
      }

      // One that was made by hand is taken over as it is, refused where it differs, changed where that is asked for.
      await pcs(lab(), "tag create hand a c");
      const taking = (members: string, more = "") =>
        resources +
        tag("b", `, resourceId: "late"`) +
        tag(members, `, resourceId: "hand"${more}`)
          .replace("const night", "const hand")
          .replace(`Tag("night"`, `Tag("hand"`);
      project.writeProgram(taking("a, c"));
      const kept = await epoch(lab());
      succeeded(await project.up());
      assert.equal(await epoch(lab()), kept);
      const other = await makeProject(t, lab(), { program: "" });
      other.writeProgram(tag(`"a", "b"`, `, resourceId: "hand"`));
      failedWith(
        await other.preview(),
        /hand exists in the cluster and differs/,
        "it names a, c, declared is a, b",
      );
      other.writeProgram(
        tag(`"a", "b"`, `, resourceId: "hand", adopt: "update"`),
      );
      succeeded(await other.up());
      assert.deepEqual((await tags(lab())).hand, ["a", "b", "c"]);

      succeeded(await other.destroy());
      assert.deepEqual((await tags(lab())).hand, ["c"]);
      succeeded(await project.destroy());
      assert.deepEqual(await tags(lab()), { night: ["theirs"] });
      await pcs(lab(), "tag remove night");
      await pcs(lab(), "resource delete theirs");
      // The empty section stays, as after pcs alone.
      const after = await configuration(lab());
      assert.equal(after.replace(/\n *<tags>$/m, ""), before);
    });
  });
