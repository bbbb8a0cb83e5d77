import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { nodeSettings, valuesOf, type SettingSet } from "../model/settings";
import {
  setNodeAttribute,
  setNodeUtilization,
  type PcsCommand,
} from "../pcs/commands";
import { assignOwned, nothingOwned, type Owned } from "./values";

type Values = Readonly<Record<string, string>>;

/** What a program declares of a node. */
export interface DeclaredNode {
  /** What a person knows it by, for errors. */
  readonly what: string;
  readonly node: string;
  readonly attributes: Values;
  readonly utilization: Values;
  /** By "standby" and "maintenance", where the program says it. */
  readonly modes: Readonly<Partial<Record<Mode, boolean>>>;
  readonly adopts: boolean;
}

export const modes = ["standby", "maintenance"] as const;
export type Mode = (typeof modes)[number];

/** What of it is ours. */
export interface OwnedNode {
  readonly attributes: Owned;
  readonly utilization: Owned;
}

export interface NodePlan {
  readonly commands: readonly PcsCommand[];
  readonly before: {
    readonly attributes: Values;
    readonly utilization: Values;
  };
  /** The names that somebody else has changed since, and that stay. */
  readonly left: readonly string[];
}

/** What a mode that is not said amounts to, as an attribute. */
const off = "off";

export function modeValues(
  given: Readonly<Partial<Record<Mode, boolean>>>,
): Values {
  return Object.fromEntries(
    modes.flatMap((mode) =>
      given[mode] === undefined ? [] : [[mode, given[mode] ? "on" : off]],
    ),
  );
}

/** A node's attributes, its modes among them, as they hold at all times. */
export function attributesOf(cib: Cib, node: string): Values | undefined {
  const found = nodeSettings(cib, node);
  return found && { ...noModes, ...valuesOf(found.attributes) };
}

const noModes = modeValues({ standby: false, maintenance: false });

export function utilizationOfNode(cib: Cib, node: string): Values | undefined {
  const found = nodeSettings(cib, node);
  return found && valuesOf(found.utilization);
}

/**
 * What is to be done so that the node is as declared. What was never declared is not touched.
 *
 * @throws PacemakerError (conflict) where there is no such node, or somebody else has set something otherwise.
 */
export function planNode(
  cib: Cib,
  declared: DeclaredNode,
  owned: OwnedNode = { attributes: nothingOwned, utilization: nothingOwned },
  elsewhere: ReadonlySet<string> = new Set(),
): NodePlan {
  const { what, node, adopts } = declared;
  const found = nodeSettings(cib, node);
  if (!found)
    throw new PacemakerError(
      "conflict",
      `${what}: the cluster has no node ${node}: it has ${cib.nodes.join(", ")}. Correct "node". Nothing was changed.`,
    );
  const wanted = { ...declared.attributes, ...modeValues(declared.modes) };
  refuseRuled(what, node, found.attributes, wanted);
  const actual = valuesOf(found.attributes);
  const attributes = assignOwned(
    actual,
    { what: `${what} (${node})`, values: wanted, adopts, unset: noModes },
    owned.attributes,
    elsewhere,
  );
  const utilization = assignOwned(
    valuesOf(found.utilization),
    {
      what: `${what} (${node}, utilization)`,
      values: declared.utilization,
      adopts,
    },
    owned.utilization,
    elsewhere,
  );
  const isMode = (name: string) => (modes as readonly string[]).includes(name);
  return {
    commands: [
      ...Object.entries(attributes.changes).flatMap(([name, value]) => {
        // "pcs node unstandby" takes it away too.
        const given = isMode(name) && value === off ? "" : value;
        return given === "" && !(name in actual)
          ? []
          : [setNodeAttribute(node, name, given)];
      }),
      ...setNodeUtilization(node, utilization.changes),
    ],
    before: {
      attributes: attributes.before,
      utilization: utilization.before,
    },
    left: [...attributes.left, ...utilization.left],
  };
}

/** A value that holds at certain times only would be hidden by ours, or hide it. */
function refuseRuled(
  what: string,
  node: string,
  sets: readonly SettingSet[],
  values: Values,
): void {
  const name = Object.keys(values).find((one) =>
    sets.some((set) => set.isRuled && one in set.values),
  );
  if (name !== undefined)
    throw new PacemakerError(
      "conflict",
      `${what}: ${name} of ${node} is set under a rule by somebody else, and one would hide the other. Do not declare it, or take ` +
        `that set out of the node. Nothing was changed.`,
    );
}
