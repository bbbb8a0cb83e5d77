import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  planLevel,
  removeLevel,
  type DeclaredLevel,
} from "../../provider/src/plan/stonithLevel";
import { cibWith } from "../model/fixtures";

const cib = parseCib(
  cibWith(
    `<primitive id="a" class="stonith" type="fence_x"/><primitive id="b" class="stonith" type="fence_x"/><primitive id="ip" class="ocf" provider="heartbeat" type="IPaddr2"/>`,
  )
    .replace(
      /<nodes\s*\/>|<nodes>[\s\S]*<\/nodes>/,
      `<nodes><node id="1" uname="one"/><node id="2" uname="two"/></nodes>`,
    )
    .replace(
      "</configuration>",
      `<fencing-topology><fencing-level id="fl-one-1" target="one" index="1" devices="a,b"/></fencing-topology></configuration>`,
    ),
);

const declared: DeclaredLevel = {
  ...{ id: "ours", target: { node: "one" }, level: 1, devices: ["a", "b"] },
};
const plan = (
  given: Partial<DeclaredLevel>,
  previous?: DeclaredLevel,
  adopts = false,
) =>
  planLevel(
    cib,
    { ...declared, ...given },
    previous,
    adopts,
    (device) => device === "coming",
  ).map((command) => command.join(" "));

const written = (id: string, attributes: string) =>
  `cibadmin --modify --allow-create --xml-text <configuration><fencing-topology><fencing-level id="${id}" ${attributes}/></fencing-topology></configuration>`;

describe("a level of the fencing topology", () => {
  test("is made by node, pattern or attribute", () => {
    assert.deepEqual(plan({ target: { node: "two" }, devices: ["coming"] }), [
      written("ours", `target="two" index="1" devices="coming"`),
    ]);
    assert.deepEqual(plan({ target: { pattern: "t.*" }, level: 2 }), [
      written("ours", `target-pattern="t.*" index="2" devices="a,b"`),
    ]);
    assert.deepEqual(plan({ target: { attribute: "rack", value: "x" } }), [
      written(
        "ours",
        `target-attribute="rack" target-value="x" index="1" devices="a,b"`,
      ),
    ]);
  });

  test("that somebody has made is taken over where it is the same, and changed where that is asked for", () => {
    assert.deepEqual(plan({}), []);
    assert.throws(() => plan({ devices: ["b"] }), {
      kind: "conflict",
      message:
        `ours: level 1 of one exists in the cluster and differs from what is declared:\n` +
        `- its devices are a, b, declared are b\n` +
        `Declare it as it is, or set adopt to "update" to take it over and change it. Nothing was changed.`,
    });
    const changed = [written("fl-one-1", `target="one" index="1" devices="b"`)];
    assert.deepEqual(plan({ devices: ["b"] }, undefined, true), changed);
    assert.deepEqual(plan({ devices: ["b"] }, declared), changed);
  });

  test("that is declared for another node or number leaves the one before", () => {
    assert.deepEqual(plan({ level: 2 }, declared), [
      `cibadmin --delete-all --force --xpath //fencing-topology/fencing-level[@id="fl-one-1"]`,
      written("ours", `target="one" index="2" devices="a,b"`),
    ]);
    assert.equal(removeLevel(cib, declared).length, 1);
    assert.equal(removeLevel(cib, { ...declared, level: 2 }).length, 0);
  });

  test("of what is not there is refused", () => {
    assert.throws(
      () => plan({ target: { node: "three" } }),
      /ours: the cluster has no node three: it has one, two/,
    );
    assert.throws(
      () => plan({ level: 2, devices: ["a", "ip"] }),
      /ours: there is no fencing device ip\. /,
    );
    assert.throws(
      () => plan({ id: "ip", level: 2 }),
      /ip: the cluster's configuration uses this id already, for a <primitive>/,
    );
  });
});
