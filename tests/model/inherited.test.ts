import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { metaOf } from "../../provider/src/model/inherited";
import { parseCib } from "../../provider/src/model/cib";
import { parsePlacement } from "../../provider/src/model/placement";
import { cibWith } from "./fixtures";

const set = (id: string, role: string, more = "") =>
  `<meta_attributes id="${id}"${more}><nvpair id="${id}-r" name="target-role" value="${role}"/></meta_attributes>`;

describe("who says what counts", () => {
  const cases: [what: string, sets: string, role: string][] = [
    ["one set", set("a-1", "Stopped"), "Stopped"],
    [
      "of equal sets the last",
      set("a-1", "Stopped") + set("a-2", "Started"),
      "Started",
    ],
    [
      "the set with the higher score",
      set("a-1", "Stopped", ` score="3"`) + set("a-2", "Started"),
      "Stopped",
    ],
  ];
  for (const [what, sets, role] of cases)
    test(`${what}, by the explanation as by the model`, () => {
      const text = cibWith(
        `<primitive id="a" class="ocf" provider="pacemaker" type="Dummy">${sets}</primitive>`,
      );
      assert.equal(
        metaOf(parsePlacement(text), "a", "target-role", 0)?.value,
        role,
      );
      assert.equal(
        parseCib(text).primitives.get("a")?.meta["target-role"],
        role,
      );
    });

  test("the cluster's own set of properties goes before all others", () => {
    const more = `<cluster_property_set id="other"><nvpair id="o1" name="stonith-enabled" value="true"/><nvpair id="o2" name="placement-strategy" value="balanced"/></cluster_property_set></crm_config>`;
    const text = cibWith("").replace("</crm_config>", more);
    const { properties } = parsePlacement(text);
    assert.equal(properties["stonith-enabled"], "false");
    assert.equal(properties["placement-strategy"], "balanced");
  });
});
