import { z } from "zod";
import type * as pulumi from "@pulumi/pulumi";
import { parseRule } from "../model/ruleLanguage";
import type { LocationConstraintArgs } from "./classes/locationConstraint";
import {
  checkOneWay,
  constraintLife,
  constraintSchema,
  role,
  score,
} from "./constraintLife";
import { define, inputsOf } from "./define";
import { id, text, wrong } from "./inputs";

const rule = z
  .string({
    error: (issue) =>
      wrong(
        issue.input,
        `a rule in pcs's language, such as "#uname eq node-01"`,
      ),
  })
  .superRefine((value, context) => {
    try {
      parseRule(value);
    } catch (error) {
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(value)} ${(error as Error).message}`,
      });
    }
  });

const discoveryWords = `"always", "never" or "exclusive"`;

const schema = inputsOf<LocationConstraintArgs<pulumi.Input<string>>>()({
  resource: id,
  node: text(`a node's name, such as "node-01"`, (value) =>
    /^[^\s"<>&]+$/.test(value),
  ).optional(),
  rule: rule.optional(),
  score: score.default("INFINITY"),
  role: role.optional(),
  resourceDiscovery: z
    .enum(["always", "never", "exclusive"], {
      error: (issue) => wrong(issue.input, discoveryWords),
    })
    .optional(),
  ...constraintSchema,
}).superRefine((inputs, context) =>
  checkOneWay(inputs, context, { one: ["node"], other: "rule" }),
);

type Inputs = z.output<typeof schema>;

export const locationConstraint = define()({
  name: "locationConstraint",
  schema,
  ...constraintLife<Inputs>({
    kind: "location",
    attributes: {
      resource: "rsc",
      node: "node",
      score: "score",
      role: "role",
      resourceDiscovery: "resource-discovery",
    },
    ofRule: ["score", "role"],
  }),
});
