import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  constraintTakenOver,
  planConstraint,
  planNoConstraint,
  readConstraint,
  type DeclaredConstraint,
} from "../../provider/src/plan/constraint";
import { cibWith } from "../model/fixtures";
import { refusalBy } from "./refusal";

const primitive = (id: string, mark?: string) =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy">` +
  (mark === undefined
    ? ""
    : `<meta_attributes id="${id}-m"><nvpair id="${id}-m-r" name="target-role" value="Stopped"/>` +
      `<nvpair id="${id}-m-s" name="pulumi-staged" value="${mark}"/></meta_attributes>`) +
  `</primitive>`;

const cib = (constraints = "", mark?: string) =>
  parseCib(
    cibWith(
      primitive("a", mark) +
        ["b", "c", "d"].map((id) => primitive(id)).join(""),
      {
        constraints,
      },
    ),
  );

const plan = (...values: Parameters<typeof planConstraint>): string[] =>
  planConstraint(...values).map((command) => command.join(" "));

const near: DeclaredConstraint = {
  kind: "location",
  id: "near",
  attributes: { rsc: "a", node: "node-01", score: "INFINITY" },
};
const ruled: DeclaredConstraint = {
  kind: "location",
  id: "near",
  attributes: { rsc: "a" },
  rule: { text: "defined x", attributes: { score: "5", role: "Promoted" } },
};
const sets: DeclaredConstraint = {
  kind: "order",
  id: "sets",
  attributes: {},
  sets: [
    { resources: ["a", "b"], attributes: { sequential: "false" } },
    { resources: ["c"], attributes: {} },
  ],
};
const made = `<rsc_location id="near" rsc="a" node="node-01" score="INFINITY"/>`;
const madeSets =
  `<rsc_order id="sets"><resource_set id="sets_set" sequential="false"><resource_ref id="a"/><resource_ref id="b"/></resource_set>` +
  `<resource_set id="sets_set-1"><resource_ref id="c"/></resource_set></rsc_order>`;

const created = (xml: string) =>
  `cibadmin --create --scope constraints --xml-text ${xml}`;
const replaced = (id: string, xml: string) =>
  `cibadmin --replace --force --xpath /cib/configuration/constraints/*[@id="${id}"] --xml-text ${xml}`;

const refusal = refusalBy(planConstraint);

describe("a constraint", () => {
  test("is made as it is declared, and then left alone", () => {
    assert.deepEqual(plan(cib(), near), [created(made)]);
    assert.deepEqual(plan(cib(made), near), []);
    assert.deepEqual(plan(cib(made), near, near), []);
    assert.deepEqual(plan(cib(), sets), [created(madeSets)]);
    assert.deepEqual(plan(cib(madeSets), sets), []);
    assert.deepEqual(plan(cib(), ruled), [
      created(
        `<rsc_location id="near" rsc="a"><rule id="near-rule" boolean-op="and" score="5" role="Promoted">` +
          `<expression id="near-rule-expr" attribute="x" operation="defined"/></rule></rsc_location>`,
      ),
    ]);
  });

  test("calls roles as the configuration's schema does", () => {
    const old = parseCib(
      cibWith(primitive("a")).replace(
        /validate-with="[^"]*"/,
        'validate-with="pacemaker-3.1"',
      ),
    );
    assert.match(plan(old, ruled)[0]!, /role="Master"/);
  });

  test("is taken over as pcs has made it, its ids and the order of its attributes included", () => {
    const found =
      `<rsc_order id="o" kind="Serialize"><resource_set sequential="false" id="o_set"><resource_ref id="a"/><resource_ref id="b"/>` +
      `</resource_set><resource_set require-all="false" id="o_set-1"><resource_ref id="c"/><resource_ref id="d"/></resource_set>` +
      `</rsc_order>`;
    const declared: DeclaredConstraint = {
      kind: "order",
      id: "o",
      attributes: { kind: "Serialize" },
      sets: [
        { resources: ["a", "b"], attributes: { sequential: "false" } },
        { resources: ["c", "d"], attributes: { "require-all": "false" } },
      ],
    };
    assert.deepEqual(plan(cib(found), declared), []);
    assert.deepEqual(plan(cib(found), declared, constraintTakenOver), []);
    assert.deepEqual(plan(cib(found), declared, declared), []);
  });

  test("is the same in other spellings, and with what is usual said", () => {
    const order: DeclaredConstraint = {
      kind: "order",
      id: "o",
      attributes: { first: "a", then: "b", kind: "Mandatory" },
    };
    const found = `<rsc_order id="o" first="a" then="b" first-action="start" then-action="start" symmetrical="yes"/>`;
    assert.deepEqual(plan(cib(found), order), []);
    const infinite = made.replace('"INFINITY"', '"+INFINITY"');
    assert.deepEqual(plan(cib(infinite), near), []);
    const master: DeclaredConstraint = {
      kind: "ticket",
      id: "t",
      attributes: { ticket: "x", rsc: "a", "rsc-role": "Promoted" },
    };
    const ticket = `<rsc_ticket id="t" ticket="x" rsc="a" rsc-role="Master" loss-policy="stop"/>`;
    assert.deepEqual(plan(cib(ticket), master), []);
  });

  test("keeps what others have put beside it, and loses what is no longer declared", () => {
    const more = made.replace("/>", ` resource-discovery="never"/>`);
    assert.deepEqual(
      plan(
        cib(more),
        { ...near, attributes: { ...near.attributes, score: "5" } },
        near,
      ),
      [replaced("near", more.replace("INFINITY", "5"))],
    );
    const declared = {
      ...near,
      attributes: { ...near.attributes, "resource-discovery": "never" },
    };
    assert.deepEqual(plan(cib(more), near, declared), [replaced("near", made)]);
    // Somebody's resource in our set, and somebody's set after ours.
    const added = madeSets
      .replace(
        `<resource_ref id="c"/>`,
        `<resource_ref id="c"/><resource_ref id="d"/>`,
      )
      .replace(
        "</rsc_order>",
        `<resource_set id="more"><resource_ref id="d"/></resource_set></rsc_order>`,
      );
    assert.deepEqual(plan(cib(added), sets, sets), []);
    const [first, second] = sets.sets!;
    assert.deepEqual(
      plan(
        cib(added),
        { ...sets, sets: [{ ...first!, resources: ["b", "a"] }, second!] },
        sets,
      ),
      [
        replaced(
          "sets",
          added.replace(
            `<resource_ref id="a"/><resource_ref id="b"/>`,
            `<resource_ref id="b"/><resource_ref id="a"/>`,
          ),
        ),
      ],
    );
  });

  test("takes another shape under its id", () => {
    const rule = `<rule id="near-rule" boolean-op="and" score="5" role="Promoted"><expression id="near-rule-expr" attribute="x" operation="defined"/></rule>`;
    const withRule = `<rsc_location id="near" rsc="a">${rule}</rsc_location>`;
    assert.deepEqual(plan(cib(made), ruled, near), [
      replaced("near", withRule),
    ]);
    assert.deepEqual(plan(cib(withRule), near, ruled), [
      replaced("near", made),
    ]);
  });

  test("is refused where its id, or what it says, is there already", () => {
    assert.equal(
      refusal(cib(), { ...near, id: "b" }),
      `b: the cluster's configuration uses this id already, for a <primitive>. Choose another resourceId. Nothing was changed.`,
    );
    assert.equal(
      refusal(cib(made), { ...near, id: "other" }),
      `other: the constraint near in the cluster says the same already. Set resourceId to "near" to take it over, or delete ` +
        `it ("pcs constraint delete near"). Nothing was changed.`,
    );
    assert.equal(
      refusal(cib(), { ...near, attributes: { rsc: "x", node: "node-01" } }),
      `near names x, which the cluster's configuration does not hold. Nothing was changed.`,
    );
    const found = made
      .replace("INFINITY", "7")
      .replace("/>", ` role="Stopped"/>`);
    assert.equal(
      refusal(cib(found), near),
      `near exists in the cluster and differs from what is declared:\n- its score is 7, declared is INFINITY\n` +
        `- its role is Stopped, declared is Started\nDeclare it as it is, choose another resourceId, or set adopt to "update" to ` +
        `take it over and change it. Nothing was changed.`,
    );
    assert.equal(plan(cib(found), near, constraintTakenOver).length, 1);
    assert.match(
      refusal(
        cib(
          madeSets
            .replaceAll("sets", "near")
            .replaceAll("rsc_order", "rsc_colocation"),
        ),
        {
          ...near,
          kind: "colocation",
          attributes: { rsc: "a", "with-rsc": "b" },
        },
      ),
      /its sets are a b sequential=false; c, declared are none/,
    );
  });

  test("starts what waits for it and for nothing else", () => {
    const starts = (...values: Parameters<typeof plan>) =>
      plan(...values).some((command) => command.includes("target-role"));
    assert.ok(starts(cib("", "near"), near));
    assert.ok(!starts(cib("", "near,then"), near));
    assert.ok(!starts(cib("", "g"), near));
    const then = `<rsc_order id="then" first="a" then="b"/>`;
    assert.ok(starts(cib(then, "near,then"), near));
    assert.ok(starts(cib(then + made, "near,then"), near, near));
  });

  test("is read as it was declared, or as it is", () => {
    const found = (text: string) => cib(text).constraints[0]!;
    assert.deepEqual(readConstraint(found(made), near), {
      attributes: near.attributes,
    });
    assert.deepEqual(
      readConstraint(found(made.replace("INFINITY", "7")), near).attributes,
      { ...near.attributes, score: "7" },
    );
    const [first] = sets.sets!;
    assert.deepEqual(
      readConstraint(
        found(
          madeSets.replace(`<resource_ref id="b"/>`, `<resource_ref id="d"/>`),
        ),
        sets,
      ).sets?.[0],
      { ...first, resources: ["a"] },
    );
  });

  test("goes, and is gone, by its id and kind", () => {
    const gone = (...values: Parameters<typeof planNoConstraint>) =>
      planNoConstraint(...values).length;
    assert.equal(gone(cib(made), "location", "near"), 1);
    assert.equal(gone(cib(made), "order", "near"), 0);
    assert.equal(gone(cib(), "location", "near"), 0);
  });
});
