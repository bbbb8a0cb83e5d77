import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { observeShared } from "../cluster/transaction/observe";
import { levelsIn, planLevel, removeLevel } from "../plan/stonithLevel";
import type { DeclaredLevel } from "../plan/stonithLevel";
import type { FencingTarget } from "../pcs/commands";
import { claimedElsewhere } from "./claims";
import type { StonithLevelArgs } from "./classes/stonithLevel";
import { define, inputsOf } from "./define";
import { adopt, connection, id, text } from "./inputs";
import { settingsLife } from "./settings";
import { deviceClaim } from "./stonithDevice";

const isWord = (value: string): boolean => /^[^\s\p{Cc}]+$/u.test(value);
const levelWords = "must be a whole number from 1 to 9";

const schema = inputsOf<StonithLevelArgs>()({
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  node: text("the name of a node of the cluster", isWord).optional(),
  pattern: text("a regular expression for names of nodes", isWord).optional(),
  attribute: z
    .strictObject({
      name: text("the name of an attribute", isWord),
      value: text("a value without blanks", isWord),
    })
    .optional(),
  level: z
    .number({ error: levelWords })
    .refine((value) => Number.isInteger(value) && value >= 1 && value <= 9, {
      error: levelWords,
    }),
  devices: z
    .array(id)
    .min(1, "is empty, but a level needs at least one device"),
}).superRefine(({ node, pattern, attribute }, context) => {
  if (
    [node, pattern, attribute].filter((one) => one !== undefined).length !== 1
  )
    context.addIssue({
      code: "custom",
      path: ["node"],
      message: `must be given, or else one of "pattern" and "attribute": exactly one of the three`,
    });
});

type Inputs = z.output<typeof schema>;

function targetOf({ node, pattern, attribute }: Inputs): FencingTarget {
  if (node !== undefined) return { node };
  return pattern !== undefined
    ? { pattern }
    : { attribute: attribute!.name, value: attribute!.value };
}

function declared(inputs: Inputs): DeclaredLevel {
  const { resourceId, level, devices } = inputs;
  return { id: resourceId, target: targetOf(inputs), level, devices };
}

const targetText = (inputs: Inputs): string =>
  Object.values(targetOf(inputs)).join("=");

const life = settingsLife<Inputs, object>({
  plan(cib, inputs, previous) {
    const coming = claimedElsewhere(
      clusterOf(inputs.connection),
      `stonithLevel ${inputs.resourceId}`,
    );
    return {
      commands: planLevel(
        cib,
        declared(inputs),
        previous && declared(previous),
        inputs.adopt === "update",
        (device) => coming.has(deviceClaim(device)),
      ),
    };
  },
  planRemoval: (cib, state) => ({
    commands: removeLevel(cib, declared(state)),
  }),
});

export const stonithLevel = define<object>()({
  name: "stonithLevel",
  schema,
  claims: (inputs: Inputs) => [
    `level ${inputs.level} of ${targetText(inputs)}`,
  ],
  ...life,

  async read(state) {
    const { cib } = await observeShared(clusterOf(state.connection));
    const wanted = JSON.stringify(targetOf(state));
    const found = levelsIn(cib).find(
      ({ level, target }) =>
        level === state.level && JSON.stringify(target) === wanted,
    );
    return found && { ...state, devices: [...found.devices] };
  },
});
