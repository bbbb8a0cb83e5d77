import { cloneOf, standbyOf } from "../../model/standby";
import { isDisabled, isStaged } from "../../model/staging";
import type { Cib } from "../../model/cib";
import type { ClusterStatus, NodeStatus } from "../../model/status";
import { PacemakerError } from "../../errors";
import { observe, observeRecent } from "../transaction/observe";
import type { Cluster } from "../nodes/members";
import { warn } from "../report";
import { lookForCauses } from "./causes";
import { explainNotStarted, heldByOperator } from "./explain";
import {
  memberSettled,
  runsTogether,
  startSeconds,
  type Started,
} from "./start";
import { waitFor } from "./wait";

/** A service that stands by hot, and the addresses that follow it; these may be none. */
export interface Standby {
  readonly service: string;
  readonly addresses: readonly string[];
}

/**
 * Waits until the service runs on every node that takes resources, and the addresses are on one of these. A node that the
 * operator's constraints keep free of it is named, and not waited for.
 *
 * @param what what a person knows them by
 * @returns what was found; undefined where an operator has disabled them
 * @throws PacemakerError when the cluster cannot start them, with its reasons.
 */
export async function standsBy(
  cluster: Cluster,
  what: string,
  { service, addresses }: Standby,
): Promise<Started | undefined> {
  const { cib, status: before } = await observeRecent(cluster);
  const resources = [...addresses, service];
  const held = heldByOperator(before, cib, resources);
  if (held)
    warn(
      what,
      `${held.why}, so Pacemaker neither starts nor stops it; left so. "${held.wayOut}" ends it.`,
    );
  const disabled = disabledIn(cib, { service, addresses });
  if (disabled !== undefined) {
    warn(
      what,
      `${resources.join(", ")} is not started: ${disabled} is disabled by an operator (target-role=Stopped); left so. ` +
        `"pcs resource enable ${disabled}" ends it.`,
    );
    return undefined;
  }
  const found = (status: ClusterStatus) => {
    const node =
      addresses.length > 0
        ? runsTogether(status, addresses)
        : runningOn(status, service)[0];
    return node !== undefined && runningOn(status, service).includes(node)
      ? { node, cib, status }
      : undefined;
  };
  const explain = async (status: ClusterStatus) =>
    explainNotStarted(status, cib, resources, await lookForCauses(cluster));
  try {
    return await waitFor(cluster, {
      what: `${what} to start`,
      resources,
      timeoutSeconds: startSeconds,
      reached: (status) =>
        nodesWithout(status, service).length === 0 ? found(status) : undefined,
      // Right after a change, what it restarts still looks as before.
      untilSettled: true,
      explain,
    });
  } catch (error) {
    if (!(error instanceof PacemakerError) || error.kind !== "cluster")
      throw error;
    const { status } = await observe(cluster);
    const reached = found(status);
    const missing = nodesWithout(status, service);
    const isBroken = status.failures.some(
      ({ resource, node }) => resource === service && missing.includes(node),
    );
    if (!reached || isBroken) throw error;
    warn(
      what,
      `${service} does not run on ${missing.join(", ")}, so the address cannot move there:\n${await explain(status)}`,
    );
    return reached;
  }
}

/** As `memberSettled`, of a member that may stand by hot. */
export async function memberSettles(
  cluster: Cluster,
  id: string,
  group: string,
): Promise<Started | undefined> {
  const { cib } = await observeRecent(cluster);
  const found = cib.primitives.get(id);
  const standby = standbyOf(cib, id);
  if (!found || !standby || found.group !== undefined || isStaged(found))
    return memberSettled(cluster, id, group);
  return standsBy(cluster, id, {
    service: standby.service,
    // Those that wait to be started by another change of ours are not waited for.
    addresses: standby.addresses.filter(
      (one) => !isStaged(cib.primitives.get(one)!),
    ),
  });
}

/** The object whose target-role an operator set to Stopped: an address, the service or its clone. */
function disabledIn(
  cib: Cib,
  { service, addresses }: Standby,
): string | undefined {
  const clone = cib.clones.get(cloneOf(service));
  const primitives = [service, ...addresses].flatMap(
    (id) => cib.primitives.get(id) ?? [],
  );
  return [...(clone ? [clone] : []), ...primitives].find(isDisabled)?.id;
}

/** The nodes on which an instance runs, and nothing is about to change with it. */
export function runningOn(
  { resources }: ClusterStatus,
  service: string,
): string[] {
  const found = resources.get(service);
  return (found?.instances ?? (found ? [found] : [])).flatMap((one) =>
    one.role === "Started" && !one.failed && one.pending === undefined
      ? one.nodes
      : [],
  );
}

/** The nodes that take resources and do not run it. */
export function nodesWithout(status: ClusterStatus, service: string): string[] {
  const running = runningOn(status, service);
  const isOpen = (node: NodeStatus): boolean =>
    node.online && !node.pending && !node.standby && !node.maintenance;
  return status.nodes
    .filter((node) => isOpen(node) && !running.includes(node.name))
    .map(({ name }) => name);
}
