/** Where things lie: caches may be lost at any time, state lives as long as a lab is up. */

import { homedir } from "node:os";
import { join, resolve } from "node:path";

export function cacheRoot(): string {
  return (
    process.env["PACEMAKER_LAB_CACHE"] ??
    join(
      process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"),
      "pulumi-pacemaker",
    )
  );
}

export function basesDir(): string {
  return join(cacheRoot(), "lab");
}

/**
 * On a disk, not in /run: overlayfs needs an upper layer that is neither an overlay nor short of attributes. The folder
 * that a person names may be anybody's, so that the labs have one of their own in there.
 */
export function stateRoot(): string {
  return resolve(
    process.env["PACEMAKER_LAB_STATE"] || "/var/lib",
    "pulumi-pacemaker-lab",
  );
}

export function labDir(name: string): string {
  return join(stateRoot(), name);
}

export function labFile(name: string): string {
  return join(labDir(name), "lab.json");
}

export function baselineFile(name: string): string {
  return join(labDir(name), "baseline.xml");
}

export interface NodePaths {
  dir: string;
  upper: string;
  work: string;
  root: string;
  console: string;
}

export function nodePaths(lab: string, node: string): NodePaths {
  const dir = join(labDir(lab), "nodes", node);
  return {
    dir,
    upper: join(dir, "upper"),
    work: join(dir, "work"),
    root: join(dir, "root"),
    console: join(dir, "console.log"),
  };
}
