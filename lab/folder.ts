/**
 * A lab's folder, and the mark in it by which the lab knows its own: beside it may lie anything, such as a disk's
 * lost+found, or what the owner of the folder above keeps there.
 */

import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";

import { labDir, labFile, stateRoot } from "./paths";

const mark = ".pulumi-pacemaker-lab";

/** The description is a mark as well, and the only one of labs that earlier versions made. */
function isMarked(name: string): boolean {
  return existsSync(join(labDir(name), mark)) || existsSync(labFile(name));
}

/** Every lab that has left something on disk, whole or not. */
export function labNames(): string[] {
  if (!existsSync(stateRoot())) return [];
  return readdirSync(stateRoot(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isMarked(entry.name))
    .map((entry) => entry.name);
}

/** Throws if what lies where the lab's folder belongs is somebody else's. */
export function refuseForeign(name: string): void {
  if (!existsSync(labDir(name)) || isMarked(name)) return;
  throw new Error(
    `${labDir(name)} was not made by the lab, and is left alone: give the lab another name, or set PACEMAKER_LAB_STATE.`,
  );
}

export function makeLabFolder(name: string): string {
  const dir = labDir(name);
  mkdirSync(stateRoot(), { recursive: true, mode: 0o755 });
  mkdirSync(dir, { mode: 0o700 }); // fails where there is one
  writeFileSync(join(dir, mark), "");
  return dir;
}

/** The mark goes last, so that a removal that was interrupted can be taken up again. */
export function removeLabFolder(name: string): void {
  refuseForeign(name);
  const dir = labDir(name);
  if (!existsSync(dir)) return;
  // An old lab's only mark is its description.
  writeFileSync(join(dir, mark), "");
  for (const entry of readdirSync(dir)) {
    if (entry !== mark) rmSync(join(dir, entry), { recursive: true });
  }
  rmSync(join(dir, mark));
  rmdirSync(dir);
}
