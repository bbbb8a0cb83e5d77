import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import { standbyOf } from "../../provider/src/model/standby";
import { planMembers } from "../../provider/src/plan/standby";
import { planPrimitive } from "../../provider/src/plan/primitive";
import { cibWith } from "../model/fixtures";
import { refusalBy } from "./refusal";

const ip = (id = "ip", meta = "") =>
  `<primitive id="${id}" class="ocf" provider="heartbeat" type="IPaddr2">${meta}</primitive>`;
const service = (meta = "") =>
  `<primitive id="s" class="systemd" type="postfix">${meta}</primitive>`;
const staged = (id: string) =>
  `<meta_attributes id="${id}-m"><nvpair id="${id}-m-1" name="target-role" value="Stopped"/>` +
  `<nvpair id="${id}-m-2" name="pulumi-staged" value="g"/></meta_attributes>`;
const clone = (meta = "true", content = service(), more = "") =>
  `<clone id="s-clone">${content}<meta_attributes id="s-clone-m">` +
  `<nvpair id="s-clone-m-1" name="interleave" value="${meta}"/>${more}</meta_attributes></clone>`;
const colocation = (
  score = "INFINITY",
  id = "colocation-ip-s-clone-INFINITY",
) =>
  `<rsc_colocation id="${id}" rsc="ip" with-rsc="s-clone" score="${score}"/>`;
const order = (more = "", id = "order-s-clone-ip-mandatory") =>
  `<rsc_order id="${id}" first="s-clone" then="ip" ${more}/>`;
const group = `<group id="g">${ip()}${service()}</group>`;

const cib = (resources: string, constraints = "") =>
  parseCib(cibWith(resources, { constraints }));
const hot = {
  id: "g",
  members: ["ip", "s"],
  meta: {},
  standby: "hot" as const,
};
const cold = { id: "g", members: ["ip", "s"], meta: {} };

const plan = (...values: Parameters<typeof planMembers>): string[] =>
  planMembers(...values).map((command) => command.join(" "));

const creations = [
  `cibadmin --create --scope constraints --xml-text <rsc_colocation id="colocation-ip-s-clone-INFINITY" rsc="ip" with-rsc="s-clone" score="INFINITY"/>`,
  `cibadmin --create --scope constraints --xml-text <rsc_order id="order-s-clone-ip-mandatory" first="s-clone" then="ip" first-action="start" then-action="start" kind="Mandatory"/>`,
];

const refusal = refusalBy(planMembers);

describe("what stands by hot", () => {
  test("is made of staged members by one change, which starts them last", () => {
    const commands = plan(
      cib(ip("ip", staged("ip")) + service(staged("s"))),
      hot,
      undefined,
    );
    assert.deepEqual(commands.slice(0, 4), [
      "resource clone s s-clone",
      "resource meta s-clone interleave=true",
      ...creations,
    ]);
    assert.equal(commands.length, 5);
    assert.match(commands[4]!, /--delete-all .*pulumi-staged/);
  });

  test("as it is declared, nothing is done, under whatever ids the constraints stand", () => {
    for (const constraints of [
      colocation() + order(),
      colocation("+infinity", "mine") + order(`kind="Mandatory"`, "too"),
      colocation() + order(`score="INFINITY" symmetrical="yes"`),
    ])
      for (const previous of [hot, undefined])
        assert.deepEqual(
          plan(cib(ip() + clone(), constraints), hot, previous),
          [],
        );
  });

  test("what others changed is mended, and what they added stays", () => {
    const theirs = `<rsc_colocation id="theirs" rsc="ip" with-rsc="s-clone" score="100"/>`;
    assert.deepEqual(
      plan(
        cib(ip() + clone("false"), theirs + order(`kind="Optional"`)),
        hot,
        hot,
      ),
      [
        "resource meta s-clone interleave=true",
        `cibadmin --delete-all --force --xpath //constraints/*[@id="order-s-clone-ip-mandatory"]`,
        ...creations,
      ],
    );
  });

  test("further addresses are where the first one is, and go without a trace", () => {
    const wider = { ...hot, members: ["ip", "ip2", "s"] };
    const made = plan(
      cib(ip() + ip("ip2") + clone(), colocation() + order()),
      wider,
      hot,
    );
    assert.equal(made.length, 3);
    assert.match(made.join("\n"), /rsc="ip2" with-rsc="ip" score="INFINITY"/);
    const second =
      `<rsc_colocation id="a" rsc="ip2" with-rsc="s-clone" score="INFINITY"/>` +
      `<rsc_order id="b" first="s-clone" then="ip2"/><rsc_colocation id="c" rsc="ip2" with-rsc="ip" score="INFINITY"/>`;
    assert.deepEqual(
      plan(
        cib(ip() + ip("ip2") + clone(), colocation() + order() + second),
        hot,
        wider,
      ),
      ["a", "b", "c"].map(
        (id) =>
          `cibadmin --delete-all --force --xpath //constraints/*[@id="${id}"]`,
      ),
    );
  });
});

describe("a change between the two ways", () => {
  test("to hot takes the group away and makes the clone, in one", () => {
    assert.deepEqual(plan(cib(group), hot, cold), [
      "resource ungroup g",
      "resource clone s s-clone",
      "resource meta s-clone interleave=true",
      ...creations,
    ]);
  });

  test("to cold, beside a template, the service takes the place of its clone by XML: pcs 0.12.0 cannot", () => {
    const template = `<template id="kind" class="ocf" provider="pacemaker" type="Dummy"/><primitive id="made" template="kind"/>`;
    const commands = plan(
      cib(ip() + clone() + template, colocation() + order()),
      cold,
      hot,
    );
    assert.ok(!commands.some((command) => command.includes("unclone")));
    assert.ok(
      commands.some((command) =>
        /^cibadmin --replace --force --xpath \/cib\/configuration\/resources\/\/clone\[@id="s-clone"\] --xml-text <primitive id="s" /.test(
          command,
        ),
      ),
      commands.join("\n"),
    );
  });

  test("to cold takes the clone away, and leaves the one that serves alone", () => {
    const commands = plan(
      cib(ip() + clone(), colocation() + order()),
      cold,
      hot,
    );
    const at = (words: string) =>
      commands.findIndex((command) => command.startsWith(words));
    assert.ok(at("resource unclone s") < at("resource group add g ip s"));
    assert.equal(
      commands.at(-1),
      "resource meta s multiple-active=stop_unexpected pulumi-leaves-others=g",
    );
    for (const id of [
      "colocation-ip-s-clone-INFINITY",
      "order-s-clone-ip-mandatory",
    ])
      assert.ok(
        commands.some((command) => command.includes(`@id="${id}"`)),
        id,
      );
  });

  test("is refused while an operator has disabled what goes", () => {
    const disabled = `<nvpair id="d" name="target-role" value="Stopped"/>`;
    assert.match(
      refusal(cib(ip() + clone("true", service(), disabled)), cold, hot),
      /^g cannot change how it stands by: s-clone is disabled by an operator/,
    );
    const stopped = group.replace(
      "</group>",
      `<meta_attributes id="m">${disabled}</meta_attributes></group>`,
    );
    assert.match(
      refusal(cib(stopped), hot, cold),
      /g is disabled by an operator .*"pcs resource enable g" ends it/,
    );
  });
});

describe("what cannot stand by hot is refused", () => {
  for (const [name, found, members, words] of [
    [
      "a member that is no address",
      ip() +
        `<primitive id="milter" class="systemd" type="opendkim"/>` +
        service(),
      ["ip", "milter", "s"],
      /milter is systemd:opendkim: hot, there can be addresses/,
    ],
    [
      "an address in the service's place",
      service() + ip(),
      ["s", "ip"],
      /its last member ip is an address/,
    ],
    ["a service alone", service(), ["s"], /one address at least/],
    [
      "a group with somebody else's member",
      group.replace(
        "</group>",
        `<primitive id="theirs" class="systemd" type="x"/></group>`,
      ),
      ["ip", "s"],
      /the group g holds theirs as well/,
    ],
    [
      "a clone of somebody else's",
      ip() + `<clone id="other">${service()}</clone>`,
      ["ip", "s"],
      /s is part of the clone other/,
    ],
    [
      "the clone's id taken",
      ip() + service() + ip("s-clone"),
      ["ip", "s"],
      /uses the id s-clone already, for a <primitive>/,
    ],
    [
      "a clone that is promotable",
      ip() +
        clone(
          "true",
          service(),
          `<nvpair id="p" name="promotable" value="true"/>`,
        ),
      ["ip", "s"],
      /the clone s-clone is promotable/,
    ],
  ] as const)
    test(name, () => {
      assert.match(
        refusal(cib(found), { ...hot, members: [...members] }, hot),
        words,
      );
    });

  test("a group, or a clone that differs, which the program has not declared before", () => {
    assert.match(
      refusal(cib(group), hot, undefined),
      /g is a group, declared is standby "hot"/,
    );
    assert.match(
      refusal(cib(ip() + clone("false")), hot, undefined),
      /its interleave is false, declared is true/,
    );
  });
});

test("a primitive in a clone is refused, but for the clone that is declared for it, or was", () => {
  const found = cib(clone());
  const declared = {
    ...{ id: "s", agents: ["systemd:postfix"], options: {}, meta: {} },
    operations: { monitor: { interval: "30s" } },
  };
  const own = { ...declared, clone: "s-clone" };
  assert.throws(
    () => planPrimitive(found, declared, declared),
    /part of the clone s-clone/,
  );
  planPrimitive(found, own, own);
  planPrimitive(found, declared, own);
  assert.throws(
    () => planPrimitive(found, { ...declared, clone: "s2-clone" }, declared),
    /part of the clone s-clone/,
  );
});

test("service and addresses of an arrangement are found from each of them", () => {
  const found = cib(ip() + ip("other") + clone(), colocation() + order());
  for (const id of ["ip", "s"])
    assert.deepEqual(standbyOf(found, id), { service: "s", addresses: ["ip"] });
  assert.equal(standbyOf(found, "other"), undefined);
  // The one that the others are with leads, wherever it stands.
  const led = cib(
    ip("ip2") + ip() + clone(),
    `<rsc_colocation id="a" rsc="ip2" with-rsc="s-clone" score="INFINITY"/>` +
      `<rsc_colocation id="b" rsc="ip2" with-rsc="ip" score="INFINITY"/>` +
      colocation(),
  );
  assert.deepEqual(standbyOf(led, "s")?.addresses, ["ip", "ip2"]);
});
