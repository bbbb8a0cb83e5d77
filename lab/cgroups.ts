/**
 * A cgroup of its own for every container, in every hierarchy of the machine.
 *
 * nspawn with --keep-unit stays in the cgroup it was started in. Two containers in one cgroup see each other's units, and
 * a unit looks active after its process has died. The launching shell therefore enters these cgroups first. They lie
 * directly below the root of each hierarchy, which works the same whether systemd is the machine's PID 1 or not: no scope
 * or slice is asked for, machined is not told, and a systemd on the machine leaves cgroups alone that it did not make.
 *
 * They also say which processes are ours: the cgroup of the unified hierarchy can be killed as a whole.
 */

import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

import { waitUntil } from "./wait";

const parent = "pulumi-pacemaker-lab";

export interface Hierarchy {
  mount: string;
  unified: boolean;
  cpuset: boolean;
}

/** The hierarchies that are mounted, from the text of /proc/self/mountinfo. */
export function parseHierarchies(mountinfo: string): Hierarchy[] {
  const found = new Map<string, Hierarchy>();
  for (const line of mountinfo.split("\n")) {
    const [left, right] = line.split(" - ");
    const mount = left?.split(" ")[4];
    const [type, , options] = right?.split(" ") ?? [];
    if (!mount?.startsWith("/sys/fs/cgroup")) continue;
    if (type !== "cgroup" && type !== "cgroup2") continue;
    found.set(mount, {
      mount,
      unified: type === "cgroup2",
      cpuset:
        type === "cgroup" && (options ?? "").split(",").includes("cpuset"),
    });
  }
  return [...found.values()];
}

export function hierarchies(): Hierarchy[] {
  return parseHierarchies(readFileSync("/proc/self/mountinfo", "utf8"));
}

/** The unified hierarchy's cgroup of a lab, or of one of its nodes. */
export function unifiedCgroup(lab: string, node?: string): string {
  const unified = hierarchies().find((hierarchy) => hierarchy.unified);
  if (!unified) throw new Error("No unified cgroup hierarchy is mounted.");
  return join(unified.mount, parent, lab, node ?? "");
}

/** Makes the node's cgroups and returns the files that a process writes its id to, to enter them. */
export function makeCgroups(lab: string, node: string): string[] {
  return hierarchies().map((hierarchy) => {
    // A new cgroup of the old cpu controller has no time for real-time processes, and Corosync wants to be one.
    if (existsSync(join(hierarchy.mount, "cpu.rt_runtime_us"))) {
      return join(hierarchy.mount, "cgroup.procs");
    }
    const path = join(hierarchy.mount, parent, lab, node);
    mkdirSync(path, { recursive: true });
    if (hierarchy.cpuset) {
      for (const level of [dirname(dirname(path)), dirname(path), path]) {
        for (const file of ["cpuset.cpus", "cpuset.mems"]) {
          const inherited = readFileSync(join(dirname(level), file), "utf8");
          writeFileSync(join(level, file), inherited);
        }
      }
    }
    return join(path, "cgroup.procs");
  });
}

/** A cgroup beside the container's own, for what is run on the node from outside. */
export function entryCgroup(lab: string, node: string): string {
  const path = join(unifiedCgroup(lab, node), "entered");
  mkdirSync(path, { recursive: true });
  return join(path, "cgroup.procs");
}

/** The container's PID 1, if it runs. */
export function leaderOf(lab: string, node: string): number | undefined {
  const payload = join(unifiedCgroup(lab, node), "payload");
  for (const scope of ["init.scope", ""]) {
    for (const pid of processes(join(payload, scope))) {
      if (isPid1(pid)) return pid;
    }
  }
  return undefined;
}

function isPid1(pid: number): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return /^NSpid:\s.*\s1$/m.test(status);
  } catch {
    return false; // it has ended since
  }
}

function processes(cgroup: string): number[] {
  try {
    return readFileSync(join(cgroup, "cgroup.procs"), "utf8")
      .split("\n")
      .filter(Boolean)
      .map(Number);
  } catch {
    return [];
  }
}

/** Every process in a cgroup and below it. */
export function allProcesses(cgroup: string): number[] {
  if (!existsSync(cgroup)) return [];
  return [
    ...processes(cgroup),
    ...children(cgroup).flatMap((child) => allProcesses(child)),
  ];
}

function children(cgroup: string): string[] {
  try {
    return readdirSync(cgroup, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(cgroup, entry.name));
  } catch {
    return [];
  }
}

/** Ends every process of a lab, or of one node. Nothing outside the lab's own cgroups is touched. */
export async function killCgroup(lab: string, node?: string): Promise<void> {
  const cgroup = unifiedCgroup(lab, node);
  if (!existsSync(cgroup)) return;
  const kill = join(cgroup, "cgroup.kill"); // Linux 5.14
  await waitUntil(
    `the processes in ${cgroup} to end`,
    async () => {
      const left = allProcesses(cgroup);
      if (left.length === 0) return undefined;
      if (existsSync(kill)) writeFileSync(kill, "1");
      else left.forEach(killProcess);
      return `${left.length} still run`;
    },
    { timeoutMs: 10_000, intervalMs: 20 },
  );
}

function killProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it has ended since
  }
}

/** Removes the cgroups of a lab, or of one node, in every hierarchy. */
export async function removeCgroups(lab: string, node?: string): Promise<void> {
  await waitUntil(
    `the cgroups of lab ${lab} to go`,
    async () => {
      const left = hierarchies()
        .map(({ mount }) => join(mount, parent, lab, node ?? ""))
        .filter((cgroup) => !removeTree(cgroup));
      return left.length > 0 ? `${left.join(", ")} still in use` : undefined;
    },
    { timeoutMs: 10_000, intervalMs: 20 },
  );
  // The last lab takes the common parent along.
  for (const { mount } of hierarchies()) removeCgroup(join(mount, parent));
}

function removeTree(cgroup: string): boolean {
  return (
    children(cgroup).map(removeTree).every(Boolean) && removeCgroup(cgroup)
  );
}

/** Whether it is gone. A process that is just ending holds its cgroup a moment longer. */
function removeCgroup(cgroup: string): boolean {
  try {
    rmdirSync(cgroup);
    return true;
  } catch {
    return !existsSync(cgroup);
  }
}
