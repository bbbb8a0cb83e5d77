/** The node_modules that a project sees. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPO } from "../../../scripts/cli/places";

const provider = "pulumi-pacemaker";

/** The repository's own node_modules, where the provider is a link to its workspace. */
export const workspaceModules = join(REPO, "node_modules");

/**
 * Makes a node_modules in a folder: the repository's dependencies by links, and a copy of the provider as it is built
 * now. Returns the copy's folder.
 */
export function copyModules(folder: string): string {
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(workspaceModules))
    if (name !== provider && !name.startsWith("."))
      symlinkSync(join(workspaceModules, name), join(modules, name));
  const copy = join(modules, provider);
  for (const part of ["package.json", "dist"])
    cpSync(join(REPO, "provider", part), join(copy, part), { recursive: true });
  return copy;
}

let snapshot: string | undefined;

/** One copy for the process: a build in the middle of a run does not change what is tested. */
export function snapshotModules(): string {
  if (!snapshot) {
    const folder = mkdtempSync(join(tmpdir(), "pacemaker-test-modules-"));
    process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    copyModules(folder);
    snapshot = join(folder, "node_modules");
  }
  return snapshot;
}
