import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib, type Cib } from "../../provider/src/model/cib";
import {
  planPrimitive,
  takenOver,
  type Declared,
} from "../../provider/src/plan/primitive";
import { operationsFor } from "../../provider/src/plan/operations";
import { cibWith, fixture, suites } from "../model/fixtures";
import { refusalBy } from "./refusal";

const empty = parseCib(cibWith(""));

const ip: Declared = {
  id: "smtp_ip",
  agents: ["ocf:heartbeat:IPaddr2"],
  options: { ip: "192.0.2.25", cidr_netmask: "24" },
  operations: operationsFor("30s", {}),
  meta: {},
  group: "smtp-stack",
};
const service: Declared = {
  id: "smtp_service",
  agents: ["systemd:postfix@-", "systemd:postfix"],
  options: {},
  operations: operationsFor("30s", {}),
  meta: {},
  group: "smtp-stack",
};

const plan = (
  cib: Cib,
  declared: Declared,
  previous?: Parameters<typeof planPrimitive>[2],
): string[] =>
  planPrimitive(cib, declared, previous).map((command) => command.join(" "));

/** The whole text of the refusal. */
const refusal = refusalBy(planPrimitive);

const differs = (...lines: string[]) =>
  `smtp_ip exists in the cluster and differs from what is declared:\n` +
  lines.map((line) => `- ${line}\n`).join("") +
  // Where the agent is another one, nothing can change it.
  (lines[0]!.startsWith("its agent")
    ? `Declare it as it is, or choose another resourceId. Nothing was changed.`
    : `Declare it as it is, choose another resourceId, or set adopt to "update" to take it over and change it. Nothing was changed.`);

test("adopt is advised only where it helps", () => {
  const cib = parseCib(
    cibWith(`<primitive id="smtp_service" class="systemd" type="exim4"/>`),
  );
  assert.match(refusal(cib, service), /set adopt to "update"/);
  assert.doesNotMatch(
    refusal(cib, { ...ip, id: "smtp_service" }),
    /set adopt to "update"/,
  );
});

describe("a primitive that is not there", () => {
  test("is created staged where its group starts it", () => {
    assert.deepEqual(plan(empty, ip), [
      "resource create smtp_ip ocf:heartbeat:IPaddr2 ip=192.0.2.25 cidr_netmask=24 op monitor interval=30s " +
        "meta target-role=Stopped pulumi-staged=smtp-stack",
    ]);
  });

  test("is created to start at once where it has no group", () => {
    assert.deepEqual(plan(empty, { ...service, group: undefined }), [
      "resource create smtp_service systemd:postfix@- op monitor interval=30s",
    ]);
  });

  test("is created with its timeouts and meta attributes", () => {
    assert.deepEqual(
      plan(empty, {
        ...service,
        group: undefined,
        operations: operationsFor("30s", { start: "60s", monitor: "20s" }),
        meta: { "migration-threshold": "3" },
      }),
      [
        "resource create smtp_service systemd:postfix@- op monitor interval=30s timeout=20s start timeout=60s " +
          "meta migration-threshold=3",
      ],
    );
  });

  test("is refused where something else has its id", () => {
    const cib = parseCib(
      cibWith(
        `<group id="smtp_ip"><primitive id="x" class="systemd" type="x"/></group>`,
      ),
    );
    assert.equal(
      refusal(cib, ip),
      "smtp_ip: the cluster's configuration uses this id already, for a <group>. Choose another resourceId. " +
        "Nothing was changed.",
    );
  });

  test("is refused where its group's id is something else's, or its group runs in a clone", () => {
    const other = parseCib(
      cibWith(`<primitive id="web" class="systemd" type="x"/>`),
    );
    assert.equal(
      refusal(other, { ...ip, group: "web" }),
      "smtp_ip: the cluster's configuration uses the id of its group, web, already, for a <primitive>: choose another id " +
        "for the group. Nothing was changed.",
    );
    const cloned = parseCib(
      cibWith(
        `<clone id="everywhere"><group id="web"><primitive id="x" class="systemd" type="x"/></group></clone>`,
      ),
    );
    assert.match(
      refusal(cloned, { ...ip, group: "web" }),
      /^web is part of the clone everywhere, .* Nothing was changed\.$/,
    );
  });

  test("is refused where even a generated id is the same", () => {
    const cib = parseCib(fixture("bookworm", "cib-smtp.xml"));
    assert.match(
      refusal(cib, { ...ip, id: "smtp_ip-instance_attributes" }),
      /uses this id already, for a <instance_attributes>/,
    );
  });
});

for (const suite of suites)
  describe(`what people made by hand on ${suite}`, () => {
    const cib = parseCib(fixture(suite, "cib-smtp.xml"));

    test("is taken over untouched where it is the same", () => {
      assert.deepEqual(plan(cib, ip), []);
      assert.deepEqual(plan(cib, service), []);
    });

    test("is the same in another spelling", () => {
      assert.deepEqual(
        plan(cib, {
          ...service,
          operations: operationsFor("30", { start: "100s", stop: "100" }),
        }),
        [],
      );
      assert.deepEqual(
        plan(cib, { ...ip, operations: operationsFor("30000ms", {}) }),
        [],
      );
    });

    test("is refused with each difference", () => {
      assert.equal(
        refusal(cib, {
          ...ip,
          agents: ["ocf:heartbeat:IPaddr"],
          options: { ip: "192.0.2.26", nic: "eth1" },
          absent: ["cidr_netmask"],
          operations: operationsFor("10s", { start: "60s", monitor: "5s" }),
          meta: { "migration-threshold": "3" },
          group: "web",
        }),
        differs(
          "its agent is ocf:heartbeat:IPaddr2, declared is ocf:heartbeat:IPaddr",
          "its ip is 192.0.2.25, declared is 192.0.2.26",
          "its nic is not set, declared is eth1",
          "its cidr_netmask is 24, declared is none",
          "its monitor interval is 30s, declared is 10s",
          "its monitor timeout is not set, declared is 5s",
          "its start timeout is 20s, declared is 60s",
          "meta: its migration-threshold is not set, declared is 3",
          "it is a member of the group smtp-stack, declared is web",
        ),
      );
    });

    test("is changed where that is asked for", () => {
      assert.deepEqual(
        plan(
          cib,
          {
            ...ip,
            options: { ip: "192.0.2.26", cidr_netmask: "24" },
            operations: operationsFor("10s", {}),
          },
          takenOver,
        ),
        [
          "resource update smtp_ip ip=192.0.2.26",
          "resource update smtp_ip op monitor interval=10s",
        ],
      );
    });
  });

describe("an update", () => {
  const cib = parseCib(
    cibWith(`
    <primitive id="smtp_ip" class="ocf" provider="heartbeat" type="IPaddr2">
      <instance_attributes id="i">
        <nvpair id="i1" name="ip" value="192.0.2.25"/>
        <nvpair id="i2" name="cidr_netmask" value="24"/>
        <nvpair id="i3" name="arp_count" value="5"/>
        <nvpair id="i4" name="iflabel" value="theirs"/>
      </instance_attributes>
      <meta_attributes id="m">
        <nvpair id="m1" name="priority" value="10"/>
        <nvpair id="m2" name="target-role" value="Stopped"/>
        <nvpair id="m3" name="is-managed" value="false"/>
      </meta_attributes>
      <operations>
        <op id="o1" name="monitor" interval="30s" timeout="20s" on-fail="restart"/>
        <op id="o2" name="start" interval="0s" timeout="20s" on-fail="block"/>
      </operations>
    </primitive>`),
  );
  const alone: Declared = {
    ...ip,
    group: undefined,
    options: { ...ip.options, arp_count: "5" },
    meta: { priority: "10" },
  };
  const before = { options: alone.options, meta: alone.meta };

  const table: [name: string, declared: Declared, ...commands: string[]][] = [
    ["changes nothing where nothing changed", alone],
    [
      "of an option touches that one only",
      { ...alone, options: { ...alone.options, ip: "192.0.2.26" } },
      "resource update smtp_ip ip=192.0.2.26",
    ],
    [
      "takes away what was declared and no longer is, and nothing of others",
      { ...alone, options: ip.options, meta: {} },
      "resource update smtp_ip arp_count=",
      "resource meta smtp_ip priority=",
    ],
    [
      "takes away an input of its own that is left out",
      {
        ...alone,
        options: { ip: "192.0.2.25", arp_count: "5" },
        absent: ["cidr_netmask", "nic"],
      },
      "resource update smtp_ip cidr_netmask=",
    ],
    [
      "of the interval changes that one operation",
      { ...alone, operations: operationsFor("10s", {}) },
      "resource update smtp_ip op monitor interval=10s on-fail=restart timeout=20s",
    ],
    [
      "of timeouts changes those operations",
      {
        ...alone,
        operations: operationsFor("30s", { start: "60s", monitor: "30s" }),
      },
      "resource update smtp_ip op monitor interval=30s on-fail=restart timeout=30s",
      "resource update smtp_ip op start interval=0s on-fail=block timeout=60s",
    ],
    [
      "of a timeout that the operation has already",
      {
        ...alone,
        operations: operationsFor("30s", { start: "20", monitor: "20000ms" }),
      },
    ],
    [
      "of an operation that is not there makes it",
      { ...alone, operations: operationsFor("30s", { stop: "90s" }) },
      "resource update smtp_ip op stop interval=0s timeout=90s",
    ],
    [
      "of a meta attribute leaves the operator's alone",
      { ...alone, meta: { priority: "20" } },
      "resource meta smtp_ip priority=20",
    ],
  ];
  for (const [name, declared, ...commands] of table)
    test(name, () => {
      assert.deepEqual(
        plan(cib, declared, before).map((words) =>
          words.replace(
            /(op \w+) (.*)$/,
            (_, head: string, rest: string) => `${head} ${sorted(rest)}`,
          ),
        ),
        commands.map((words) =>
          words.replace(
            /(op \w+) (.*)$/,
            (_, head: string, rest: string) => `${head} ${sorted(rest)}`,
          ),
        ),
      );
    });

  test("of timeouts that are no longer declared: the agent's own are back", () => {
    const commands = plan(cib, alone, {
      ...before,
      operations: operationsFor("30s", { start: "60s", monitor: "20s" }),
    });
    assert.deepEqual(commands.map(sorted), [
      sorted("resource update smtp_ip op monitor interval=30s on-fail=restart"),
    ]);
    const other = parseCib(
      cibWith(`<primitive id="smtp_service" class="systemd" type="postfix"><operations>
        <op id="o1" name="monitor" interval="30s" timeout="5s"/>
        <op id="o2" name="monitor" interval="60s" timeout="5s" role="Stopped"/>
        <op id="o3" name="stop" interval="0s" timeout="5s"/>
      </operations></primitive>`),
    );
    assert.deepEqual(
      plan(
        other,
        { ...service, group: undefined },
        {
          ...takenOver,
          operations: operationsFor("30s", { stop: "5s", monitor: "5s" }),
        },
      ),
      [
        `cibadmin --modify --xml-text <op id="o1" timeout="20s"/>`,
        "resource update smtp_service op stop interval=0s timeout=100s",
      ],
    );
  });

  test("of the interval, where an operator has further monitors", () => {
    const other = parseCib(
      cibWith(`<primitive id="smtp_service" class="systemd" type="postfix"><operations>
        <op id="o0" name="monitor" interval="0s"/>
        <op id="o1" name="monitor" interval="10s" role="Stopped"/>
        <op id="o2" name="monitor" interval="30s" role="Started"/>
      </operations></primitive>`),
    );
    assert.deepEqual(
      plan(
        other,
        { ...service, group: undefined, operations: operationsFor("15s", {}) },
        takenOver,
      ),
      [`cibadmin --modify --xml-text <op id="o2" interval="15s"/>`],
    );
  });

  test("of one that is gone makes it again", () => {
    assert.match(plan(empty, ip, before)[0]!, /^resource create smtp_ip /);
  });
});

function sorted(words: string): string {
  return words.split(" ").sort().join(" ");
}

test("a duration is compared as one only where a unit says so", () => {
  const cib = parseCib(
    cibWith(`<primitive id="smtp_ip" class="ocf" provider="heartbeat" type="IPaddr2">
      <instance_attributes id="i"><nvpair id="i1" name="ip" value="192.0.2.25"/><nvpair id="i2" name="arp_count" value="024"/></instance_attributes>
      <operations><op id="o1" name="monitor" interval="30s"/></operations></primitive>`),
  );
  const counted = { ...ip, options: { ip: "192.0.2.25", arp_count: "24" } };
  assert.deepEqual(plan(cib, { ...counted, group: undefined }, takenOver), [
    "resource update smtp_ip arp_count=24",
  ]);
});

test("of several monitors the recurring one for the role Started counts", () => {
  const cib = parseCib(
    cibWith(`<primitive id="smtp_service" class="systemd" type="postfix"><operations>
      <op id="o0" name="monitor" interval="0s"/>
      <op id="o1" name="monitor" interval="10s" role="Stopped"/>
      <op id="o2" name="monitor" interval="30s" role="Started"/>
    </operations></primitive>`),
  );
  assert.deepEqual(plan(cib, { ...service, group: undefined }), []);
});
