import test from "node:test";
import assert from "node:assert/strict";
import {
  addToGroup,
  changeType,
  createPrimitive,
  deleteResource,
  dissolveGroup,
  forFencing,
  removeFromGroup,
  removeFromTag,
  setMeta,
  setOperation,
  setOptions,
  shown,
  withSecrets,
} from "../../provider/src/pcs/commands";
import { stagedMeta, unstage } from "../../provider/src/model/staging";
import { parseXml } from "../../provider/src/model/xml";

const table: [argv: readonly string[], words: string][] = [
  [
    createPrimitive({
      id: "smtp_ip",
      agent: "ocf:heartbeat:IPaddr2",
      options: { ip: "192.0.2.25", cidr_netmask: "24" },
      operations: { monitor: { interval: "30s" } },
      meta: {},
    }),
    "resource create smtp_ip ocf:heartbeat:IPaddr2 ip=192.0.2.25 cidr_netmask=24 op monitor interval=30s",
  ],
  [
    createPrimitive({
      id: "smtp_service",
      agent: "systemd:postfix@-",
      options: {},
      operations: {
        monitor: { interval: "30s" },
        start: { interval: "0s", timeout: "90s" },
      },
      meta: stagedMeta("smtp-stack"),
    }),
    "resource create smtp_service systemd:postfix@- op monitor interval=30s start interval=0s timeout=90s meta target-role=Stopped pulumi-staged=smtp-stack",
  ],
  [setOptions("a", { ip: "::1", nic: "" }), "resource update a ip=::1 nic="],
  [
    setOperation("a", "monitor", { interval: "10s", timeout: "20s" }),
    "resource update a op monitor interval=10s timeout=20s",
  ],
  [setMeta("a", { "x-note": "" }), "resource meta a x-note="],
  [addToGroup("g", ["a", "b"]), "resource group add g a b"],
  [addToGroup("g", ["b"], { after: "a" }), "resource group add g --after a b"],
  [
    addToGroup("g", ["b"], { before: "a" }),
    "resource group add g --before a b",
  ],
  [removeFromGroup("g", ["a", "b"]), "resource group remove g a b"],
  [dissolveGroup("g"), "resource ungroup g"],
  [deleteResource("a"), "resource delete a"],
  [removeFromTag("t", "a", false), "tag update t remove a"],
  [removeFromTag("t", "a", true), "tag remove t"],
];
for (const [argv, words] of table)
  test(words, () => {
    assert.deepEqual(argv, words.split(" "));
  });

test("a value stays one word, whatever it holds", () => {
  assert.deepEqual(setMeta("a", { "x-note": "a b=c 'd' $(e)" }), [
    "resource",
    "meta",
    "a",
    "x-note=a b=c 'd' $(e)",
  ]);
});

test("the marks of all that were staged are taken away by one command", () => {
  assert.deepEqual(unstage([]), []);
  const going = `@name="pulumi-staged" or @name="pulumi-moves-to" or (@name="target-role" and ../nvpair/@name="pulumi-staged")`;
  const sets = `//primitive[@id="a" or @id="b.c"]/meta_attributes[not(rule)]`;
  const stays = `*[not(${going})] or @id=//@id-ref`;
  assert.deepEqual(unstage(["a", "b.c"]), [
    [
      ...["cibadmin", "--delete-all", "--force", "--xpath"],
      `${sets}[nvpair[${going}] and not(${stays})] | ${sets}[${stays}]/nvpair[${going}]`,
    ],
  ]);
});

test("another agent goes by XML, escaped", () => {
  const [tool, verb, option, xml] = changeType("a", "systemd", `x"&<y`);
  assert.deepEqual(
    [tool, verb, option],
    ["cibadmin", "--modify", "--xml-text"],
  );
  assert.deepEqual(parseXml(xml!), {
    name: "primitive",
    attributes: { id: "a", class: "systemd", type: `x"&<y` },
    children: [],
  });
});

test("what may be a secret is not shown, and reaches pcs all the same", () => {
  const command = withSecrets(
    createPrimitive({
      id: "some",
      agent: "ocf:pacemaker:Dummy",
      options: { passwd: "SECRET", fake: "1" },
      operations: { monitor: { interval: "10s" }, start: {} },
      meta: {},
    }),
    ["SECRET", "1"],
  );
  assert.equal(
    command.join(" "),
    "resource create some ocf:pacemaker:Dummy passwd=SECRET fake=1 op monitor interval=10s",
  );
  assert.equal(
    shown(command),
    "pcs resource create some ocf:pacemaker:Dummy passwd=... fake=... op monitor interval=10s",
  );
  const xml = [
    "cibadmin",
    "--modify",
    "--xml-text",
    `<nvpair value="SECRET"/>`,
  ];
  assert.equal(
    shown(withSecrets(xml, ["SECRET"])),
    "cibadmin --modify --xml-text ...",
  );
});

test("a primitive without operations is created with none of its own", () => {
  const bare = { id: "some", agent: "ocf:pacemaker:Dummy", options: {} };
  assert.equal(
    createPrimitive({ ...bare, operations: {}, meta: { a: "b" } }).join(" "),
    "resource create some ocf:pacemaker:Dummy meta a=b",
  );
});

test("of fencing devices, commands are said in their own words, and what is secret stays so", () => {
  const secrets = ["hidden"];
  const isDevice = (id: string) => id === "power";
  const spelled: [given: readonly string[], words: string][] = [
    [
      createPrimitive({
        id: "new",
        agent: "stonith:fence_x",
        options: { password: "hidden" },
        operations: {},
        meta: {},
      }),
      "pcs stonith create new fence_x password=...",
    ],
    [
      setOptions("power", { password: "hidden" }),
      "pcs stonith update power password=...",
    ],
    [
      setMeta("power", { priority: "1" }),
      "pcs stonith update power meta priority=1",
    ],
    [deleteResource("power"), "pcs stonith delete power --force"],
    [deleteResource("ip"), "pcs resource delete ip"],
    [dissolveGroup("power"), "pcs resource ungroup power"],
  ];
  for (const [given, words] of spelled)
    assert.equal(
      shown(forFencing(withSecrets(given, secrets), isDevice)),
      words,
    );
});
