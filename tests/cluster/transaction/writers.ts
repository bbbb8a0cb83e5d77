/** Several parties that change one cluster at the same time, and what has become of each change. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { execOnNode, inNamespace, type Lab } from "../../../lab";
import { parseCib, type Cib } from "../../../provider/src/model/cib";
import { cibText, onNode } from "../harness/cluster";

/** A change as a stack is asked for it. `name` is used once, but for a counter's. */
export interface Change {
  readonly kind:
    | "attribute"
    | "count"
    | "resource"
    /** The plan says no. */
    | "refused"
    /** pcs says no. */
    | "invalid";
  readonly resource: string;
  readonly name: string;
}

export interface Verdict {
  readonly ok: boolean;
  readonly words: string;
}

/** What one party did, what it was told, and how to see whether it is there. */
interface Written extends Verdict {
  readonly by: string;
  readonly change: Change;
  readonly isThere: (cib: Cib) => boolean;
}

const resources = ["w1", "w2", "w3", "w4"];
const counter = "x-counter";

/** A process with connections of its own: to the cluster, another stack. */
class Stack {
  private readonly waiting = new Map<number, (verdict: Verdict) => void>();
  private last = 0;

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      const { id, ...verdict } = JSON.parse(line) as Verdict & { id: number };
      this.waiting.get(id)?.(verdict);
      this.waiting.delete(id);
    });
    child.on("close", () => {
      for (const answer of this.waiting.values())
        answer({ ok: false, words: `the process of ${name} ended` });
    });
  }

  static start(lab: Lab, name: string, hosts: readonly string[]): Stack {
    const connection = {
      hosts,
      user: lab.user,
      privateKey: readFileSync(lab.privateKeyPath, "utf8"),
      hostKeys: lab.hostKeys,
    };
    const [program = "", ...args] = inNamespace(lab.namespace, [
      ...[process.execPath, "--import", "tsx"],
      join(__dirname, "stackWriter.ts"),
    ]);
    const env = { ...process.env, CONNECTION: JSON.stringify(connection) };
    const stdio = ["pipe", "pipe", "inherit"] as const;
    return new Stack(name, spawn(program, args, { stdio: [...stdio], env }));
  }

  write(change: Change): Promise<Verdict> {
    const id = (this.last += 1);
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.child.stdin!.write(`${JSON.stringify({ id, change })}\n`);
    });
  }

  async end(): Promise<void> {
    const closed = once(this.child, "close");
    this.child.stdin!.end();
    await closed;
  }
}

export class Writers {
  /** How many changes were made, by party and verdict: { "stack a": { ok: 10, refused: 3 } }. */
  readonly tally: Record<string, { made: number; refused: number }> = {};
  private name = 0;
  private counted = 0;

  private constructor(
    private readonly lab: Lab,
    private readonly stacks: readonly Stack[],
  ) {}

  /** Makes resources that never run, and two stacks, each of which prefers another node. */
  static async start(lab: Lab): Promise<Writers> {
    const primitives = resources.map(
      (id) =>
        `<primitive id="${id}" class="ocf" provider="heartbeat" type="Dummy"><meta_attributes id="${id}-meta">` +
        `<nvpair id="${id}-role" name="target-role" value="Stopped"/></meta_attributes></primitive>`,
    );
    const [first] = lab.nodes;
    for (const xml of primitives)
      await onNode(
        lab,
        first!.name,
        ...["cibadmin", "--create", "--scope", "resources", "--xml-text", xml],
      );
    const stacks = ["stack a", "stack b"].map((name, index) =>
      Stack.start(lab, name, [
        ...lab.hosts.slice(index),
        ...lab.hosts.slice(0, index),
      ]),
    );
    return new Writers(lab, stacks);
  }

  async end(): Promise<void> {
    await Promise.all(this.stacks.map((stack) => stack.end()));
  }

  /**
   * One round: every party writes at about the same time, in an order and at a pace that chance decides.
   *
   * @returns in words, each change whose writer was told something else than what has happened; none is as it must be
   */
  async round(random: () => number): Promise<string[]> {
    const parties = [
      ...this.stacks.flatMap((stack) => this.ofStack(stack, random)),
      ...this.others(random),
    ];
    const shuffled = parties
      .map((write) => ({ write, at: random() }))
      .sort((a, b) => a.at - b.at);
    const written = await Promise.all(
      shuffled.map(async ({ write, at }) => {
        await new Promise((resolve) => setTimeout(resolve, at * 1500));
        return write();
      }),
    );
    const cib = parseCib(await cibText(this.lab));
    return this.wrong(written, cib);
  }

  private wrong(written: readonly Written[], cib: Cib): string[] {
    const wrong: string[] = [];
    for (const { by, change, ok, words, isThere } of written) {
      const told = (this.tally[by] ??= { made: 0, refused: 0 });
      told[ok ? "made" : "refused"] += 1;
      const what = `${by}: ${change.kind} ${change.name} on ${change.resource}`;
      const mustFail = ["refused", "invalid"].includes(change.kind);
      if (change.kind === "count" && ok) this.counted += 1;
      if (ok && mustFail) wrong.push(`${what} was accepted`);
      if (!ok && !mustFail) wrong.push(`${what} was refused: ${words}`);
      if (!ok && words === "") wrong.push(`${what} was refused without a word`);
      if (change.kind !== "count" && ok !== isThere(cib))
        wrong.push(`${what} was told ${ok ? "done" : words}; it is not so`);
    }
    const count = Number(cib.primitives.get("w1")?.meta[counter] ?? "0");
    if (count !== this.counted)
      wrong.push(`the counter is ${count} after ${this.counted} counts`);
    return wrong;
  }

  /** Several changes at once, as Pulumi asks for them; now and then one among them that is refused. */
  private ofStack(
    stack: Stack,
    random: () => number,
  ): (() => Promise<Written>)[] {
    const kinds: Change["kind"][] = ["attribute", "attribute", "count"];
    if (random() < 0.3) kinds.push("resource");
    if (random() < 0.3) kinds.push("refused");
    if (random() < 0.2) kinds.push("invalid");
    return kinds.map((kind) => {
      const change: Change = {
        kind,
        resource:
          kind === "count"
            ? "w1"
            : resources[Math.floor(random() * resources.length)]!,
        name: kind === "count" ? counter : `x-${(this.name += 1)}`,
      };
      return async () => ({
        by: stack.name,
        change,
        ...(await stack.write(change)),
        isThere: (cib) =>
          kind === "resource"
            ? cib.groups.has(`${change.name}-group`)
            : cib.primitives.get(change.resource)?.meta[change.name] === "1",
      });
    });
  }

  /**
   * Operators, each on a node. pcs's own commands of two operators at a time lose each other's changes, and its older
   * ones (such as "pcs resource meta") also those of everybody else: there is one operator with pcs, and he creates.
   */
  private others(random: () => number): (() => Promise<Written>)[] {
    const create = `op-${(this.name += 1)}`;
    const set = `op-${(this.name += 1)}`;
    const node = () =>
      this.lab.nodes[Math.floor(random() * this.lab.nodes.length)]!.name;
    const write = async (
      by: string,
      name: string,
      where: string,
      argv: readonly string[],
      isThere: Written["isThere"],
    ): Promise<Written> => {
      const { code, stderr } = await execOnNode(this.lab, where, argv, {
        timeoutMs: 240_000,
      });
      const change = { kind: "resource", resource: name, name } as const;
      return { by, change, ok: code === 0, words: stderr, isThere };
    };
    const [one, other, third] = [node(), node(), node()];
    return [
      () =>
        write(
          "pcs",
          create,
          one,
          [
            ...["pcs", "resource", "create", create, "ocf:heartbeat:Dummy"],
            ...["meta", "target-role=Stopped"],
          ],
          (cib) => cib.primitives.has(create),
        ),
      () =>
        write(
          "cibadmin",
          set,
          other,
          [
            ...["cibadmin", "--create", "--scope", "crm_config", "--xml-text"],
            `<cluster_property_set id="${set}"><nvpair id="${set}-a" name="a" value="b"/></cluster_property_set>`,
          ],
          (cib) => cib.ids.has(set),
        ),
      // Status traffic: it moves the version of the CIB too, and is nobody's conflict.
      () =>
        write(
          "status",
          set,
          third,
          ["/bin/sh", "-ec", statusTraffic],
          () => true,
        ),
    ];
  }
}

const statusTraffic = `
for i in 1 2 3 4 5 6; do
  attrd_updater --name traffic --update "$i.$$" --delay 0
  sleep 0.25
done
`;

/** Chance that can be repeated: https://en.wikipedia.org/wiki/Xorshift */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
