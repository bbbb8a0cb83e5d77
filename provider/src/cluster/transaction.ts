import { PacemakerError } from "../errors";
import type { PcsCommand } from "../pcs/commands";
import {
  observe,
  push,
  stage,
  type Cluster,
  type Observation,
} from "./cluster";
import { exclusively } from "./lock";
import { warn } from "./report";

/**
 * What to change, given what is there. Pure: it runs again whenever the cluster moved on meanwhile.
 *
 * @throws PacemakerError when what is there forbids it; nothing is changed then.
 */
export type Plan = (observation: Observation) => readonly PcsCommand[];

/** How often a change is planned anew because somebody else changed the configuration at the same time. */
const plans = 10;

/** How often a staged change is offered again because only the status had moved. */
const offers = 50;

/**
 * Brings the cluster to what the plan says, in one change: observe, stage on a copy, verify, compare-and-swap.
 * Either all of it happens or nothing.
 *
 * @param what the change in words, for errors: "create smtp_ip"
 * @throws PacemakerError (conflict) when others kept changing the configuration, or what the plan throws.
 */
export async function transact(
  cluster: Cluster,
  what: string,
  plan: Plan,
): Promise<Observation> {
  return exclusively(cluster.key, async () => {
    let uncertain: PacemakerError | undefined;
    for (let attempt = 0; attempt < plans; attempt += 1) {
      const observation = await observe(cluster);
      const commands = plan(observation);
      // After a lost connection this look decides: nothing left to do means that the change had arrived.
      if (commands.length === 0) return observation;
      nameOfflineNodes(cluster, observation);
      const diff = await stage(observation, commands);
      try {
        const pushed = await offer(cluster, observation, diff);
        if (pushed) return pushed;
        uncertain = undefined;
      } catch (error) {
        // The patch fits one version only, so a second one cannot repeat what a lost one did: look again, then decide.
        const lost =
          error instanceof PacemakerError && error.kind === "unknown-outcome";
        if (!lost || uncertain) throw error;
        uncertain = error;
      }
    }
    throw new PacemakerError(
      "conflict",
      `${what}: the cluster's configuration was changed by somebody else each of the ${plans} times that this change ` +
        `was ready. Nothing was changed by it. See who writes ("pcs status", the cluster's log) and run it again.`,
    );
  });
}

/** Pushes, and where only the status has moved since, offers the same difference to the new version. */
async function offer(
  cluster: Cluster,
  planned: Observation,
  diff: string,
): Promise<Observation | undefined> {
  let observation = planned;
  for (let attempt = 0; attempt < offers; attempt += 1) {
    if (await push(observation, diff)) return observation;
    observation = await observe(cluster);
    const { version } = observation.cib;
    if (
      version.epoch !== planned.cib.version.epoch ||
      version.adminEpoch !== planned.cib.version.adminEpoch
    )
      return undefined;
  }
  return undefined;
}

const named = new WeakMap<Cluster, string>();

/** Once in an operation: what is changed now reaches an offline node only when it comes back. */
function nameOfflineNodes(cluster: Cluster, { status }: Observation): void {
  const offline = status.nodes
    .filter((node) => !node.online)
    .map((node) => node.name)
    .join(", ");
  if (offline !== "" && named.get(cluster) !== offline)
    warn("cluster", `offline: ${offline}. The others do the work.`);
  named.set(cluster, offline);
}
