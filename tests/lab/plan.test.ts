import assert from "node:assert/strict";
import test from "node:test";

import { planLab } from "../../lab/plan";
import { mismatch } from "../../lab/up";

test("a lab is three nodes of bookworm unless told", () => {
  assert.deepEqual(planLab(), {
    name: "bookworm",
    suite: "bookworm",
    namespace: "pacemaker-lab-bookworm",
    nodes: [
      {
        name: "node-01",
        address: "192.0.2.11",
        namespace: "pacemaker-lab-bookworm.node-01",
      },
      {
        name: "node-02",
        address: "192.0.2.12",
        namespace: "pacemaker-lab-bookworm.node-02",
      },
      {
        name: "node-03",
        address: "192.0.2.13",
        namespace: "pacemaker-lab-bookworm.node-03",
      },
    ],
  });
});

test("a lab is named after its suite", () => {
  assert.equal(planLab({ suite: "trixie" }).name, "trixie");
  assert.equal(planLab({ suite: "trixie", name: "mine" }).name, "mine");
});

for (const nodes of [0, 10, 1.5]) {
  test(`${nodes} nodes are refused`, () => {
    assert.throws(() => planLab({ nodes }), {
      message: `A lab has 1 to 9 nodes, not ${nodes}.`,
    });
  });
}

for (const name of ["", "../etc", "Mine", "a b", "-x", "a.b"]) {
  test(`a lab cannot be called "${name}"`, () => {
    assert.throws(() => planLab({ name }), /cannot name a lab/);
  });
}

test("an existing lab counts as it is, except for what is asked for", () => {
  const there = planLab({ suite: "trixie", name: "mine", nodes: 2 });
  assert.equal(mismatch(there, {}), undefined);
  assert.equal(mismatch(there, { suite: "trixie", nodes: 2 }), undefined);
  assert.equal(
    mismatch(there, { suite: "bookworm" }),
    "it is one of trixie, and bookworm is asked for",
  );
  assert.equal(
    mismatch(there, { nodes: 3 }),
    "its number of nodes is 2, and 3 is asked for",
  );
});
