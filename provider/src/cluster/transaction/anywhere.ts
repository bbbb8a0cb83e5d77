import { PacemakerError } from "../../errors";
import type { PcsCommand } from "../../pcs/commands";
import { isLost, loseMember, type Cluster } from "../nodes/members";
import { observe, stage, type Observation } from "./observe";
import type { Staged } from "./stage";

/** What was staged, and what it was staged on. */
export interface StagedOn {
  readonly observation: Observation;
  readonly staged: Staged;
}

/**
 * Looks, plans and stages; where a node is lost meanwhile, or has no room for it, another one does all of it again.
 *
 * @param look how to look first
 * @param commandsOf the plan, which may throw what it likes
 * @returns undefined where there is nothing to do
 * @throws PacemakerError when no node can do it; nothing was changed then.
 */
export async function stageAnywhere(
  cluster: Cluster,
  look: (cluster: Cluster) => Promise<Observation>,
  commandsOf: (observation: Observation) => readonly PcsCommand[],
): Promise<StagedOn | undefined> {
  const failures: PacemakerError[] = [];
  let observation = await look(cluster);
  for (;;) {
    const commands = commandsOf(observation);
    if (commands.length === 0) return undefined;
    try {
      const staged = await stage(observation, commands);
      if (!("isUnable" in staged)) return { observation, staged };
      failures.push(staged.error);
    } catch (error) {
      if (!isLost(error)) throw error;
      failures.push(error as PacemakerError);
    }
    if (failures.length >= cluster.connection.hosts.length)
      throw onAll(failures);
    // Staging works on a copy: whatever became of it, another member can do it from the start.
    loseMember(cluster, observation.member);
    observation = await observe(cluster);
  }
}

/** A node that is asked twice says the same. */
function onAll(failures: readonly PacemakerError[]): PacemakerError {
  const [first, ...others] = [
    ...new Map(failures.map((one) => [one.message, one])).values(),
  ];
  if (others.length === 0) return first!;
  return new PacemakerError(
    first!.kind,
    `none of the nodes could prepare the change:\n${[first!, ...others].map(({ message }) => `- ${message}`).join("\n")}`,
    first!.host,
  );
}
