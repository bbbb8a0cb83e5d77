/** What is not understood is not touched: it is refused before anything happens. */
import { PacemakerError } from "../errors";
import type { Group, Primitive } from "./cib";

/**
 * What runs in a clone or a bundle runs several times, or in containers: no resource of ours is that, but for what stands by
 * in a clone of ours.
 *
 * @param ours the ids of the clones that are declared for it
 * @throws PacemakerError (conflict) that names it.
 */
export function refuseParent(
  found: Primitive | Group | undefined,
  ours: readonly string[] = [],
): void {
  if (found?.parent && !ours.includes(found.parent.id))
    throw new PacemakerError(
      "conflict",
      `${found.id} is part of the ${found.parent.kind} ${found.parent.id}, ${wayOut(found)} Nothing was changed.`,
    );
}

/** The same in words, for a list. */
export function parentProblem(
  found: Primitive | Group | undefined,
): string | undefined {
  return found?.parent
    ? `${found.id} is part of the ${found.parent.kind} ${found.parent.id}, ${wayOut(found)}`
    : undefined;
}

function wayOut({ id, parent }: Primitive | Group): string {
  return parent?.kind === "clone"
    ? `which runs it on several nodes at once: it cannot be managed by itself. Take it out of the clone first ` +
        `("pcs resource unclone ${id}"), or choose another resourceId.`
    : `which runs it in containers: it cannot be managed by itself. Choose another resourceId.`;
}

/**
 * What other resources refer to would be gone for them too.
 *
 * @throws PacemakerError (conflict) that names them.
 */
export function refuseShared(found: Primitive | Group | undefined): void {
  const [shared] = found?.source?.sharedParts ?? [];
  if (shared)
    throw new PacemakerError(
      "conflict",
      `${found!.id} holds ${shared.part}, to which ${shared.by.join(", ")} refers (id-ref): it would be lost there too. ` +
        `Give ${shared.by.join(", ")} values of its own first. Nothing was changed.`,
    );
}
