/** What a program says of members and their groups, each by itself, as far as Pulumi has asked about them in this process. */
import type { Cluster } from "../cluster/nodes/members";
import { warn } from "../cluster/report";

interface Program {
  /** By member: the group that shall start it. */
  readonly memberships: Map<string, string>;
  /** By group: its members. */
  readonly groups: Map<string, readonly string[]>;
  readonly told: Set<string>;
}

const programs = new WeakMap<Cluster, Program>();

interface Declaration {
  readonly resourceId: string;
  readonly group?: string;
  readonly members?: readonly string[];
}

/**
 * Notes what a resource declares, and tells whom it leaves waiting: a member whose group does not name it stays stopped.
 * Each run asks about each resource, so that each tells it, and nobody has to look at the cluster.
 */
export function noteDeclared(cluster: Cluster, declared: Declaration): void {
  const program = programs.get(cluster) ?? {
    memberships: new Map<string, string>(),
    groups: new Map<string, readonly string[]>(),
    told: new Set<string>(),
  };
  programs.set(cluster, program);
  const { resourceId: id, group, members } = declared;
  if (group !== undefined) program.memberships.set(id, group);
  if (members !== undefined) program.groups.set(id, members);
  for (const [member, itsGroup] of program.memberships) {
    const named = program.groups.get(itsGroup);
    if (!named || named.includes(member) || program.told.has(member)) continue;
    program.told.add(member);
    warn(
      member,
      `its group ${itsGroup} does not name it among its members, so nothing starts it there: it waits, stopped. Add its ` +
        `resourceId to the members of ${itsGroup} (an SmtpStack takes further ones as its own members).`,
    );
  }
}
