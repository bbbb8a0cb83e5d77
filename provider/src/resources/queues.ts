/** The mail queues of a resource whose unit is Postfix's. */
import { clusterOf, type Cluster, type Member } from "../cluster/nodes/members";
import { readQueues, readQueuesOf, type Queues } from "../cluster/nodes/queues";
import {
  queuesOutput,
  refuseToStrand,
  unitIn,
  warnOfStranded,
  type StrandedMail,
} from "../cluster/nodes/stranded";
import { nodeOf } from "../cluster/outcome/known";
import type { Cib } from "../model/cib";
import type { ClusterStatus } from "../model/status";
import { instanceOf } from "../postfix/instance";
import { sizeOf, type Queue } from "../postfix/queues";
import type { CommonInputs } from "./lifecycle";

/** What stands in the state of a resource with queues. */
export interface WithQueues extends CommonInputs {
  unit: string;
  registeredUnit?: string;
  strandedMail?: StrandedMail;
  queues?: Record<string, Queue>;
}

/** The instance of Postfix that it runs, if it does. */
export function instanceIn({
  unit,
  registeredUnit,
}: Pick<WithQueues, "unit" | "registeredUnit">): string | undefined {
  return instanceOf(registeredUnit ?? unit);
}

/** The mail queues on the nodes, where the unit is Postfix's; nodes that are offline are hardly waited for. */
export async function queuesSeen(
  cluster: Cluster,
  state: Pick<WithQueues, "unit" | "registeredUnit">,
  { nodes }: ClusterStatus,
): Promise<Queues | undefined> {
  const instance = instanceIn(state);
  const online = nodes.filter((node) => node.online && !node.pending);
  return instance === undefined
    ? undefined
    : readQueues(
        cluster,
        instance,
        online.map(({ name }) => name),
      );
}

/** The mail queues as an output, where the unit is Postfix's. */
export async function queuesOn(
  cluster: Cluster,
  members: readonly Member[],
  unit: string,
): Promise<Pick<WithQueues, "queues">> {
  const instance = instanceOf(unit);
  return instance === undefined
    ? {}
    : outputOf(await readQueuesOf(cluster, members, instance));
}

/** Where none could be read, nothing is known. */
export function outputOf(
  queues: Queues | undefined,
): Pick<WithQueues, "queues"> {
  return queues && queues.found.size > 0
    ? { queues: queuesOutput(queues) }
    : {};
}

/** Another unit in its place leaves the queue of the one that goes, unless both are the same Postfix. */
export async function refuseToStrandByUnit(
  cluster: Cluster,
  cib: Cib,
  { resourceId, unit: next, strandedMail: manner }: WithQueues,
  previous: WithQueues | undefined,
): Promise<void> {
  const last = unitIn(cib, resourceId);
  if (!previous || previous.unit === next || last === undefined) return;
  if (instanceOf(last) === instanceOf(next)) return;
  await refuseToStrand(cluster, resourceId, last, manner);
}

/**
 * Warns in preview of mail on a node where Postfix does not run. Where the state knows of none, the nodes are asked only
 * where they may be.
 */
export async function remindOfMail(
  state: WithQueues,
  mayAsk: boolean,
): Promise<void> {
  const isWaiting = Object.values(state.queues ?? {}).some(
    (queue) => sizeOf(queue) > 0,
  );
  if (!mayAsk && !isWaiting) return;
  const cluster = clusterOf(state.connection);
  const instance = instanceIn(state);
  if (instance === undefined) return;
  const found = await readQueues(cluster, instance);
  warnOfStranded(cluster, state.resourceId, found);
}

/** What a group says of itself that decides what becomes of mail. */
interface GroupWithMail extends CommonInputs {
  members: string[];
  standby?: "hot";
  strandedMail?: StrandedMail;
}

/** Refuses to take a group away while mail lies in the queue of a member that is Postfix. */
export async function refuseToStrandAll(
  cluster: Cluster,
  cib: Cib,
  { resourceId, members, strandedMail: manner }: GroupWithMail,
  nodes?: (node: string) => boolean,
): Promise<void> {
  for (const member of members) {
    const unit = unitIn(cib, member) ?? "";
    await refuseToStrand(cluster, resourceId, unit, manner, nodes);
  }
}

/** From hot to cold, Postfix stops on all nodes but the one that holds the address. */
export async function refuseToStrandByNarrowing(
  cluster: Cluster,
  { cib, status }: { cib: Cib; status: ClusterStatus },
  inputs: GroupWithMail,
  previous: GroupWithMail | undefined,
): Promise<void> {
  if (previous?.standby !== "hot" || inputs.standby === "hot") return;
  const active = nodeOf(status, previous.members.slice(0, -1));
  await refuseToStrandAll(cluster, cib, inputs, (node) => node !== active);
}
