import { lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { isExecutable } from "./command";

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Makes `link` lead to the folder `bin`, unless a CLI is there already. */
export function linkForNpx(link: string, bin: string): void {
  if (isExecutable(`${link}/pulumi`)) return;
  if (exists(link)) rmSync(link, { recursive: true }); // leads nowhere, or holds a broken download
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync(bin, link);
}
