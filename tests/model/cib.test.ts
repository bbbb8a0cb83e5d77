import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  compareVersions,
  formatVersion,
  mayBeNamed,
  parseCib,
  parseCibHeader,
} from "../../provider/src/model/cib";
import { isDisabled, isStaged } from "../../provider/src/model/staging";
import { cibWith, fixture, suites } from "./fixtures";

/** What a resource is written down as, its meaning aside. */
function withoutSource<Found extends { source?: unknown } | undefined>(
  found: Found,
) {
  const { source, ...rest } = found ?? {};
  assert.ok(source);
  return rest;
}

for (const suite of suites)
  describe(`a CIB of ${suite}`, () => {
    const cib = parseCib(fixture(suite, "cib-smtp.xml"));
    const timeout = suite === "bookworm" ? "100" : "100s";

    test("version and nodes", () => {
      assert.deepEqual(
        cib.version,
        suite === "bookworm"
          ? { adminEpoch: 0, epoch: 17, numUpdates: 0 }
          : { adminEpoch: 0, epoch: 40, numUpdates: 0 },
      );
      assert.deepEqual(cib.nodes, ["node-01", "node-02", "node-03"]);
    });

    test("the text, but for the status", () => {
      const [configuration, status] = fixture(suite, "cib-smtp.xml").split(
        "<status>",
      );
      assert.match(status!, /<node_state /);
      assert.equal(cib.text, `${configuration}<status/>\n</cib>\n`);
    });

    test("the primitives that people make with pcs", () => {
      assert.deepEqual([...cib.primitives.values()].map(withoutSource), [
        {
          kind: "primitive",
          id: "smtp_ip",
          agent: "ocf:heartbeat:IPaddr2",
          options: { cidr_netmask: "24", ip: "192.0.2.25" },
          meta: {},
          operations: [
            {
              id: "smtp_ip-monitor-interval-30s",
              name: "monitor",
              interval: "30s",
              attributes: {},
            },
            {
              id: "smtp_ip-start-interval-0s",
              name: "start",
              interval: "0s",
              attributes: { timeout: "20s" },
            },
            {
              id: "smtp_ip-stop-interval-0s",
              name: "stop",
              interval: "0s",
              attributes: { timeout: "20s" },
            },
          ],
          group: "smtp-stack",
          isAlone: false,
        },
        {
          kind: "primitive",
          id: "smtp_service",
          agent: "systemd:postfix",
          options: {},
          meta: {},
          operations: [
            {
              id: "smtp_service-monitor-interval-30s",
              name: "monitor",
              interval: "30s",
              attributes: {},
            },
            {
              id: "smtp_service-start-interval-0s",
              name: "start",
              interval: "0s",
              attributes: { timeout },
            },
            {
              id: "smtp_service-stop-interval-0s",
              name: "stop",
              interval: "0s",
              attributes: { timeout },
            },
          ],
          group: "smtp-stack",
          isAlone: false,
        },
      ]);
    });

    test("the group", () => {
      assert.deepEqual([...cib.groups.values()].map(withoutSource), [
        {
          kind: "group",
          id: "smtp-stack",
          members: ["smtp_ip", "smtp_service"],
          meta: {},
        },
      ]);
    });

    test("every id of the configuration, and none of the status", () => {
      assert.equal(cib.ids.get("smtp-stack"), "group");
      assert.equal(cib.ids.get("smtp_ip-instance_attributes-ip"), "nvpair");
      assert.equal(
        cib.ids.get("cib-bootstrap-options"),
        "cluster_property_set",
      );
      assert.equal(cib.ids.get("1"), "node");
      const tagged = parseCib(
        cib.text.replace(
          "</configuration>",
          `<tags><tag id="night"><obj_ref id="smtp_ip"/></tag></tags></configuration>`,
        ),
      );
      assert.equal(tagged.ids.get("smtp_ip"), "primitive");
      assert.equal(cib.ids.has("status-1"), false);
    });

    test("a staged primitive", () => {
      const staged = parseCib(fixture(suite, "cib-staged.xml")).primitives.get(
        "smtp_ip",
      )!;
      assert.deepEqual(staged.meta, {
        "target-role": "Stopped",
        "pulumi-staged": "smtp-stack",
      });
      assert.equal(staged.group, undefined);
      assert.equal("group" in staged, false);
      assert.equal(isStaged(staged), true);
      assert.equal(isDisabled(staged), false);
    });

    test("a clone's primitive is no group's member", () => {
      const { primitives, groups } = parseCib(fixture(suite, "cib-clone.xml"));
      assert.deepEqual(
        [...primitives.values()].map(({ id, agent, group }) => [
          id,
          agent,
          group,
        ]),
        [
          ["chrony", "systemd:chrony", undefined],
          ["d", "ocf:heartbeat:Dummy", undefined],
        ],
      );
      assert.equal(groups.size, 0);
    });
  });

test("a primitive is alone that no group and no clone holds", () => {
  const { primitives } = parseCib(
    cibWith(
      `<primitive id="a" class="systemd" type="x"/>` +
        `<clone id="c"><primitive id="b" class="systemd" type="x"/></clone>` +
        `<group id="g"><primitive id="d" class="systemd" type="x"/></group>`,
    ),
  );
  const alone = [...primitives.values()].filter(({ isAlone }) => isAlone);
  assert.deepEqual(
    alone.map(({ id }) => id),
    ["a"],
  );
});

test("whatever names a primitive counts, wherever it stands", () => {
  const cib = parseCib(
    cibWith(
      ["a", "ab", "b", "c", "d"]
        .map((id) => `<primitive id="${id}" class="systemd" type="x"/>`)
        .join(""),
    ).replace(
      "</resources>",
      `</resources><constraints><rsc_location id="l" rsc="b" node="n" score="1"/></constraints>` +
        `<tags><tag id="t"><obj_ref id="c"/></tag></tags>` +
        `<acls><acl_role id="r"><acl_permission id="p" kind="read" reference="d"/></acl_role></acls>`,
    ),
  );
  assert.deepEqual(
    ["a", "ab", "b", "c", "d"].filter((id) => mayBeNamed(cib, id)),
    ["b", "c", "d"],
  );
});

test("a cloned group keeps its members", () => {
  const { groups, primitives } = parseCib(
    cibWith(
      `<clone id="c"><group id="g"><primitive id="a" class="systemd" type="x"/></group></clone>`,
    ),
  );
  assert.deepEqual(groups.get("g")?.members, ["a"]);
  assert.equal(primitives.get("a")?.group, "g");
});

test("of several sets the last that names an attribute wins, and one with a rule does not count", () => {
  const { primitives, groups } = parseCib(
    cibWith(`
      <group id="g">
        <primitive id="a" class="ocf" provider="heartbeat" type="IPaddr2">
          <instance_attributes id="a-night">
            <rule id="a-night-rule" score="INFINITY"><date_expression id="e" operation="gt" start="2026-01-01"/></rule>
            <nvpair id="a-night-ip" name="ip" value="192.0.2.99"/>
          </instance_attributes>
          <instance_attributes id="a-one"><nvpair id="a-one-ip" name="ip" value="192.0.2.25"/></instance_attributes>
          <instance_attributes id="a-two">
            <nvpair id="a-two-ip" name="ip" value="192.0.2.26"/>
            <nvpair id="a-two-nic" name="nic" value="eth&quot;0"/>
          </instance_attributes>
          <meta_attributes id="a-meta"><nvpair id="a-meta-x" name="is-managed"/></meta_attributes>
        </primitive>
        <meta_attributes id="g-meta"><nvpair id="g-meta-s" name="resource-stickiness" value="100"/></meta_attributes>
      </group>`),
  );
  assert.deepEqual(primitives.get("a")?.options, {
    ip: "192.0.2.26",
    nic: 'eth"0',
  });
  assert.deepEqual(primitives.get("a")?.meta, { "is-managed": "" });
  assert.deepEqual(groups.get("g")?.meta, { "resource-stickiness": "100" });
});

test("an operation without an interval has the interval 0", () => {
  const { primitives } = parseCib(
    cibWith(
      `<primitive id="a" class="systemd" type="x"><operations><op id="o" name="start" timeout="90s" on-fail="block"/></operations></primitive>`,
    ),
  );
  assert.deepEqual(primitives.get("a")?.operations, [
    {
      id: "o",
      name: "start",
      interval: "0",
      attributes: { timeout: "90s", "on-fail": "block" },
    },
  ]);
});

test("target-role in any case is an operator's, unless the mark stands beside it", () => {
  const table: [Record<string, string>, disabled: boolean, staged: boolean][] =
    [
      [{}, false, false],
      [{ "target-role": "Started" }, false, false],
      [{ "target-role": "Stopped" }, true, false],
      [{ "target-role": "stopped" }, true, false],
      [{ "target-role": "Stopped", "pulumi-staged": "g" }, false, true],
      [{ "pulumi-staged": "g" }, false, true],
    ];
  for (const [meta, disabled, staged] of table) {
    assert.equal(isDisabled({ meta }), disabled, JSON.stringify(meta));
    assert.equal(isStaged({ meta }), staged, JSON.stringify(meta));
  }
});

test("the header alone", () => {
  const header = `<cib crm_feature_set="3.16.1" epoch="17" num_updates="3" admin_epoch="1" have-quorum="1" dc-uuid="3"/>\n`;
  assert.deepEqual(parseCibHeader(header), {
    version: { adminEpoch: 1, epoch: 17, numUpdates: 3 },
    quorate: true,
  });
  const lost = header.replace('have-quorum="1"', 'have-quorum="0"');
  assert.equal(parseCibHeader(lost).quorate, false);
  assert.throws(() => parseCibHeader("<other/>"), /expected a <cib>/);
});

test("a CIB that is cut off in its status is refused", () => {
  const whole = fixture("bookworm", "cib-smtp.xml");
  assert.throws(() => parseCib(whole.slice(0, whole.indexOf("</status>"))));
});

test("what is no CIB is refused", () => {
  assert.throws(() => parseCib("<pacemaker-result/>"), {
    message:
      "expected a <cib> with a <configuration>, found <pacemaker-result>",
  });
  assert.throws(() => parseCib("<cib epoch='1'/>"), {
    message: "expected a <cib> with a <configuration>, found <cib>",
  });
  assert.throws(
    () => parseCib(fixture("trixie", "cib-smtp.xml").slice(0, -8)),
    Error,
  );
});

test("the order of versions, and how they are written", () => {
  const version = (adminEpoch: number, epoch: number, numUpdates: number) => ({
    adminEpoch,
    epoch,
    numUpdates,
  });
  assert.ok(compareVersions(version(0, 9, 9), version(0, 10, 0)) < 0);
  assert.ok(compareVersions(version(1, 0, 0), version(0, 99, 99)) > 0);
  assert.ok(compareVersions(version(0, 1, 2), version(0, 1, 10)) < 0);
  assert.equal(compareVersions(version(0, 1, 2), version(0, 1, 2)), 0);
  assert.equal(formatVersion(version(0, 12, 3)), "0.12.3");
});
