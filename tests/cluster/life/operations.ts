/** What Pacemaker has done to resources, from the log of each node. */
import type { Lab } from "../../../lab";
import { onEveryNode } from "../harness";

export interface Operation {
  /** Milliseconds, for ordering. */
  t: number;
  node: string;
  /** "start" or "stop". */
  task: string;
  resource: string;
  ok: boolean;
}

const log = "/var/log/pacemaker/pacemaker.log";

/** Everything that is started or stopped after this moment, on any node. */
export class Operations {
  private constructor(
    private readonly lab: Lab,
    private readonly lines: Record<string, number>,
  ) {}

  static async watch(lab: Lab): Promise<Operations> {
    const printed = await onEveryNode(lab, `wc -l <${log}`);
    const entries = Object.entries(printed).map(([node, count]) => {
      return [node, Number(count)] as const;
    });
    return new Operations(lab, Object.fromEntries(entries));
  }

  async all(): Promise<Operation[]> {
    const printed = await onEveryNode(
      this.lab,
      `grep -nE 'Result of (start|stop) operation' ${log} || true`,
    );
    const found = Object.entries(printed).flatMap(([node, text]) =>
      text
        .split("\n")
        .flatMap((line) => parse(node, line, this.lines[node] ?? 0)),
    );
    return found.sort((a, b) => a.t - b.t);
  }

  /** In order: "stop web_service node-01". */
  async words(): Promise<string[]> {
    const found = await this.all();
    return found.map(
      ({ task, resource, node, ok }) =>
        `${task} ${resource} ${node}${ok ? "" : " failed"}`,
    );
  }

  /** In order, without the nodes: "stop web_service". */
  async tasks(): Promise<string[]> {
    const found = await this.all();
    return found.map(
      ({ task, resource, ok }) => `${task} ${resource}${ok ? "" : " failed"}`,
    );
  }
}

/** A line such as `7:Nov 23 21:58:22.540 node-01 ... notice: Result of start operation for smtp_ip on node-01: ok`. */
function parse(node: string, line: string, after: number): Operation[] {
  const match =
    /^(\d+):(\w+ \d+ [\d:.]+) .*Result of (start|stop) operation for (\S+) on \S+: (\w+)/.exec(
      line,
    );
  if (!match || Number(match[1]) <= after) return [];
  const [, , when = "", task = "", resource = "", result] = match;
  const t = Date.parse(`${when} 2000 UTC`);
  return [{ t, node, task, resource, ok: result?.toLowerCase() === "ok" }];
}

/** The starts of the later one on a node where the earlier one was not up, and the stops of the earlier one under it. */
export function misordered(
  operations: readonly Operation[],
  earlier: string,
  later: string,
): string[] {
  const up = new Set<string>();
  const wrong: string[] = [];
  for (const { node, task, resource, ok } of operations) {
    const key = `${resource} ${node}`;
    const bad =
      (resource === later &&
        task === "start" &&
        !up.has(`${earlier} ${node}`)) ||
      (resource === earlier && task === "stop" && up.has(`${later} ${node}`));
    if (bad) wrong.push(`${task} ${key}`);
    if (task === "start" && ok) up.add(key);
    if (task === "stop" && ok) up.delete(key);
  }
  return wrong;
}
