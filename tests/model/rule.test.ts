import test from "node:test";
import assert from "node:assert/strict";
import { holds } from "../../provider/src/model/rule";
import { spellRule } from "../../provider/src/model/ruleText";
import type { NodeFacts } from "../../provider/src/model/placement";
import { parseXml } from "../../provider/src/model/xml";

const node: NodeFacts = {
  name: "node-01",
  id: "1",
  kind: "cluster",
  attributes: new Map([["ping", { value: "100", isTransient: true }]]),
  utilization: {},
};
const now = Date.parse("2026-06-01T12:00:00Z");
const expression = (attribute: string, operation: string, value = "") =>
  `<expression attribute="${attribute}" operation="${operation}" value="${value}"/>`;

for (const [inner, verdict, text] of [
  [expression("#kind", "eq", "Cluster"), true, "#kind eq Cluster"],
  [expression("#uname", "ne", "node-01"), false, "#uname ne node-01"],
  [expression("ping", "lt", "20"), false, "ping lt 20"],
  [expression("ping", "gte", "100"), true, "ping gte 100"],
  [expression("rack", "ne", "r1"), true, "rack ne r1"],
  [expression("rack", "lt", "1"), false, "rack lt 1"],
  [expression("rack", "not_defined"), true, "not_defined rack"],
  [expression("#is_dc", "eq", "true"), undefined, "#is_dc eq true"],
  [
    `<date_expression operation="lt" end="2026-01-01 00:00:00 +01:00"/>`,
    false,
    "date lt 2026-01-01T00:00:00+01:00",
  ],
  [
    `<date_expression operation="in_range" start="2026-01-01" end="2027-01-01"/>`,
    true,
    "date in_range 2026-01-01 to 2027-01-01",
  ],
  [
    `<date_expression operation="date_spec"><date_spec hours="9-16"/></date_expression>`,
    undefined,
    "date-spec hours=9-16",
  ],
] as const)
  test(`the rule "${text}"`, () => {
    const rule = parseXml(`<rule>${inner}</rule>`);
    assert.equal(holds(rule, { node, now }), verdict);
    assert.equal(spellRule(rule), text);
  });

test("what is not known decides only where nothing else does", () => {
  const isDc = expression("#is_dc", "eq", "true");
  const [yes, no] = [
    expression("#uname", "defined"),
    expression("#uname", "not_defined"),
  ];
  for (const [operator, inner, verdict] of [
    ["and", isDc + no, false],
    ["and", isDc + yes, undefined],
    ["or", isDc + yes, true],
    ["or", isDc + no, undefined],
  ] as const)
    assert.equal(
      holds(parseXml(`<rule boolean-op="${operator}">${inner}</rule>`), {
        node,
        now,
      }),
      verdict,
    );
});
