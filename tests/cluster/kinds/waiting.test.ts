/** What is made together with constraints never runs where these forbid it, on both versions, at a look every 50 ms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  eventually,
  makeProject,
  nothingChanged,
  onLab,
  Sampler,
  statuses,
  succeeded,
  suitesOr,
} from "../harness";

const dummies = (...ids: string[]): string =>
  ids
    .map(
      (id) =>
        `const ${id} = new pacemaker.Primitive("${id}", { connection, agent: "ocf:pacemaker:Dummy" });\n`,
    )
    .join("");

const constraint = (kind: string, id: string, inputs: string): string =>
  `new pacemaker.${kind}Constraint("${id}", { connection, ${inputs} });\n`;

for (const suite of suitesOr("trixie"))
  onLab(suite, "what constraints are on", (lab) => {
    test("runs at no time where they forbid it", async (t) => {
      const address = `const address = new pacemaker.FloatingIp("address", { connection, ip, cidrNetmask });\n`;
      const project = await makeProject(t, lab(), { program: address });
      succeeded(await project.up());
      const [usual] = (await statuses(lab())).get("address")!.nodes;
      succeeded(await project.destroy());

      const away = (what: string) =>
        constraint(
          "Location",
          "away",
          `resource: ${what}, node: "${usual}", score: "-INFINITY"`,
        ) +
        constraint(
          "Location",
          "where",
          `resource: ${what}, rule: "#uname eq node-03", score: 50`,
        );
      const group =
        `const member = new pacemaker.FloatingIp("member", { connection, ip, cidrNetmask, group: "both" });\n` +
        `const next = new pacemaker.Primitive("next", { connection, agent: "ocf:pacemaker:Dummy", group: "both" });\n` +
        `const both = new pacemaker.ResourceGroup("both", { connection, members: [member.resourceId, next.resourceId] });\n`;
      const nodes = lab().nodes.map(({ name }) => name);
      for (const [program, id] of [
        [address + away("address"), "address"],
        [group + away("both"), "member"],
        [
          dummies("a") +
            address +
            away("address.resourceId") +
            constraint(
              "Colocation",
              "with",
              `resource: a, withResource: address`,
            ),
          "address",
        ],
      ] as const) {
        const sampler = await Sampler.start(lab());
        t.after(() => sampler.stop());
        project.writeProgram(program);
        succeeded(await project.up());
        assert.equal((await statuses(lab())).get(id)?.role, "Started");
        const [node] = (await statuses(lab())).get(id)!.nodes;
        await sampler.stop();
        // It was on no other node, not for a moment.
        for (const name of nodes)
          assert.equal(
            sampler.samples(name).some(({ holds }) => holds),
            name === node,
            name,
          );
        assert.notEqual(node, usual);
        assert.doesNotMatch(await configuration(lab()), /pulumi-/);
        nothingChanged(await project.up(["--expect-no-changes"]));
        succeeded(await project.destroy());
      }
    });

    test("starts where they are gone from the program", async (t) => {
      const away = constraint(
        "Location",
        "away",
        `resource: a, node: "node-09", score: "-INFINITY"`,
      );
      const project = await makeProject(t, lab(), {
        program: dummies("a") + away,
      });
      const targets = ["--target", "**a"];
      succeeded(await project.up(targets));
      assert.match(
        await configuration(lab()),
        /name="pulumi-staged" value="away"/,
      );
      project.writeProgram(dummies("a"));
      succeeded(await project.up(["--refresh"]));
      await eventually("a to start", async () =>
        (await statuses(lab())).get("a")?.role === "Started" ? true : undefined,
      );
      succeeded(await project.destroy());
    });
  });
