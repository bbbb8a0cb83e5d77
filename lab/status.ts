/** What is up on this machine. */

import { labNames } from "./folder";
import { findMissing } from "./health";
import { describeLab, type Lab } from "./lab";

export interface LabStatus {
  name: string;
  /** Missing when the lab is not whole: `down` removes what there is of it. */
  lab?: Lab;
  healthy: boolean;
  /** What it lacks, in words. */
  missing?: string;
}

export async function labStatus(name?: string): Promise<LabStatus[]> {
  const names = name === undefined ? labNames() : [name];
  return Promise.all(names.map(statusOf));
}

async function statusOf(name: string): Promise<LabStatus> {
  const lab = describeLab(name);
  if (!lab) return { name, healthy: false, missing: "it is not up" };
  const missing = await findMissing(name, lab.nodes, [22, 2224]);
  return { name, lab, healthy: missing === undefined, missing };
}

export function statusText(statuses: readonly LabStatus[]): string {
  if (statuses.length === 0) return "No lab is up.";
  return statuses.map(oneText).join("\n\n");
}

function oneText({ name, lab, healthy, missing }: LabStatus): string {
  const health = healthy ? "healthy" : `NOT healthy: ${missing}`;
  if (!lab) return `${name}: ${health}`;
  return [
    `${name}: ${health}`,
    `  suite      ${lab.suite}, pacemaker ${lab.versions.pacemaker}, pcs ${lab.versions.pcs}`,
    `  nodes      ${lab.nodes.map((node) => `${node.name} ${node.address}`).join(", ")}`,
    `  namespace  ${lab.namespace} (${lab.clientAddress})`,
    `  key        ${lab.privateKeyPath}`,
    `  described  ${lab.path}`,
  ].join("\n");
}
