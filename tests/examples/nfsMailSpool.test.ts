import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ownInputs, runExample, type Example } from "./mocked";

describe("examples/nfs-mail-spool", () => {
  let example: Example;
  const inputs = (name: string) => ownInputs(example.registered.get(name)!);
  const after = (name: string) => example.registered.get(name)!.after;

  before(async () => {
    example = await runExample("nfs-mail-spool", "mail", {
      "mail:ip": "192.0.2.25",
      "mail:cidrNetmask": "24",
      "mail:device": "198.51.100.5:/export/mail-spool",
      "mail:fstype": "nfs4",
      "mail:mountOptions": "hard,noatime",
      "mail:fenceAgent": "fence_apc_snmp",
      "mail:fenceOptions": JSON.stringify({ ip: "198.51.100.20" }),
      "mail:plugs": JSON.stringify({ "node-01": 1, "node-02": 2 }),
    });
  });

  test("the export is mounted at Postfix's queue, before the address and Postfix", () => {
    const spool = inputs("mail_spool");
    assert.equal(spool.agent, "ocf:heartbeat:Filesystem");
    assert.deepEqual(spool.options, {
      device: "198.51.100.5:/export/mail-spool",
      directory: "/var/spool/postfix",
      fstype: "nfs4",
      options: "hard,noatime",
    });
    const members = ["mail_spool", "mail_ip", "mail_postfix"];
    assert.deepEqual(inputs("mail").members, members);
    for (const member of members) assert.equal(inputs(member).group, "mail");
  });

  test("nothing of it is there before fencing", () => {
    assert.ok(after("fencing").includes("power"));
    for (const member of ["mail_spool", "mail_ip", "mail_postfix"])
      assert.ok(after(member).includes("fencing"), member);
  });

  test("exports where mail is taken, and the node that does", () => {
    assert.deepEqual(example.outputs, {
      activeNode: "node-02",
      endpoint: "192.0.2.25:25",
    });
  });
});
