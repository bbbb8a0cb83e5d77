import type { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import { refuseUnknownProperties } from "../cluster/preview/options";
import {
  observeShared,
  type Observation,
} from "../cluster/transaction/observe";
import { propertySets, valuesOf } from "../model/settings";
import { parseBoolean } from "../model/values";
import { planProperties } from "../plan/clusterProperties";
import { readAttributes } from "../plan/primitive";
import type { Owned } from "../plan/values";
import { claimedElsewhere } from "./claims";
import type {
  ClusterPropertiesArgs,
  SettingsOutputs,
} from "./classes/clusterProperties";
import { define, inputsOf } from "./define";
import { adopt, asStrings, attributes, connection, id } from "./inputs";
import { settingsLife } from "./settings";

const itsOwn = "Pacemaker and its setup write it themselves";

const schema = inputsOf<ClusterPropertiesArgs>()({
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  properties: attributes({
    "cluster-infrastructure": itsOwn,
    "cluster-name": itsOwn,
    "dc-version": itsOwn,
    "have-watchdog": itsOwn,
    "last-lrm-refresh": itsOwn,
  }),
});

type Inputs = z.output<typeof schema>;
type State = Inputs & Partial<SettingsOutputs>;

const claimOf = (name: string): string => `the property ${name}`;

/** What a person who reads the preview should not miss. */
const dangers: Readonly<Record<string, (value: string) => string | undefined>> =
  {
    "maintenance-mode": whereTrue(
      "Pacemaker lets go of every resource: what fails is not noticed, and nothing is started, stopped or moved until it is false again.",
    ),
    "stop-all-resources": whereTrue(
      "every resource of the cluster stops, those of others too, until it is false again.",
    ),
    "symmetric-cluster": whereFalse(
      "a resource runs only where a location constraint of its own lets it; every other one stops.",
    ),
    "stonith-enabled": whereFalse(
      "a node that hangs is not fenced: what ran there may run twice, or nowhere.",
    ),
    "no-quorum-policy": (value) =>
      value === "ignore"
        ? "each part of a cluster that falls apart runs everything: data that both write is lost."
        : undefined,
  };

function whereTrue(text: string) {
  return (value: string) => (parseBoolean(value) === true ? text : undefined);
}

function whereFalse(text: string) {
  return (value: string) => (parseBoolean(value) === false ? text : undefined);
}

const life = settingsLife<Inputs, Partial<SettingsOutputs>>({
  plan: (cib, inputs, previous) => planned(cib, inputs, inputs, previous),
  planRemoval: (cib, state) =>
    planned(cib, { ...state, properties: {} }, state, state),

  look: (cluster, seen, { resourceId, properties }) =>
    refuseUnknownProperties(cluster, seen, resourceId, asStrings(properties)),

  dangers({ cib }, { properties }) {
    const found = valuesOf(propertySets(cib));
    return Object.entries(asStrings(properties)).flatMap(([name, value]) => {
      const says = dangers[name];
      const text = says?.(value);
      const isNew =
        text !== undefined && says?.(found[name] ?? "") === undefined;
      return isNew ? [`with ${name}=${value}, ${text}`] : [];
    });
  },
});

export const clusterProperties = define<SettingsOutputs>()({
  name: "clusterProperties",
  schema,
  isOutside: true,
  claims: ({ properties }: Inputs) => Object.keys(properties).map(claimOf),
  ...life,

  async read(state) {
    const { cib } = await observeShared(clusterOf(state.connection));
    const found = valuesOf(propertySets(cib));
    return { ...state, properties: readAttributes(found, state.properties)! };
  },
});

function planned(
  cib: Observation["cib"],
  { resourceId, properties, adopt }: Inputs,
  { connection }: Inputs,
  previous: State | undefined,
) {
  const owned: Owned | undefined = previous && {
    values: asStrings(previous.properties),
    before: previous.before ?? {},
  };
  const others = claimedElsewhere(
    clusterOf(connection),
    `clusterProperties ${resourceId}`,
  );
  const elsewhere = new Set(
    Object.keys(owned?.values ?? {})
      .concat(Object.keys(owned?.before ?? {}))
      .filter((name) => others.has(claimOf(name))),
  );
  const { commands, before, left } = planProperties(
    cib,
    {
      what: resourceId,
      values: asStrings(properties),
      adopts: adopt === "update",
    },
    owned,
    elsewhere,
  );
  return {
    commands,
    outputs: { before },
    warnings:
      left.length > 0
        ? [
            `${left.join(", ")} is not what was declared any more: somebody else has changed it, so it stays.`,
          ]
        : [],
  };
}
