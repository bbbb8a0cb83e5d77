/** What a program says of members and their groups, each by itself, as far as Pulumi has asked about them in this process. */
import type { Cluster } from "../cluster/nodes/members";
import { warn } from "../cluster/report";
import { PacemakerError } from "../errors";
import { observeShared } from "../cluster/transaction/observe";
import type { Cib, Group, Primitive } from "../model/cib";
import { isStaged } from "../model/staging";

/** By resource: what the program puts on it from outside, such as constraints. */
export type Awaited = Readonly<Record<string, readonly string[]>>;

const awaited = new WeakMap<Cluster, Awaited>();

export function noteAwaited(cluster: Cluster, declared: Awaited): void {
  awaited.set(cluster, declared);
}

/** What the program puts on any of the objects, and that is not in the configuration yet. */
function awaitedBy(
  cluster: Cluster,
  cib: Cib,
  ids: readonly string[],
): string[] {
  return putOn(cluster, ids).filter((id) => !cib.ids.has(id));
}

/** What the program puts on any of the objects, and on that in turn: a clone of a group, and the constraints on the clone. */
function putOn(cluster: Cluster, ids: readonly string[]): string[] {
  const declared = awaited.get(cluster) ?? {};
  const all = new Set(ids);
  for (const id of all) for (const one of declared[id] ?? []) all.add(one);
  return [...all].filter((id) => !ids.includes(id));
}

/** The clone that holds an object, where it is the program's own. */
export function ownClone(
  cluster: Cluster,
  found: Primitive | Group | undefined,
): string | undefined {
  const { parent } = found ?? {};
  if (!found || parent?.kind !== "clone") return undefined;
  const group = found.kind === "primitive" ? found.group : undefined;
  const ids = [found.id, ...(group === undefined ? [] : [group])];
  return putOn(cluster, ids).includes(parent.id) ? parent.id : undefined;
}

/** By cluster: what something waits for that this process has made. */
const waitedFor = new WeakMap<Cluster, Set<string>>();

/**
 * The same, for what is about to be made: whatever it names has work to do then, though its inputs may be the same.
 *
 * @param coming what is made in the same transaction: nobody waits for that
 */
export function awaits(
  cluster: Cluster,
  cib: Cib,
  ids: readonly string[],
  coming: ReadonlySet<string>,
): string[] {
  const found = awaitedBy(cluster, cib, ids).filter((id) => !coming.has(id));
  const all = waitedFor.get(cluster) ?? new Set();
  waitedFor.set(cluster, all);
  for (const id of found) all.add(id);
  return found;
}

/** What is declared of an object, with the clone of the program's own that holds it. */
export function withClone<Declared extends object>(
  cluster: Cluster,
  cib: Cib,
  id: string,
  declared: Declared,
): Declared & { readonly clone?: string } {
  const clone = ownClone(cluster, cib.primitives.get(id) ?? cib.groups.get(id));
  return clone === undefined ? declared : { ...declared, clone };
}

/** The same of a primitive that stands alone: as a member, it starts with its group. */
export function withAwaited<Declared extends object>(
  cluster: Cluster,
  cib: Cib,
  { resourceId, group }: { resourceId: string; group?: string },
  declared: Declared,
  coming: ReadonlySet<string>,
): Declared & { readonly awaits: readonly string[]; readonly clone?: string } {
  return {
    ...withClone(cluster, cib, resourceId, declared),
    awaits:
      group === undefined ? awaits(cluster, cib, [resourceId], coming) : [],
  };
}

/** Whether the program declares it, as far as Pulumi has asked, or something has named it; of a destroy, it asks nothing. */
export function isDeclared(cluster: Cluster, id: string): boolean {
  return programs.get(cluster)?.ids.has(id) === true;
}

/** Whether this process has made something that waits for this object. */
export function isAwaited(cluster: Cluster, id: string): boolean {
  return waitedFor.get(cluster)?.has(id) === true;
}

/** The object is there. */
export function noteArrived(cluster: Cluster, id: string): void {
  waitedFor.get(cluster)?.delete(id);
}

interface Program {
  /** By member: the group that shall start it. */
  readonly memberships: Map<string, string>;
  /** By group: its members. */
  readonly groups: Map<string, readonly string[]>;
  readonly told: Set<string>;
  readonly ids: Set<string>;
  /** By id: what knows of one node alone. */
  readonly single: Map<string, Single>;
  /** By clone: what it is of. */
  readonly clones: Map<string, string>;
}

/** What knows of one node alone: its kind, and the unit that it is of. */
interface Single {
  readonly kind: string;
  readonly unit?: string | undefined;
}

const singleKinds = ["floatingIp", "systemdResource"];

const programs = new WeakMap<Cluster, Program>();

function programFor(cluster: Cluster): Program {
  const found: Program = programs.get(cluster) ?? {
    memberships: new Map(),
    groups: new Map(),
    told: new Set(),
    ids: new Set(),
    single: new Map(),
    clones: new Map(),
  };
  programs.set(cluster, found);
  return found;
}

/** Notes that the program declares these, though Pulumi may ask about them later. */
export function noteOwn(cluster: Cluster, ids: readonly string[]): void {
  const program = programFor(cluster);
  for (const id of ids) program.ids.add(id);
}

/** What may be a group's member. */
export interface Member {
  readonly resourceId: string;
  readonly group?: string;
}

interface Declaration extends Member {
  readonly members?: readonly string[];
  readonly unit?: string;
  readonly resource?: string;
}

/**
 * Notes what a resource declares, and tells whom it leaves waiting: a member whose group does not name it stays stopped.
 * Each run asks about each resource, so that each tells it, and nobody has to look at the cluster.
 */
export function noteDeclared(
  cluster: Cluster,
  kind: string,
  declared: Declaration,
): void {
  const program = programFor(cluster);
  const { resourceId: id, group, members, unit, resource } = declared;
  program.ids.add(id);
  if (singleKinds.includes(kind)) program.single.set(id, { kind, unit });
  if (kind === "clone" && resource !== undefined)
    program.clones.set(id, resource);
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

/**
 * Why a clone that the program declares cannot be: it would hold, by itself or in a group, what knows of one node alone.
 * Whichever of them Pulumi asks about last shows it.
 *
 * @param id the one that is asked about
 */
export function unfitForClone(
  cluster: Cluster,
  id: string,
): PacemakerError | undefined {
  const program = programs.get(cluster);
  for (const [clone, content] of program?.clones ?? [])
    for (const one of [content, ...(program?.groups.get(content) ?? [])]) {
      const found = program?.single.get(one);
      if (found && [clone, content, one].includes(id))
        return unfit(
          clone,
          one === content ? one : `${one}, a member of ${content},`,
          found,
        );
    }
  return undefined;
}

function unfit(
  clone: string,
  what: string,
  { kind, unit = "UNIT" }: Single,
): PacemakerError {
  return kind === "floatingIp"
    ? new PacemakerError(
        "validation",
        `${clone}: ${what} is a FloatingIp, and a clone would put its one address on several nodes at once. Declare a ` +
          `FloatingIp for each of the nodes instead (examples/active-active), or a Primitive with agent ` +
          `"ocf:heartbeat:IPaddr2" where the nodes are to share the address.`,
      )
    : new PacemakerError(
        "validation",
        `${clone}: ${what} is a SystemdResource, which runs its unit on one node, and stops and disables it on the others. ` +
          `Declare a Primitive with agent "systemd:${unit}" instead, and clone that.`,
      );
}

/**
 * Tells of a member that waits for a group that its program does not declare: another program may, or nobody. Where it has been
 * taken over by one, nothing is said.
 *
 * @param groups those that the program declares
 */
export async function tellWithoutGroup(
  cluster: Cluster,
  { resourceId, group }: Member,
  groups: readonly string[],
): Promise<void> {
  if (group === undefined || groups.includes(group)) return;
  const seen = await observeShared(cluster).catch(() => undefined);
  const found = seen?.cib.primitives.get(resourceId);
  // Why the cluster does not answer is said by who needs it.
  if (!seen || (found && !isStaged(found))) return;
  const told = programs.get(cluster)?.told;
  if (told?.has(resourceId)) return;
  told?.add(resourceId);
  warn(
    resourceId,
    `its group ${group} is not declared in this program, and nothing else starts it: it waits, stopped, until a ` +
      `ResourceGroup (or an SmtpStack) of that id names it among its members. Declare the group, or mend the id.`,
  );
}
