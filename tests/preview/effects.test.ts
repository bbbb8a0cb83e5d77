import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  disruptionOf,
  durationsIn,
  effectsOf,
  isBeyond,
  wordsOf,
} from "../../provider/src/cluster/rehearsal/effects";
import type { SimulatedAction } from "../../provider/src/model/simulation";
import type { ResourceStatus } from "../../provider/src/model/status";

const resources = (places: Record<string, string[]>) =>
  new Map(
    Object.entries(places).map(([id, nodes]) => [
      id,
      {
        ...{ id, agent: "", role: "Started", active: nodes.length > 0 },
        ...{ orphaned: false, blocked: false, managed: true, failed: false },
        nodes,
      } satisfies ResourceStatus,
    ]),
  );

const action = (
  words: string,
  more: Partial<SimulatedAction> = {},
): SimulatedAction => {
  const [resource = "", name = "", node] = words.split(" ");
  return {
    ...{ resource, action: name, blocked: false },
    ...(node === undefined ? {} : { node }),
    ...more,
  };
};

const said = (
  before: Record<string, string[]>,
  after: Record<string, string[]>,
  ...actions: SimulatedAction[]
) =>
  effectsOf(resources(before), resources(after), actions).map(
    (effect) => `${effect.resource} ${wordsOf(effect)}`,
  );

suite("what the cluster does, by resource", () => {
  test("several transitions are counted as one", () => {
    assert.deepEqual(
      said(
        { a: ["one"], b: ["one"], c: ["two"], e: [] },
        { a: ["one"], b: ["two"], d: ["one"], e: [] },
        ...[action("a stop one"), action("a start one")],
        ...[action("b stop one"), action("b start two")],
        ...[action("c stop two"), action("d start one")],
      ),
      [
        "a restarts on one",
        "b moves from one to two",
        "c stops on two",
        "d starts on one",
      ],
    );
  });

  test("one that comes back to where it was has been restarted, and how often is said", () => {
    assert.deepEqual(
      said(
        { a: ["one"] },
        { a: ["one"] },
        ...[action("a stop one"), action("a start two")],
        ...[action("a stop two"), action("a start one")],
      ),
      ["a restarts on one (stopped 2 times on the way)"],
    );
  });

  test("of a clone, the nodes on which something changes", () => {
    assert.deepEqual(
      said(
        { web: ["one", "two"] },
        { web: ["three", "two"] },
        ...[action("web stop one"), action("web start three")],
      ),
      ["web stops on one", "web starts on three"],
    );
    assert.deepEqual(
      said(
        { web: ["one", "two"] },
        { web: ["one", "two"] },
        {
          ...action("web restart"),
          ...{ source: "two", target: "two" },
        },
      ),
      ["web restarts on two"],
    );
  });

  test("what Pacemaker would have to do and cannot is blocked", () => {
    assert.deepEqual(
      said(
        { a: ["one"] },
        { a: ["one"] },
        action("a stop one", { blocked: true }),
      ),
      ["a is blocked on one"],
    );
  });

  test("a reload is none of a restart", () => {
    assert.deepEqual(
      said({ a: ["one"] }, { a: ["one"] }, action("a reload one")),
      ["a reloads on one"],
    );
  });

  test("the gate counts what a service minds", () => {
    const effect = (what: Parameters<typeof disruptionOf>[0]["what"]) => ({
      ...{ resource: "a", what, from: ["one"], to: ["one"] },
    });
    assert.deepEqual(
      (
        [
          "starts",
          "reloads",
          "restarts",
          "moves",
          "stops",
          "is blocked",
        ] as const
      ).map((what) => disruptionOf(effect(what))),
      ["none", "reload", "restart", "move", "stop", "stop"],
    );
    assert.ok(isBeyond(effect("restarts"), "reload"));
    assert.ok(!isBeyond(effect("restarts"), "restart"));
    assert.ok(!isBeyond(effect("starts"), "none"));
  });

  test("its last stop and start, as Pacemaker recorded them, say how long a restart takes", () => {
    const operation = (task: string, took: number, at: number, code = 0) =>
      `<lrm_rsc_op id="x" operation="${task}" rc-code="${code}" exec-time="${took}" last-rc-change="${at}"/>`;
    const cib =
      `<cib><configuration/><status><lrm_resource id="a" type="Dummy">` +
      `${operation("start", 900, 5)}${operation("start", 100, 9)}${operation("stop", 50, 7)}${operation("stop", 999, 8, 1)}` +
      `</lrm_resource><lrm_resource id="b" type="Dummy">${operation("start", 1, 1)}</lrm_resource>` +
      `<lrm_resource id="none"/></status></cib>`;
    const took = durationsIn(cib);
    assert.deepEqual([...took], [["a", 150]]);
    const [effect] = effectsOf(
      resources({ a: ["one"] }),
      resources({ a: ["one"] }),
      [action("a restart", { source: "one", target: "one" })],
      took,
    );
    assert.equal(
      wordsOf(effect!),
      "restarts on one (its last stop and start took 0.1 s)",
    );
  });
});
