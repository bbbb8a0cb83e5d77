import type { z } from "zod";
import type * as pulumi from "@pulumi/pulumi";
import type { ColocationConstraintArgs } from "./classes/colocationConstraint";
import {
  checkOneWay,
  colocationSets,
  constraintLife,
  constraintSchema,
  role,
  score,
} from "./constraintLife";
import { define, inputsOf } from "./define";
import { id } from "./inputs";

const schema = inputsOf<ColocationConstraintArgs<pulumi.Input<string>>>()({
  resource: id.optional(),
  withResource: id.optional(),
  score: score.default("INFINITY"),
  resourceRole: role.optional(),
  withResourceRole: role.optional(),
  sets: colocationSets,
  ...constraintSchema,
}).superRefine((inputs, context) =>
  checkOneWay(inputs, context, {
    one: ["resource", "withResource"],
    withOne: ["resourceRole", "withResourceRole"],
    other: "sets",
  }),
);

type Inputs = z.output<typeof schema>;

export const colocationConstraint = define()({
  name: "colocationConstraint",
  schema,
  ...constraintLife<Inputs>({
    kind: "colocation",
    attributes: {
      resource: "rsc",
      withResource: "with-rsc",
      score: "score",
      resourceRole: "rsc-role",
      withResourceRole: "with-rsc-role",
    },
  }),
});
