/** A lab that is up, as its description on disk tells: this is what a program under test gets to see. */

import { existsSync, readFileSync } from "node:fs";

import { labFile } from "./paths";
import type { LabPlan } from "./plan";

export interface Lab extends LabPlan {
  /** The nodes' addresses, in order. */
  hosts: string[];
  user: string;
  privateKeyPath: string;
  knownHostsPath: string;
  /** The ed25519 host key of each address, as `type base64`. */
  hostKeys: Record<string, string>;
  /** An address of the lab's network that belongs to no node. */
  floatingAddress: string;
  cidrNetmask: number;
  clientAddress: string;
  versions: { pacemaker: string; pcs: string };
  /** This description's own path: the value of PACEMAKER_LAB. */
  path: string;
}

export function describeLab(name: string): Lab | undefined {
  const path = labFile(name);
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, "utf8")) as Lab;
}

export function requireLab(name: string): Lab {
  const lab = describeLab(name);
  if (!lab) {
    throw new Error(
      `Lab ${name} is not up. Start it with: npm run lab -- up --name ${name}`,
    );
  }
  return lab;
}
