import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError, type ErrorKind } from "../../errors";
import { asPacemakerError, type Cluster } from "../nodes/members";
import { warn } from "../report";
import { observeShared } from "../transaction/observe";

/** These say that nobody could be asked, and not what the cluster holds. */
const unanswered: readonly ErrorKind[] = [
  ...["configuration", "connect", "auth", "trust", "rights"],
  ...["quorum", "timeout", "unknown-outcome"],
] as ErrorKind[];

/**
 * How long a cluster that cannot be reached holds up a preview, in milliseconds, and how long the whole look may take once a
 * node has let us in: every node is asked then, busy ones too. The change itself waits as long as it takes.
 */
const patience = { first: 5000, whole: 30_000 };

const told = new WeakSet<Cluster>();

/**
 * Looks at the cluster, and returns why it forbids what is declared. Where nobody can be asked, a warning says so once, and
 * nothing is returned: the change itself meets the reason.
 */
export async function whyForbidden(
  cluster: Cluster,
  examine: () => Promise<void>,
): Promise<PacemakerError | undefined> {
  const looked = examine().then(() => undefined, asPacemakerError);
  const answered = observeShared(cluster).catch(() => undefined);
  const late = await endOf(
    answered,
    patience.first,
    (seconds) =>
      new PacemakerError(
        "timeout",
        `no node has answered within ${seconds} s.`,
      ),
  );
  const error =
    late && !cluster.isReached
      ? late
      : await endOf(
          looked,
          patience.whole,
          (seconds) =>
            new PacemakerError(
              "timeout",
              `the nodes have not all answered within ${seconds} s.`,
            ),
        );
  if (!error || !unanswered.includes(error.kind)) return error;
  if (!told.has(cluster))
    warn(
      "cluster",
      `whether it forbids what is declared could not be looked at: ${error.message}`,
    );
  told.add(cluster);
  return undefined;
}

/** The error that the work ends with, or, where it takes longer, that one. */
async function endOf(
  work: Promise<unknown>,
  milliseconds: number,
  late: (seconds: number) => PacemakerError,
): Promise<PacemakerError | undefined> {
  const ended = new AbortController();
  const timer = sleep(milliseconds, undefined, { signal: ended.signal }).then(
    () => late(milliseconds / 1000),
    () => undefined,
  );
  const found = await Promise.race([work, timer]);
  ended.abort();
  return found instanceof PacemakerError ? found : undefined;
}
