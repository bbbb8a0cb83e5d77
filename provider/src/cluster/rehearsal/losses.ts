/** What the loss of nodes would come to, from how things stand on a cluster on paper. */
import { PacemakerError } from "../../errors";
import { noQuorumWithout } from "../../model/votes";
import { onMember } from "../nodes/members";
import { votesOf } from "../nodes/votes";
import type { Paper } from "./paper";

export interface Loss {
  readonly nodes: readonly string[];
  /** Why those that are left have no quorum; undefined where they have. */
  readonly noQuorum?: string;
  /** What has become of the cluster. */
  readonly paper: Paper;
}

/**
 * Loses each node in turn, and where more are to be survived at once, each pair, and so on.
 *
 * @param most how many at once
 * @throws PacemakerError where the votes cannot be read, or what becomes of the cluster cannot be computed.
 */
export async function* lossesOn(
  paper: Paper,
  most: number,
): AsyncGenerator<Loss> {
  const { status } = paper.now();
  const there = status.nodes
    .filter(({ online }) => online)
    .map(({ name }) => name);
  const votes = await onMember(paper.cluster, async (member) => {
    const found = await votesOf(member);
    if (found) return found;
    throw new PacemakerError(
      "cluster",
      `what "corosync-quorumtool -s" says of the votes on ${member.node} cannot be read, so that nobody knows which loss ` +
        `leaves a quorum. Run it there as the login user, and give that user the rights that it lacks.`,
      member.host.address,
    );
  });
  for (const nodes of combinations(there, most)) {
    const noQuorum = noQuorumWithout(votes, nodes);
    yield {
      nodes,
      ...(noQuorum === undefined ? {} : { noQuorum }),
      paper: await paper.lose(nodes, noQuorum === undefined),
    };
  }
}

/** All choices of one up to so many, the small ones first. */
export function combinations(all: readonly string[], most: number): string[][] {
  const of = (count: number, from: number): string[][] =>
    count === 0
      ? [[]]
      : all
          .slice(from)
          .flatMap((one, at) =>
            of(count - 1, from + at + 1).map((others) => [one, ...others]),
          );
  return Array.from({ length: Math.min(most, all.length) }, (_, at) =>
    of(at + 1, 0),
  ).flat();
}
