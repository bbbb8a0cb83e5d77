import { isDisabled } from "../../model/staging";
import type { Cib } from "../../model/cib";
import { parsePlacement } from "../../model/placement";
import type { ClusterStatus, FailureStatus } from "../../model/status";
import type { Evidence } from "./reasons/evidence";
import { reasonsNotStarted } from "./reasons/reasons";
import { unmanagedBy } from "./reasons/settings";

/**
 * Why resources are not started, as far as configuration and status tell: one sentence a line, with the next step.
 *
 * @param evidence what Pacemaker computed; where it could not be read, only what the status itself tells is said
 */
export function explainNotStarted(
  status: ClusterStatus,
  cib: Cib,
  resources: readonly string[],
  evidence?: Evidence,
): string {
  const lines = [
    ...resources.map((id) => describe(status, id)),
    ...held(status, cib, resources),
    ...clusterWide(status, cib),
    ...(evidence
      ? reasonsNotStarted(evidence, resources)
      : [
          ...bans(cib, resources),
          ...resources.flatMap((id) => disabled(cib, id)),
        ]),
    ...resources.flatMap((id) => failuresOf(status, cib, id)),
  ];
  return lines.map((line) => `- ${line}`).join("\n");
}

/** How an operator keeps Pacemaker from starting and stopping resources, where one does. */
export interface Held {
  readonly why: string;
  /** The command that ends it. */
  readonly wayOut: string;
}

/** Of maintenance of the cluster, of a node, and of single resources, each implies the next. */
export function heldByOperator(
  status: ClusterStatus,
  cib: Cib,
  resources: readonly string[],
): Held | undefined {
  if (status.maintenance)
    return {
      why: "the cluster is in maintenance mode",
      wayOut: "pcs property set maintenance-mode=false",
    };
  const unmanaged = resources.flatMap((id) => {
    const found = status.resources.get(id);
    return found && !found.managed && !found.blocked ? [found] : [];
  });
  const nodes = status.nodes
    .filter(
      ({ name, maintenance }) =>
        maintenance && unmanaged.some((found) => found.nodes.includes(name)),
    )
    .map(({ name }) => name);
  if (nodes.length > 0)
    return {
      why: `${nodes.join(", ")} is in maintenance`,
      wayOut: `pcs node unmaintenance ${nodes.join(" ")}`,
    };
  const ids = unmanaged.map(({ id }) => id);
  if (ids.length === 0) return undefined;
  const evidence = { placement: parsePlacement(cib.text), now: Date.now() };
  // What is said elsewhere than in the resource or what holds it, "pcs resource manage" does not end.
  const [elsewhere] = ids.flatMap((id) => unmanagedBy(evidence, id) ?? []);
  return elsewhere
    ? {
        why: `${ids.join(", ")} is unmanaged by ${elsewhere.holder}`,
        wayOut: elsewhere.wayOut,
      }
    : {
        why: `${ids.join(", ")} is unmanaged`,
        wayOut: `pcs resource manage ${ids.join(" ")}`,
      };
}

function held(
  status: ClusterStatus,
  cib: Cib,
  resources: readonly string[],
): string[] {
  const found = heldByOperator(status, cib, resources);
  return found ? [`${found.why}: "${found.wayOut}" ends it`] : [];
}

/** Why resources are not stopped. */
export function explainNotStopped(
  status: ClusterStatus,
  cib: Cib,
  resources: readonly string[],
): string {
  return resources
    .flatMap((id) => [describe(status, id), ...failuresOf(status, cib, id)])
    .concat(held(status, cib, resources))
    .map((line) => `- ${line}`)
    .join("\n");
}

function describe(status: ClusterStatus, id: string): string {
  const found = status.resources.get(id);
  if (!found) return `${id} is unknown to the cluster's status`;
  const where =
    found.nodes.length > 0 ? ` on ${found.nodes.join(" and ")}` : "";
  const marks = [
    ...(found.failed ? ["failed"] : []),
    ...(found.blocked ? ["blocked"] : []),
    ...(found.managed ? [] : ["unmanaged"]),
    ...(found.orphaned ? ["no longer in the configuration"] : []),
  ];
  return `${id} is ${found.role}${where}${marks.length > 0 ? ` (${marks.join(", ")})` : ""}`;
}

function clusterWide(status: ClusterStatus, cib: Cib): string[] {
  const offline = status.nodes.filter((node) => !node.online);
  const standby = status.nodes.filter((node) => node.online && node.standby);
  const fences = [...cib.primitives.values()].some((primitive) =>
    primitive.agent.startsWith("stonith:"),
  );
  return [
    ...(status.quorate
      ? []
      : [
          `the nodes that are left have no quorum, and without it the cluster runs nothing (no-quorum-policy is ` +
            `${status.quorumPolicy ?? "stop"})`,
        ]),
    ...(status.fencing && !fences
      ? [
          `stonith-enabled is true and there is no fencing device, so Pacemaker starts nothing: define a fencing device ` +
            `("pcs stonith create")`,
        ]
      : []),
    ...(status.stopAll
      ? [`stop-all-resources is set: "pcs property unset stop-all-resources"`]
      : []),
    ...(offline.length > 0
      ? [`offline: ${offline.map((node) => node.name).join(", ")}`]
      : []),
    ...(standby.length > 0
      ? [
          `in standby: ${standby.map((node) => node.name).join(", ")} ("pcs node unstandby NODE")`,
        ]
      : []),
  ];
}

/** The location constraints that keep a resource, or its group, away from a node for good. */
function bans(cib: Cib, resources: readonly string[]): string[] {
  const concerned = new Set(
    resources.flatMap((id) => [id, cib.primitives.get(id)?.group ?? id]),
  );
  return cib.references.flatMap(({ id, resources: named, bannedFrom }) =>
    bannedFrom === undefined
      ? []
      : named
          .filter((one) => concerned.has(one))
          .map(
            (one) =>
              `${one} is banned from ${bannedFrom} by the constraint ${id}; left so. "pcs constraint delete ${id}" ends it`,
          ),
  );
}

function disabled(cib: Cib, id: string): string[] {
  const primitive = cib.primitives.get(id);
  const group = primitive?.group ? cib.groups.get(primitive.group) : undefined;
  return [primitive, group].flatMap((found) =>
    found && isDisabled(found)
      ? [
          `${found.id} is disabled by an operator (target-role=${found.meta["target-role"]}); left so. ` +
            `"pcs resource enable ${found.id}" ends it`,
        ]
      : [],
  );
}

function failuresOf(status: ClusterStatus, cib: Cib, id: string): string[] {
  return status.failures
    .filter((failure) => failure.resource === id)
    .map((failure) => describeFailure(failure, cib));
}

/** `smtp_service failed to start on node-02: not running (its own words), exit code 7; see ...`. */
function describeFailure(failure: FailureStatus, cib: Cib): string {
  const { resource, task, node } = failure;
  const reason = failure.exitReason === "" ? "" : ` ("${failure.exitReason}")`;
  const status =
    // What went well but for its result: "complete" in Pacemaker 2.1, "Done" in 3.0.
    /^(|complete|done)$/i.test(failure.status) ? "" : `, ${failure.status}`;
  const agent = cib.primitives.get(resource)?.agent ?? "";
  const log = agent.startsWith("systemd:")
    ? `"journalctl -u ${agent.slice("systemd:".length)}" on ${node}`
    : `the cluster's log on ${node}`;
  return (
    `${resource} failed to ${task} on ${node}: ${failure.exitStatus}${reason}, exit code ${failure.exitCode}${status}; ` +
    `see ${log}`
  );
}
