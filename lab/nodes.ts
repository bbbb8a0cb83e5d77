/** What a test does to single nodes of a lab. */

import { leaderOf } from "./cgroups";
import { type CommandOptions, type CommandResult } from "./command";
import { boot, captureOnNode, powerOff } from "./containers";
import { viewFrom, waitHealthy } from "./health";
import type { Lab } from "./lab";
import { resetAddresses, setLink } from "./network";
import type { NodePlan } from "./plan";
import { waitUntil } from "./wait";

function planOf(lab: Lab, node: string): NodePlan {
  const found = lab.nodes.find(({ name }) => name === node);
  if (!found) throw new Error(`Lab ${lab.name} has no ${node}.`);
  return found;
}

/** Runs a program on a node, as root, without ssh; resolves whatever its exit code. */
export function execOnNode(
  lab: Lab,
  node: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return captureOnNode(lab.name, planOf(lab, node).name, argv, options);
}

/** Power off, the hard way: no daemon gets to say goodbye. Its disk stays. */
export async function stopNode(lab: Lab, node: string): Promise<void> {
  await powerOff(lab.name, planOf(lab, node).name);
}

/** Boots a node that is off. Does not wait: see waitOnline. */
export async function startNode(lab: Lab, node: string): Promise<void> {
  if (leaderOf(lab.name, node) !== undefined) return;
  const plan = planOf(lab, node);
  await resetAddresses(plan);
  await boot(lab.name, plan);
}

/** Waits until the given nodes, all of them unless told, see each other online in a partition with quorum. */
export async function waitOnline(
  lab: Lab,
  nodes: readonly string[] = lab.nodes.map(({ name }) => name),
  timeoutMs = 60_000,
): Promise<void> {
  const plans = nodes.map((node) => planOf(lab, node));
  await waitHealthy(lab.name, plans, { timeoutMs }, [22]);
}

/** Waits until all others that run miss the given node: a token's time after its end, while the cluster still says "online". */
export async function waitMissed(lab: Lab, node: string): Promise<void> {
  const others = lab.nodes.filter(({ name }) => name !== node);
  await waitUntil(
    `${node} to be missed by the others`,
    async () => {
      for (const { name } of others) {
        if (leaderOf(lab.name, name) === undefined) continue;
        const view = await viewFrom(lab.name, name);
        if (!view) return `Pacemaker does not answer on ${name}`;
        if (view.online.includes(node)) return `${node} is online for ${name}`;
      }
      return undefined;
    },
    { intervalMs: 150, timeoutMs: 60_000 },
  );
}

/** Pulls the node's cable out. */
export async function cutNode(lab: Lab, node: string): Promise<void> {
  await setLink(lab, planOf(lab, node).name, "down");
}

/** Puts the node's cable back. */
export async function healNode(lab: Lab, node: string): Promise<void> {
  await setLink(lab, planOf(lab, node).name, "up");
}
