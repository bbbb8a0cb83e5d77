import { realpathSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import type { Installed } from "./choose";
import { command, findInPath, isExecutable } from "./command";

/** Everything that a CLI folder must hold to run Node.js programs with dynamic resources. */
export const CLI_FILES = [
  "pulumi",
  "pulumi-language-nodejs",
  "pulumi-resource-pulumi-nodejs",
];

/** What `pulumi version` prints; "" when it prints nothing in time. */
export async function printedVersion(dir: string): Promise<string> {
  const { code, stdout } = await command(join(dir, "pulumi"), ["version"], {
    timeout: 60_000,
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  return code === 0 ? stdout.trim() : "";
}

/** Is this folder complete, and is its CLI of exactly this version? */
export async function holdsVersion(
  dir: string,
  version: string,
): Promise<boolean> {
  if (!CLI_FILES.every((name) => isExecutable(join(dir, name)))) return false;
  return (await printedVersion(dir)) === `v${version}`;
}

/** The user's own CLI. npm puts its wrapper in the PATH of scripts: that one is not installed, it downloads. */
export async function findInstalled(
  path = process.env.PATH ?? "",
): Promise<Installed | undefined> {
  const dirs = path
    .split(delimiter)
    .filter((dir) => basename(dirname(dir)) !== "node_modules");
  const dir = findInPath("pulumi", dirs.join(delimiter));
  if (dir === undefined) return undefined;
  const host = "pulumi-language-nodejs";
  const real = dirname(realpathSync(join(dir, "pulumi")));
  return {
    dir,
    version: await printedVersion(dir),
    languageHost: [dir, real, ...dirs].some((place) =>
      isExecutable(join(place, host)),
    ),
  };
}
