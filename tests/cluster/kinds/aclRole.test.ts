/** A role of the access control through its whole life; and what it permits is permitted, and no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { execOnNode, type Lab } from "../../../lab";
import {
  cib,
  configuration,
  epoch,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
  suitesOr,
} from "../harness";
import { all } from "../harness/xml";
import { byId } from "../life/observe";

const pcs = (lab: Lab, ...words: string[]) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...words);

const role = (inputs: Record<string, unknown>, name = "watch") =>
  `new pacemaker.AclRole("${name}", { connection, ...${JSON.stringify(inputs)} });\n`;

const enabled = `new pacemaker.ClusterProperties("acls", { connection, properties: { "enable-acl": true } });\n`;

/** What each user and group has. */
const rolesOf = async (lab: Lab, id: string): Promise<string[] | undefined> =>
  (await byId(lab, id))?.children.map(({ attributes }) => attributes.id ?? "");

/** A user's <role> has the role's id as well. */
const permissionsOf = async (lab: Lab, id: string): Promise<string[]> =>
  (
    all(await cib(lab), "acl_role").find(
      ({ attributes }) => attributes.id === id,
    )?.children ?? []
  ).map(
    ({ attributes: { kind, xpath, reference } }) =>
      `${kind} ${xpath ?? reference}`,
  );

for (const suite of suitesOr("bookworm"))
  onLab(suite, "a role of the access control", (lab) => {
    test("is made, left alone, changed, mended, taken over and deleted, and counts", async (t) => {
      await onEveryNode(
        lab(),
        "useradd --groups haclient --shell /bin/sh alice",
      );
      t.after(() => onEveryNode(lab(), "userdel alice"));
      const before = await configuration(lab());
      const declared = {
        description: "on call",
        permissions: [
          { access: "read", xpath: "/cib" },
          { access: "write", xpath: "//node" },
        ],
        users: ["alice"],
      };
      const project = await makeProject(t, lab(), { program: role(declared) });
      const preview = succeeded(await project.preview());
      assert.match(preview.output, /watch: holds for nobody as long as/);
      succeeded(await project.up());
      assert.deepEqual(await rolesOf(lab(), "alice"), ["watch"]);
      assert.deepEqual(await permissionsOf(lab(), "watch"), [
        "read /cib",
        "write //node",
      ]);
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // It counts.
      project.writeProgram(enabled + role(declared));
      succeeded(await project.up());
      const asAlice = (...words: string[]) =>
        execOnNode(lab(), "node-01", [
          ...["runuser", "-u", "alice", "--", ...words],
        ]);
      const attribute = (...words: string[]) =>
        asAlice("crm_attribute", ...words, "--update", "a");
      const may = await attribute("--node", "node-02", "--name", "rack");
      assert.equal(may.code, 0, may.stderr);
      const mayNot = await attribute("--name", "batch-limit");
      assert.notEqual(mayNot.code, 0);
      await pcs(lab(), "node", "attribute", "node-02", "rack=");

      // What an operator takes away is shown, and put back; what he adds stays.
      await pcs(
        lab(),
        "acl",
        "role",
        "create",
        "theirs",
        "read",
        "xpath",
        "/cib",
      );
      await pcs(
        lab(),
        "acl",
        "role",
        "assign",
        "theirs",
        "to",
        "user",
        "alice",
      );
      await pcs(
        lab(),
        "acl",
        "role",
        "unassign",
        "watch",
        "from",
        "user",
        "alice",
      );
      await pcs(
        lab(),
        "acl",
        "permission",
        "add",
        "watch",
        "deny",
        "xpath",
        "//acls",
      );
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /alice/);
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual((await rolesOf(lab(), "alice"))?.sort(), [
        "theirs",
        "watch",
      ]);
      project.writeProgram(
        enabled +
          role({
            permissions: [{ access: "read", xpath: "/cib" }],
            groups: ["haclient"],
          }),
      );
      succeeded(await project.up());
      assert.deepEqual((await permissionsOf(lab(), "watch")).sort(), [
        "deny //acls",
        "read /cib",
      ]);
      assert.deepEqual(await rolesOf(lab(), "alice"), ["theirs"]);
      assert.deepEqual(await rolesOf(lab(), "haclient"), ["watch"]);

      // What is wrong is refused in preview.
      const one = { access: "read", xpath: "/cib" };
      for (const [inputs, words] of [
        [{ permissions: [] }, "is empty, but a role must have at least one"],
        [{ permissions: [{ ...one, access: "all" }] }, `"read", "write" or`],
        [
          { permissions: [{ ...one, reference: "x" }] },
          `must have either "xpath" or "reference"`,
        ],
        [
          { permissions: [{ access: "read", xpath: "cib" }] },
          "an XPath of the configuration",
        ],
        [{ permissions: [one], users: ["a", "a"] }, "has a name twice"],
        [{ permissions: [one, one] }, "has a permission twice"],
        [
          { permissions: [{ access: "read", xpath: "//node[" }] },
          "an XPath of the configuration",
        ],
        [{ permissions: [one], groups: ["1st"] }, "the name of a group"],
        [
          { permissions: [one], resourceId: "watch-read" },
          "uses this id already",
        ],
      ] as const) {
        project.writeProgram(enabled + role(inputs));
        failedWith(await project.preview(), words);
      }

      // One that was made by hand is taken over as it is, and refused where it differs.
      const other = await makeProject(t, lab(), {
        program: role({ permissions: [one], users: ["alice"] }, "theirs"),
      });
      const kept = await epoch(lab());
      succeeded(await other.up());
      assert.equal(await epoch(lab()), kept);
      const third = await makeProject(t, lab(), {
        program: role({ permissions: [one], users: ["bob"] }, "theirs"),
      });
      failedWith(await third.preview(), "- the user bob does not have it");
      await pcs(
        lab(),
        ...["acl", "role", "create", "mine", "read", "xpath", "/cib"],
      );
      third.writeProgram(
        role(
          {
            permissions: [{ access: "write", xpath: "//tags" }],
            users: ["alice"],
            adopt: "update",
          },
          "mine",
        ),
      );
      succeeded(await third.up());
      assert.ok((await permissionsOf(lab(), "mine")).includes("write //tags"));
      assert.ok((await rolesOf(lab(), "alice"))?.includes("mine"));
      // Under another id, it is another role, and whoever had the first has the second.
      third.writeProgram(
        role(
          {
            permissions: [{ access: "write", xpath: "//tags" }],
            users: ["alice"],
            resourceId: "later",
          },
          "mine",
        ),
      );
      const replaced = succeeded(await third.up());
      assert.equal(
        replaced.changes.replace,
        1,
        JSON.stringify(replaced.changes),
      );
      assert.deepEqual(await permissionsOf(lab(), "later"), ["write //tags"]);
      assert.ok((await rolesOf(lab(), "alice"))?.includes("later"));
      succeeded(await third.destroy());
      assert.ok(!(await rolesOf(lab(), "alice"))?.includes("later"));
      // Whoever takes a role over has all of it, and it went with the first id.
      assert.deepEqual(await permissionsOf(lab(), "mine"), []);

      succeeded(await other.destroy());
      assert.equal(await byId(lab(), "alice"), undefined);
      project.writeProgram(
        enabled + role({ permissions: [one], groups: ["haclient"] }),
      );
      succeeded(await project.destroy());
      // The empty section stays, as after pcs alone.
      const after = await configuration(lab());
      assert.equal(after.replace(/\n *<acls>$/m, ""), before);
    });
  });
