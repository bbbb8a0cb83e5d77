import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ownInputs, runExample, type Example } from "./mocked";

describe("examples/parts", () => {
  let example: Example;

  before(async () => {
    example = await runExample("parts", "web", { "web:ip": "192.0.2.80" });
  });

  test("registers an address, a service and a group, and nothing else", () => {
    assert.deepEqual(
      [...example.registered].map(([name, { type }]) => [name, type]).sort(),
      [
        ["web", "pulumi-nodejs:dynamic/pacemaker:ResourceGroup"],
        ["web_ip", "pulumi-nodejs:dynamic/pacemaker:FloatingIp"],
        ["web_service", "pulumi-nodejs:dynamic/pacemaker:SystemdResource"],
      ],
    );
  });

  test("the address and nginx are staged for the group", () => {
    assert.deepEqual(ownInputs(example.registered.get("web_ip")!), {
      resourceId: "web_ip",
      ip: "192.0.2.80",
      cidrNetmask: 24,
      monitorInterval: "10s",
      group: "web",
    });
    assert.deepEqual(ownInputs(example.registered.get("web_service")!), {
      resourceId: "web_service",
      unit: "nginx",
      monitorInterval: "30s",
      meta: { "migration-threshold": 3, "failure-timeout": "10min" },
      group: "web",
    });
  });

  test("the group comes after its members: the address first, then nginx", () => {
    const group = example.registered.get("web")!;
    assert.deepEqual(ownInputs(group), {
      resourceId: "web",
      members: ["web_ip", "web_service"],
      meta: { "resource-stickiness": 100 },
      listeningPorts: [80],
    });
    assert.deepEqual(group.after.sort(), ["web_ip", "web_service"]);
  });

  test("exports the URL, and the node that serves it", () => {
    assert.deepEqual(example.outputs, {
      activeNode: "node-02",
      url: "http://192.0.2.80/",
    });
  });
});
