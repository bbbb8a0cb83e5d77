/** Messages through failovers: none that was accepted is lost, and none is there twice but for a session that was reset. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Lab } from "../../lab";
import {
  eventually,
  makeProject,
  succeeded,
} from "../../tests/cluster/harness";
import { ours } from "../../tests/cluster/postfix/command";
import { Cleanup } from "../chaos/run";
import { emptyMailboxes, takeCensus } from "./census";
import { judge, type Verdict } from "./ledger";
import { startSender } from "./sender";

export const faults = ["standby", "kill", "stop-node", "cut"] as const;
export type Fault = (typeof faults)[number];

export const standbys = ["cold", "hot"] as const;
export type Standby = (typeof standbys)[number];

export interface MailOptions {
  readonly standby: Standby;
  /** The failovers, one after the other, as `npx pulumi-pacemaker drill` makes them. */
  readonly faults: readonly Fault[];
  /** At least so many are sent. */
  readonly messages: number;
}

export interface MailRun extends MailOptions {
  readonly verdict: Verdict;
  /** The outage of each failover, in milliseconds. */
  readonly outages: readonly number[];
}

/**
 * How long a failover may take. Debian 12 takes a Postfix whose master was killed for active until its last process has ended: an
 * smtpd that was in a session looks for the other processes ten times, every 10 s, before it gives up.
 */
const drillSeconds = 240;

/** What runs in the cluster, and with it stops everywhere. */
const resources = { cold: "smtp-stack", hot: "smtp_service-clone" };

/**
 * Brings up the stack, has swaks send to its address while the failovers are made, stops Postfix everywhere and looks where
 * each message is. One is delivered each second on a node, so that each failover meets mail in the queue.
 */
export async function mailThroughFailovers(
  lab: Lab,
  options: MailOptions,
  say: (line: string) => void,
): Promise<MailRun> {
  const { standby, faults, messages } = options;
  const cleanup = new Cleanup();
  try {
    const postfix = {
      main: {
        mydestination: "$myhostname, lab.example, localhost",
        local_destination_rate_delay: "1s",
        // Debian 13 does not set it.
        smtpd_tls_security_level: "may",
      },
      tls: certificate(),
    };
    const project = await makeProject(cleanup.context, lab, {
      program:
        `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, monitorInterval: "10s", ` +
        `standby: "${standby}", postfix: ${JSON.stringify(postfix)} });`,
      name: `mail-${standby}`,
    });
    await emptyMailboxes(lab);
    succeeded(await project.up());
    const sender = startSender(lab, `${standby}-${Date.now().toString(36)}`);
    const enough = (count: number) =>
      eventually(
        `${count} messages to be accepted`,
        () => (sender.accepted() >= count ? true : undefined),
        600,
      );
    const outages: number[] = [];
    for (const [index, fault] of faults.entries()) {
      await enough((messages / (faults.length + 1)) * (index + 1));
      const before = sender.accepted();
      const run = await ours(lab, [
        ...["drill", "--json", "--kind", fault],
        ...["--seconds", String(drillSeconds)],
      ]);
      if (run.code !== 0)
        throw new Error(`the drill "${fault}" failed: ${run.stderr}`);
      const { outageMs } = JSON.parse(run.stdout) as { outageMs: number };
      outages.push(outageMs);
      say(
        `${lab.suite}, ${standby}, ${fault}: ${outageMs} ms without a banner, ${sender.accepted() - before} messages accepted meanwhile`,
      );
    }
    await enough(messages);
    const sent = await sender.finish();
    const places = await takeCensus(lab, resources[standby]);
    return { ...options, verdict: judge(sent, places), outages };
  } finally {
    await cleanup.run();
  }
}

/** A key and a certificate, made for tests. */
function certificate(): { key: string; cert: string } {
  const text = (what: string): string =>
    readFileSync(
      join(__dirname, "../../tests/outcome/fixtures", `mail.${what}.pem`),
      "utf8",
    );
  return { key: text("key"), cert: text("cert") };
}

/** The run, in a line of a table. */
export function row(suite: string, { standby, faults, verdict }: MailRun) {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((all, one) => all + one, 0);
  const { sent, accepted, again, unanswered, twice, wrong } = verdict;
  return [
    ...[suite, standby, faults.join(", ")],
    ...[sent, accepted, again, unanswered],
    ...[sum(verdict.delivered), sum(verdict.queued), twice, wrong.length],
  ].map(String);
}

export const columns = [
  ...["Debian", "standby", "failovers", "sent", "accepted", "sent again"],
  ...["reset before the answer", "delivered", "in a queue", "twice", "wrong"],
];
