import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { refuseSecondManager } from "../cluster/nodes/managers";
import { nodeOf } from "../cluster/outcome/known";
import { refuseUnlessDescribed, reloadable } from "../cluster/preview/metadata";
import { tellForesight } from "../cluster/report";
import { observeShared } from "../cluster/transaction/observe";
import { refuseSecondHolder } from "../model/addresses";
import type { Cib } from "../model/cib";
import { isPlainDuration } from "../model/duration";
import { fullName, shortName } from "../model/unit";
import { readOperations, type Operations } from "../plan/operations";
import {
  readAttributes,
  unfinished,
  waiting,
  utilizationOf,
  type Declared,
} from "../plan/primitive";
import type { PrimitiveArgs, PrimitiveOutputs } from "./classes/primitive";
import { objectSchema } from "./common";
import { define, inputsOf } from "./define";
import { asStrings, attributes, checkOwnId, id, text } from "./inputs";
import { primitiveLife } from "./primitiveLife";

const agent = text(
  `an agent as pcs spells it, such as "ocf:heartbeat:Filesystem" or "systemd:nginx"`,
  (value) =>
    /^(ocf:[\w.-]+:[\w.-]+|(systemd|lsb|service):(?!-)[\w.:@\\-]+)$/.test(
      value,
    ),
);

const operation = attributes({
  id: "Pacemaker's ids are its own",
  name: "it stands before the attributes",
}).superRefine((values, context) => {
  for (const name of ["interval", "timeout"])
    if (values[name] !== undefined && !isPlainDuration(String(values[name])))
      context.addIssue({
        code: "custom",
        path: [name],
        message: `is ${JSON.stringify(values[name])}, but must be a time with its unit, such as "30s"`,
      });
});

const operationName = text(
  `the name of an operation, such as "monitor"`,
  (value) => /^[a-z][a-z_-]*$/.test(value),
);

/** By name: their attributes. */
export const operations = z.record(operationName, operation);

const schema = inputsOf<PrimitiveArgs>()({
  agent,
  options: attributes({}).optional(),
  operations: operations.optional(),
  utilization: attributes({}).optional(),
  group: id.optional(),
  ...objectSchema,
}).superRefine(checkOwnId);

type Inputs = z.output<typeof schema>;

const life = primitiveLife<Inputs>({
  declared,
  refuse: refuseSecond,
  look: (cluster, seen, inputs) =>
    refuseUnlessDescribed(cluster, seen, {
      resource: inputs.resourceId,
      group: inputs.group,
      agent: inputs.agent,
      // What an operator has put beside ours counts too, for what is required.
      options: asStrings(inputs.options),
    }),
});

export const primitive = define<PrimitiveOutputs>()({
  name: "primitive",
  schema,

  normalise: ({ agent, ...inputs }) => ({
    ...inputs,
    agent:
      typeof agent === "string"
        ? agent.replace(/(?<=^systemd:.+)\.service$/, "")
        : agent,
  }),

  ...life,

  async foretell(inputs, previous, isReplacement) {
    await life.foretell(inputs, previous, isReplacement);
    if (!isReplacement) await tellReloadable(inputs, previous);
  },

  async read(state) {
    const cluster = clusterOf(state.connection);
    const { cib, status } = await observeShared(cluster);
    const found = cib.primitives.get(state.resourceId);
    // Of another agent, it is somebody else's.
    if (!found || !declared(state).agents.includes(found.agent))
      return undefined;
    return {
      ...state,
      options: readAttributes(found.options, state.options),
      operations: readOperations(found, state.operations),
      meta: readAttributes(found.meta, state.meta),
      utilization: readAttributes(utilizationOf(found), state.utilization),
      ...unfinished(found),
      ...waiting(found, state.group),
      activeNode:
        state.group === undefined
          ? nodeOf(status, [state.resourceId])
          : undefined,
    };
  },
});

function declared(inputs: Inputs): Declared {
  const { resourceId, group } = inputs;
  return {
    id: resourceId,
    agents: [
      inputs.agent,
      ...(inputs.agent.startsWith("systemd:")
        ? [`${inputs.agent}.service`]
        : []),
    ],
    options: asStrings(inputs.options),
    hidesOptions: true,
    operations: operationsOf(inputs) ?? {},
    meta: asStrings(inputs.meta),
    utilization: asStrings(inputs.utilization),
    ...(group === undefined ? {} : { group }),
  };
}

/** The declared operations, as Pacemaker keeps them. */
export function operationsOf({
  operations,
}: Pick<Inputs, "operations">): Operations | undefined {
  return (
    operations &&
    Object.fromEntries(
      Object.entries(operations).map(([name, one]) => [name, asStrings(one)]),
    )
  );
}

/** An address and a unit have one resource each: what stands there already is somebody's wish. */
function refuseSecond(cib: Cib, { resourceId, agent, options }: Inputs): void {
  if (cib.primitives.has(resourceId)) return;
  if (agent === "ocf:heartbeat:IPaddr2" && options?.ip !== undefined)
    refuseSecondHolder(cib, resourceId, String(options.ip));
  if (!agent.startsWith("systemd:")) return;
  const unit = shortName(agent.slice("systemd:".length));
  refuseSecondManager(cib, resourceId, {
    unit,
    names: new Set([fullName(unit)]),
  });
}

/** Tells which of the changed options the agent takes over while it runs. */
async function tellReloadable(inputs: Inputs, previous: Inputs): Promise<void> {
  const [now, before] = [
    asStrings(inputs.options),
    asStrings(previous.options),
  ];
  const names = [...Object.keys(now), ...Object.keys(before)];
  const changed = [...new Set(names)].filter(
    (name) => now[name] !== before[name],
  );
  const cluster = clusterOf(inputs.connection);
  try {
    const seen = await observeShared(cluster);
    const found = await reloadable(cluster, seen, inputs.agent, changed);
    if (found.length > 0)
      tellForesight(
        inputs.resourceId,
        `${inputs.agent} takes a new ${found.join(", ")} over by a reload, without a restart.`,
      );
  } catch {
    // The look at the change itself says why.
  }
}
