import { z } from "zod";
import type * as pulumi from "@pulumi/pulumi";
import type { OrderConstraintArgs } from "./classes/orderConstraint";
import {
  action,
  checkOneWay,
  constraintLife,
  constraintSchema,
  orderSets,
} from "./constraintLife";
import { define, inputsOf } from "./define";
import { flag, id, wrong } from "./inputs";

const kindWords = `"Mandatory", "Optional" or "Serialize"`;

const schema = inputsOf<OrderConstraintArgs<pulumi.Input<string>>>()({
  first: id.optional(),
  then: id.optional(),
  firstAction: action.optional(),
  thenAction: action.optional(),
  kind: z
    .enum(["Mandatory", "Optional", "Serialize"], {
      error: (issue) => wrong(issue.input, kindWords),
    })
    .optional(),
  symmetrical: flag.optional(),
  sets: orderSets,
  ...constraintSchema,
}).superRefine((inputs, context) =>
  checkOneWay(inputs, context, {
    one: ["first", "then"],
    withOne: ["firstAction", "thenAction"],
    other: "sets",
  }),
);

type Inputs = z.output<typeof schema>;

export const orderConstraint = define()({
  name: "orderConstraint",
  schema,
  ...constraintLife<Inputs>({
    kind: "order",
    attributes: {
      first: "first",
      then: "then",
      firstAction: "first-action",
      thenAction: "then-action",
      kind: "kind",
      symmetrical: "symmetrical",
    },
  }),
});
