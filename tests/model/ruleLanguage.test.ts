import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  parseRule,
  sameRule,
  withIds,
} from "../../provider/src/model/ruleLanguage";
import { spellRule } from "../../provider/src/model/ruleText";
import { parseXml, renderXml } from "../../provider/src/model/xml";

/** What pcs 0.12.0 makes of each, its ids included. */
const rules = {
  "#uname eq node-01 or (defined x and not_defined y)":
    `<rule boolean-op="or"><expression attribute="#uname" operation="eq" value="node-01"/><rule boolean-op="and">` +
    `<expression attribute="x" operation="defined"/><expression attribute="y" operation="not_defined"/></rule></rule>`,
  "pingd lt integer 5": `<rule boolean-op="and"><expression attribute="pingd" operation="lt" value="5" type="integer"/></rule>`,
  "date in_range 2026-01-01 to duration months=2 years=1":
    `<rule boolean-op="and"><date_expression operation="in_range" start="2026-01-01"><duration months="2" years="1"/>` +
    `</date_expression></rule>`,
  "date in_range 2026-01-01 to 2026-02-01": `<rule boolean-op="and"><date_expression operation="in_range" start="2026-01-01" end="2026-02-01"/></rule>`,
  "date-spec hours=9-16 weekdays=1-5": `<rule boolean-op="and"><date_expression operation="date_spec"><date_spec hours="9-16" weekdays="1-5"/></date_expression></rule>`,
  "date gt 2026-01-01": `<rule boolean-op="and"><date_expression operation="gt" start="2026-01-01"/></rule>`,
  "date lt 2026-01-01": `<rule boolean-op="and"><date_expression operation="lt" end="2026-01-01"/></rule>`,
};

describe("rules in pcs's language", () => {
  for (const [text, xml] of Object.entries(rules))
    test(text, () => {
      const rule = parseRule(text);
      assert.equal(renderXml(rule), xml);
      assert.equal(spellRule(parseXml(xml)), text);
    });

  test("are the same in any spelling that means the same, with any ids and scores", () => {
    const found = parseXml(
      `<rule id="r" score="5" role="Promoted" boolean-op="and"><rule id="r2"><expression id="e" attribute="x" operation="defined"/>` +
        `</rule><expression id="f" value="1" attribute="y" operation="eq"/></rule>`,
    );
    assert.ok(sameRule(found, parseRule("defined x and y eq 1")));
    assert.ok(sameRule(found, parseRule("((defined x) and (y eq 1))")));
    assert.ok(!sameRule(found, parseRule("defined x or y eq 1")));
    assert.ok(!sameRule(found, parseRule("defined x and y eq 2")));
    assert.ok(!sameRule(found, parseRule("defined x")));
  });

  test("get the ids that pcs would give", () => {
    const used = new Set<string>();
    const free = (wanted: string) => {
      let id = wanted;
      for (let count = 1; used.has(id); count += 1) id = `${wanted}-${count}`;
      used.add(id);
      return id;
    };
    const rule = withIds(
      parseRule("defined x and defined y and (a eq 1 or b eq 1)"),
      "l-rule",
      free,
    );
    assert.deepEqual(
      [...renderXml(rule).matchAll(/ id="([^"]*)"/g)].map(([, id]) => id),
      [
        ...["l-rule", "l-rule-expr", "l-rule-expr-1"],
        ...["l-rule-rule", "l-rule-rule-expr", "l-rule-rule-expr-1"],
      ],
    );
  });

  const mistakes = {
    "": "is no rule of pcs's at its end: expected is defined, not_defined, date, date-spec, the name of a node attribute or (",
    x: "is no rule of pcs's at its end: expected is lt, gt, lte, gte, eq, ne",
    "x is 5": `is no rule of pcs's at "is": expected is lt, gt, lte, gte, eq, ne`,
    "x eq": "is no rule of pcs's at its end: expected is a value",
    "(x eq 5": "is no rule of pcs's at its end: expected is )",
    "x eq 5)": `is no rule of pcs's at ")": expected is and, or, or its end`,
    "date on 5": `is no rule of pcs's at "on": expected is gt, lt or in_range`,
    "date-spec nine": `is no rule of pcs's at "nine": expected is NAME=VALUE, such as hours=9-16`,
    "defined and": `is no rule of pcs's at "and": expected is the name of a node attribute`,
    "a eq 1 and b eq 2 or c eq 3": `has "and" and "or" side by side: say by parentheses what belongs together, such as "a eq 1 and (b eq 2 or c eq 3)"`,
    'a eq "b c"':
      "holds a quotation mark: no version of pcs takes one in a rule of a location",
  };
  for (const [text, message] of Object.entries(mistakes))
    test(`${JSON.stringify(text)} is none`, () => {
      assert.throws(() => parseRule(text), { message });
    });
});
