import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import type { PlacementName } from "./classes/placement";
import {
  handlers,
  type CommonInputs,
  type Handlers,
  type Kind,
  type Properties,
} from "./lifecycle";

/** What the class gives where the program does not. */
type Filled = "connection" | "resourceId";

type Same<One, Other> = [One] extends [Other]
  ? [Other] extends [One]
    ? true
    : false
  : false;

type Optional<Value> = undefined extends Value ? true : false;

/** Why an input's documented type and its schema do not agree; `unknown`, which forbids nothing, where they do. */
type Agreement<Documented, Checked, Name> =
  Same<NonNullable<Documented>, NonNullable<Checked>> extends true
    ? Name extends Filled
      ? unknown
      : Optional<Documented> extends Optional<Checked>
        ? unknown
        : "the documented interface and the schema differ in whether it may be left out"
    : "the documented interface and the schema give it different types";

/**
 * The shape of a schema for the inputs that `Args` documents: every name of these, none besides, of the same plain type. Those of
 * which the class itself makes constraints do not come here.
 */
type Agreeing<Args, Shape> = {
  readonly [
    Name in Exclude<keyof Args, PlacementName>
  ]-?: Name extends keyof Shape
    ? Agreement<pulumi.Unwrap<Args[Name]>, z.input<Shape[Name]>, Name>
    : "the schema lacks it";
} & {
  readonly [
    Name in Exclude<keyof Shape, keyof Args>
  ]: "the documented interface lacks it";
};

/**
 * The one schema of a kind's inputs. It does not compile where its names or types are not those of the interface that editors
 * show. `z.output` of it is what the handlers see: plain, checked, with defaults.
 */
export const inputsOf =
  <Args>() =>
  <Shape extends z.ZodRawShape>(shape: Shape & Agreeing<Args, Shape>) =>
    z.strictObject(shape as Shape);

/** What a kind says beside its inputs. */
type Definition<Schema extends z.ZodObject, Outputs> =
  z.output<Schema> extends CommonInputs
    ? Omit<
        Kind<z.output<Schema> & CommonInputs, Partial<Outputs>>,
        "schema" | "inputNames" | "normalise"
      > & {
        readonly schema: Schema;
        /** The one spelling of what can be spelled in several ways. Unknown values pass untouched. */
        readonly normalise?: (inputs: Properties) => Properties;
      }
    : "a resource has a connection and a resourceId";

/**
 * The handlers of a kind of resource, given its schema and what it does. The names of the inputs and their defaults are the
 * schema's.
 */
export const define =
  <Outputs>() =>
  <Schema extends z.ZodObject>(kind: Definition<Schema, Outputs>): Handlers => {
    const {
      schema,
      normalise = (inputs) => inputs,
      ...rest
    } = kind as unknown as Omit<
      Kind<CommonInputs, object>,
      "inputNames" | "normalise"
    > & {
      schema: z.ZodObject;
      normalise?: (inputs: Properties) => Properties;
    };
    return handlers<CommonInputs, object>({
      ...rest,
      schema,
      inputNames: Object.keys(schema.shape) as (keyof CommonInputs)[],
      normalise: (inputs) =>
        withDefaults(schema, normalise(inputs)) as Properties,
    });
  };

/** Fills in what is left out and has a default, at any depth. What is of a wrong type is left for the check. */
export function withDefaults(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodDefault && value === undefined)
    return schema.def.defaultValue;
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return withDefaults(schema.unwrap(), value);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return value;
  if (schema instanceof z.ZodRecord)
    return Object.fromEntries(
      Object.entries(value).map(([name, one]) => [
        name,
        withDefaults(schema.valueType, one),
      ]),
    );
  if (!(schema instanceof z.ZodObject)) return value;
  const filled = Object.entries(schema.shape).flatMap(([name, part]) => {
    const given = (value as Properties)[name];
    const one = withDefaults(part, given);
    return one === given ? [] : [[name, one] as const];
  });
  return { ...value, ...Object.fromEntries(filled) };
}
