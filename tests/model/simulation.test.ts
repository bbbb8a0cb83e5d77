import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  parsePlans,
  parseSimulation,
} from "../../provider/src/model/simulation";
import { isUnderWay } from "../../provider/src/model/status";
import { fixture, suites } from "./fixtures";

for (const suite of suites)
  describe(`crm_simulate of ${suite}`, () => {
    test("a start", () => {
      assert.deepEqual(parseSimulation(fixture(suite, "sim-start.xml")), [
        {
          resource: "smtp_ip",
          action: "start",
          node: "node-01",
          blocked: false,
        },
        {
          resource: "smtp_service",
          action: "start",
          node: "node-01",
          blocked: false,
        },
      ]);
    });

    test("a stop", () => {
      assert.deepEqual(parseSimulation(fixture(suite, "sim-stop.xml")), [
        {
          resource: "smtp_service",
          action: "stop",
          node: "node-01",
          reason: "node availability",
          blocked: false,
        },
      ]);
    });

    test("what a node still remembers of a resource that is gone", () => {
      const actions = parseSimulation(fixture(suite, "sim-forget.xml"));
      assert.deepEqual(
        actions.map(({ action, resource, node }) => [action, resource, node]),
        ["node-03", "node-02", "node-01"].map((node) => [
          ...["delete", "smtp_ip", node],
        ]),
      );
    });

    test("nothing", () => {
      assert.deepEqual(parseSimulation(fixture(suite, "sim-nothing.xml")), []);
    });
  });

test("a clone while one of its instances is stopped: that stop is no action any more", () => {
  const text = fixture("trixie", "sim-under-way.xml");
  const { actions, resources } = parsePlans(text);
  assert.deepEqual(
    actions.map(({ action, resource, node }) => [action, resource, node]),
    [
      ["start", "c", "node-03"],
      ["start", "c", "node-01"],
      ["delete", "gone", "node-03"],
    ],
  );
  assert.ok(isUnderWay(resources.get("c")));
  assert.ok(!isUnderWay(resources.get("d")));
});

test("a move, and an action that is blocked", () => {
  assert.deepEqual(
    parseSimulation(
      `<pacemaker-result><actions>
        <rsc_action action="Move" resource="a" source="n1" dest="n2"/>
        <rsc_action action="stop" resource="b" node="n1" blocked="true"/>
      </actions></pacemaker-result>`,
    ),
    [
      {
        resource: "a",
        action: "move",
        source: "n1",
        target: "n2",
        blocked: false,
      },
      { resource: "b", action: "stop", node: "n1", blocked: true },
    ],
  );
});

test("text that is no XML is refused", () => {
  assert.throws(
    () => parseSimulation("crm_simulate: could not connect"),
    Error,
  );
});
