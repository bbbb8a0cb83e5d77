import { table } from "./table";
import type { Outage } from "./outage";
import type { Phase } from "./phases";

export const kinds = ["standby", "kill", "stop-node", "cut"] as const;
export type Kind = (typeof kinds)[number];

/** What became of the messages that were sent during a drill. */
export interface MailReport {
  readonly sent: number;
  /** The server has taken them on: these must not be lost. */
  readonly accepted: number;
  readonly refused: number;
  /** The session broke before an answer: a client sends such a message again. */
  readonly unanswered: number;
  /** Of those accepted, by node: what lies in its queue. */
  readonly queued: Readonly<Record<string, number>>;
  /** Of those accepted: what lies in no queue any more. */
  readonly delivered: number;
}

export interface DrillReport {
  readonly kind: Kind;
  readonly target: string;
  readonly address: string;
  readonly port: number;
  readonly from: string;
  readonly to: string;
  /** Milliseconds since the epoch. */
  readonly fault: number;
  readonly outage?: Outage | undefined;
  /** The longest pause after it was put back. */
  readonly onReturn?: Outage | undefined;
  readonly phases: readonly Phase[];
  readonly probes: number;
  readonly failedProbes: number;
  readonly sessionsReset: number;
  readonly mail?: MailReport | undefined;
  /** What bounds each kind, as it is set on this cluster, in milliseconds. */
  readonly bounds: {
    readonly monitorIntervalMs?: number | undefined;
    readonly tokenMs?: number | undefined;
    readonly consensusMs?: number | undefined;
    /** Whether systemd knows the service's main process, and so sees it end. */
    readonly hasMainProcess?: boolean | undefined;
  };
}

export const milliseconds = (outage: Outage | undefined): number =>
  outage ? Math.round(outage.to - outage.from) : 0;

/** The report for programs: times in milliseconds; `outageBeganMs` is that after the fault. */
export function asJson(report: DrillReport): object {
  const { fault, outage, onReturn, phases, ...others } = report;
  return {
    ...others,
    fault: new Date(fault).toISOString(),
    outageMs: milliseconds(outage),
    ...(outage && { outageBeganMs: Math.round(outage.from - fault) }),
    onReturnMs: milliseconds(onReturn),
    phases: Object.fromEntries(
      phases.map(({ name, from, to }) => [
        name,
        Math.round((to - from) * 1000),
      ]),
    ),
  };
}

const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;

/** The report for a person. */
export function asText(report: DrillReport): string {
  const { kind, target, from, to, address, port, mail } = report;
  const rows = [
    ["outage, as a client saw it", seconds(milliseconds(report.outage))],
    ...report.phases.map(({ name, from: begin, to: end }) => [
      `  ${name}`,
      seconds((end - begin) * 1000),
    ]),
    ["after it was put back", seconds(milliseconds(report.onReturn))],
    ["sessions reset", String(report.sessionsReset)],
    ...(mail ? mailRows(mail) : []),
    ...boundRows(report),
  ];
  return (
    `${kind}: ${target} (${address}:${port}) from ${from} to ${to}\n` +
    table(["", ""], rows).split("\n").slice(1).join("\n")
  );
}

function mailRows(mail: MailReport): string[][] {
  return [
    [
      "mail",
      `${mail.sent} sent, ${mail.accepted} accepted, ${mail.refused} refused, ${mail.unanswered} without an answer`,
    ],
    ["  delivered, or on its way", String(mail.delivered)],
    ...Object.entries(mail.queued).map(([node, count]) => [
      `  in the queue of ${node}`,
      String(count),
    ]),
  ];
}

/** Which setting bounds the detection, and where it is set. */
function boundRows({ kind, bounds }: DrillReport): string[][] {
  if (kind === "kill")
    return bounds.monitorIntervalMs === undefined
      ? []
      : [
          [
            "detected within",
            `${seconds(bounds.monitorIntervalMs)}: the monitor's interval (monitorInterval)`,
          ],
          ...(bounds.hasMainProcess === false
            ? [
                [
                  "  once systemd sees it",
                  "when the last of its processes has ended: the unit knows no main process (PIDFile=, see docs/postfix.md)",
                ],
              ]
            : []),
        ];
  if (kind === "cut")
    return bounds.tokenMs === undefined
      ? []
      : [
          [
            "detected within",
            `${seconds(bounds.tokenMs + (bounds.consensusMs ?? 0))}: corosync's token and consensus (pcs cluster config update totem token=MS)`,
          ],
        ];
  return [["detected", "at once: the cluster itself is told"]];
}
