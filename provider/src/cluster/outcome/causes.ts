import { parsePlacement } from "../../model/placement";
import { parseSimulated } from "../../model/simulated";
import { onMember, read, type Cluster } from "../nodes/members";
import type { Evidence } from "./reasons/evidence";

/**
 * Reads what tells why something does not run: the whole CIB, its status included, and what Pacemaker computes from it.
 *
 * @returns undefined where that cannot be read: the error that it would explain must not give way to another one.
 */
export async function lookForCauses(
  cluster: Cluster,
): Promise<Evidence | undefined> {
  try {
    return await onMember(cluster, async (member) => {
      const [cib, simulation] = await Promise.all([
        read(member, ["/usr/sbin/cibadmin", "--query"]),
        read(member, [
          "/usr/sbin/crm_simulate",
          "--live-check",
          "--simulate",
          "--show-scores",
          "--output-as=xml",
        ]),
      ]);
      return {
        placement: parsePlacement(cib),
        simulated: parseSimulated(simulation),
        now: Date.now(),
      };
    });
  } catch {
    return undefined;
  }
}
