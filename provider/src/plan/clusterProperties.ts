import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import {
  firstPropertySet,
  propertySets,
  valuesOf,
  type SettingSet,
} from "../model/settings";
import {
  deleteByXPath,
  modifySet,
  setProperties,
  type PcsCommand,
} from "../pcs/commands";
import {
  assignOwned,
  type DeclaredValues,
  type Owned,
  type ValueChanges,
} from "./values";

export interface PropertiesPlan extends ValueChanges {
  readonly commands: readonly PcsCommand[];
}

/**
 * What is to be done so that the cluster's properties are as declared.
 *
 * @param owned what of them is ours already
 * @param elsewhere the names that another resource of the program declares
 * @throws PacemakerError (conflict) where somebody else has set one otherwise, or has set it under a rule.
 */
export function planProperties(
  cib: Cib,
  declared: DeclaredValues,
  owned?: Owned,
  elsewhere?: ReadonlySet<string>,
): PropertiesPlan {
  const sets = propertySets(cib);
  refuseRuled(sets, declared);
  const plan = assignOwned(valuesOf(sets), declared, owned, elsewhere);
  return { ...plan, commands: write(cib, sets, declared.what, plan.changes) };
}

/** A value that holds at certain times only would be hidden by ours, or hide it. */
function refuseRuled(
  sets: readonly SettingSet[],
  { what, values }: DeclaredValues,
): void {
  for (const { id, isRuled, values: given } of sets) {
    const name = Object.keys(values).find((one) => one in given);
    if (isRuled && name !== undefined)
      throw new PacemakerError(
        "conflict",
        `${what}: ${name} is set under a rule too, in the set ${id}, and one would hide the other. Take it out there ` +
          `("cibadmin --delete --xpath \\"//nvpair[@id='${sets.find((set) => set.id === id)!.ids[name]}']\\""), or do not declare it. ` +
          `Nothing was changed.`,
      );
  }
}

function write(
  cib: Cib,
  sets: readonly SettingSet[],
  what: string,
  changes: Readonly<Record<string, string>>,
): PcsCommand[] {
  if (Object.keys(changes).length === 0) return [];
  const [only, ...others] = sets;
  // pcs writes into the set that comes first in the text, whichever that is.
  if (others.length === 0 && !only?.isRuled) return [setProperties(changes)];
  const first = sets.find(({ id }) => id === firstPropertySet);
  if (!first || first.isRuled)
    throw new PacemakerError(
      "conflict",
      `${what}: the cluster's properties stand in several sets (${sets.map(({ id }) => id).join(", ")}), and there is no ` +
        `${firstPropertySet} without a rule, which would count before them. Make one ("pcs property set" on a cluster ` +
        `without further sets does), and run this again. Nothing was changed.`,
    );
  const wanted = Object.entries(changes).filter(([, value]) => value !== "");
  const gone = Object.keys(changes).filter((name) => changes[name] === "");
  return [
    ...gone.map((name) =>
      deleteByXPath(
        `//cluster_property_set[@id="${first.id}"]/nvpair[@name="${name}"]`,
      ),
    ),
    ...(wanted.length > 0
      ? [
          modifySet(
            "crm_config",
            "cluster_property_set",
            first.id,
            wanted.map(([name, value]) => ({
              id: first.ids[name] ?? freeId(cib, `${first.id}-${name}`),
              name,
              value,
            })),
          ),
        ]
      : []),
  ];
}

function freeId(cib: Cib, wanted: string): string {
  let id = wanted;
  for (let count = 1; cib.ids.has(id); count += 1) id = `${wanted}-${count}`;
  return id;
}
