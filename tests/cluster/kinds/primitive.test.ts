/** A resource by any agent, through its whole life. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab";
import {
  configuration,
  epoch,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  statuses,
  succeeded,
  suitesOr,
} from "../harness";
import { byId, operationsOf, values } from "../life/observe";
import { makeUnit } from "../life/programs";

const canary = "canary-of-an-option";

const primitive = (id: string, inputs: Record<string, unknown>, more = "") =>
  `const ${id} = new pacemaker.Primitive("${id}", { connection, ...${JSON.stringify(inputs)}${more} });\n`;

const secret = `, options: { fake: "one", passwd: pulumi.secret("${canary}") }`;

const declared = {
  agent: "ocf:pacemaker:Dummy",
  operations: { monitor: { interval: "20s", timeout: "15s" } },
  meta: { "migration-threshold": 3 },
  utilization: { memory: 100 },
};

const first = (lab: Lab) => lab.nodes[0]!.name;

const pcs = (lab: Lab, ...args: string[]) =>
  onNode(lab, first(lab), "pcs", ...args);

/** On each node, when the agent last made its file: each start does. */
async function startOf(lab: Lab, id: string): Promise<string> {
  const found = await onEveryNode(
    lab,
    `stat -c %W.%Y /run/Dummy-${id}.state /run/resource-agents/Dummy-${id}.state 2>/dev/null || true`,
  );
  return Object.values(found).join("|");
}

for (const suite of suitesOr("bookworm"))
  onLab(suite, "a primitive", (lab) => {
    test("is made, left alone, changed, mended, taken over, replaced and deleted", async (t) => {
      const project = await makeProject(t, lab(), {
        program: primitive("dummy", declared, secret),
      });
      const texts: string[] = [];
      texts.push(succeeded(await project.up()).output);
      assert.equal(values(await byId(lab(), "dummy")).passwd, canary);
      assert.equal((await operationsOf(lab(), "dummy"))["monitor 20s"], "15s");
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator puts beside ours stays; what he changes of ours is shown, and put back.
      await pcs(lab(), "resource", "update", "dummy", "op_sleep=0", "fake=two");
      await pcs(lab(), "resource", "meta", "dummy", "priority=5");
      const drift = await project.preview(["--refresh", "--diff"]);
      assert.match(succeeded(drift).output, /fake/);
      texts.push(drift.output);
      succeeded(await project.up(["--refresh"]));
      const mended = values(await byId(lab(), "dummy"));
      assert.equal(mended.fake, "one");
      assert.equal(mended.op_sleep, "0");
      assert.equal(mended.priority, "5");

      // A reloadable option and an operation are changed without a restart.
      const started = await startOf(lab(), "dummy");
      assert.match(started, /\d/);
      const changed = {
        ...declared,
        operations: { monitor: { interval: "10s", timeout: "15s" } },
      };
      project.writeProgram(
        primitive("dummy", changed, secret.replace("one", "three")),
      );
      const foreseen = succeeded(await project.preview());
      assert.match(
        foreseen.output,
        /ocf:pacemaker:Dummy takes a new fake over by a reload, without a restart/,
      );
      texts.push(foreseen.output, succeeded(await project.up()).output);
      assert.equal(values(await byId(lab(), "dummy")).fake, "three");
      assert.ok("monitor 10s" in (await operationsOf(lab(), "dummy")));
      assert.equal(await startOf(lab(), "dummy"), started);

      // What the agent does not take is refused in preview, and nothing is touched.
      const before = await configuration(lab());
      const refusals: [program: string, words: RegExp][] = [
        [
          primitive("dummy", declared, secret.replace("fake", "fakke")),
          /node-01: fakke is no parameter of the agent/,
        ],
        [
          primitive("spool", {
            agent: "ocf:heartbeat:Filesystem",
            options: { device: "/dev/x", directory: "/x", force_unmount: "7x" },
          }),
          /node-03: fstype is missing: the agent requires it/,
        ],
        [
          primitive("none", { agent: "ocf:heartbeat:NoSuchAgent" }),
          /node-02: it is not installed/,
        ],
      ];
      for (const [program, words] of refusals) {
        project.writeProgram(program);
        texts.push(failedWith(await project.preview(), words).output);
      }
      assert.equal(await configuration(lab()), before);

      // Another agent is another resource; the one that is there goes first.
      project.writeProgram(
        primitive("dummy", { agent: "ocf:heartbeat:Dummy" }),
      );
      const replaced = succeeded(await project.up());
      assert.equal(
        replaced.changes.replace,
        1,
        JSON.stringify(replaced.changes),
      );
      assert.equal(
        (await byId(lab(), "dummy"))?.attributes.provider,
        "heartbeat",
      );

      succeeded(await project.destroy());
      assert.equal(await byId(lab(), "dummy"), undefined);

      const state = await project.exportText();
      for (const text of [...texts, state])
        assert.ok(!text.includes(canary), "a secret option was shown");
    });

    test("made by hand is taken over, and started by its group beside others", async (t) => {
      await makeUnit(t, lab(), "kinds-one");
      await pcs(
        lab(),
        ...["resource", "create", "dummy", "ocf:pacemaker:Dummy", "fake=one"],
        ...["op", "monitor", "interval=20s", "timeout=15s"],
      );
      const hand = { agent: declared.agent, operations: declared.operations };
      const project = await makeProject(t, lab(), {
        program: primitive("dummy", { ...hand, options: { fake: "two" } }),
      });
      failedWith(
        await project.up(),
        /its fake is another one than declared/,
        'set adopt to "update"',
      );
      project.writeProgram(
        primitive("dummy", { ...hand, options: { fake: "one" } }),
      );
      const version = await epoch(lab());
      succeeded(await project.up());
      assert.equal(await epoch(lab()), version);
      project.writeProgram(
        primitive("dummy", { ...hand, options: { fake: "one" } }) +
          primitive("one", { agent: declared.agent, group: "both" }) +
          primitive("two", { agent: "systemd:kinds-one", group: "both" }) +
          `new pacemaker.ResourceGroup("both", { connection, members: [one.resourceId, two.resourceId] });`,
      );
      succeeded(await project.up());
      const found = await statuses(lab());
      assert.equal(found.get("one")?.role, "Started");
      assert.deepEqual(found.get("one")?.nodes, found.get("two")?.nodes);
      nothingChanged(await project.up(["--expect-no-changes"]));
      succeeded(await project.destroy());
    });
  });
