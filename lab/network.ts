/**
 * The lab's network lives in namespaces of its own: one for each node, one for the bridge and the programs under test.
 * The machine's own namespace gets neither an address nor a bridge nor one end of a cable, since its own subnet may well
 * be the lab's.
 */

import { existsSync, readdirSync } from "node:fs";

import { capture, run } from "./command";
import {
  clientAddress,
  namespaceOf,
  networkPrefix,
  nodeInterface,
  type LabPlan,
  type NodePlan,
} from "./plan";

const bridge = "lab0";

export function namespacePath(namespace: string): string {
  return `/run/netns/${namespace}`;
}

export async function makeNetwork(plan: LabPlan): Promise<void> {
  const client = plan.namespace;
  await run(["ip", "netns", "add", client]);
  for (const node of plan.nodes)
    await run(["ip", "netns", "add", node.namespace]);
  await ipBatch(client, [
    "link set lo up",
    `link add ${bridge} type bridge forward_delay 0`,
    `link set ${bridge} up`,
    `address add ${clientAddress}/${networkPrefix} dev ${bridge}`,
    ...plan.nodes.flatMap((node) => [
      `link add ${node.name} type veth peer name ${nodeInterface} netns ${node.namespace}`,
      `link set ${node.name} master ${bridge} up`,
    ]),
  ]);
  for (const node of plan.nodes) {
    await ipBatch(node.namespace, [
      "link set lo up",
      `address add ${node.address}/${networkPrefix} dev ${nodeInterface}`,
      `link set ${nodeInterface} up`,
    ]);
  }
}

async function ipBatch(namespace: string, lines: string[]): Promise<void> {
  await run(["ip", "-netns", namespace, "-batch", "-"], {
    stdin: lines.join("\n"),
  });
}

/** What a machine that boots has: its own address, and none that it held before it lost its power. */
export async function resetAddresses(node: NodePlan): Promise<void> {
  await ipBatch(node.namespace, [
    `address flush dev ${nodeInterface} scope global`,
    `address add ${node.address}/${networkPrefix} dev ${nodeInterface}`,
  ]);
}

/** Pulls a node's cable out, or puts it back. */
export async function setLink(
  plan: Pick<LabPlan, "namespace">,
  node: string,
  state: "up" | "down",
): Promise<void> {
  await run(["ip", "-netns", plan.namespace, "link", "set", node, state]);
}

/** The namespaces of a lab that exist, whatever became of the rest of it. */
export function namespacesOfLab(lab: string): string[] {
  const own = namespaceOf(lab);
  if (!existsSync("/run/netns")) return [];
  return readdirSync("/run/netns").filter(
    (name) => name === own || name.startsWith(`${own}.`),
  );
}

export async function removeNetwork(lab: string): Promise<void> {
  for (const namespace of namespacesOfLab(lab)) {
    await capture(["ip", "netns", "delete", namespace]);
  }
}

/** The command line that runs a program in a namespace: with `ip netns exec` it would lose sight of /sys/fs/cgroup. */
export function inNamespace(
  namespace: string,
  argv: readonly string[],
): string[] {
  return ["nsenter", `--net=${namespacePath(namespace)}`, "--", ...argv];
}
