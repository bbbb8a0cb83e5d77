import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPO, cacheRoot } from "./places";
import { OWN_VERSION } from "./version";

/** A Go program and how to build it: a module of its own, pinned by its committed go.mod and go.sum. */
export interface GoProgram {
  name: string;
  module: string;
  package: string;
  flags: readonly string[];
}

const VERSION_VARIABLE =
  "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The flags of the vendor's own release builds, and a result that does not depend on the folder. */
function flags(version: string, ...more: string[]): string[] {
  return [
    "-mod=readonly",
    "-buildvcs=false",
    "-trimpath",
    ...more,
    "-ldflags",
    `-s -w -X ${VERSION_VARIABLE}=v${version}`,
  ];
}

export const PROGRAMS: readonly GoProgram[] = [
  {
    // The host's own module has no versions; this is the last SDK release that carries the host.
    // It serves the engine above it and the SDKs of this project.
    name: "pulumi-language-nodejs",
    module: join(__dirname, "language-nodejs"),
    package:
      "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs",
    flags: flags("3.68.0"),
  },
  {
    name: "pulumi",
    module: join(__dirname, "engine"),
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    flags: flags(OWN_VERSION, "-tags", "osusergo,grpcnotrace"),
  },
];

/** The starter of dynamic providers: a script that the SDK's npm package carries. */
export const RESOURCE_SCRIPT = join(
  REPO,
  "node_modules/@pulumi/pulumi/pulumi-resource-pulumi-nodejs",
);

/** Changes whenever the files in the cache would. */
function recipeHash(): string {
  const hash = createHash("sha256");
  hash.update(`${process.platform} ${process.arch}\0`);
  for (const { name, module, package: path, flags } of PROGRAMS) {
    hash.update(JSON.stringify([name, path, flags]));
    hash.update(readFileSync(join(module, "go.mod")));
    hash.update(readFileSync(join(module, "go.sum")));
  }
  hash.update(readFileSync(RESOURCE_SCRIPT));
  return hash.digest("hex").slice(0, 12);
}

/** The folder that holds `bin` with the three programs. */
export function cacheDir(): string {
  return join(cacheRoot(), "cli", `${OWN_VERSION}-${recipeHash()}`);
}

/** The oldest Go that the recipe takes: the `go` line of the engine's go.mod. */
export function goNeeded(): string {
  const text = readFileSync(join(__dirname, "engine", "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(text)?.[1] ?? "unknown";
}
