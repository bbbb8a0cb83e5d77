import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { observe, observeShared } from "../cluster/transaction/observe";
import { operationMistakes, resourceMistakes } from "../model/metaNames";
import { parseScore } from "../model/score";
import { movingMark, stagedMark } from "../model/staging";
import {
  defaultsIn,
  planDefaults,
  removeDefaults,
  ruleOf,
  type DeclaredDefaults,
} from "../plan/defaults";
import { readAttributes } from "../plan/primitive";
import type { DefaultsOf } from "../pcs/commands";
import type { DefaultsArgs, DefaultsOutputs } from "./classes/defaults";
import { define, inputsOf } from "./define";
import { adopt, asStrings, attributes, connection, id, text } from "./inputs";
import { settingsLife } from "./settings";
import type { ProviderName } from "./shim";

const scoreWords = `a whole number, "INFINITY" or "-INFINITY"`;

const rule = text(
  `a rule in pcs's own language, such as "resource ocf:heartbeat:IPaddr2"`,
  (value) => value.trim() !== "" && !/\p{Cc}/u.test(value),
);

const ownMark = "it is this package's own mark";

const schemaFor = (mistakes: typeof resourceMistakes) =>
  inputsOf<DefaultsArgs>()({
    connection,
    resourceId: id,
    adopt: adopt.optional(),
    values: attributes({
      [stagedMark]: ownMark,
      [movingMark]: ownMark,
    }).superRefine((values, context) => {
      for (const [name, message] of mistakes(asStrings(values)))
        context.addIssue({ code: "custom", path: [name], message });
    }),
    rule: rule.optional(),
    score: z
      .union([z.number(), z.string()])
      .refine((value) => /^[+-]?(\d+|INFINITY)$/.test(String(value)), {
        error: `must be ${scoreWords}`,
      })
      .optional(),
  });

type Inputs = z.output<ReturnType<typeof schemaFor>>;
type Outputs = Partial<DefaultsOutputs>;

function defaults(
  name: ProviderName,
  of: DefaultsOf,
  mistakes: typeof resourceMistakes,
) {
  const declared = ({ resourceId, values, rule, score }: Inputs) =>
    ({
      ...{ of, id: resourceId, values: asStrings(values), rule },
      score: score === undefined ? undefined : String(score),
    }) satisfies DeclaredDefaults;

  const life = settingsLife<Inputs, Outputs>({
    plan: (cib, inputs, previous) => ({
      commands: planDefaults(
        cib,
        declared(inputs),
        previous && previous.resourceId === inputs.resourceId
          ? { ...declared(previous), spelledRule: previous.spelledRule }
          : undefined,
        inputs.adopt === "update",
      ),
    }),
    planRemoval: (cib, { resourceId }) => ({
      commands: removeDefaults(cib, of, resourceId),
    }),
  });

  return define<DefaultsOutputs>()({
    name,
    schema: schemaFor(mistakes),
    ...life,

    async settle(inputs: Inputs) {
      await life.settle(inputs);
      const { cib } = await observe(clusterOf(inputs.connection));
      const found = defaultsIn(cib, of, inputs.resourceId);
      return { spelledRule: found && ruleOf(found) };
    },

    async read(state: Inputs & Outputs) {
      const { cib } = await observeShared(clusterOf(state.connection));
      const found = defaultsIn(cib, of, state.resourceId);
      if (!found) return undefined;
      const actual = ruleOf(found);
      const { score } = found.element.attributes;
      const isSameScore =
        parseScore(score) === parseScore(String(state.score ?? 0));
      return {
        ...state,
        values: readAttributes(found.values, state.values)!,
        rule: actual === state.spelledRule ? state.rule : actual,
        score:
          state.score === undefined || isSameScore ? state.score : (score ?? 0),
      };
    },
  });
}

export const resourceDefaults = defaults(
  "resourceDefaults",
  "resources",
  resourceMistakes,
);

export const operationDefaults = defaults(
  "operationDefaults",
  "operations",
  operationMistakes,
);
