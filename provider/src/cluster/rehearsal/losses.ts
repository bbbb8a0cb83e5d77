/** What the loss of nodes would come to, from how things stand on a cluster on paper. */
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
 */
export async function* lossesOn(
  paper: Paper,
  most: number,
): AsyncGenerator<Loss> {
  const { status } = paper.now();
  const there = status.nodes
    .filter(({ online }) => online)
    .map(({ name }) => name);
  const votes = await onMember(paper.cluster, votesOf);
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

/**
 * A CIB as the others have it right after these nodes were lost: without power, so that nobody knows what they still do.
 *
 * crm_simulate has an option for it, with which Pacemaker 3.0's ends before it has an outcome.
 */
export function withLost(
  cib: string,
  nodes: readonly string[],
  isQuorate: boolean,
): string {
  const value = (tag: string, name: string): string | undefined =>
    new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  const set = (tag: string, name: string, text: string): string =>
    value(tag, name) === undefined
      ? tag.replace(/\s*(\/?>)$/, ` ${name}="${text}"$1`)
      : tag.replace(new RegExp(` ${name}="[^"]*"`), ` ${name}="${text}"`);
  const withQuorum = cib.replace(/<cib [^>]*>/, (tag) =>
    set(tag, "have-quorum", isQuorate ? "1" : "0"),
  );
  return withQuorum.replace(/<node_state [^>]*>/g, (tag) =>
    nodes.includes(value(tag, "uname") ?? "")
      ? [
          ["in_ccm", "false"],
          ["crmd", "offline"],
          ["join", "down"],
          ["expected", "member"],
        ].reduce((text, [name, to]) => set(text, name!, to!), tag)
      : tag,
  );
}
