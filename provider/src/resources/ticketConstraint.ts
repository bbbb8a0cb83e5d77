import { z } from "zod";
import type * as pulumi from "@pulumi/pulumi";
import type { TicketConstraintArgs } from "./classes/ticketConstraint";
import {
  checkOneWay,
  constraintLife,
  constraintSchema,
  role,
  ticketSets,
} from "./constraintLife";
import { define, inputsOf } from "./define";
import { id, text, wrong } from "./inputs";

const policyWords = `"stop", "demote", "fence" or "freeze"`;

const schema = inputsOf<TicketConstraintArgs<pulumi.Input<string>>>()({
  ticket: text(`a ticket's name, such as "berlin"`, (value) =>
    /^[\w-]+$/.test(value),
  ),
  resource: id.optional(),
  role: role.optional(),
  lossPolicy: z
    .enum(["stop", "demote", "fence", "freeze"], {
      error: (issue) => wrong(issue.input, policyWords),
    })
    .optional(),
  sets: ticketSets,
  ...constraintSchema,
}).superRefine((inputs, context) =>
  checkOneWay(inputs, context, {
    one: ["resource"],
    withOne: ["role"],
    other: "sets",
  }),
);

type Inputs = z.output<typeof schema>;

export const ticketConstraint = define()({
  name: "ticketConstraint",
  schema,
  ...constraintLife<Inputs>({
    kind: "ticket",
    attributes: {
      ticket: "ticket",
      resource: "rsc",
      role: "rsc-role",
      lossPolicy: "loss-policy",
    },
  }),
});
