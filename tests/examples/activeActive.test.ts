import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ownInputs, runExample, type Example } from "./mocked";

describe("examples/active-active", () => {
  let example: Example;
  const inputs = (name: string) => ownInputs(example.registered.get(name)!);

  before(async () => {
    example = await runExample("active-active", "web", {
      "web:addresses": JSON.stringify({
        www1: "192.0.2.81",
        www2: "192.0.2.82",
        www3: "192.0.2.83",
      }),
      "web:cidrNetmask": "24",
    });
  });

  test("registers nginx, its clone, and the addresses with their constraints", () => {
    const addresses = ["www1", "www2", "www3"];
    assert.deepEqual(
      [...example.registered.keys()].sort(),
      [
        ...["nginx", "web"],
        ...addresses,
        ...addresses.flatMap((name) => [
          `${name}-with-web`,
          `web-then-${name}`,
        ]),
        ...["www2-apart-from-www1", "www3-apart-from-www1"],
        "www3-apart-from-www2",
      ].sort(),
    );
    assert.deepEqual(inputs("www2-with-web"), {
      resourceId: "www2-with-web",
      resource: "www2",
      withResource: "web",
      score: "INFINITY",
    });
    assert.deepEqual(inputs("web-then-www2"), {
      resourceId: "web-then-www2",
      first: "web",
      then: "www2",
    });
    assert.deepEqual(inputs("www3-apart-from-www2"), {
      resourceId: "www3-apart-from-www2",
      resource: "www3",
      withResource: "www2",
      score: "-1000",
    });
  });

  test("an address comes after the clone, and so goes before it", () => {
    for (const name of ["www1", "www2", "www3"])
      assert.ok(example.registered.get(name)!.after.includes("web"), name);
  });

  test("exports the addresses' URLs", () => {
    assert.deepEqual(example.outputs, {
      urls: [81, 82, 83].map((last) => `http://192.0.2.${last}/`),
    });
  });
});
