import { PacemakerError } from "../../errors";
import type { Cib } from "../../model/cib";
import type { Tell } from "../report";
import { isNamedBy, managersIn } from "../../model/managers";
import { shortName } from "../../model/unit";

/** A unit, and all the names, with their suffix, of what is started and stopped with it. */
export interface KnownUnit {
  readonly unit: string;
  readonly names: ReadonlySet<string>;
}

/**
 * A unit must have one manager: to stop it would break the other one's promise.
 *
 * @throws PacemakerError (conflict) with the id of the other resource
 */
export function refuseSecondManager(
  cib: Pick<Cib, "primitives">,
  id: string,
  { unit, names }: KnownUnit,
): void {
  const other = managersIn(cib, id).find(
    (manager) => manager.kind !== "perhaps" && isNamedBy(manager, names),
  );
  if (!other) return;
  if (other.kind === "daemon")
    throw new PacemakerError(
      "conflict",
      `${id}: the cluster's resource ${other.id} (${other.agent}) runs the service of ${unit} already, without its unit. ` +
        `To have ${id} run it, remove that one first ("pcs resource delete ${other.id}": the service is down until ${id} ` +
        `starts it). Nothing was changed.`,
    );
  const named = shortName(other.units[0]!);
  const isSame = named === unit;
  throw new PacemakerError(
    "conflict",
    `${id}: the cluster's resource ${other.id} manages ${other.agent} already. ` +
      (isSame ? "" : `That is ${unit}, or stops and starts it. `) +
      (other.parent
        ? `It is in the clone ${other.parent.id}: leave the service to that, or remove it first. `
        : other.agent.startsWith("systemd:")
          ? `Set resourceId to "${other.id}"${isSame ? "" : ` and adopt to "update"`} to take it over, or remove it first. Where it is this one under another Pulumi name, keep its id (an SmtpStack's: idPrefix) and name the old one in aliases. `
          : `Remove it first ("pcs resource delete ${other.id}" stops the service). `) +
      `Nothing was changed.`,
  );
}

/** Names the resources that may run the same program: only a person knows. */
export function warnOfLikelyManagers(
  cib: Pick<Cib, "primitives">,
  id: string,
  { unit, names }: KnownUnit,
  tell: Tell,
): void {
  for (const other of managersIn(cib, id))
    if (other.kind === "perhaps" && isNamedBy(other, names))
      tell(
        id,
        `the cluster's resource ${other.id} (${other.agent}) may run the service of ${unit} as well. Then each stops the ` +
          `other's: remove one of the two, unless they have configurations, addresses and data of their own.`,
      );
}
