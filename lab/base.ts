/** The root filesystem that all nodes of a suite share, built once and cached. */

import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { join } from "node:path";

import { capture, run } from "./command";
import { withLock } from "./lock";
import { basesDir } from "./paths";
import type { Suite } from "./plan";
import { withProgress } from "./progress";

const packages = [
  "systemd",
  "systemd-sysv",
  "dbus",
  "iproute2",
  "iputils-ping",
  "procps",
  "openssh-server",
  "sudo",
  "pacemaker",
  "corosync",
  "pcs",
  "resource-agents",
  "pacemaker-cli-utils",
  "postfix",
  "swaks",
  "libnet-ssleay-perl",
  "nginx-light",
  "netcat-openbsd",
  "nftables",
  "libxml2-utils",
];

/** Half an hour is enough for a slow mirror; what takes longer is stuck. */
const buildMs = 30 * 60_000;

const recipe = join(__dirname, "recipe");
const scripts = ["essential.sh", "customize.sh"];

/** Changes whenever the base would come out differently (newer packages aside). */
export function recipeHash(suite: Suite): string {
  const hash = createHash("sha256").update(JSON.stringify([suite, packages]));
  for (const script of scripts) hash.update(readFileSync(join(recipe, script)));
  return hash.digest("hex").slice(0, 12);
}

/** Where the base of a suite stands, once it is built. */
export function basePath(suite: Suite): string {
  return join(basesDir(), `${suite}-${recipeHash(suite)}`);
}

/** Returns the base of a suite, from the cache or freshly built. */
export async function ensureBase(
  suite: Suite,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<string> {
  const base = basePath(suite);
  if (existsSync(base)) return base;
  const make = async () => {
    if (!existsSync(base)) {
      removeLeftovers(suite);
      log(`building the base of ${suite}, which takes a minute and is kept`);
      await build(suite, base, log, signal);
    }
    return base;
  };
  return withLock(`_base-${suite}`, make, { log, timeoutMs: buildMs, signal });
}

/** Builds beside the cache's entries and renames at the end: an entry is whole or not there. */
async function build(
  suite: Suite,
  base: string,
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  mkdirSync(basesDir(), { recursive: true, mode: 0o755 });
  const dir = mkdtempSync(join(basesDir(), unfinished(suite)));
  try {
    const argv = [
      // Mounts and processes of its own: an interrupted build leaves only files behind.
      ...["unshare", "--mount", "--propagation", "private"],
      ...["--pid", "--fork", "--kill-child", "--mount-proc"],
      ...["mmdebstrap", "--mode=root", "--variant=important"],
      "--format=directory",
      `--include=${packages.join(",")}`,
      `--essential-hook=${join(recipe, "essential.sh")}`,
      `--customize-hook=${join(recipe, "customize.sh")}`,
      suite,
      join(dir, "root"),
      ...(await debianMirror()),
    ];
    await withProgress(`the base of ${suite}`, log, (onLine) =>
      // unshare itself holds back any milder signal while it waits; its end is the end of all processes in there.
      run(argv, { signal, killSignal: "SIGKILL", timeoutMs: buildMs, onLine }),
    );
    renameSync(join(dir, "root"), base);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function unfinished(suite: Suite): string {
  return `.building-${suite}-`;
}

/** Builds that were interrupted, and bases of older recipes that no running lab stands on. */
function removeLeftovers(suite: Suite): void {
  if (!existsSync(basesDir())) return;
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  for (const name of readdirSync(basesDir())) {
    const path = join(basesDir(), name);
    const ours =
      name.startsWith(unfinished(suite)) || name.startsWith(`${suite}-`);
    if (ours && !mounts.includes(path)) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

/** The mirror that this machine's apt uses for Debian itself; without one mmdebstrap knows its own. */
async function debianMirror(): Promise<string[]> {
  const targets = await capture([
    "apt-get",
    "indextargets",
    "--format",
    "$(ORIGIN)|$(LABEL)|$(COMPONENT)|$(SITE)",
    "Created-By: Packages",
  ]);
  const site = targets.stdout
    .split("\n")
    .map((line) => line.split("|"))
    .find(
      ([origin, label, component]) =>
        origin === "Debian" && label === "Debian" && component === "main",
    )?.[3];
  return site ? [site] : [];
}
