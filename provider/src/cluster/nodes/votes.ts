import { parseVotes, type Votes } from "../../model/votes";
import type { Member } from "./members";

/** Asks a node for the votes; undefined where it does not tell them. */
export async function votesOf(member: Member): Promise<Votes | undefined> {
  const { stdout } = await member.host.exec(
    ["/usr/sbin/corosync-quorumtool", "-s"],
    { rights: "cluster", reads: true },
  );
  return parseVotes(stdout);
}
