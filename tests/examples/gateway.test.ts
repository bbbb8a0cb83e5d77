import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ownInputs, runExample, type Example } from "./mocked";

describe("examples/gateway", () => {
  let example: Example;
  const inputs = (name: string) => ownInputs(example.registered.get(name)!);
  const after = (name: string) => example.registered.get(name)!.after;

  before(async () => {
    example = await runExample("gateway", "gateway", {
      "gateway:name": "www.example.org",
      "gateway:ip": "192.0.2.80",
      "gateway:cidrNetmask": "24",
      "gateway:ip6": "2001:db8::80",
      "gateway:cidrNetmask6": "64",
      "gateway:backends": '["192.0.2.101:8080", "192.0.2.102:8080"]',
      "gateway:certificate": "the certificate",
      "gateway:key": "the key",
    });
  });

  test("files, then nginx everywhere, then the addresses", () => {
    assert.deepEqual([...example.registered.keys()].sort(), [
      "gateway",
      "gateway-with-nginx",
      "gateway_files",
      "gateway_ip",
      "gateway_ip6",
      "nginx",
      "nginx-clone",
      "nginx-then-gateway",
    ]);
    assert.ok(after("nginx").includes("gateway_files"));
    for (const address of ["gateway_ip", "gateway_ip6"])
      assert.ok(after(address).includes("nginx-clone"));
    assert.deepEqual(inputs("gateway").members, ["gateway_ip", "gateway_ip6"]);
  });

  test("the key is for root alone, and the backends stand in nginx.conf", () => {
    const files = inputs("gateway_files").files as Record<
      string,
      { content: string; mode: string }
    >;
    const key = files["/etc/nginx/gateway.key"];
    assert.deepEqual([key?.content, key?.mode], ["the key", "0600"]);
    assert.match(
      files["/etc/nginx/nginx.conf"]!.content,
      /server 192\.0\.2\.101:8080; server 192\.0\.2\.102:8080;/,
    );
  });

  test("exports where it answers", () => {
    assert.deepEqual(example.outputs, { url: "https://www.example.org/" });
  });
});
