/** Ending an operation of the CLI in the middle, again and again: its provider, the CLI itself, or its connections. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { onNode as argvOnNode } from "../../../lab/containers";
import type { Lab } from "../../../lab";
import { epoch, onEveryNode, type Outcome } from "../harness";

export type Interruption = "provider" | "CLI" | "connection";

/** Each ends what it is named after, and tells whether there was something to end. */
const interruptions: Record<
  Interruption,
  (lab: Lab, cli: number) => Promise<boolean>
> = {
  provider: async (_lab, cli) =>
    end(cli, (argv) => argv.some((word) => word.includes("dynamic-provider"))),
  CLI: async (_lab, cli) =>
    end(cli, ([program]) => program?.split("/").at(-1) === "pulumi"),
  connection: async (lab) => {
    const established = "ss -Htnp state established '( sport = :22 )'";
    const killed = await onEveryNode(
      lab,
      `for pid in $(${established} | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u); do ! kill -9 "$pid" || echo "$pid"; done`,
    );
    return Object.values(killed).some((pids) => pids !== "");
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

/**
 * What work on the cluster is made of: a change is staged on a copy, units are stopped, the configuration changes for the
 * first time, the second, and so on.
 */
export type Step = "staging" | "stopping" | `change ${number}`;

/** A unit's ExecStop that lasts long enough to be seen. */
export const slowStop =
  "ExecStop=/bin/sh -c 'touch /run/unit-stops; sleep 1; rm -f /run/unit-stops'";

/**
 * Prints each step as it happens on a node; it ends with its stdin. A change is read from the file that Pacemaker writes
 * at each one, since asking for it takes long enough to miss one.
 */
const script = `
import glob, os, re, select, sys
def epoch():
    try:
        with open("/var/lib/pacemaker/cib/cib.xml") as file:
            return int(re.search(r' epoch="(\\d+)"', file.read(4096)).group(1))
    except (OSError, AttributeError): return 0 # it is being replaced
def staged():
    found = set()
    for path in glob.glob("/tmp/tmp.*/new.xml"):
        try:
            if os.path.getsize(path) > 0: found.add(path)
        except OSError: pass
    return found
last, known, stopping = epoch(), staged(), False
print("ready", flush=True)
while not select.select([sys.stdin], [], [], 0.01)[0]:
    now = staged()
    if now - known: print("staging", flush=True)
    known = now
    stops = os.path.exists("/run/unit-stops")
    if stops and not stopping: print("stopping", flush=True)
    stopping = stops
    version = epoch()
    if version > last:
        print("epoch %d" % version, flush=True)
        last = version
`;

/** The steps that happen on a node while something runs; its changes are counted from a given epoch. */
export async function watched<Result>(
  lab: Lab,
  since: number,
  onStep: (step: Step) => void,
  run: () => Promise<Result>,
): Promise<Result> {
  const [program = "", ...args] = argvOnNode(lab.name, lab.nodes[0]!.name, [
    ...["/usr/bin/python3", "-c", script],
  ]);
  const child = spawn(program, args, {
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  let rest = "";
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines)
        if (line === "ready") resolve();
        else if (line.startsWith("epoch "))
          onStep(`change ${Number(line.slice(6)) - since}`);
        else onStep(line as Step);
    });
    child.on("close", () => reject(new Error("nobody watches the node")));
  });
  try {
    await ready;
    return await run();
  } finally {
    child.stdin.end();
    await closed;
  }
}

/** How often the configuration has changed. */
export async function changesIn(lab: Lab): Promise<number> {
  return Number((await epoch(lab)).split(".")[1]);
}

/**
 * Runs a command of the CLI, and cuts it off at each step that `wanted` takes, the first time.
 *
 * @param since the epoch from which changes are counted
 * @param run starts the command and reports its process
 * @returns the command's outcome, and the steps at which it was cut off
 */
export async function interrupted(
  lab: Lab,
  how: Interruption,
  since: number,
  wanted: (step: Step) => boolean,
  run: (onStart: (pid: number) => void) => Promise<Outcome>,
): Promise<{ outcome: Outcome; hits: Step[] }> {
  let cli = 0;
  let over = false;
  const hits: Step[] = [];
  const met = new Set<Step>();
  let cutting = Promise.resolve();
  const cut = async (step: Step): Promise<void> => {
    if (over || !(await interruptions[how](lab, cli))) return;
    hits.push(step);
    // Connections can be made anew; what has ended cannot be ended again.
    over ||= how !== "connection";
  };
  const outcome = await watched(
    lab,
    since,
    (step) => {
      if (cli === 0 || over || met.has(step) || !wanted(step)) return;
      met.add(step);
      cutting = cutting.then(() => cut(step));
    },
    async () => {
      const ended = await run((pid) => (cli = pid));
      over = true;
      return ended;
    },
  );
  await cutting;
  return { outcome, hits };
}
