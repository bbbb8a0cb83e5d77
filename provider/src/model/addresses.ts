import { PacemakerError } from "../errors";
import type { Cib } from "./cib";
import { sameAddress } from "./network";

/** The agents that put an address on an interface, or take it off; IPsrcaddr only uses one. */
const agents = /^ocf:(heartbeat|percona):(IPaddr2?|IPv6addr|AliasIP)$/;

/**
 * An address is held once in a cluster: a second resource would take it away from the first. What runs in a container has an
 * address of its own network.
 *
 * @throws PacemakerError (conflict) that names the resource that holds it.
 */
export function refuseSecondHolder(
  { primitives }: Pick<Cib, "primitives">,
  id: string,
  ip: string,
): void {
  for (const other of primitives.values()) {
    const held = other.options.ip ?? other.options.ipv6addr;
    if (
      other.id === id ||
      held === undefined ||
      other.parent?.kind === "bundle" ||
      !agents.test(other.agent) ||
      !sameAddress(held.split("/")[0]!, ip)
    )
      continue;
    throw new PacemakerError(
      "conflict",
      `${id}: the cluster's resource ${other.id} holds the address ${ip} already. ` +
        (other.parent
          ? `It is in the ${other.parent.kind} ${other.parent.id}: leave the address to that, or remove it first. `
          : `Set resourceId to "${other.id}" to take it over, or remove it first ("pcs resource delete ${other.id}"). Where it ` +
            `is this one under another Pulumi name, keep its id (an SmtpStack's: idPrefix) and name the old one in aliases. `) +
        `Nothing was changed.`,
    );
  }
}
