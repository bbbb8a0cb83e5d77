/** Looks every 50 ms, on every node, whether Postfix is alive there and whether the node holds the address. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { onNode } from "../../../lab/containers";
import type { Lab } from "../../../lab";
import { eventually } from "./wait";

export interface Sample {
  /** Seconds since the epoch. */
  t: number;
  /** A master process of Postfix lives. */
  active: boolean;
  /** The node holds the address; in doubt, since it came or went while we looked, yes. */
  holds: boolean;
}

export interface Misplacement {
  node: string;
  from: number;
  to: number;
  samples: number;
}

/**
 * It forks nothing, and ends with its stdin. The address is read before and after the processes: in the right order it
 * is there at one of these moments whenever a master was seen in between.
 */
const script = `
import os, select, sys, time
address = sys.argv[1]
def holds():
    last = ""
    for line in open("/proc/net/fib_trie"):
        if "|--" in line: last = line.split()[-1]
        elif "host LOCAL" in line and last == address: return True
    return False
def master():
    for pid in os.listdir("/proc"):
        if not pid.isdigit(): continue
        try:
            with open("/proc/%s/comm" % pid) as comm:
                if comm.read() != "master\\n": continue
            if not os.readlink("/proc/%s/exe" % pid).endswith("/postfix/sbin/master"): continue
            # "master -t" only asks whether one runs: the command "postfix" does so
            with open("/proc/%s/cmdline" % pid) as cmdline:
                if "-t" not in cmdline.read().split("\\0"): return True
        except OSError: pass
    return False
try: os.nice(-15)
except OSError: pass
due = time.monotonic()
while True:
    t = time.time()
    before = holds()
    active = master()
    print("%.3f %d %d" % (t, active, before or holds()), flush=True)
    due = max(due + 0.05, time.monotonic())
    if select.select([sys.stdin], [], [], max(0, due - time.monotonic()))[0]: break
`;

class NodeSampler {
  readonly samples: Sample[] = [];
  private rest = "";
  private words = "";
  private constructor(
    readonly node: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.rest + text).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) {
        const [t, active, holds] = line.split(" ").map(Number);
        this.samples.push({ t: t!, active: active === 1, holds: holds === 1 });
      }
    });
    child.stderr!.setEncoding("utf8").on("data", (text) => {
      this.words += text;
    });
    child.stdin!.on("error", () => undefined); // the node may go down
  }

  static start(lab: Lab, node: string): NodeSampler {
    const [program = "", ...args] = onNode(lab.name, node, [
      ...["/usr/bin/python3", "-c", script, lab.floatingAddress],
    ]);
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
    return new NodeSampler(node, spawn(program, args, { env }));
  }

  async started(): Promise<void> {
    await eventually(`the first samples of ${this.node}`, () => {
      if (this.words) throw new Error(this.words);
      return this.samples.length > 1 ? true : undefined;
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const closed = once(this.child, "close");
    this.child.stdin!.end();
    await closed;
  }
}

export class Sampler {
  private constructor(private readonly nodes: readonly NodeSampler[]) {}

  /** Starts on all nodes, or those given, and returns when each has looked. */
  static async start(
    lab: Lab,
    nodes: readonly string[] = lab.nodes.map(({ name }) => name),
  ): Promise<Sampler> {
    const samplers = nodes.map((node) => NodeSampler.start(lab, node));
    const sampler = new Sampler(samplers);
    try {
      await Promise.all(samplers.map((one) => one.started()));
    } catch (error) {
      await sampler.stop();
      throw error;
    }
    return sampler;
  }

  /** Ends it; what was seen can be asked for as before. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map((one) => one.stop()));
  }

  samples(node: string): readonly Sample[] {
    const found = this.nodes.find((one) => one.node === node);
    if (!found) throw new Error(`no sampler on ${node}`);
    return found.samples;
  }

  /** The seconds between one look and the next, of all nodes, sorted. */
  gaps(): number[] {
    return this.nodes
      .flatMap(({ samples }) =>
        samples.slice(1).map(({ t }, index) => t - samples[index]!.t),
      )
      .sort((a, b) => a - b);
  }

  /** The nodes where Postfix has never been seen inactive: there, a fresh installation's own Postfix still runs. */
  neverTakenOver(): string[] {
    return this.nodes
      .filter(({ samples }) => samples.every(({ active }) => active))
      .map(({ node }) => node);
  }

  /**
   * When Postfix was alive on a node without the address. A fresh installation runs Postfix on every node: each counts
   * from the moment when it was first seen inactive there.
   */
  misplacements(): Misplacement[] {
    return this.nodes.flatMap(({ node, samples }) => {
      const start = samples.findIndex(({ active }) => !active);
      const counted = start < 0 ? [] : samples.slice(start);
      return spans(node, counted);
    });
  }
}

function spans(node: string, samples: readonly Sample[]): Misplacement[] {
  const found: Misplacement[] = [];
  let current: Misplacement | undefined;
  for (const { t, active, holds } of samples) {
    if (!active || holds) {
      current = undefined;
    } else if (current) {
      current.to = t;
      current.samples += 1;
    } else {
      current = { node, from: t, to: t, samples: 1 };
      found.push(current);
    }
  }
  return found;
}
