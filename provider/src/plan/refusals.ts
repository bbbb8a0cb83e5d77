/** What forbids an object of any kind to be made, or to be taken over. */
import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";

/**
 * For what is not there: ids are unique in a configuration, whatever they are of.
 *
 * @throws PacemakerError (conflict) where something else has it.
 */
export function refuseTaken(cib: Cib, id: string): void {
  const taken = cib.ids.get(id);
  if (taken === undefined) return;
  throw new PacemakerError(
    "conflict",
    `${id}: the cluster's configuration uses this id already, for a <${taken}>. Choose another resourceId. ` +
      `Nothing was changed.`,
  );
}

/**
 * For what somebody else has made: it is taken over as it is declared, or where that is asked for.
 *
 * @param differences in words, one a line; none where it is as declared
 * @throws PacemakerError (conflict) with the differences.
 */
export function refuseDifferent(
  id: string,
  differences: readonly string[],
): void {
  if (differences.length === 0) return;
  throw new PacemakerError(
    "conflict",
    `${id} exists in the cluster and differs from what is declared:\n` +
      differences.map((line) => `- ${line}`).join("\n") +
      `\nDeclare it as it is, choose another resourceId, or set adopt to "update" to take it over and change it. ` +
      `Nothing was changed.`,
  );
}
