import { PacemakerError } from "../../errors";
import type { Cib } from "../../model/cib";
import { explainNotStopped, heldByOperator } from "../outcome/explain";
import { freezingTickets } from "../outcome/reasons/dependencies";
import { chainOf, parsePlacement } from "../../model/placement";
import { isStaged, stopCommand, unstage } from "../../model/staging";
import type { ClusterStatus } from "../../model/status";
import { observe, type Observation } from "../transaction/observe";
import { type Cluster } from "../nodes/members";
import { transact } from "../transaction/transact";
import { waitFor } from "../outcome/wait";

/** The bound on a stop: pcs gives a systemd resource 100 s. */
export const stopSeconds = 180;

/**
 * Stops resources in the order that the cluster keeps for them, and waits until none runs.
 *
 * @param resources which, given the configuration; it throws where that forbids it
 * @param starter who will start them again; default: see `stopCommand`
 * @throws PacemakerError when one does not stop; it is still in the configuration then.
 */
export async function stopResources(
  cluster: Cluster,
  what: string,
  resources: (cib: Cib) => readonly string[],
  starter?: string,
): Promise<void> {
  const { cib } = await transact(cluster, `stop ${what}`, (observation) => {
    const stopping = resources(observation.cib);
    refuseWhereHeld(observation, what, stopping);
    return stopping.flatMap((id) => stopCommand(observation.cib, id, starter));
  });
  const stopping = resources(cib);
  try {
    await waitStopped(cluster, cib, stopping);
  } catch (error) {
    const ours = stopping.filter((id) => stopCommand(cib, id).length > 0);
    await startAgainWhereHeld(cluster, what, ours);
    throw error;
  }
}

/**
 * Does what follows a stop, and says of an error what it leaves stopped: Pulumi's state still holds it as it was, so that an
 * `up` alone would ask nobody about it.
 *
 * @param resources what is to stop
 */
export async function sayingWhatStays<Result>(
  cluster: Cluster,
  resources: readonly string[],
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PacemakerError)) throw error;
    const seen = await observe(cluster).catch(() => undefined);
    const stopped = resources.filter((id) => {
      const found = seen?.cib.primitives.get(id);
      return !seen || (found !== undefined && isStaged(found));
    });
    if (stopped.length === 0) throw error;
    throw new PacemakerError(
      error.kind,
      `${error.message}\n${seen ? "Stopped for it" : "It may have been stopped for it"}, and left so: ` +
        `${stopped.join(", ")}. The same command again goes on; "pulumi up --refresh" starts what is still declared.`,
      error.host,
    );
  }
}

/** Pacemaker would stop nothing, and would do it at the moment when the operator lets it go again. */
export function refuseWhereHeld(
  { status, cib }: Observation,
  what: string,
  stopping: readonly string[],
): void {
  const running = stopping.filter(
    (id) => (status.resources.get(id)?.nodes ?? []).length > 0,
  );
  const held = running.length > 0 && heldByOperator(status, cib, running);
  if (held)
    throw new PacemakerError(
      "conflict",
      `${what}: ${running.join(", ")} cannot be stopped, because ${held.why}. Nothing was changed. ` +
        `"${held.wayOut}" ends it; then run this again.`,
    );
}

/**
 * Where an operator has taken the resources out of Pacemaker's hands while they were to stop, they would stop much later, in
 * the moment when that ends. One whose stop failed stays marked: its way out begins with stopping it by hand.
 */
async function startAgainWhereHeld(
  cluster: Cluster,
  what: string,
  stopping: readonly string[],
): Promise<void> {
  await transact(cluster, `start ${what} again`, ({ cib, status }) =>
    heldByOperator(status, cib, stopping)
      ? unstage(
          stopping.filter((id) => {
            const found = cib.primitives.get(id);
            return found && isStaged(found);
          }),
        )
      : [],
  ).catch(() => undefined);
}

export async function waitStopped(
  cluster: Cluster,
  cib: Cib,
  stopping: readonly string[],
): Promise<void> {
  await waitFor(cluster, {
    what: `${stopping.join(" and ")} to stop`,
    resources: stopping,
    timeoutSeconds: stopSeconds,
    // All are looked at each time: one that is blocked holds up those before it for good.
    reached: (status) =>
      stopping.map((id) => hasStopped(status, cib, id)).every(Boolean) ||
      undefined,
    explain: (status) => explainNotStopped(status, cib, stopping),
  });
}

export function hasStopped(
  status: ClusterStatus,
  cib: Cib,
  id: string,
): boolean {
  const found = status.resources.get(id);
  if (!found) return true;
  if (found.blocked && !found.failed)
    throw new PacemakerError(
      "cluster",
      `Pacemaker leaves ${id} as it is on ${found.nodes.join(", ")}, and does not stop it. ` +
        `${whyLeft(cib, id, found.nodes.length)}, and run this again.`,
    );
  if (found.blocked)
    throw new PacemakerError(
      "cluster",
      `${id} could not be stopped and is blocked on ${found.nodes.join(", ")}; it is left in the configuration.\n` +
        `${describeFailures(status, id)}Stop it there by hand, then "pcs resource cleanup ${id}", and run this again.`,
    );
  return !found.active && found.nodes.length === 0;
}

/** Why it neither failed nor stops, and what ends that. */
function whyLeft(cib: Cib, id: string, times: number): string {
  if (times > 1)
    return (
      `It is active more than once (multiple-active=block): stop it by hand on all but one, then ` +
      `"pcs resource refresh ${id}"`
    );
  const placement = parsePlacement(cib.text);
  const tickets = freezingTickets(
    { placement, now: Date.now() },
    chainOf(placement, id).map((one) => one.id),
  );
  return tickets.length > 0
    ? tickets.join("; ")
    : `Something that must stop or be fenced first does not: look at "pcs status --full" and ` +
        `"crm_simulate --live-check --show-scores", end what is blocked there`;
}

export function describeFailures(status: ClusterStatus, id: string): string {
  return status.failures
    .filter((failure) => failure.resource === id)
    .map(
      ({ task, node, exitStatus, exitReason }) =>
        `- ${id} failed to ${task} on ${node}: ${exitStatus}${exitReason === "" ? "" : ` ("${exitReason}")`}\n`,
    )
    .join("");
}
