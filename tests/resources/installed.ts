import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";

export const repo = resolve(__dirname, "..", "..");

/** How a program may come by the package. */
export const ways = ["symlink", "tarball"] as const;

/** A folder of a program whose node_modules hold the package, as built, and what it needs. */
export function userFolder(way: (typeof ways)[number]): string {
  const folder = mkdtempSync(join(tmpdir(), `pacemaker-user-${way}-`));
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  for (const name of readdirSync(join(repo, "node_modules")))
    if (!name.startsWith(".") && name !== "pulumi-pacemaker")
      symlinkSync(join(repo, "node_modules", name), join(modules, name));
  const target = join(modules, "pulumi-pacemaker");
  if (way === "symlink") symlinkSync(join(repo, "provider"), target);
  else {
    // Without scripts: a build here would change what other tests run.
    const packed = execFileSync(
      "npm",
      ["pack", "--ignore-scripts", "--pack-destination", folder],
      { cwd: join(repo, "provider"), encoding: "utf8", stdio: "pipe" },
    );
    mkdirSync(target);
    execFileSync("tar", [
      "-xzf",
      join(folder, packed.trim().split("\n").at(-1)!),
      "-C",
      target,
      "--strip-components=1",
    ]);
  }
  return folder;
}

/** The compiled provider that `require("pulumi-pacemaker/provider")` finds from here. */
export const distribution = dirname(
  require.resolve("pulumi-pacemaker/provider"),
);
