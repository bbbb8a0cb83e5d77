import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ownInputs, runExample, type Example } from "./mocked";

describe("examples/two-node", () => {
  let example: Example;
  const inputs = (name: string) => ownInputs(example.registered.get(name)!);
  const after = (name: string) => example.registered.get(name)!.after;

  before(async () => {
    example = await runExample("two-node", "two-node", {
      "two-node:ip": "192.0.2.80",
      "two-node:cidrNetmask": "24",
      "two-node:bmcAgent": "fence_ipmilan",
      "two-node:bmc": JSON.stringify({
        "node-01": { ip: "198.51.100.11", password: "one" },
        "node-02": { ip: "198.51.100.12", password: "two" },
      }),
      "two-node:pduAgent": "fence_apc_snmp",
      "two-node:pdu": JSON.stringify({ ip: "198.51.100.20" }),
      "two-node:plugs": JSON.stringify({ "node-01": 1, "node-02": 2 }),
    });
  });

  test("each node is fenced by its own controller, then by the power switch", () => {
    for (const [node, number] of [
      ["node-01", 1],
      ["node-02", 2],
    ] as const) {
      const own = inputs(`bmc-${node}`);
      assert.deepEqual(own.hosts, [node]);
      assert.equal(
        (own.options as Record<string, string>).ip,
        `198.51.100.1${number}`,
      );
      for (const [level, device] of [
        [1, `bmc-${node}`],
        [2, "pdu"],
      ] as const)
        assert.deepEqual(inputs(`${node}-${level}`), {
          resourceId: `${node}-${level}`,
          ...{ node, level, devices: [device] },
        });
    }
  });

  test("fencing is on once the levels are there, and the web server comes after that", () => {
    const levels = ["node-01-1", "node-01-2", "node-02-1", "node-02-2"];
    for (const level of levels) assert.ok(after("fencing").includes(level));
    for (const member of ["web_ip", "web_service"])
      for (const first of ["fencing", "stay"])
        assert.ok(after(member).includes(first), member);
    assert.deepEqual(inputs("web").members, ["web_ip", "web_service"]);
  });

  test("exports where it answers, and the node that does", () => {
    assert.deepEqual(example.outputs, {
      activeNode: "node-02",
      url: "http://192.0.2.80/",
    });
  });
});
