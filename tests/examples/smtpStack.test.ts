import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ownInputs, runExample, type Example } from "./mocked";

describe("examples/smtp-stack", () => {
  let example: Example;

  before(async () => {
    example = await runExample("smtp-stack", "mail", {
      "mail:ip": "192.0.2.25",
      "mail:cidrNetmask": "24",
    });
  });

  test("registers the component and its three resources, and nothing else", () => {
    assert.deepEqual(
      [...example.registered].map(([name, { type }]) => [name, type]).sort(),
      [
        ["smtp", "pacemaker:index:SmtpStack"],
        ["smtp-stack", "pulumi-nodejs:dynamic/pacemaker:ResourceGroup"],
        ["smtp_ip", "pulumi-nodejs:dynamic/pacemaker:FloatingIp"],
        ["smtp_service", "pulumi-nodejs:dynamic/pacemaker:SystemdResource"],
      ],
    );
  });

  test("the address and Postfix are staged for the group", () => {
    assert.deepEqual(ownInputs(example.registered.get("smtp_ip")!), {
      resourceId: "smtp_ip",
      ip: "192.0.2.25",
      cidrNetmask: 24,
      monitorInterval: "30s",
      group: "smtp-stack",
    });
    assert.deepEqual(ownInputs(example.registered.get("smtp_service")!), {
      resourceId: "smtp_service",
      unit: "postfix",
      followWrapper: true,
      monitorInterval: "30s",
      group: "smtp-stack",
    });
  });

  test("the group comes after its members: the address first, then Postfix", () => {
    const group = example.registered.get("smtp-stack")!;
    assert.deepEqual(ownInputs(group), {
      resourceId: "smtp-stack",
      members: ["smtp_ip", "smtp_service"],
      listeningPorts: [25],
    });
    assert.deepEqual(group.after.sort(), ["smtp_ip", "smtp_service"]);
  });

  test("exports where mail is taken, and the node that does", () => {
    assert.deepEqual(example.outputs, {
      activeNode: "node-02",
      address: "192.0.2.25/24",
      endpoint: "192.0.2.25:25",
    });
  });
});
