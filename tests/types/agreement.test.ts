/**
 * A kind's documented interface and its schema: the compiler refuses one that has what the other has not. What is expected to
 * be refused here makes `tsc` fail where it is not.
 */
import test from "node:test";
import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { inputsOf, withDefaults } from "../../provider/src/resources/define";

interface Args {
  colour: pulumi.Input<string>;
  size?: pulumi.Input<number | undefined>;
  parts?: pulumi.Input<Record<string, pulumi.Input<{ mode?: string }>>>;
}

const colour = z.string();
const size = z.number().optional();
const parts = z
  .record(z.string(), z.strictObject({ mode: z.string().default("0644") }))
  .optional();

const schema = inputsOf<Args>()({
  colour,
  size: z.number().default(7),
  parts,
});

test("a schema that agrees gives plain types, and its defaults at any depth", () => {
  const given = { colour: "red", parts: { one: {}, two: { mode: "0600" } } };
  const whole: z.output<typeof schema> = {
    colour: "red",
    size: 7,
    parts: { one: { mode: "0644" }, two: { mode: "0600" } },
  };
  assert.deepEqual(withDefaults(schema, given), whole);
});

test("what is of a wrong type, or not known yet, is left for the check", () => {
  for (const parts of ["unknown", null, 5, { one: "unknown", two: null }])
    assert.deepEqual(withDefaults(schema, { parts }), { parts, size: 7 });
});

export const refused = () => [
  // @ts-expect-error the schema lacks an input
  inputsOf<Args>()({ colour, size }),
  // @ts-expect-error the interface lacks an input
  inputsOf<Args>()({ colour, size, parts, weight: z.number() }),
  // @ts-expect-error another type
  inputsOf<Args>()({ colour, size: z.string().optional(), parts }),
  // @ts-expect-error another type further down
  inputsOf<Args>()({ colour, size, parts: z.record(z.string(), size) }),
  // @ts-expect-error it may be left out, says the interface
  inputsOf<Args>()({ colour, size: z.number(), parts }),
  // @ts-expect-error it may not be left out, says the interface
  inputsOf<Args>()({ colour: colour.optional(), size, parts }),
];
