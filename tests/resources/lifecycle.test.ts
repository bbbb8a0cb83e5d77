import { kinds } from "./kinds";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { z } from "zod";
import * as provider from "../../provider/src/provider";

describe("the inputs of a kind", () => {
  test("are asked of every kind that the provider has", () => {
    assert.deepEqual(
      kinds.map(({ name }) => name).sort(),
      Object.keys(provider)
        .filter((name) => name !== "default")
        .sort(),
    );
  });

  // A name that is in the schema only would be taken, and then be neither compared nor read.
  for (const { name, schema, inputNames } of kinds)
    test(`of ${name} are those of its schema`, () => {
      assert.ok(schema instanceof z.ZodObject);
      assert.deepEqual(
        [...inputNames].sort(),
        Object.keys(schema.shape as object).sort(),
      );
    });
});
