import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import { sameSpelling, spellRule } from "../../provider/src/model/ruleText";
import { parseXml } from "../../provider/src/model/xml";
import {
  planDefaults,
  type DeclaredDefaults,
  type PreviousDefaults,
} from "../../provider/src/plan/defaults";
import { cibWith } from "../model/fixtures";

const rule = `<rule id="r" boolean-op="and" score="INFINITY"><rsc_expression id="x" class="ocf" provider="heartbeat" type="IPaddr2"/></rule>`;
const cib = parseCib(
  cibWith(`<primitive id="taken" class="ocf" provider="p" type="t"/>`).replace(
    "</configuration>",
    `<rsc_defaults><meta_attributes id="ours" score="5">${rule}<nvpair id="n1" name="priority" value="1"/><nvpair id="n2" name="theirs" value="2"/></meta_attributes></rsc_defaults></configuration>`,
  ),
);

const declared: DeclaredDefaults = {
  of: "resources",
  id: "ours",
  values: { priority: "1" },
  rule: "resource ocf:heartbeat:IPaddr2",
  score: "5",
};
const plan = (
  given: Partial<DeclaredDefaults>,
  previous?: PreviousDefaults,
  adopts = false,
) =>
  planDefaults(cib, { ...declared, ...given }, previous, adopts).map(
    (command) => command.join(" "),
  );

describe("a set of defaults", () => {
  test("is made where there is none", () => {
    assert.deepEqual(plan({ id: "new", of: "operations" }), [
      "resource op defaults set create id=new score=5 meta priority=1 rule resource ocf:heartbeat:IPaddr2",
    ]);
  });

  test("is taken over where it is the same, and refused with each difference", () => {
    assert.deepEqual(plan({}), []);
    assert.deepEqual(plan({ score: undefined }), []);
    assert.throws(
      () => plan({ values: { priority: "2" }, rule: undefined, score: "6" }),
      {
        kind: "conflict",
        message:
          `ours exists in the cluster and differs from what is declared:\n- its priority is 1, declared is 2\n` +
          `- its rule is resource ocf:heartbeat:IPaddr2, declared is none\n- its score is 5, declared is 6\n` +
          `Declare it as it is, choose another resourceId, or set adopt to "update" to take it over and change it. Nothing was changed.`,
      },
    );
    assert.throws(
      () => plan({ id: "taken" }),
      /taken: the cluster's configuration uses this id already, for a <primitive>/,
    );
  });

  test("is changed where it stands, and only a new rule makes it anew, others' values and score included", () => {
    assert.deepEqual(
      plan({ values: { critical: "no" }, score: "6" }, declared),
      [
        "resource defaults set update ours meta critical=no priority=",
        `cibadmin --modify --scope rsc_defaults --xml-text <meta_attributes id="ours" score="6"/>`,
      ],
    );
    assert.deepEqual(
      plan(
        { rule: "resource ::Dummy", score: undefined },
        { ...declared, score: undefined },
      ),
      [
        "resource defaults set delete ours",
        "resource defaults set create id=ours score=5 meta priority=1 theirs=2 rule resource ::Dummy",
      ],
    );
  });

  test("has the rule that pcs made of what was declared", () => {
    const spelling = { rule: "RESOURCE ocf:heartbeat:IPaddr2" };
    const before = { ...declared, ...spelling };
    assert.deepEqual(
      plan(spelling, { ...before, spelledRule: declared.rule }),
      [],
    );
    assert.equal(
      plan(spelling, { ...before, spelledRule: "resource ::Dummy" }).length,
      2,
    );
  });
});

test("a rule is spelled as pcs spells it", () => {
  const text = spellRule(
    parseXml(
      `<rule id="a" boolean-op="or"><op_expression id="b" name="monitor" interval="10s"/>` +
        `<rule id="c"><expression id="d" attribute="#uname" operation="eq" value="a b" type="string"/>` +
        `<expression id="e" attribute="rack" operation="defined"/></rule>` +
        `<date_expression id="f" operation="in_range" start="2026-01-01 12:00:00 +01:00"><duration id="g" months="1" hours="2"/></date_expression>` +
        `<date_expression id="h" operation="date_spec"><date_spec id="i" weekdays="1-5" hours="8-17"/></date_expression>` +
        `<date_expression id="j" operation="gt" start="2026-01-01"/></rule>`,
    ),
  );
  assert.equal(
    text,
    `op monitor interval=10s or (#uname eq string "a b" and defined rack) or ` +
      `date in_range 2026-01-01T12:00:00+01:00 to duration hours=2 months=1 or date-spec hours=8-17 weekdays=1-5 or date gt 2026-01-01`,
  );
  assert.ok(
    sameSpelling("( op  monitor AND defined x )", "(op monitor and defined x)"),
  );
  assert.ok(!sameSpelling("op monitor", undefined));
});
