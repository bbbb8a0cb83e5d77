import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { refuseUnlessDescribed } from "../cluster/preview/metadata";
import { observeShared } from "../cluster/transaction/observe";
import { readOperations } from "../plan/operations";
import { readAttributes, unfinished, type Declared } from "../plan/primitive";
import type {
  StonithDeviceArgs,
  StonithDeviceOutputs,
} from "./classes/stonithDevice";
import { objectSchema } from "./common";
import { define, inputsOf } from "./define";
import { asStrings, attributes, text } from "./inputs";
import { operations, operationsOf } from "./primitive";
import { primitiveLife } from "./primitiveLife";

const hostsOfItsOwn = "it has an input of its own, hosts";

const nodeName = text("the name of a node", (value) =>
  /^[^\s,;:=]+$/.test(value),
);
const plug = z.union([
  z.number(),
  text("the name of a plug", (value) => /^[^\s,;:=]+$/.test(value)),
]);

const schema = inputsOf<StonithDeviceArgs>()({
  agent: text(`a fence agent, such as "fence_ipmilan"`, (value) =>
    /^fence_[\w.-]+$/.test(value),
  ),
  options: attributes({
    pcmk_host_list: hostsOfItsOwn,
    pcmk_host_map: hostsOfItsOwn,
    action: "Pacemaker says it to the agent",
  }).optional(),
  hosts: z
    .union([z.array(nodeName).min(1), z.record(nodeName, plug)])
    .optional(),
  operations: operations.optional(),
  ...objectSchema,
});

type Inputs = z.output<typeof schema>;

const life = primitiveLife<Inputs>({
  declared,
  look: (cluster, seen, inputs) =>
    refuseUnlessDescribed(cluster, seen, {
      resource: inputs.resourceId,
      agent: `stonith:${inputs.agent}`,
      options: optionsOf(inputs),
    }),
});

/** How another resource of the program says that it needs the device. */
export const deviceClaim = (id: string): string => `the fencing device ${id}`;

export const stonithDevice = define<StonithDeviceOutputs>()({
  name: "stonithDevice",
  schema,
  claims: ({ resourceId }: Inputs) => [deviceClaim(resourceId)],

  normalise: ({ agent, ...inputs }) => ({
    ...inputs,
    agent: typeof agent === "string" ? agent.replace(/^stonith:/, "") : agent,
  }),

  ...life,

  async read(state) {
    const cluster = clusterOf(state.connection);
    const { cib, status } = await observeShared(cluster);
    const found = cib.primitives.get(state.resourceId);
    if (found?.agent !== `stonith:${state.agent}`) return undefined;
    return {
      ...state,
      options: readAttributes(found.options, state.options),
      hosts: readHosts(found.options, state.hosts),
      operations: readOperations(found, state.operations),
      meta: readAttributes(found.meta, state.meta),
      ...unfinished(found),
      activeNode: status.resources.get(state.resourceId)?.nodes[0],
    };
  },
});

function declared(inputs: Inputs): Declared {
  return {
    id: inputs.resourceId,
    agents: [`stonith:${inputs.agent}`],
    options: optionsOf(inputs),
    hidesOptions: true,
    operations: operationsOf(inputs) ?? {},
    meta: asStrings(inputs.meta),
  };
}

function optionsOf({ options, hosts }: Inputs): Record<string, string> {
  return { ...asStrings(options), ...hostOptions(hosts) };
}

function hostOptions(hosts: Inputs["hosts"]): Record<string, string> {
  if (hosts === undefined) return {};
  if (Array.isArray(hosts)) return { pcmk_host_list: hosts.join(" ") };
  const pairs = Object.entries(hosts).map(([node, one]) => `${node}:${one}`);
  return { pcmk_host_map: pairs.join(";") };
}

/** As declared where it means the same. */
function readHosts(
  found: Readonly<Record<string, string>>,
  declaredHosts: Inputs["hosts"],
): Inputs["hosts"] {
  const { pcmk_host_list: list, pcmk_host_map: map } = found;
  const wanted = hostOptions(declaredHosts);
  if (list === wanted.pcmk_host_list && map === wanted.pcmk_host_map)
    return declaredHosts;
  if (declaredHosts === undefined) return undefined;
  if (map !== undefined)
    return Object.fromEntries(
      map
        .split(/[\s;]+/)
        .filter((one) => one !== "")
        .map((one) => one.split(/[:=]/))
        .map(([node = "", port = ""]) => [node, port]),
    );
  return list?.split(/[\s,;]+/).filter((one) => one !== "");
}
