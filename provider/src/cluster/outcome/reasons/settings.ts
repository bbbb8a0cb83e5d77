import {
  isClone,
  metaHolder,
  metaOf,
  metaWayOut,
} from "../../../model/inherited";
import { chainOf, isFalse, isTrue } from "../../../model/placement";
import { stagedMark } from "../../../model/staging";
import { listed, usableNodes, type Evidence } from "./evidence";

/** Who has it stopped: an operator, a default, a limit of its clone; or that it still waits for a change of ours. */
export function stoppedBy(evidence: Evidence, id: string): string[] {
  const { properties } = evidence.placement;
  return [...disabledBy(evidence, id), ...limitedBy(evidence, id)].concat(
    isTrue(properties["stop-all-resources"]) ? [] : lockedBy(evidence, id),
  );
}

function disabledBy({ placement, now }: Evidence, id: string): string[] {
  const role = metaOf(placement, id, "target-role", now);
  if (role?.value.toLowerCase() !== "stopped") return [];
  const starter = metaOf(placement, id, stagedMark, now);
  if (role.by === "itself" && starter?.by === "itself")
    return [
      `${id} is stopped until its own program starts it (${stagedMark}=${starter.value}): run "pulumi up" there, or ` +
        `"pcs resource meta ${id} target-role= ${stagedMark}="`,
    ];
  const isByHand =
    (role.by === "itself" || role.by === "parent") && !role.isRuled;
  return [
    isByHand
      ? `${role.holder} is disabled by an operator (target-role=${role.value}); left so. "pcs resource enable ${role.holder}" ends it`
      : `${id} is disabled by ${metaHolder(role)} (target-role=${role.value}); left so. ` +
        `"${metaWayOut(role, "target-role")}" ends it`,
  ];
}

/** The clone around it may not run, or not on every node. */
function limitedBy(evidence: Evidence, id: string): string[] {
  const { placement, now } = evidence;
  const nodes = usableNodes(evidence).length;
  return chainOf(placement, id)
    .filter(isClone)
    .flatMap((clone) =>
      ["clone-max", "clone-node-max", "promoted-max", "master-max"].flatMap(
        (name) => {
          const found = metaOf(placement, clone.id, name, now);
          if (!found || !(Number(found.value) < nodes)) return [];
          if (name !== "clone-max" && found.value !== "0") return [];
          const what =
            name === "clone-max"
              ? `runs on at most ${found.value} of the nodes`
              : name === "clone-node-max"
                ? "runs on no node"
                : `is promoted on at most ${found.value} of the nodes`;
          return `${clone.id} ${what} (${name}=${found.value}): "${metaWayOut(found, name)}" ends it`;
        },
      ),
    );
}

function lockedBy({ simulated }: Evidence, id: string): string[] {
  return (simulated.instances.get(id) ?? []).flatMap(({ lockedTo }) =>
    lockedTo === undefined
      ? []
      : `${id} waits for ${lockedTo}, which was shut down while it ran there (shutdown-lock): start that node, or ` +
        `"crm_resource --refresh --resource ${id} --node ${lockedTo}" lets it run elsewhere`,
  );
}

/** Where it is active too often, Pacemaker may be told to leave it alone. Only a new look at the nodes ends that. */
export function blockedBy(
  { placement, simulated, now }: Evidence,
  id: string,
): string[] {
  const chain = chainOf(placement, id);
  const nodes = (simulated.instances.get(id) ?? []).flatMap((one) => one.nodes);
  const found = metaOf(placement, id, "multiple-active", now);
  return !chain.some(isClone) && nodes.length > 1 && found?.value === "block"
    ? [
        `${id} is active on ${listed([...nodes].sort())}, and ${metaHolder(found)} says multiple-active=block: stop it by hand on all ` +
          `but one, then "pcs resource refresh ${id}"`,
      ]
    : [];
}

/**
 * Who keeps Pacemaker from acting on one resource, where that is neither the resource itself nor what holds it.
 * Maintenance of the cluster and of nodes is told elsewhere.
 */
export function unmanagedBy(
  { placement, now }: Pick<Evidence, "placement" | "now">,
  id: string,
): { holder: string; wayOut: string } | undefined {
  for (const [name, keeps] of [
    ["maintenance", isTrue],
    ["is-managed", isFalse],
  ] as const) {
    const found = metaOf(placement, id, name, now);
    if (!found || !keeps(found.value)) continue;
    const isByHand =
      name === "is-managed" &&
      !found.isRuled &&
      (found.by === "itself" || found.by === "parent");
    return isByHand
      ? undefined
      : {
          holder: `${metaHolder(found)} (${name}=${found.value})`,
          wayOut: metaWayOut(found, name),
        };
  }
  return undefined;
}
