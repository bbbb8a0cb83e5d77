/** Constraints through their whole life, on both versions: what pcs makes is what is declared, and the other way round. */
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

const pcs = (lab: Lab, ...words: string[]) =>
  onNode(
    lab,
    lab.nodes[0]!.name,
    "pcs",
    ...words.flatMap((word) => word.split(" ")),
  );

const dummies = (...ids: string[]): string =>
  ids
    .map(
      (id) =>
        `const ${id} = new pacemaker.Primitive("${id}", { connection, agent: "ocf:pacemaker:Dummy" });\n`,
    )
    .join("");

const constraint = (kind: string, id: string, inputs: string): string =>
  `new pacemaker.${kind}Constraint("${id}", { connection, ${inputs} });\n`;

/** Each constraint in one line, what it holds included; ids of its parts are left out. */
async function constraints(lab: Lab): Promise<Record<string, string>> {
  const render = (element: ReturnType<typeof one>, isPart = true): string => {
    const { id, ...attributes } = element.attributes;
    const words = Object.entries(attributes)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${value}`);
    const name = element.name === "resource_ref" ? id : element.name;
    const inner = element.children.map((child) => render(child));
    return [
      ...(isPart ? [name] : []),
      ...words,
      ...inner.map((text) => `(${text})`),
    ].join(" ");
  };
  return Object.fromEntries(
    one(await cib(lab), "constraints").children.map((element) => [
      element.attributes.id!,
      render(element, false),
    ]),
  );
}

/** On each node, when the agent last made its file: each start does. */
async function startsOf(lab: Lab, id: string): Promise<string> {
  const found = await onEveryNode(
    lab,
    `stat -c %W.%Y /run/Dummy-${id}.state /run/resource-agents/Dummy-${id}.state 2>/dev/null || true`,
  );
  return Object.values(found).join("|");
}

const rule = "#uname eq node-03 or (defined x and not_defined y)";

/** One of each kind, and of each way to say it. */
const declared = (score: string, kind = "Optional") =>
  dummies("a", "b", "c", "d") +
  constraint(
    "Location",
    "near",
    `resource: a, node: "node-01", score: ${score}`,
  ) +
  constraint(
    "Location",
    "ruled",
    `resource: a.resourceId, rule: "${rule}", score: "-INFINITY"`,
  ) +
  constraint(
    "Colocation",
    "beside",
    `resource: b, withResource: a, score: 500`,
  ) +
  constraint(
    "Colocation",
    "all",
    `sets: [{ resources: [c, d], sequential: false }], score: 10`,
  ) +
  constraint("Order", "then", `first: a, then: "b", kind: "${kind}"`) +
  constraint(
    "Order",
    "sets",
    `sets: [{ resources: [a, b], sequential: false }, { resources: [c] }]`,
  ) +
  constraint(
    "Ticket",
    "berlin",
    `ticket: "berlin", resource: d, lossPolicy: "freeze"`,
  );

const made = {
  near: "node=node-01 rsc=a score=100",
  ruled:
    "rsc=a (rule boolean-op=or score=-INFINITY (expression attribute=#uname operation=eq value=node-03) " +
    "(rule boolean-op=and (expression attribute=x operation=defined) (expression attribute=y operation=not_defined)))",
  beside: "rsc=b score=500 with-rsc=a",
  all: "score=10 (resource_set sequential=false (c) (d))",
  then: "first=a kind=Optional then=b",
  sets: "(resource_set sequential=false (a) (b)) (resource_set (c))",
  berlin: "loss-policy=freeze rsc=d ticket=berlin",
};

for (const suite of suitesOr("bookworm"))
  onLab(suite, "constraints", (lab) => {
    test("are made, left alone, changed, mended, replaced and deleted", async (t) => {
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), { program: declared("100") });
      succeeded(await project.up());
      assert.deepEqual(await constraints(lab()), made);
      const found = await statuses(lab());
      assert.deepEqual(found.get("a")?.nodes, ["node-01"]);
      assert.equal(found.get("c")?.role, "Started");
      // Nobody has granted the ticket.
      assert.equal(found.get("d")?.role, "Stopped");
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // A change where nothing needs to move restarts nothing.
      const started = await startsOf(lab(), "a");
      assert.match(started, /\d/);
      project.writeProgram(declared("200", "Serialize"));
      const still = succeeded(await project.preview());
      assert.match(still.output, /will not stop, restart or move anything/);
      succeeded(await project.up());
      assert.equal(await startsOf(lab(), "a"), started);
      const changed = {
        ...made,
        near: "node=node-01 rsc=a score=200",
        then: "first=a kind=Serialize then=b",
      };
      assert.deepEqual(await constraints(lab()), changed);

      // What moves is foretold.
      project.writeProgram(declared(`"-INFINITY"`, "Serialize"));
      const moving = succeeded(await project.preview());
      assert.match(
        moving.output,
        /foreseen: near: this change will .*move (a and b|b and a) from node-01 to node-02/,
      );
      succeeded(await project.up());
      const [now] = (await statuses(lab())).get("a")!.nodes;
      assert.equal(now, "node-02");

      // What an operator puts beside ours stays; what he changes of ours is shown, and put back.
      await onNode(
        lab(),
        ...(["node-01", "cibadmin", "--modify", "--xml-text"] as const),
        `<rsc_colocation id="beside" node-attribute="rack" score="1"/>`,
      );
      await pcs(lab(), "constraint delete then");
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /score/);
      succeeded(await project.up(["--refresh"]));
      assert.deepEqual(await constraints(lab()), {
        ...changed,
        near: "node=node-01 rsc=a score=-INFINITY",
        beside: "node-attribute=rack rsc=b score=500 with-rsc=a",
      });

      // Another shape under the same id; another id is another constraint.
      project.writeProgram(
        dummies("a", "b", "c", "d") +
          constraint(
            "Location",
            "near",
            `resource: b, rule: "date gt 2030-01-01", score: 5`,
          ) +
          constraint(
            "Order",
            "later",
            `resourceId: "later", first: a, then: b`,
          ),
      );
      succeeded(await project.up());
      assert.deepEqual(await constraints(lab()), {
        near: "rsc=b (rule boolean-op=and score=5 (date_expression operation=gt start=2030-01-01))",
        later: "first=a then=b",
      });
      project.writeProgram(
        dummies("a", "b", "c", "d") +
          constraint(
            "Order",
            "later",
            `resourceId: "newer", first: a, then: b`,
          ),
      );
      const replaced = succeeded(await project.up());
      assert.equal(replaced.changes.replace, 1);
      assert.deepEqual(await constraints(lab()), { newer: "first=a then=b" });
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
    });

    test("made by pcs are taken over untouched, and refused where they differ", async (t) => {
      for (const id of ["a", "b", "c", "d"])
        await pcs(
          lab(),
          `resource create ${id} ocf:pacemaker:Dummy --disabled`,
        );
      for (const words of [
        "constraint location a prefers node-01=50",
        "constraint location b avoids node-02",
        "constraint location b rule constraint-id=office score=7 date-spec hours=9-16 weekdays=1-5",
        "constraint location a rule constraint-id=pinged score=-INFINITY pingd lt integer 1 or not_defined pingd",
        "constraint colocation add b with a id=beside",
        "constraint order start a then start b id=then",
        "constraint order set a b sequential=false set c d require-all=false setoptions id=sets kind=Serialize",
        "constraint colocation set a b set c setoptions id=all score=200",
        "constraint ticket add berlin a loss-policy=stop id=ticket",
        "constraint ticket set c d setoptions ticket=bonn id=tickets",
      ])
        await pcs(lab(), words);
      const hand =
        dummies("a", "b", "c", "d") +
        constraint(
          "Location",
          "location-a-node-01-50",
          `resource: a, node: "node-01", score: 50`,
        ) +
        constraint(
          "Location",
          "away",
          `resourceId: "location-b-node-02--INFINITY", resource: b, node: "node-02", score: "-INFINITY"`,
        ) +
        constraint(
          "Location",
          "office",
          `resource: b, rule: "date-spec hours=9-16 weekdays=1-5", score: 7`,
        ) +
        constraint(
          "Location",
          "pinged",
          `resource: a, rule: "pingd lt integer 1 or not_defined pingd", score: "-INFINITY"`,
        ) +
        constraint("Colocation", "beside", `resource: b, withResource: a`) +
        constraint("Order", "then", `first: a, then: b`) +
        constraint(
          "Order",
          "sets",
          `sets: [{ resources: [a, b], sequential: false }, { resources: [c, d], requireAll: false }], kind: "Serialize"`,
        ) +
        constraint(
          "Colocation",
          "all",
          `sets: [{ resources: [a, b] }, { resources: [c] }], score: 200`,
        ) +
        constraint(
          "Ticket",
          "ticket",
          `ticket: "berlin", resource: a, lossPolicy: "stop"`,
        ) +
        constraint(
          "Ticket",
          "tickets",
          `ticket: "bonn", sets: [{ resources: [c, d] }]`,
        );
      const version = await epoch(lab());
      const project = await makeProject(t, lab(), { program: hand });
      succeeded(await project.up());
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // Beside it, what is wrong is refused in preview, and nothing is touched.
      const refusals: [program: string, words: string | RegExp][] = [
        [
          constraint("Order", "other", `first: a, then: b`),
          `other: the constraint then in the cluster says the same already`,
        ],
        [
          constraint(
            "Colocation",
            "new",
            `resourceId: "cib-bootstrap-options", resource: c, withResource: d`,
          ),
          "cib-bootstrap-options: the cluster's configuration uses this id already",
        ],
        [
          constraint(
            "Location",
            "new",
            `resource: c, node: "node-01", rule: "defined x"`,
          ),
          "node cannot be given beside rule",
        ],
        [
          constraint("Location", "new", `resource: c, rule: "x is 5"`),
          `is no rule of pcs's at "is"`,
        ],
        [
          constraint(
            "Location",
            "new",
            `resource: c, node: "node-01", score: "much"`,
          ),
          `score is "much", but must be a score`,
        ],
        [
          constraint("Ticket", "new", `ticket: "berlin"`),
          "resource is missing: it is either resource, or sets",
        ],
      ];
      for (const [more, words] of refusals) {
        project.writeProgram(hand + more);
        failedWith(await project.preview(), words);
      }
      assert.equal(await epoch(lab()), version);

      await pcs(lab(), "constraint order start c then stop d id=hand");
      const differing = (more = "") =>
        hand + constraint("Order", "hand", `first: c, then: d${more}`);
      project.writeProgram(differing());
      failedWith(
        await project.preview(),
        "its then-action is stop, declared is start",
        `or set adopt to "update" to take it over and change it`,
      );
      project.writeProgram(differing(`, thenAction: "start", adopt: "update"`));
      succeeded(await project.up());
      const found = await constraints(lab());
      assert.match(found.hand!, /first=c .*then=d then-action=start/);
      succeeded(await project.destroy());
    });
  });
