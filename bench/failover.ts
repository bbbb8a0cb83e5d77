/** How long a failover is seen by clients, cold and hot side by side: one that is planned, and one of a master that was killed. */
import { setTimeout as sleep } from "node:timers/promises";
import { labReset, type Lab } from "../lab";
import { startProber, type Prober } from "../scripts/demo/outage";
import { eventually, onNode, whereAre } from "../tests/cluster/harness";
import { median, type Way } from "./measure";
import { BenchProject } from "./project";
import { units } from "./smtp";

/** The clients' pause between two attempts, in milliseconds. */
const probeMs = 20;

/** Short, so that not all of the time is spent on finding out: that part is measured apart. */
const monitorSeconds = 10;

const kinds = {
  cold: "",
  "cold, timeouts of 5 s": `timeouts: { start: "5s", stop: "5s" },`,
  hot: `standby: "hot",`,
};

const program = (inputs: string) =>
  `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, monitorInterval: "${monitorSeconds}s", ${inputs} });`;

/** How often the stack is moved in a round: a single move says little. */
const moves = 3;

export async function failoverWays(
  lab: Lab,
  cleanUp: (() => void)[],
): Promise<Way[]> {
  const ways: Way[] = [];
  for (const [kind, inputs] of Object.entries(kinds)) {
    const project = await BenchProject.make(lab, program(inputs), cleanUp);
    ways.push({
      name: kind,
      async run() {
        await labReset(lab);
        await project.run("up");
        project.forget();
        const ended = new AbortController();
        const prober = startProber(lab, ended.signal, probeMs);
        try {
          const planned: number[] = [];
          for (let move = 0; move < moves; move += 1)
            planned.push(await plannedMove(lab, prober));
          return {
            [`failover: ${kind}, planned`]: median(planned),
            ...(await killed(lab, prober, kind)),
          };
        } finally {
          ended.abort();
          await prober.stop();
        }
      },
    });
  }
  return ways;
}

/** Sends the active node into standby, and takes it out again once another one serves. */
async function plannedMove(lab: Lab, prober: Prober): Promise<number> {
  const node = await whereAre(lab, ["smtp_ip"]);
  const since = Date.now();
  await prober.greeted(10, since);
  await onNode(lab, node, "pcs", "node", "standby", node);
  await served(lab, prober, node);
  const outage = prober.outageSince(since);
  await onNode(lab, node, "pcs", "node", "unstandby", node);
  // Of the clone, the node's own instance has to be up again.
  await sleep(8_000);
  return outage / 1000;
}

async function served(lab: Lab, prober: Prober, but?: string): Promise<void> {
  await eventually(
    "the address on another node",
    async () => {
      const now = await whereAre(lab, ["smtp_ip"]);
      return now === but ? undefined : now;
    },
    90,
  );
  await prober.greeted(10, Date.now());
}

/** Kills the active node's master. Pacemaker notes in its log when it has found out. */
async function killed(
  lab: Lab,
  prober: Prober,
  kind: string,
): Promise<Record<string, number>> {
  const node = await whereAre(lab, ["smtp_ip"]);
  const log = "/var/log/pacemaker/pacemaker.log";
  const lines = Number(await onNode(lab, node, "sh", "-c", `wc -l <${log}`));
  const since = Date.now();
  await prober.greeted(10, since);
  const unit = units[lab.suite];
  await onNode(lab, node, "systemctl", "kill", "--signal=KILL", unit);
  const found = await eventually(
    "Pacemaker to find out",
    async () => {
      const text = await onNode(
        lab,
        ...[node, "sh", "-c"],
        `tail -n +${lines + 1} ${log} | grep -m1 'Result of monitor operation for smtp_service on ${node}: not running' || true`,
      );
      const [, when] = /^(\w+ \d+ [\d:.]+) /.exec(text) ?? [];
      return when === undefined
        ? undefined
        : Date.parse(`${when} ${new Date().getUTCFullYear()} UTC`);
    },
    3 * monitorSeconds,
  );
  await prober.greeted(10, found);
  return {
    [`failover: ${kind}, master killed`]: prober.outageSince(since) / 1000,
    [`failover: ${kind}, master killed, from its detection`]:
      (prober.firstSince(found) - found) / 1000,
  };
}
