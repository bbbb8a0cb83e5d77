/** Where resources run, and after what, said with the resources: they hold from the first start on. */
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
  onEveryNode,
  onLab,
  onNode,
  statuses,
  succeeded,
  suitesOr,
} from "../harness";
import { one } from "../harness/xml";

const names = ["a", "b", "c", "d"];

/** Services that write down when they start and stop. */
async function makeUnits(lab: Lab): Promise<void> {
  const write = (what: string, name: string) =>
    `/bin/sh -c 'echo "$(date +%%%%s%%%%N) ${what} ${name}" >>/run/placed'`;
  for (const name of names)
    await onEveryNode(
      lab,
      `printf '[Service]\\nType=oneshot\\nRemainAfterExit=yes\\nExecStart=${write("start", name).replaceAll("'", `'\\''`)}\\n` +
        `ExecStop=${write("stop", name).replaceAll("'", `'\\''`)}\\n' >/etc/systemd/system/placed-${name}.service; ` +
        `rm -f /run/placed; systemctl daemon-reload`,
    );
}

/** What has started and stopped since the last look, in its order: "start a node-03". */
async function happened(lab: Lab): Promise<string[]> {
  const found = await onEveryNode(
    lab,
    `touch /run/placed; cat /run/placed; rm /run/placed`,
  );
  return Object.entries(found)
    .flatMap(([node, text]) =>
      text
        .split("\n")
        .filter(Boolean)
        .map((line) => `${line} ${node}`),
    )
    .sort()
    .map((line) => line.replace(/^\d+ /, ""));
}

const primitive = (name: string, more = "") =>
  `const ${name} = new pacemaker.Primitive("${name}", { connection, agent: "systemd:placed-${name}", ${more} });\n`;

const placed =
  primitive("a", `prefers: { node: "node-03", score: 50 }, avoids: "node-01"`) +
  primitive("b", "with: a, after: a.resourceId") +
  primitive("c", `group: "g"`) +
  `new pacemaker.ResourceGroup("g", { connection, members: [c.resourceId], with: { resource: a, score: -100 }, ` +
  `after: [{ resource: b, kind: "Optional" }] });\n` +
  primitive("d") +
  `new pacemaker.Clone("d-clone", { connection, resource: d, after: a, avoids: ["node-02"] });\n`;

/** By id: what the constraint says. */
async function constraints(lab: Lab): Promise<Record<string, string>> {
  return Object.fromEntries(
    one(await cib(lab), "constraints").children.map(({ attributes }) => {
      const { id, ...rest } = attributes;
      return [
        id!,
        Object.entries(rest)
          .map(([name, value]) => `${name}=${value}`)
          // pcs writes down what it means without it.
          .filter((text) => !text.endsWith("-action=start"))
          .sort()
          .join(" "),
      ];
    }),
  );
}

const made = {
  "location-a-node-03-50": "node=node-03 rsc=a score=50",
  "location-a-node-01--INFINITY": "node=node-01 rsc=a score=-INFINITY",
  "colocation-b-a-INFINITY": "rsc=b score=INFINITY with-rsc=a",
  "order-a-b-mandatory": "first=a then=b",
  "colocation-g-a--100": "rsc=g score=-100 with-rsc=a",
  "order-b-g-Optional": "first=b kind=Optional then=g",
  "order-a-d-clone-mandatory": "first=a then=d-clone",
  "location-d-clone-node-02--INFINITY":
    "node=node-02 rsc=d-clone score=-INFINITY",
};

for (const suite of suitesOr("bookworm"))
  onLab(suite, "what is said of its place with a resource", (lab) => {
    test("holds from the first start on", async (t) => {
      await makeUnits(lab());
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), { program: placed });
      succeeded(await project.up());
      assert.deepEqual(await constraints(lab()), made);
      const starts = await happened(lab());
      const at = (line: string) => {
        const found = starts.indexOf(line);
        assert.notEqual(found, -1, `${line}: ${starts.join("; ")}`);
        return found;
      };
      const c = (await statuses(lab())).get("c")!.nodes[0]!;
      assert.notEqual(c, "node-03");
      assert.ok(at("start a node-03") < at("start b node-03"));
      assert.ok(at("start a node-03") < at("start d node-01"));
      assert.ok(at("start a node-03") < at("start d node-03"));
      at(`start c ${c}`);
      assert.equal(starts.length, 5, starts.join("; "));

      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // An operator's hand on one of them is shown, and mended; the resource itself is left alone.
      await onNode(
        lab(),
        ...(["node-01", "pcs", "constraint", "delete"] as const),
        "order-b-g-Optional",
      );
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /g-after-b/);
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual(await constraints(lab()), made);
      assert.deepEqual(await happened(lab()), []);

      succeeded(await project.destroy());
      const ends = await happened(lab());
      const last = (line: string) => {
        const found = ends.lastIndexOf(line);
        assert.notEqual(found, -1, `${line}: ${ends.join("; ")}`);
        return found;
      };
      // What comes after a has gone for good before a stops.
      const a = ends.findIndex((line) => line.startsWith("stop a "));
      for (const one of ["b node-03", "d node-01", "d node-03"])
        assert.ok(last(`stop ${one}`) < a, ends.join("; "));
      assert.deepEqual(
        ends.slice(a).filter((line) => / [abd] /.test(line)),
        ["stop a node-03"],
      );
      assert.equal(await configuration(lab()), before);
    });

    test("is taken over as pcs made it, and follows the program", async (t) => {
      await makeUnits(lab());
      for (const words of [
        ...names.map(
          (name) => `resource create ${name} systemd:placed-${name} --disabled`,
        ),
        "resource group add g c",
        "resource clone d",
        "constraint location a prefers node-03=50",
        "constraint location a avoids node-01",
        "constraint colocation add b with a",
        "constraint order a then b",
        "constraint colocation add g with a -100",
        "constraint order b then g kind=Optional",
        "constraint order a then d-clone",
        "constraint location d-clone avoids node-02",
        "resource enable a b c d",
      ])
        await onNode(lab(), "node-01", "pcs", ...words.split(" "));
      await onNode(lab(), "node-01", "crm_resource", "--wait");
      const version = await epoch(lab());
      await happened(lab());
      const project = await makeProject(t, lab(), { program: placed });
      succeeded(await project.up());
      assert.equal(await epoch(lab()), version);
      nothingChanged(await project.refresh(["--expect-no-changes"]));

      // Of what changes, and what goes, the constraints alone are touched.
      project.writeProgram(
        placed
          .replace("score: 50", "score: 60")
          .replace(`, avoids: ["node-02"]`, "")
          .replace("with: a, after: a.resourceId", "with: a, after: [a]"),
      );
      succeeded(await project.up());
      const {
        "location-a-node-03-50": gone,
        "location-d-clone-node-02--INFINITY": away,
        ...kept
      } = made;
      void [gone, away];
      assert.deepEqual(await constraints(lab()), {
        ...kept,
        "location-a-node-03-60": "node=node-03 rsc=a score=60",
      });
      assert.deepEqual(await happened(lab()), ["start d node-02"]);

      // What cannot be is refused, and nothing is touched.
      const now = await epoch(lab());
      for (const [program, words] of [
        [
          primitive("e", `group: "g", prefers: "node-01"`),
          "e: prefers cannot be given to a member of a group",
        ],
        [
          primitive("e", `avoids: { node: "node-01", score: -5 }`),
          "e: avoids has the score -5 for node-01",
        ],
        [
          primitive(
            "e",
            `resourceId: a.resourceId.apply((id) => id + "e"), after: a`,
          ),
          "e: after needs a resourceId that is known at once",
        ],
        [
          primitive("e", `after: a.resourceId.apply((id) => id)`),
          "e: after needs resources whose id is known at once",
        ],
        [
          primitive("e", `prefers: { node: "node-01", score: "much" }`),
          `score is "much", but must be a score`,
        ],
      ] as const) {
        project.writeProgram(placed + program);
        failedWith(await project.preview(), words);
      }
      assert.equal(await epoch(lab()), now);
      project.writeProgram(placed);
      succeeded(await project.destroy());
    });
  });
