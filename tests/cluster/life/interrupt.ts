/** Ending an operation of the CLI in the middle: its provider, the CLI itself, or its connections. */
import { readdirSync, readFileSync } from "node:fs";
import type { Lab } from "../../../lab";
import { epoch, onEveryNode, onNode, type Outcome } from "../harness";

export type Interruption = "provider" | "CLI" | "connection";

export const interruptions: Record<
  Interruption,
  (lab: Lab, cli: number) => Promise<boolean>
> = {
  provider: async (_lab, cli) =>
    end(cli, (argv) => argv.some((word) => word.includes("dynamic-provider"))),
  CLI: async (_lab, cli) =>
    end(cli, ([program]) => program?.split("/").at(-1) === "pulumi"),
  connection: async (lab) => {
    const established = "ss -Htnp state established '( sport = :22 )'";
    await onEveryNode(
      lab,
      `for pid in $(${established} | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u); do kill -9 "$pid" || true; done`,
    );
    return true;
  },
};

interface Process {
  pid: number;
  parent: number;
  argv: string[];
}

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const argv = readFileSync(`/proc/${name}/cmdline`, "utf8").split("\0");
      const parent = Number(
        stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1],
      );
      return [{ pid: Number(name), parent, argv }];
    } catch {
      return []; // it has ended since
    }
  });
}

/** A process and all that it has started, and these in turn. */
export function family(root: number, all = processes()): Process[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const one of found)
    found.push(...all.filter(({ parent }) => parent === one.pid));
  return found;
}

/** What a killed CLI leaves running, as Pulumi does: it goes on with its work, and ends with the test file. */
const orphans: Process[] = [];

process.on("exit", () => {
  const same = (a: Process, b: Process): boolean =>
    a.pid === b.pid && a.argv.join() === b.argv.join();
  for (const one of processes())
    if (orphans.some((orphan) => same(orphan, one))) kill(one.pid);
});

function end(cli: number, matches: (argv: string[]) => boolean): boolean {
  const all = family(cli);
  const victims = all.filter(({ argv }) => matches(argv));
  orphans.push(...all.filter((one) => !victims.includes(one)));
  return victims.filter(({ pid }) => kill(pid)).length > 0;
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    return false; // it has ended since
  }
}

const stopFile = "/run/stop-watching";

/**
 * Runs a command of the CLI, and interrupts it when it has changed the configuration so many times.
 *
 * @param run starts the command and reports its process
 * @returns the command's outcome, and whether it was interrupted
 */
export async function interrupted(
  lab: Lab,
  how: Interruption,
  changes: number,
  run: (onStart: (pid: number) => void) => Promise<Outcome>,
): Promise<{ outcome: Outcome; hit: boolean }> {
  const node = lab.nodes[0]!.name;
  const target = Number((await epoch(lab)).split(".")[1]) + changes;
  const version = `cibadmin -Q | grep -o ' epoch="[0-9]*"' | tr -dc 0-9`;
  const script = `rm -f ${stopFile}
    until [ -e ${stopFile} ]; do
      [ "$(${version})" -lt ${target} ] || { echo reached; exit; }
      sleep 0.02
    done`;
  let cli = 0;
  const reached = onNode(lab, node, "timeout", "55", "/bin/sh", "-c", script);
  let hit = false;
  const watching = reached.then(async (text) => {
    if (!text.includes("reached") || cli === 0) return;
    hit = await interruptions[how](lab, cli);
  });
  const outcome = await run((pid) => (cli = pid));
  cli = 0;
  await onNode(lab, node, "touch", stopFile);
  await watching.catch(() => undefined); // it had ended already
  return { outcome, hit };
}
