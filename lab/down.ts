/** Takes a lab away, whole or half there: it looks for what exists instead of trusting any record. */

import { existsSync, readdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";

import { killCgroup, removeCgroups } from "./cgroups";
import { forgetMachine, unmountLab } from "./containers";
import { refuseForeign, removeLabFolder } from "./folder";
import { withLock } from "./lock";
import { removeNetwork } from "./network";
import { labDir, stateRoot } from "./paths";
import { assertLabName } from "./plan";

export async function labDown(name: string): Promise<void> {
  assertLabName(name);
  await withLock(name, () => removeLab(name));
  removeIfEmpty(stateRoot());
}

/** Without the lock, for a caller who holds it. */
export async function removeLab(name: string): Promise<void> {
  refuseForeign(name);
  await killCgroup(name);
  const nodes = join(labDir(name), "nodes");
  if (existsSync(nodes)) {
    for (const node of readdirSync(nodes)) forgetMachine(name, node);
  }
  await unmountLab(name);
  await removeNetwork(name);
  await removeCgroups(name);
  removeLabFolder(name);
}

function removeIfEmpty(dir: string): void {
  try {
    rmdirSync(dir);
  } catch {
    // another lab is up
  }
}
