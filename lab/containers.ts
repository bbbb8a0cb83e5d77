/** One node: an overlay over the base, booted by nspawn in cgroups and a network namespace of its own. */

import { spawn } from "node:child_process";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
} from "node:fs";
import { once } from "node:events";
import { join } from "node:path";

import {
  entryCgroup,
  killCgroup,
  leaderOf,
  makeCgroups,
  removeCgroups,
} from "./cgroups";
import {
  capture,
  run,
  type CommandOptions,
  type CommandResult,
} from "./command";
import { namespacePath } from "./network";
import { labDir, nodePaths } from "./paths";
import type { NodePlan } from "./plan";

export async function mountRoot(
  lab: string,
  node: string,
  base: string,
): Promise<string> {
  const paths = nodePaths(lab, node);
  for (const dir of [paths.upper, paths.work, paths.root])
    mkdirSync(dir, { recursive: true });
  await run([
    ...["mount", "-t", "overlay", "overlay"],
    "-o",
    `lowerdir=${base},upperdir=${paths.upper},workdir=${paths.work}`,
    paths.root,
  ]);
  return paths.root;
}

/** Enters the cgroups whose files come first, up to "--", then becomes the program after it. */
const enterCgroups =
  'while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done; shift; exec "$@"';

export function enteringCgroups(
  files: readonly string[],
  argv: readonly string[],
): string[] {
  return ["/bin/sh", "-c", enterCgroups, "sh", ...files, "--", ...argv];
}

/** The machine name is visible below /run/systemd/nspawn only: machined is not told. */
export function machineName(lab: string, node: string): string {
  return `pacemaker-lab-${lab}-${node}`;
}

/** Boots the container and returns; it lives on when this process ends. */
export async function boot(lab: string, node: NodePlan): Promise<void> {
  const paths = nodePaths(lab, node.name);
  const argv = enteringCgroups(makeCgroups(lab, node.name), [
    "systemd-nspawn",
    "--quiet",
    "--boot",
    "--register=no",
    "--keep-unit",
    `--machine=${machineName(lab, node.name)}`,
    `--hostname=${node.name}`,
    `--directory=${paths.root}`,
    `--network-namespace-path=${namespacePath(node.namespace)}`,
    // Corosync locks its memory; the rest of what a cluster needs is in nspawn's own set. No clock, no modules.
    "--capability=CAP_IPC_LOCK,CAP_NET_ADMIN",
    "--resolv-conf=off",
    "--timezone=off",
    "--link-journal=no",
    "--console=read-only",
  ]);
  const console = openSync(paths.console, "a", 0o600);
  const [program, ...args] = argv;
  const child = spawn(program ?? "", args, {
    detached: true,
    stdio: ["ignore", console, console],
    // systemd 256 and later boot in the unified hierarchy only; the machine's may be hybrid.
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      SYSTEMD_NSPAWN_UNIFIED_HIERARCHY: "1",
    },
  });
  await once(child, "spawn");
  child.unref();
  closeSync(console);
}

/** Power off, the hard way. Its disk stays. */
export async function powerOff(lab: string, node: string): Promise<void> {
  await killCgroup(lab, node);
  await removeCgroups(lab, node);
  forgetMachine(lab, node);
}

/** What nspawn leaves below /run when it cannot clean up itself. Its lock bears the root's inode: ask while mounted. */
export function forgetMachine(lab: string, node: string): void {
  const root = statSync(nodePaths(lab, node).root, { throwIfNoEntry: false });
  const left = [
    `propagate/${machineName(lab, node)}`,
    `unix-export/${machineName(lab, node)}`,
    ...(root ? [`locks/inode-${root.dev}:${root.ino}`] : []),
  ];
  for (const path of left) {
    rmSync(join("/run/systemd/nspawn", path), { recursive: true, force: true });
  }
}

/** The environment of what runs on a node: nothing of this machine's. */
export const nodeEnvironment = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LANG: "C.UTF-8",
  USER: "root",
};

/** The command line that runs a program on a node, as root, without ssh. */
export function onNode(
  lab: string,
  node: string,
  argv: readonly string[],
): string[] {
  const leader = leaderOf(lab, node);
  if (leader === undefined) throw new Error(`${node} of lab ${lab} is down.`);
  const enter = ["--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup"];
  return enteringCgroups(
    [entryCgroup(lab, node)],
    [
      ...["nsenter", "--target", String(leader), ...enter, "--root", "--wd"],
      "--",
      ...argv,
    ],
  );
}

export function captureOnNode(
  lab: string,
  node: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const env = { ...nodeEnvironment, ...options.env };
  return capture(onNode(lab, node, argv), { ...options, env });
}

export async function runOnNode(
  lab: string,
  node: string,
  argv: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const env = { ...nodeEnvironment, ...options.env };
  return run(onNode(lab, node, argv), { ...options, env });
}

/** What lies mounted below a folder, deepest first, from the text of /proc/self/mountinfo. */
export function mountsBelow(mountinfo: string, dir: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .filter((mount) => mount.startsWith(`${dir}/`))
    .reverse();
}

export async function unmountLab(lab: string): Promise<void> {
  const mounts = () =>
    mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), labDir(lab));
  for (const mount of mounts()) await run(["umount", mount]);
  const left = mounts();
  if (left.length > 0) throw new Error(`Still mounted: ${left.join(", ")}`);
}

/** Ports that someone listens on, from the texts of /proc/PID/net/tcp and tcp6. */
export function listeningPorts(...tables: string[]): Set<number> {
  const ports = new Set<number>();
  for (const line of tables.join("\n").split("\n")) {
    const [, local, , state] = line.trim().split(/\s+/);
    if (state === "0A") ports.add(parseInt(local?.split(":").at(-1) ?? "", 16));
  }
  return ports;
}

export function portsOf(lab: string, node: string): Set<number> {
  const leader = leaderOf(lab, node);
  if (leader === undefined) return new Set();
  const tables = ["tcp", "tcp6"]
    .map((table) => `/proc/${leader}/net/${table}`)
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, "utf8"));
  return listeningPorts(...tables);
}
