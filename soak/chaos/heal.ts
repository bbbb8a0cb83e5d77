/** Back to a healthy cluster, by what its operator would do, and nothing more. */
import {
  execOnNode,
  healNode,
  startNode,
  waitOnline,
  type Lab,
} from "../../lab";
import { eventually } from "../../tests/cluster/harness/wait";
import { faults, type Scene } from "./faults";
import type { PlannedFault } from "./plan";

export function sceneOf(lab: Lab, { node }: PlannedFault, cli: number): Scene {
  const [name, other] = [node, node + 1].map(
    (index) => lab.nodes[index % lab.nodes.length]!.name,
  ) as [string, string];
  return { lab, node: name, other, cli };
}

const daemons = ["corosync", "pacemaker", "pcsd", "ssh"];

/** A daemon that has died is started again, where nothing does it by itself. */
async function startDaemons(lab: Lab, node: string): Promise<void> {
  await execOnNode(
    ...([lab, node] as const),
    [
      ...["/bin/sh", "-c"],
      `for unit in ${daemons.join(" ")}; do
        systemctl is-active --quiet $unit || { systemctl reset-failed $unit; systemctl start --no-block $unit; }
      done`,
    ],
    { timeoutMs: 60_000 },
  );
}

/** Everything that the faults of a round have done is undone: every node is on and online. */
export async function heal(
  lab: Lab,
  planned: readonly PlannedFault[],
): Promise<void> {
  // First what gives the nodes back, then what needs them.
  for (const { name } of lab.nodes) {
    await healNode(lab, name);
    await startNode(lab, name);
  }
  const undo = async (fault: PlannedFault): Promise<void> => {
    await faults[fault.kind].heal?.(sceneOf(lab, fault, 0));
  };
  const lastly = ["standby", "ban", "write by hand"];
  for (const fault of planned)
    if (!lastly.includes(fault.kind)) await undo(fault);
  await eventually(
    "every node to be online",
    async () => {
      for (const { name } of lab.nodes) await startDaemons(lab, name);
      await waitOnline(lab, undefined, 15_000);
      return true;
    },
    120,
  );
  for (const fault of planned)
    if (lastly.includes(fault.kind)) await undo(fault);
}
