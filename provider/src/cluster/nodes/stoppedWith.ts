/** Other units with which systemd stops the service. */
import { fullName, type Unit } from "../../model/unit";
import type { Tell } from "../report";
import { inspect } from "./inspect";
import type { Member } from "./members";

/**
 * Tells of the services that take this one down where they stop, as Debian 13's `postfix` does with `postfix@mx`: Pacemaker
 * would find that out at its next monitor. What runs nothing of its own, or is not in use, is not told of.
 *
 * @param ours the names of what is started and stopped together with it
 * @param managed the names of what the cluster's other resources run
 */
export async function tellStoppedWith(
  resource: string,
  found: readonly { readonly member: Member; readonly unit: Unit }[],
  { ours, managed }: Record<"ours" | "managed", ReadonlySet<string>>,
  tell: Tell,
): Promise<void> {
  const nodesOf = new Map<string, string[]>();
  await Promise.all(
    found.flatMap(({ member, unit }) =>
      unit.partOf
        .filter((name) => name.endsWith(".service") && !ours.has(name))
        .map(async (name) => {
          const other = await inspect(member, name);
          const isUsed =
            other.isActive ||
            other.isEnabled ||
            other.names.some((one) => managed.has(one));
          if (isUsed && !other.isWrapper)
            nodesOf.set(name, [...(nodesOf.get(name) ?? []), member.node]);
        }),
    ),
  );
  const unit = fullName(found[0]!.unit.name);
  for (const [name, nodes] of nodesOf)
    tell(
      resource,
      `systemd stops ${unit} wherever ${name} stops (PartOf= in its [Unit] section, on ` +
        `${nodes.sort().join(", ")}), also where Pacemaker or an upgrade stops that: until Pacemaker's next monitor nobody starts it ` +
        `again. To part them, put a copy of its unit file without that line into /etc/systemd/system on each node.`,
    );
}
