import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import { planProperties } from "../../provider/src/plan/clusterProperties";
import type { Owned } from "../../provider/src/plan/values";
import { cibWith } from "../model/fixtures";

const cibOf = (sets: string) =>
  parseCib(
    cibWith("").replace(
      /<crm_config\s*\/>|<crm_config>[\s\S]*<\/crm_config>/,
      `<crm_config>${sets}</crm_config>`,
    ),
  );

const pair = (id: string, name: string, value: string) =>
  `<nvpair id="${id}" name="${name}" value="${value}"/>`;

const plain = cibOf(
  `<cluster_property_set id="cib-bootstrap-options">${pair("a", "batch-limit", "3")}${pair("b", "stonith-enabled", "false")}</cluster_property_set>`,
);

const declare = (values: Record<string, string>, adopts = false) => ({
  ...{ what: "ours", values, adopts },
});

const plan = (...given: Parameters<typeof planProperties>) => {
  const { commands, before, left } = planProperties(...given);
  return {
    commands: commands.map((command) => command.join(" ")),
    before,
    left,
  };
};

describe("properties", () => {
  test("that are not there are set; what was there is remembered", () => {
    assert.deepEqual(
      plan(
        plain,
        declare({ "no-quorum-policy": "freeze", "stonith-enabled": "no" }),
      ),
      {
        commands: ["property set no-quorum-policy=freeze"],
        before: { "stonith-enabled": "false" },
        left: [],
      },
    );
  });

  test("that somebody else has set otherwise are refused", () => {
    assert.throws(() => plan(plain, declare({ "batch-limit": "9" })), {
      kind: "conflict",
      message:
        `ours: the cluster has other values than are declared:\n- batch-limit is 3, declared is 9\n` +
        `Declare them as they are, or set adopt to "update" to change them; a delete then brings them back. Nothing was changed.`,
    });
    assert.deepEqual(plan(plain, declare({ "batch-limit": "9" }, true)), {
      commands: ["property set batch-limit=9"],
      before: { "batch-limit": "3" },
      left: [],
    });
  });

  const owned: Owned = {
    values: { "batch-limit": "3", "stonith-enabled": "true" },
    before: { "batch-limit": "7" },
  };

  test("that are taken out get back what they had; what others have changed since, or declare, stays", () => {
    assert.deepEqual(plan(plain, declare({}), owned), {
      commands: ["property set batch-limit=7"],
      before: {},
      left: ["stonith-enabled"],
    });
    assert.deepEqual(
      plan(plain, declare({}), owned, new Set(["batch-limit"])).commands,
      [],
    );
    assert.deepEqual(
      plan(plain, declare({}), { values: { "batch-limit": "3" }, before: {} })
        .commands,
      ["property set batch-limit="],
    );
  });

  test("that were changed by somebody else are set again, and what was before is not forgotten", () => {
    assert.deepEqual(plan(plain, declare({ "batch-limit": "5" }), owned), {
      commands: ["property set batch-limit=5"],
      before: { "batch-limit": "7" },
      left: ["stonith-enabled"],
    });
  });

  test("in several sets: the first one counts, and is written to", () => {
    const several = cibOf(
      `<cluster_property_set id="theirs" score="100">${pair("c", "batch-limit", "9")}</cluster_property_set>` +
        `<cluster_property_set id="cib-bootstrap-options">${pair("a", "batch-limit", "3")}</cluster_property_set>`,
    );
    assert.deepEqual(
      plan(several, declare({ "batch-limit": "4", "enable-acl": "true" }), {
        values: { "batch-limit": "3" },
        before: {},
      }).commands,
      [
        `cibadmin --modify --scope crm_config --xml-text <cluster_property_set id="cib-bootstrap-options">` +
          `<nvpair id="a" name="batch-limit" value="4"/>` +
          `<nvpair id="cib-bootstrap-options-enable-acl" name="enable-acl" value="true"/></cluster_property_set>`,
      ],
    );
    assert.deepEqual(
      plan(several, declare({}), { values: { "batch-limit": "3" }, before: {} })
        .commands,
      [
        `cibadmin --delete-all --force --xpath //cluster_property_set[@id="cib-bootstrap-options"]/nvpair[@name="batch-limit"]`,
      ],
    );
  });

  test("under a rule, or without the first set, are refused", () => {
    const ruled = `<cluster_property_set id="night"><rule id="r"><date_expression id="d" operation="lt" end="2026-01-01"/></rule>${pair("e", "maintenance-mode", "true")}</cluster_property_set>`;
    assert.throws(
      () => plan(cibOf(ruled), declare({ "maintenance-mode": "false" })),
      /maintenance-mode is set under a rule too, in the set night, and one would hide the other/,
    );
    assert.throws(
      () => plan(cibOf(ruled), declare({ "batch-limit": "1" })),
      /stand in several sets \(night\), and there is no cib-bootstrap-options without a rule/,
    );
  });
});
