/** Looks every 50 ms, on every node, whether two things are there that belong together: usually Postfix and the address. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { onNode } from "../../../lab/containers";
import type { Lab } from "../../../lab";
import { eventually } from "./wait";

/** What may be on a node: the main process of a service, an address, or something that is mounted there. */
export type Thing =
  { program: "postfix" | "nginx" } | { address: string } | { mount: string };

/** What is looked at. */
export interface Watched {
  /** What must not be there without the other, as a service without its address. */
  active: Thing;
  holds: Thing;
}

export interface Sample {
  /** Seconds since the epoch. */
  t: number;
  /** The one is there: usually, a master process of Postfix lives. */
  active: boolean;
  /** The other is there: usually, the node holds the address; in doubt, since it came or went while we looked, yes. */
  holds: boolean;
}

export interface Misplacement {
  node: string;
  from: number;
  to: number;
  samples: number;
}

/** What was different from one look to the next: Postfix came or went, or the address did. */
export interface Change {
  node: string;
  /** The look at which it was first seen. */
  t: number;
  /** The seconds since the look before: what happened in between was not seen. */
  gap: number;
  active: boolean;
  holds: boolean;
  /** Both changed at once. */
  both: boolean;
}

/** A sampler that does not end by then, in seconds, hangs. */
const endSeconds = 5;

/**
 * A node that nobody looked at for so many seconds was out of sight. A look is due every 50 ms, but waits for a processor
 * where all are busy: up to 1.2 s were seen, with 60 processes waiting for two.
 */
const stallSeconds = 3;

/**
 * It forks nothing, and ends with its stdin. The second thing is looked at before and after the first: in the right order it
 * is there at one of these moments whenever the first was seen in between.
 */
const script = `
import ipaddress, json, os, select, sys, time
print(os.getpid(), flush=True)
def address(text):
    wanted = ipaddress.ip_address(text)
    if wanted.version == 6:
        plain = wanted.exploded.replace(":", "")
        return lambda: any(line.startswith(plain) for line in open("/proc/net/if_inet6"))
    def there():
        last = ""
        for line in open("/proc/net/fib_trie"):
            if "|--" in line: last = line.split()[-1]
            elif "host LOCAL" in line and last == text: return True
        return False
    return there
def mount(folder):
    return lambda: any(line.split()[4] == folder for line in open("/proc/self/mountinfo"))
def isMaster(pid, arguments):
    # "master -t" only asks whether one runs: the command "postfix" does so
    return os.readlink("/proc/%s/exe" % pid).endswith("/postfix/sbin/master") and b"-t" not in arguments.split(b"\\0")
def isNginx(pid, arguments):
    return arguments.startswith(b"nginx: master process")
programs = {"postfix": (b"master\\n", isMaster), "nginx": (b"nginx\\n", isNginx)}
def program(name):
    comm, test = programs[name]
    def there():
        for pid in os.listdir("/proc"):
            if not pid.isdigit(): continue
            try:
                with open("/proc/%s/comm" % pid, "rb") as file:
                    if file.read() != comm: continue
                with open("/proc/%s/cmdline" % pid, "rb") as file:
                    if test(pid, file.read()): return True
            except OSError: pass
        return False
    return there
kinds = {"address": address, "mount": mount, "program": program}
active, holds = [kinds[kind](name) for one in json.loads(sys.argv[1]) for kind, name in one.items()]
try: os.nice(-15)
except OSError: pass
due = time.monotonic()
while True:
    t = time.time()
    before = holds()
    found = active()
    print("%.3f %d %d" % (t, found, before or holds()), flush=True)
    due = max(due + 0.05, time.monotonic())
    if select.select([sys.stdin], [], [], max(0, due - time.monotonic()))[0]: break
`;

class NodeSampler {
  readonly samples: Sample[] = [];
  /** The sampler's own process, as the node counts them. */
  pid: number | undefined;
  private rest = "";
  private words = "";
  /** How it ended, once it has. */
  private end: string | undefined;
  private readonly closed: Promise<unknown>;

  private constructor(
    readonly node: string,
    private readonly child: ChildProcess,
  ) {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.rest + text).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.take(line);
    });
    child.stderr!.setEncoding("utf8").on("data", (text) => {
      this.words += text;
    });
    child.stdin!.on("error", () => undefined); // the node may go down
    child.on("exit", (code, signal) => {
      this.end = signal ?? `code ${code}`;
    });
    this.closed = once(child, "close");
  }

  static start(
    lab: Lab,
    node: string,
    { active, holds }: Watched,
  ): NodeSampler {
    const [program = "", ...args] = onNode(lab.name, node, [
      ...["/usr/bin/python3", "-c", script, JSON.stringify([active, holds])],
    ]);
    const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
    return new NodeSampler(node, spawn(program, args, { env }));
  }

  get outside(): number {
    return this.child.pid!;
  }

  private take(line: string): void {
    const [t, active, holds] = line.split(" ").map(Number);
    if (this.pid === undefined) this.pid = t!;
    else this.samples.push({ t: t!, active: active === 1, holds: holds === 1 });
  }

  async started(): Promise<void> {
    await eventually(`the first samples of ${this.node}`, () => {
      if (this.words || this.end) throw new Error(this.words || this.end);
      return this.samples.length > 1 ? true : undefined;
    });
  }

  /** Ends it, and says why it cannot be relied upon, if so. */
  async stop(): Promise<string[]> {
    const told = Date.now() / 1000;
    const early = this.end;
    this.child.stdin!.end();
    const late = new AbortController();
    const inTime = await Promise.race([
      this.closed.then(() => true),
      sleep(endSeconds * 1000, false, { signal: late.signal }),
    ]);
    late.abort();
    const unwell = this.end !== "code 0" ? this.end : undefined;
    if (!inTime) this.child.kill("SIGKILL");

    const last = this.samples.at(-1)?.t ?? 0;
    const stalls = [
      ...gapsBetween(this.samples).filter((gap) => gap > stallSeconds),
      ...(told - last > stallSeconds ? [told - last] : []),
    ];
    return [
      ...(early ? [`ended by itself: ${early}`] : []),
      ...(unwell && !early ? [`ended with ${unwell}`] : []),
      ...(inTime ? [] : [`did not end within ${endSeconds} s`]),
      ...(this.words ? [`said: ${this.words.trim()}`] : []),
      ...stalls.map((gap) => `did not look for ${gap.toFixed(1)} s`),
    ].map((what) => `the sampler on ${this.node} ${what}`);
  }
}

export class Sampler {
  private stopped = false;

  private constructor(private readonly nodes: readonly NodeSampler[]) {}

  /** Starts on all nodes, or those given, and returns when each has looked. */
  static async start(
    lab: Lab,
    nodes: readonly string[] = lab.nodes.map(({ name }) => name),
    watched: Watched = {
      active: { program: "postfix" },
      holds: { address: lab.floatingAddress },
    },
  ): Promise<Sampler> {
    const samplers = nodes.map((node) => NodeSampler.start(lab, node, watched));
    const sampler = new Sampler(samplers);
    try {
      await Promise.all(samplers.map((one) => one.started()));
    } catch (error) {
      await sampler.stop().catch(() => undefined); // the first error says why
      throw error;
    }
    return sampler;
  }

  /**
   * Ends it; what was seen can be asked for as before. Again is no error.
   *
   * @throws where a node was out of sight before: what was not looked at is not known to be in order.
   */
  async stop(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    const complaints = await Promise.all(this.nodes.map((one) => one.stop()));
    if (complaints.flat().length > 0)
      throw new Error(complaints.flat().join("\n"));
  }

  private on(node: string): NodeSampler {
    const found = this.nodes.find((one) => one.node === node);
    if (!found) throw new Error(`no sampler on ${node}`);
    return found;
  }

  samples(node: string): readonly Sample[] {
    return this.on(node).samples;
  }

  /** The process that looks on a node, by the node's own count, and the one outside that waits for it. */
  processes(node: string): { inside: number; outside: number } {
    const { pid, outside } = this.on(node);
    return { inside: pid!, outside };
  }

  /** The seconds between one look and the next, of all nodes, sorted. */
  gaps(): number[] {
    return this.nodes
      .flatMap(({ samples }) => gapsBetween(samples))
      .sort((a, b) => a - b);
  }

  /** Everything that came or went, on all nodes. */
  changes(): Change[] {
    return this.nodes.flatMap(({ node, samples }) =>
      samples.slice(1).flatMap(({ t, active, holds }, index) => {
        const before = samples[index]!;
        const started = active !== before.active;
        const moved = holds !== before.holds;
        if (!started && !moved) return [];
        const gap = t - before.t;
        return [{ node, t, gap, active, holds, both: started && moved }];
      }),
    );
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
      return spans(node, counted, ({ active, holds }) => active && !holds);
    });
  }

  /** When a node held the address, and Postfix was not alive there: what must not be while it stands by hot. */
  unserved(): Misplacement[] {
    return this.nodes.flatMap(({ node, samples }) =>
      spans(node, samples, ({ active, holds }) => holds && !active),
    );
  }
}

function gapsBetween(samples: readonly Sample[]): number[] {
  return samples.slice(1).map(({ t }, index) => t - samples[index]!.t);
}

function spans(
  node: string,
  samples: readonly Sample[],
  isWrong: (sample: Sample) => boolean,
): Misplacement[] {
  const found: Misplacement[] = [];
  let current: Misplacement | undefined;
  for (const sample of samples) {
    const { t } = sample;
    if (!isWrong(sample)) {
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
