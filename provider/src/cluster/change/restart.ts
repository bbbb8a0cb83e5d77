import { withFollowers } from "../../model/cib";
import { unstage, waitingFor } from "../../model/staging";
import type { Cluster } from "../nodes/members";
import { startedOn } from "../outcome/start";
import { transact } from "../transaction/transact";
import { stopResources } from "./stop";

/**
 * Has Pacemaker stop a resource with the members of its group that come after it, and start them again, on the same node:
 * what comes before them goes on.
 *
 * @throws PacemakerError when one does not stop, or does not start again.
 */
export async function restartByCluster(
  cluster: Cluster,
  id: string,
): Promise<void> {
  let stopped: readonly string[] = [id];
  await stopResources(
    cluster,
    id,
    (cib) => (stopped = withFollowers(cib, id)),
    id,
  );
  await transact(cluster, `start ${id} again`, ({ cib }) =>
    unstage(waitingFor(cib, id)),
  );
  await startedOn(cluster, id, stopped);
}
