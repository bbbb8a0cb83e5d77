import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError, type ErrorKind } from "../../errors";
import { asPacemakerError, type Cluster } from "../nodes/members";
import { warn } from "../report";

/** These say that nobody could be asked, and not what the cluster holds. */
const unanswered: readonly ErrorKind[] = [
  ...["configuration", "connect", "auth", "trust", "rights"],
  ...["quorum", "timeout", "unknown-outcome"],
] as ErrorKind[];

/** How long a cluster that does not answer holds up a preview, in milliseconds. The change itself waits as long as it takes. */
const patience = 5000;

const told = new WeakSet<Cluster>();

/**
 * Looks at the cluster, and returns why it forbids what is declared. Where nobody can be asked, a warning says so once, and
 * nothing is returned: the change itself meets the reason.
 */
export async function whyForbidden(
  cluster: Cluster,
  examine: () => Promise<void>,
): Promise<PacemakerError | undefined> {
  const enough = new AbortController();
  const late = sleep(patience, undefined, { signal: enough.signal }).then(
    () =>
      new PacemakerError(
        "timeout",
        `no node has answered within ${patience / 1000} s.`,
      ),
    () => undefined,
  );
  const looked = examine().then(() => undefined, asPacemakerError);
  const error = await Promise.race([looked, late]);
  enough.abort();
  if (!error || !unanswered.includes(error.kind)) return error;
  if (!told.has(cluster))
    warn(
      "cluster",
      `whether it forbids what is declared could not be looked at: ${error.message}`,
    );
  told.add(cluster);
  return undefined;
}
