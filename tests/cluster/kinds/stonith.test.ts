/** Fencing devices and levels through their whole life; and a node that is lost is really switched off. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { execOnNode, type Lab } from "../../../lab";
import {
  cib,
  configuration,
  epoch,
  eventually,
  failedWith,
  fenceAgent,
  installFenceAgent,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  statuses,
  succeeded,
  suitesOr,
  watchArguments,
} from "../harness";
import { all } from "../harness/xml";
import { byId, operationsOf, values } from "../life/observe";

const { password: canary } = fenceAgent;

const device = (id: string, inputs: Record<string, unknown>) =>
  `const ${id} = new pacemaker.StonithDevice("${id}", { connection, ...${JSON.stringify(inputs)} });\n`;

const level = (id: string, inputs: string) =>
  `new pacemaker.StonithLevel("${id}", { connection, ${inputs} });\n`;

const pcs = (lab: Lab, ...args: string[]) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...args);

const declared = {
  agent: fenceAgent.name,
  options: { switch: "one", password: canary, pcmk_delay_base: "0s" },
  hosts: ["node-01", "node-02", "node-03"],
  operations: { monitor: { interval: "60s", timeout: "20s" } },
};

const levelsOf = async (lab: Lab) =>
  all(await cib(lab), "fencing-level").map(({ attributes }) => {
    const entries = Object.entries(attributes);
    return Object.fromEntries(entries.filter(([name]) => name !== "id"));
  });

for (const suite of suitesOr("bookworm"))
  onLab(suite, "fencing", (lab) => {
    test("devices and levels are made, left alone, changed, mended and deleted", async (t) => {
      await installFenceAgent(lab());
      const first = await configuration(lab());
      const watch = watchArguments(t, lab(), [canary]);
      const levels = (devices = "power.resourceId") =>
        level("one", `node: "node-02", level: 1, devices: [${devices}]`) +
        level(
          "two",
          `pattern: "node-.*", level: 2, devices: [power.resourceId]`,
        ) +
        level(
          "three",
          `attribute: { name: "rack", value: "a" }, level: 1, devices: [power.resourceId]`,
        );
      const project = await makeProject(t, lab(), {
        program: device("power", declared) + levels(),
      });
      const texts = [succeeded(await project.up()).output];
      assert.deepEqual(values(await byId(lab(), "power")), {
        ...declared.options,
        pcmk_host_list: "node-01 node-02 node-03",
      });
      assert.equal((await operationsOf(lab(), "power"))["monitor 60s"], "20s");
      assert.equal((await statuses(lab())).get("power")?.role, "Started");
      // They are made side by side, in whatever order.
      const made = await levelsOf(lab());
      const expected = [
        { target: "node-02", index: "1", devices: "power" },
        { "target-pattern": "node-.*", index: "2", devices: "power" },
        {
          ...{ "target-attribute": "rack", "target-value": "a" },
          ...{ index: "1", devices: "power" },
        },
      ];
      assert.equal(made.length, expected.length);
      for (const one of expected)
        assert.ok(
          made.some((found) => isDeepStrictEqual(found, one)),
          JSON.stringify({ one, made }),
        );
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator changes of ours is shown, and put back; what is his in the same device stays.
      await pcs(
        lab(),
        ...["stonith", "update", "power", "switch=two", "tries=3"],
        ...["pcmk_host_list=node-01"],
      );
      await pcs(lab(), "stonith", "level", "delete", "1", "target", "node-02");
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      texts.push(drift.output);
      assert.match(drift.output, /switch +: "two" => "one"/);
      texts.push(succeeded(await project.up(["--refresh"])).output);
      const mended = values(await byId(lab(), "power"));
      assert.equal(mended.switch, "one");
      assert.equal(mended.tries, "3");
      assert.equal(mended.pcmk_host_list, "node-01 node-02 node-03");
      assert.equal((await levelsOf(lab())).length, 3);

      // Another option, a meta attribute, plugs in the place of names, and a second device for a level.
      project.writeProgram(
        device("power", {
          ...declared,
          options: { switch: "three", password: canary },
          hosts: { "node-01": 1, "node-02": "node-02", "node-03": 3 },
          meta: { priority: 2 },
        }) +
          device("second", { ...declared, hosts: ["node-02"] }) +
          levels("power.resourceId, second.resourceId"),
      );
      texts.push(succeeded(await project.up()).output);
      assert.deepEqual(values(await byId(lab(), "power")), {
        ...{ switch: "three", password: canary, tries: "3", priority: "2" },
        pcmk_host_map: "node-01:1;node-02:node-02;node-03:3",
      });
      assert.ok(
        (await levelsOf(lab())).some(
          ({ devices }) => devices === "power,second",
        ),
      );
      nothingChanged(await project.refresh(["--expect-no-changes"]));

      // What the agent does not take, or nobody has, is refused in preview.
      const other = await makeProject(t, lab(), { program: "" });
      const before = await configuration(lab());
      const refusals: [program: string, ...words: string[]][] = [
        [
          device("fresh", {
            ...declared,
            options: { password: canary, swich: "one", tries: "many" },
          }),
          "node-02: switch is missing: the agent requires it",
          "node-02: swich is no parameter of the agent",
          "node-02: tries must be a whole number",
        ],
        [
          device("fresh", { ...declared, agent: "fence_nobody" }),
          "the agent stonith:fence_nobody cannot be used as declared",
        ],
        [
          level("new", `node: "node-09", level: 1, devices: ["power"]`),
          "the cluster has no node node-09",
        ],
        [
          level("new", `node: "node-03", level: 1, devices: ["nobody"]`),
          "there is no fencing device nobody",
        ],
        [
          level("new", `level: 1, devices: ["power"]`),
          `must be given, or else one of "pattern" and "attribute"`,
        ],
        [
          level("new", `node: "node-02", level: 1, devices: ["second"]`),
          "its devices are power, second, declared are second",
        ],
      ];
      for (const [program, ...words] of refusals) {
        other.writeProgram(program);
        texts.push(failedWith(await other.preview(), ...words).output);
      }
      assert.equal(await configuration(lab()), before);

      texts.push(succeeded(await project.destroy()).output);
      const empty = (text: string) =>
        text.replace(/\n *<fencing-topology>(?!\n +<fencing-level)/, "");
      assert.equal(empty(await configuration(lab())), first);
      texts.push(await project.exportText());
      for (const text of texts)
        assert.ok(!text.includes(canary), "the password was shown");
      for (const [node, { count, found }] of Object.entries(
        await watch.stop(),
      )) {
        assert.ok(count > 100, node);
        assert.deepEqual(found, [], node);
      }
    });

    test("those made by hand are taken over untouched, refused where they differ, changed when told to, and replaced", async (t) => {
      await installFenceAgent(lab());
      const before = await configuration(lab());
      const options = { switch: "one", password: canary };
      await pcs(
        lab(),
        ...["stonith", "create", "hand", fenceAgent.name],
        ...Object.entries(options).map((entry) => entry.join("=")),
        ...["pcmk_host_list=node-01 node-02", "op", "monitor"],
        ...["interval=60s", "timeout=20s"],
      );
      await pcs(lab(), "stonith", "level", "add", "1", "node-01", "hand");
      const idOfLevel = all(await cib(lab()), "fencing-level")[0]!.attributes
        .id!;
      const hand = (more: Record<string, unknown> = {}) => ({
        ...declared,
        options,
        hosts: ["node-01", "node-02"],
        ...more,
      });
      const ofHand = (more = "") =>
        level(
          "first",
          `node: "node-01", level: 1, devices: [hand.resourceId]${more}`,
        );
      const known = `, resourceId: "${idOfLevel}"`;
      const project = await makeProject(t, lab(), {
        program: device("hand", hand({ options: { ...options, tries: "2" } })),
      });
      failedWith(
        await project.preview(),
        "its tries is not set",
        'adopt to "update"',
      );
      const version = await epoch(lab());
      project.writeProgram(device("hand", hand()) + ofHand(known));
      succeeded(await project.up());
      assert.equal(await epoch(lab()), version);
      nothingChanged(await project.up(["--expect-no-changes"]));

      // Under another id, both are others; the device is in its level at the end as at the beginning.
      project.writeProgram(
        device("hand", hand({ resourceId: "newer" })) +
          ofHand(`, resourceId: "newer-first"`),
      );
      const replaced = succeeded(await project.up());
      assert.equal(
        replaced.changes.replace,
        2,
        JSON.stringify(replaced.changes),
      );
      assert.equal(await byId(lab(), "hand"), undefined);
      assert.deepEqual(await levelsOf(lab()), [
        { target: "node-01", index: "1", devices: "newer" },
      ]);
      assert.equal((await statuses(lab())).get("newer")?.role, "Started");
      nothingChanged(await project.up(["--expect-no-changes"]));

      const other = await makeProject(t, lab(), {
        program: device(
          "newer",
          hand({
            options: { ...options, switch: "two" },
            adopt: "update",
          }),
        ),
      });
      succeeded(await other.up());
      assert.equal(values(await byId(lab(), "newer")).switch, "two");
      succeeded(await project.destroy());
      succeeded(await other.destroy());
      const empty = (text: string) =>
        text.replace(/\n *<fencing-topology>(?!\n +<fencing-level)/, "");
      assert.equal(empty(await configuration(lab())), empty(before));
    });

    test("a node that is lost is switched off, by the second level where the first one fails", async (t) => {
      await installFenceAgent(lab());
      const project = await makeProject(t, lab(), {
        program:
          device("broken", {
            ...declared,
            options: { ...declared.options, broken: true },
          }) +
          device("power", declared) +
          `const levels = ["node-01", "node-02", "node-03"].flatMap((node) => [broken, power].map((one, at) =>
  new pacemaker.StonithLevel(node + "-" + (at + 1), { connection, node, level: at + 1, devices: [one.resourceId] })));
new pacemaker.ClusterProperties("fencing", { connection, adopt: "update", properties: { "stonith-enabled": true, "stonith-timeout": "30s" } }, { dependsOn: levels });\n`,
      });
      succeeded(await project.up());
      const lost = "node-03";
      await onNode(lab(), lost, "systemctl", "kill", "-s", "KILL", "corosync");
      await eventually(`${lost} to be off`, async () => {
        try {
          await execOnNode(lab(), lost, ["/bin/true"]);
          return undefined;
        } catch (error) {
          return /is down/.test(String(error)) ? true : undefined;
        }
      });
      const history = await eventually(
        "the fencing to be on record",
        async () => {
          const text = await onNode(
            lab(),
            "node-01",
            ...["stonith_admin", "--history", lost, "--output-as=xml"],
          );
          return /status="success"/.test(text) ? text : undefined;
        },
      );
      assert.match(history, new RegExp(`target="${lost}"`));
      await eventually("another node to watch the devices", async () => {
        const found = (await statuses(lab())).get("power");
        return found?.role === "Started" && !found.nodes.includes(lost)
          ? true
          : undefined;
      });
    });
  });
