import { z } from "zod";
import { PacemakerError } from "../errors";
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { explainNotStopped } from "../cluster/outcome/explain";
import { observe, observeShared } from "../cluster/transaction/observe";
import type { Cib } from "../model/cib";
import { parseBoolean } from "../model/values";
import {
  attributesOf,
  modeValues,
  planNode,
  utilizationOfNode,
  type DeclaredNode,
  type Mode,
  type OwnedNode,
} from "../plan/nodeAttributes";
import { readAttributes } from "../plan/primitive";
import { claimedElsewhere } from "./claims";
import type {
  NodeAttributesArgs,
  NodeAttributesOutputs,
} from "./classes/nodeAttributes";
import { define, inputsOf } from "./define";
import {
  adopt,
  asStrings,
  attributes,
  connection,
  flag,
  id,
  text,
} from "./inputs";
import { settingsLife, type SettingsPlan } from "./settings";

const capacityWords = `a whole number that is not negative`;

const schema = inputsOf<NodeAttributesArgs>()({
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  node: text(`the name of a node of the cluster`, (value) =>
    /^[^\s/=]+$/.test(value),
  ),
  attributes: attributes({
    standby: "it has an input of its own",
    maintenance: "it has an input of its own",
  }).optional(),
  utilization: z
    .record(
      z.string(),
      z
        .number({ error: `must be ${capacityWords}` })
        .refine((value) => Number.isInteger(value) && value >= 0, {
          error: `must be ${capacityWords}`,
        }),
    )
    .optional(),
  standby: flag.optional(),
  maintenance: flag.optional(),
});

type Inputs = z.output<typeof schema>;
type Outputs = Partial<NodeAttributesOutputs>;

const life = settingsLife<Inputs, Outputs>({
  plan(cib, inputs, previous) {
    if (previous && previous.node !== inputs.node) {
      const old = takenAway(cib, previous);
      const plan = planned(cib, inputs, inputs, undefined);
      return { ...plan, commands: [...old.commands, ...plan.commands] };
    }
    return planned(cib, inputs, inputs, previous);
  },
  planRemoval: takenAway,

  dangers({ cib }, { node, maintenance }) {
    const found = attributesOf(cib, node)?.maintenance;
    return maintenance === true && parseBoolean(found ?? "") !== true
      ? [
          `with maintenance, Pacemaker lets go of what runs on ${node}: what fails there is not noticed, and nothing is started, ` +
            `stopped or moved until it is false again.`,
        ]
      : [];
  },

  prove: async (cluster, { resourceId, node, standby }) => {
    if (standby === true) await refuseStillRunning(cluster, resourceId, node);
  },
});

export const nodeAttributes = define<NodeAttributesOutputs>()({
  name: "nodeAttributes",
  schema,
  isOutside: true,
  claims: ({ node, ...given }: Inputs) => [
    ...Object.keys({
      ...given.attributes,
      ...modeValues(modesOf(given)),
    }).map((name) => attributeClaim(node, name)),
    ...Object.keys(given.utilization ?? {}).map((name) =>
      utilizationClaim(node, name),
    ),
  ],
  ...life,

  async read(state) {
    const { cib } = await observeShared(clusterOf(state.connection));
    const found = attributesOf(cib, state.node);
    if (!found) return undefined;
    const mode = (name: Mode) =>
      state[name] === undefined
        ? undefined
        : parseBoolean(found[name] ?? "") === true;
    return {
      ...state,
      attributes: readAttributes(found, state.attributes),
      utilization: asNumbers(
        readAttributes(utilizationOfNode(cib, state.node)!, state.utilization),
      ),
      standby: mode("standby"),
      maintenance: mode("maintenance"),
    };
  },
});

const attributeClaim = (node: string, name: string): string =>
  `${name} of the node ${node}`;
const utilizationClaim = (node: string, name: string): string =>
  `the utilization ${name} of the node ${node}`;

function modesOf({
  standby,
  maintenance,
}: Pick<Inputs, Mode>): DeclaredNode["modes"] {
  return {
    ...(standby === undefined ? {} : { standby }),
    ...(maintenance === undefined ? {} : { maintenance }),
  };
}

function asNumbers(
  values: Record<string, string | number | boolean> | undefined,
): Record<string, number> | undefined {
  return (
    values &&
    Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, Number(value)]),
    )
  );
}

function planned(
  cib: Cib,
  { resourceId, node, adopt, ...given }: Inputs,
  { connection }: Inputs,
  previous: (Inputs & Outputs) | undefined,
): SettingsPlan<Outputs> {
  const owned: OwnedNode | undefined = previous && {
    attributes: {
      values: {
        ...asStrings(previous.attributes),
        ...modeValues(modesOf(previous)),
      },
      before: previous.before?.attributes ?? {},
    },
    utilization: {
      values: asStrings(previous.utilization),
      before: previous.before?.utilization ?? {},
    },
  };
  const others = claimedElsewhere(
    clusterOf(connection),
    `nodeAttributes ${resourceId}`,
  );
  const names = Object.values(owned ?? {}).flatMap(({ values, before }) =>
    Object.keys({ ...values, ...before }),
  );
  const { commands, before, left } = planNode(
    cib,
    {
      what: resourceId,
      node,
      attributes: asStrings(given.attributes),
      utilization: asStrings(given.utilization),
      modes: modesOf(given),
      adopts: adopt === "update",
    },
    owned,
    new Set(
      names.filter(
        (name) =>
          others.has(attributeClaim(node, name)) ||
          others.has(utilizationClaim(node, name)),
      ),
    ),
  );
  return {
    commands,
    outputs: { before },
    warnings:
      left.length > 0
        ? [
            `${left.join(", ")} of ${node} is not what was declared any more: somebody else has changed it, so it stays.`,
          ]
        : [],
  };
}

/** A node that is gone has nothing of ours any more. */
function takenAway(cib: Cib, state: Inputs & Outputs): SettingsPlan<Outputs> {
  if (!cib.nodes.includes(state.node)) return { commands: [] };
  return planned(
    cib,
    {
      ...{ connection: state.connection, resourceId: state.resourceId },
      node: state.node,
    },
    state,
    state,
  );
}

/** What is there still when the cluster has nothing left to do. */
async function refuseStillRunning(
  cluster: Cluster,
  what: string,
  node: string,
): Promise<void> {
  const { cib, status } = await observe(cluster);
  const held = [...status.resources.values()].filter(
    ({ nodes, managed, blocked }) =>
      nodes.includes(node) && (managed || blocked),
  );
  if (held.length > 0)
    throw new PacemakerError(
      "cluster",
      `${what}: ${node} is in standby, and still runs what the cluster could not stop:\n` +
        `${explainNotStopped(
          status,
          cib,
          held.map((one) => one.id),
        )}\n` +
        `Mend the cause there, then run this again.`,
    );
}
