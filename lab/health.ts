/** What a lab's cluster says about itself, and the waits for it to be well. */

import { leaderOf } from "./cgroups";
import { captureOnNode, portsOf } from "./containers";
import type { NodePlan } from "./plan";
import { waitUntil, type WaitOptions } from "./wait";

export interface ClusterView {
  quorum: boolean;
  dc?: string;
  online: string[];
  /** Ids of what is active anywhere, orphans included. */
  active: string[];
  /** Those of them that Pacemaker has given up on, since their stop has failed. */
  blocked: string[];
}

function attributes(tag: string): Map<string, string> {
  const found = [...tag.matchAll(/([\w-]+)="([^"]*)"/g)];
  return new Map(found.map(([, name, value]) => [name ?? "", value ?? ""]));
}

/** Reads `crm_mon --output-as=xml`. */
export function parseCrmMon(xml: string): ClusterView {
  const tags = (name: string) =>
    [...xml.matchAll(new RegExp(`<${name} [^>]*>`, "g"))].map(([tag]) =>
      attributes(tag),
    );
  const dc = tags("current_dc")[0];
  const active = tags("resource").filter(
    (resource) => resource.get("active") === "true",
  );
  const id = (tag: Map<string, string>) => tag.get("id") ?? "";
  return {
    quorum: dc?.get("with_quorum") === "true",
    dc: dc?.get("name"),
    online: tags("node")
      .filter((node) => node.get("online") === "true")
      .filter((node) => node.get("pending") !== "true")
      .map((node) => node.get("name") ?? ""),
    active: active.map(id),
    blocked: active.filter((tag) => tag.get("blocked") === "true").map(id),
  };
}

/** The cluster as one node sees it; undefined while Pacemaker does not answer there. */
export async function viewFrom(
  lab: string,
  node: string,
): Promise<ClusterView | undefined> {
  if (leaderOf(lab, node) === undefined) return undefined;
  const result = await captureOnNode(
    lab,
    node,
    ["crm_mon", "--one-shot", "--inactive", "--output-as=xml"],
    { timeoutMs: 5_000 },
  );
  return result.code === 0 ? parseCrmMon(result.stdout) : undefined;
}

const services = new Map([
  [22, "sshd"],
  [2224, "pcsd"],
  [25, "Postfix"],
]);

/** What a healthy lab still lacks, in words; undefined if nothing. */
export async function findMissing(
  lab: string,
  nodes: readonly NodePlan[],
  ports: readonly number[] = [...services.keys()],
): Promise<string | undefined> {
  for (const node of nodes) {
    if (leaderOf(lab, node.name) === undefined) {
      return `${node.name} is down`;
    }
    const open = portsOf(lab, node.name);
    const silent = ports.find((port) => !open.has(port));
    if (silent !== undefined) {
      return `${services.get(silent)} does not answer on ${node.name}`;
    }
  }
  // One after the other: while the first still waits, asking the others only slows them down.
  for (const node of nodes) {
    const view = await viewFrom(lab, node.name);
    if (!view) return `Pacemaker does not answer on ${node.name}`;
    if (!view.quorum) return `${node.name} sees no partition with quorum`;
    const offline = nodes.find((other) => !view.online.includes(other.name));
    if (offline) return `${offline.name} is not online for ${node.name}`;
  }
  return undefined;
}

export function waitHealthy(
  lab: string,
  nodes: readonly NodePlan[],
  options: WaitOptions,
  ports?: readonly number[],
): Promise<void> {
  return waitUntil(
    "a partition with quorum, all nodes online and their services answering",
    () => findMissing(lab, nodes, ports),
    { intervalMs: 150, ...options },
  );
}
