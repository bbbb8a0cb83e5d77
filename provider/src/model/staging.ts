import type { Cib } from "./cib";
import { clearMeta, type PcsCommand } from "../pcs/commands";
import { setMarks } from "./writing";

/**
 * A staged resource stands in the configuration, but waits for somebody of ours to start it. Pacemaker has one way to say
 * "stopped", target-role=Stopped, and so has the operator (`pcs resource disable`): this mark tells the two apart.
 * Its value is the id of who will start the resource: its group; or a resource, itself or the one before it, that was
 * stopped for a moment to be changed.
 */
export const stagedMark = "pulumi-staged";

/**
 * A member that is declared for another place stays where it is until its group lets it go, or its new group takes it.
 * The value is the new group's id, or its own where it is to stand alone. It says nothing of whether it runs.
 */
export const movingMark = "pulumi-moves-to";

/**
 * A service that ran on every node is to run on one: Pacemaker is told to stop the others and to leave that one alone, until
 * it has. The value is the id of its group.
 */
export const narrowingMark = "pulumi-leaves-others";

/** What says so to Pacemaker, from 2.1.3 on; before, it stops all and starts one. */
export function narrowingMeta(group: string): Record<string, string> {
  return { "multiple-active": "stop_unexpected", [narrowingMark]: group };
}

/** Takes that away again from those of the resources that carry it. */
export function narrowed(cib: Cib, ids: readonly string[]): PcsCommand[] {
  const marked = ids.filter(
    (id) => narrowingMark in (cib.primitives.get(id)?.meta ?? {}),
  );
  return marked.length > 0
    ? [
        clearMeta(marked, [narrowingMark], {
          name: "multiple-active",
          besides: narrowingMark,
        }),
      ]
    : [];
}

interface WithMeta {
  readonly meta: Readonly<Record<string, string>>;
}

/** The meta attributes of a resource that waits for its group. */
export function stagedMeta(group: string): Record<string, string> {
  return { "target-role": "Stopped", [stagedMark]: group };
}

/** Takes our marks away from those that carry them, and the role with them. */
export function unstage(staged: readonly string[]): PcsCommand[] {
  return staged.length > 0
    ? [
        clearMeta(staged, [stagedMark, movingMark], {
          name: "target-role",
          besides: stagedMark,
        }),
      ]
    : [];
}

/** Members have come where they were declared to be: those that are staged start, and an operator's role stays. */
export function arrive(cib: Cib, members: readonly string[]): PcsCommand[] {
  const found = members.flatMap((id) => cib.primitives.get(id) ?? []);
  const unmarked = found.filter(
    (one) => !isStaged(one) && movingMark in one.meta,
  );
  return [
    ...unstage(found.filter(isStaged).map(({ id }) => id)),
    ...(unmarked.length > 0
      ? [
          clearMeta(
            unmarked.map(({ id }) => id),
            [movingMark],
          ),
        ]
      : []),
  ];
}

export function isStaged({ meta }: WithMeta): boolean {
  return stagedMark in meta;
}

/** Stopped by somebody who is not us. */
export function isDisabled(found: WithMeta): boolean {
  return isToStop(found) && !isStaged(found);
}

/** Whether the configuration says that it shall not run, whoever wrote that. */
export function isToStop({ meta }: WithMeta): boolean {
  return meta["target-role"]?.toLowerCase() === "stopped";
}

/**
 * Stops one resource, unless it is to be stopped already.
 *
 * @param starter who will start it again; default: its new place, else its group, else itself
 */
export function stopCommand(
  cib: Cib,
  id: string,
  starter?: string,
): PcsCommand[] {
  const found = cib.primitives.get(id);
  if (!found) return [];
  if (isToStop(found))
    // What was stopped for a moment must now wait for its group, since what it stands on goes.
    return isStaged(found) &&
      starter === found.group &&
      starter !== undefined &&
      found.meta[stagedMark] !== starter
      ? [setMarks(cib, found, { [stagedMark]: starter })]
      : [];
  const mark =
    starter ??
    found.meta[movingMark] ??
    found.meta[stagedMark] ??
    found.group ??
    id;
  return [setMarks(cib, found, stagedMeta(mark))];
}

/** The members that wait for this one, and for nobody else, to start: it was stopped for a moment to be changed. */
export function waitingFor(cib: Cib, id: string): string[] {
  return [...cib.primitives.values()]
    .filter(({ meta }) => meta[stagedMark] === id)
    .map((one) => one.id);
}

/** Whether the state should say that something is left to do, though the inputs are the same. */
export function isUnfinished(found: WithMeta & { readonly id: string }) {
  return (
    found.meta[stagedMark] === found.id || found.meta[movingMark] === found.id
  );
}
