/** A mail client in the lab's network, which asks the address for its banner every 50 ms, or as often as it is told. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inNamespace, type Lab } from "../../../lab";
import { eventually } from "./wait";

export interface Answer {
  /** Seconds since the epoch, when it was asked. */
  t: number;
  ok: boolean;
  /** What the server said, or why there was no answer. */
  banner: string;
}

export class Prober {
  readonly answers: Answer[] = [];
  private rest = "";

  constructor(
    lab: Lab,
    private readonly child: ChildProcess = startIn(lab, 50),
  ) {
    child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      const lines = (this.rest + text).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.answers.push(JSON.parse(line) as Answer);
    });
  }

  /** @param pause between one answer and the next question, in milliseconds */
  static every(lab: Lab, pause: number): Prober {
    return new Prober(lab, startIn(lab, pause));
  }

  /** Waits for a banner that was asked for from now on, and whose server is the node where one is given. */
  answered(node?: string, seconds = 30): Promise<Answer> {
    const now = Date.now() / 1000;
    return eventually(
      `a 220 banner${node ? ` of ${node}` : ""}`,
      () => {
        const found = this.answers.find(
          ({ t, ok, banner }) =>
            t >= now && ok && (node === undefined || banner.includes(node)),
        );
        if (!found && this.answers.length > 0)
          throw new Error(`the last answer: ${this.answers.at(-1)!.banner}`);
        return found;
      },
      seconds,
    );
  }

  /** The longest time from one good answer to the next, in seconds. */
  outage(): number {
    const good = this.answers.filter(({ ok }) => ok);
    const pauses = good.slice(1).map(({ t }, index) => t - good[index]!.t);
    return Math.max(0, ...pauses);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const closed = once(this.child, "close");
    this.child.stdin!.end();
    await closed;
  }
}

function startIn(lab: Lab, pause: number): ChildProcess {
  const [program = "", ...args] = inNamespace(lab.namespace, [
    ...[process.execPath, join(__dirname, "prober.mjs")],
    ...[lab.floatingAddress, "25", String(pause)],
  ]);
  return spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
}

/** The address's banner, once. */
export async function banner(lab: Lab, seconds = 10): Promise<string> {
  const prober = new Prober(lab);
  try {
    return (await prober.answered(undefined, seconds)).banner;
  } finally {
    await prober.stop();
  }
}
