/** What the machine has to offer, and the Debian packages that `up` adds to it. */

import {
  accessSync,
  constants,
  existsSync,
  readFileSync,
  statfsSync,
} from "node:fs";
import { delimiter, dirname, join } from "node:path";

import { run } from "./command";
import { hierarchies } from "./cgroups";
import { withLock } from "./lock";
import { stateRoot } from "./paths";
import { withProgress } from "./progress";

/** The programs that the lab runs, and the Debian package that brings each. */
const tools = {
  "systemd-nspawn": "systemd-container",
  mmdebstrap: "mmdebstrap",
  ip: "iproute2",
  nsenter: "util-linux",
  unshare: "util-linux",
  mount: "mount",
  umount: "mount",
  ssh: "openssh-client",
  "ssh-keygen": "openssh-client",
} as const;

/** Of each of its two commands, a wait for somebody else's included; what takes longer is stuck. */
const aptMs = 15 * 60_000;

const archiveKeys = "/usr/share/keyrings/debian-archive-keyring.gpg";
const overlayMagic = 0x794c7630;

/** A machine as seen by the checks: a test hands in another one. */
export interface Machine {
  platform: string;
  uid: number;
  has(program: string): boolean;
  exists(path: string): boolean;
  filesystems(): string;
  unifiedCgroups(): boolean;
  stateOnOverlay(): boolean;
}

function findProgram(program: string): boolean {
  const folders = [
    ...(process.env["PATH"] ?? "").split(delimiter),
    "/usr/sbin",
    "/sbin",
  ];
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path));
}

const thisMachine: Machine = {
  platform: process.platform,
  uid: process.getuid?.() ?? -1,
  has: findProgram,
  exists: existsSync,
  filesystems: () => readText("/proc/filesystems"),
  unifiedCgroups: () => hierarchies().some((hierarchy) => hierarchy.unified),
  stateOnOverlay: () =>
    statfsSync(nearestExisting(stateRoot())).type === overlayMagic,
};

/** Everything that keeps a lab from running here. Installs nothing; what apt can install is no obstacle. */
export function labObstacles(machine: Machine = thisMachine): string[] {
  if (machine.platform !== "linux") {
    return [`it needs Linux, and this is ${machine.platform}`];
  }
  const obstacles: string[] = [];
  if (machine.uid !== 0) {
    obstacles.push(
      "it needs root, for containers and network namespaces (run it with sudo)",
    );
  }
  const lacking = Object.keys(tools).filter((tool) => !machine.has(tool));
  if (lacking.length > 0 && !machine.has("apt-get")) {
    obstacles.push(
      `it needs ${lacking.join(", ")}, and there is no apt-get to install them with`,
    );
  }
  if (!/\boverlay$/m.test(machine.filesystems()) && !machine.has("modprobe")) {
    obstacles.push("it needs overlayfs, which this kernel does not have");
  }
  if (!machine.exists("/proc/self/ns/net")) {
    obstacles.push(
      "it needs network namespaces, which this kernel does not have",
    );
  }
  if (!machine.unifiedCgroups()) {
    obstacles.push("it needs a cgroup v2 hierarchy below /sys/fs/cgroup");
  }
  if (machine.stateOnOverlay()) {
    obstacles.push(
      `it needs a folder outside overlayfs for its nodes: set PACEMAKER_LAB_STATE (they are below ${stateRoot()} now)`,
    );
  }
  return obstacles;
}

export function obstaclesMessage(obstacles: readonly string[]): string {
  return [
    "The lab cannot run on this machine:",
    ...obstacles.map((obstacle) => `  - ${obstacle}`),
  ].join("\n");
}

export class ObstaclesError extends Error {
  constructor(readonly obstacles: readonly string[]) {
    super(obstaclesMessage(obstacles));
  }
}

/** Installs the Debian packages that are missing, and says so. */
export async function installTools(
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  if (missingPackages().length > 0) {
    // Labs that come up at the same time miss the same packages, and one apt-get takes away what another has fetched.
    await withLock("_packages", () => installPackages(log, signal), {
      log,
      timeoutMs: 2 * aptMs,
      signal,
    });
  }
  if (!/\boverlay$/m.test(readText("/proc/filesystems"))) {
    await run(["modprobe", "overlay"], { signal });
  }
}

function missingPackages(): string[] {
  const packages = Object.entries(tools)
    .filter(([tool]) => !findProgram(tool))
    .map(([, name]): string => name);
  if (!existsSync(archiveKeys)) packages.push("debian-archive-keyring");
  return [...new Set(packages)];
}

async function installPackages(
  log: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const packages = missingPackages();
  if (packages.length === 0) return;
  log(`installing ${packages.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // Somebody else's installation, such as an automatic upgrade, may be under way.
  const aptGet = ["apt-get", "-o", "DPkg::Lock::Timeout=300"];
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  for (const argv of [["update"], install]) {
    await withProgress(`apt-get ${argv[0]}`, log, (onLine) =>
      run([...aptGet, ...argv], { env, signal, timeoutMs: aptMs, onLine }),
    );
  }
}

function readText(path: string): string {
  return readFileSync(path, "utf8");
}
