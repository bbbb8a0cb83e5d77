import { foretell, type Coming, type Step } from "../cluster/preview/preview";
import type { Cluster } from "../cluster/nodes/members";
import type { Cib } from "../model/cib";
import {
  createStandIn,
  removeFromGroup,
  type PcsCommand,
} from "../pcs/commands";
import { stopCommand } from "../model/staging";
import { takeOut } from "../model/taking";
import { departures, type DeclaredGroup } from "../plan/group";
import { planMembers, type PreviousGroup } from "../plan/standby";

/**
 * Tells what a change of a primitive will make the cluster do.
 *
 * @param id the primitive as it is called now
 * @param step what the change amounts to where it is not replaced
 */
export function foretellPrimitive(
  cluster: Cluster,
  id: string,
  isReplacement: boolean,
  step: Coming["step"],
): Promise<void> {
  return foretell(cluster, {
    what: id,
    resources: [id],
    step: isReplacement ? ({ cib }) => replacing(cib, [id]) : step,
  });
}

/** Tells what a change of a group will make the cluster do. */
export function foretellGroup(
  cluster: Cluster,
  members: readonly string[],
  declaredIn: (cib: Cib) => DeclaredGroup,
  previous: DeclaredGroup,
  isReplacement: boolean,
): Promise<void> {
  return foretell(cluster, {
    what: previous.id,
    resources: members,
    step: ({ cib }) =>
      isReplacement
        ? replacing(cib, previous.members)
        : { commands: foreseeGroup(cib, declaredIn(cib), previous) },
  });
}

function replacing(cib: Cib, ids: readonly string[]): Step {
  return {
    commands: ids.flatMap((id) => stopCommand(cib, id)),
    afterStop: "replacement",
  };
}

/**
 * What the steps of a group's change amount to together. Members that are still to be made, or to be let go by another
 * group, are taken as they will be by then.
 */
export function foreseeGroup(
  cib: Cib,
  declared: DeclaredGroup,
  previous: PreviousGroup | undefined,
): PcsCommand[] {
  const { id, members } = declared;
  const primitives = new Map(cib.primitives);
  const arrival = members.flatMap((member): PcsCommand[] => {
    const found = cib.primitives.get(member);
    if (!found) {
      primitives.set(member, standIn(member));
      return [createStandIn(member)];
    }
    const { group, ...alone } = found;
    if (group === undefined || group === id) return [];
    primitives.set(member, alone);
    const from = cib.groups.get(group);
    // Of a group that is replaced itself, the configuration that is looked at knows nothing any more.
    return from
      ? takeOut(cib, from, [member])
      : [removeFromGroup(group, [member])];
  });
  const holder = cib.groups.get(id);
  const leaving = departures(cib, declared, previous?.members ?? []);
  return [
    ...arrival,
    ...planMembers({ ...cib, primitives }, declared, previous),
    ...(holder && leaving.length > 0 ? takeOut(cib, holder, leaving) : []),
    ...leaving.flatMap((member) => stopCommand(cib, member)),
  ];
}

const standIn = (id: string) => ({
  kind: "primitive" as const,
  id,
  agent: "",
  options: {},
  meta: {},
  operations: [],
  isAlone: true,
});
