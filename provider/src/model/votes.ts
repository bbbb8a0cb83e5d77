/** The votes of a cluster's nodes, as corosync counts them. */

export interface Votes {
  readonly total: number;
  /** How many make the quorum. In a cluster of two, with two_node, it is one. */
  readonly needed: number;
  /** By node. A quorum device stands among them, as "Qdevice". */
  readonly of: ReadonlyMap<string, number>;
}

/** Reads what `corosync-quorumtool -s` prints; undefined where the votes do not stand there. */
export function parseVotes(text: string): Votes | undefined {
  const number = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
  const [total, needed] = [number("Total votes"), number("Quorum")];
  if (Number.isNaN(total + needed)) return undefined;
  const rows = text.matchAll(
    /^\s+\d+\s+(\d+)\s+(?:\S+\s+)*?(\S+)(?: \(local\))?$/gm,
  );
  return {
    total,
    needed,
    of: new Map([...rows].map(([, votes, name]) => [name!, Number(votes)])),
  };
}

/**
 * Why those that are left would have no quorum when these nodes are lost at once; undefined where they would.
 *
 * @param lost names; one that corosync knows by another name counts as one vote
 */
export function noQuorumWithout(
  votes: Votes | undefined,
  lost: readonly string[],
): string | undefined {
  if (!votes)
    return "what corosync-quorumtool says of the votes cannot be read";
  const { total, needed, of } = votes;
  const missing = lost.reduce((sum, node) => sum + (of.get(node) ?? 1), 0);
  if (total - missing >= needed) return undefined;
  return `of ${total} votes ${needed} are needed, and ${missing === 1 ? "one" : missing} would be missing`;
}
