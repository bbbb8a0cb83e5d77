import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  planNode,
  type DeclaredNode,
} from "../../provider/src/plan/nodeAttributes";
import { cibWith } from "../model/fixtures";

const cib = parseCib(
  cibWith("").replace(
    /<nodes\s*\/>|<nodes>[\s\S]*<\/nodes>/,
    `<nodes><node id="1" uname="a"><instance_attributes id="i"><nvpair id="p" name="standby" value="true"/><nvpair id="q" name="rack" value="x"/></instance_attributes></node><node id="2" uname="b"/></nodes>`,
  ),
);

const declared: DeclaredNode = {
  ...{ what: "ours", node: "b", attributes: {}, utilization: {} },
  ...{ modes: {}, adopts: false },
};
const plan = (
  given: Partial<DeclaredNode>,
  owned?: Parameters<typeof planNode>[2],
) => {
  const { commands, before } = planNode(cib, { ...declared, ...given }, owned);
  return { commands: commands.map((one) => one.join(" ")), before };
};

describe("a node", () => {
  test("gets what is declared of it", () => {
    assert.deepEqual(
      plan({
        attributes: { rack: "y" },
        utilization: { memory: "5" },
        modes: { standby: true, maintenance: false },
      }),
      {
        commands: [
          "node attribute b rack=y",
          "node attribute b standby=on",
          "node utilization b memory=5",
        ],
        before: {
          attributes: { standby: "off", maintenance: "off" },
          utilization: {},
        },
      },
    );
  });

  test("in standby by an operator is not woken, unless that is asked for", () => {
    assert.throws(
      () => plan({ node: "a", modes: { standby: false } }),
      /ours \(a\): the cluster has other values than are declared:\n- standby is true, declared is off/,
    );
    assert.deepEqual(
      plan({ node: "a", modes: { standby: true } }).commands,
      [],
    );
    assert.deepEqual(
      plan({ node: "a", modes: { standby: false }, adopts: true }),
      {
        commands: ["node attribute a standby="],
        before: { attributes: { standby: "true" }, utilization: {} },
      },
    );
  });

  test("gets back what it had before", () => {
    const nothing = { values: {}, before: {} };
    assert.deepEqual(
      plan(
        { node: "a" },
        {
          attributes: {
            values: { rack: "x", standby: "on" },
            before: { rack: "z", standby: "off" },
          },
          utilization: nothing,
        },
      ).commands,
      ["node attribute a rack=z", "node attribute a standby="],
    );
  });

  test("that is none is refused", () => {
    assert.throws(
      () => plan({ node: "c" }),
      /ours: the cluster has no node c: it has a, b\. Correct "node"/,
    );
  });
});
