/** What becomes of a clone: instances on every node that takes one. */
import { contentOf } from "../../model/cib";
import { isDisabled } from "../../model/staging";
import type { ClusterStatus } from "../../model/status";
import { observeRecent } from "../transaction/observe";
import type { Cluster } from "../nodes/members";
import { warn } from "../report";
import { lookForCauses } from "./causes";
import { explainNotStarted, heldByOperator } from "./explain";
import { startSeconds } from "./start";
import { waitFor } from "./wait";

/** Where instances run, and where they are promoted. */
export interface Instances {
  readonly nodes: string[];
  readonly promotedNodes: string[];
}

/** @param content the primitives of which it makes instances: it runs where all of them do */
export function instancesOf(
  { resources }: ClusterStatus,
  content: readonly string[],
): Instances {
  const on = (id: string, isCounted: (role: string) => boolean): string[] => {
    const found = resources.get(id);
    const all = found ? (found.instances ?? [found]) : [];
    return all
      .filter(({ role }) => isCounted(role))
      .flatMap(({ nodes }) => nodes);
  };
  const everywhere = (isCounted: (role: string) => boolean): string[] => {
    const [first = [], ...others] = content.map((id) => on(id, isCounted));
    return [...new Set(first)]
      .filter((node) => others.every((nodes) => nodes.includes(node)))
      .sort();
  };
  return {
    nodes: everywhere((role) =>
      /^(Started|Promoted|Unpromoted|Master|Slave)$/.test(role),
    ),
    promotedNodes: everywhere((role) => /^(Promoted|Master)$/.test(role)),
  };
}

/**
 * Waits until the cluster has started all the instances that it wants.
 *
 * @throws PacemakerError when none runs then, with the reasons.
 */
export async function cloneSettles(
  cluster: Cluster,
  id: string,
): Promise<Instances> {
  const { cib, status } = await observeRecent(cluster);
  const clone = cib.clones.get(id);
  const content = contentOf(cib, clone?.content ?? "");
  const held = heldByOperator(status, cib, content);
  if (held)
    warn(
      id,
      `${held.why}, so Pacemaker neither starts nor stops it; left so. "${held.wayOut}" ends it.`,
    );
  const disabled = [
    clone,
    ...content.map((one) => cib.primitives.get(one)),
  ].find((one) => one !== undefined && isDisabled(one));
  if (disabled) {
    warn(
      id,
      `${content.join(", ")} is not started: ${disabled.id} is disabled by an operator (target-role=Stopped); left so. ` +
        `"pcs resource enable ${disabled.id}" ends it.`,
    );
    return instancesOf(status, content);
  }
  return waitFor(cluster, {
    what: `${id} to start`,
    resources: content,
    timeoutSeconds: startSeconds,
    reached: (now) => {
      const found = instancesOf(now, content);
      const isWhole = content.every((one) => !now.resources.get(one)?.failed);
      return found.nodes.length > 0 && isWhole ? found : undefined;
    },
    untilSettled: true,
    explain: async (now) =>
      explainNotStarted(now, cib, content, await lookForCauses(cluster)),
  });
}
