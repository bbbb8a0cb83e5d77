/** Every kind of failover, cold and hot side by side, as `npx pulumi-pacemaker drill` makes and measures it. */
import { labReset, type Lab } from "../lab";
import { ours } from "../tests/cluster/postfix/command";
import type { Figures, Way } from "./measure";
import { BenchProject } from "./project";

const standbys = ["cold", "hot"] as const;

/** How Pacemaker looks after Postfix in it; the default is 30 s. */
const monitorSeconds = 10;

/** Longer than any of them takes: one that is slow is a figure, too. */
const patience = 240;

interface Kind {
  readonly what: string;
  /** What bounds the time until it is known, and what to set. */
  readonly bound: (figures: Figures) => string;
}

const kinds: Readonly<Record<string, Kind>> = {
  standby: {
    what: "standby: the active node is sent into standby",
    bound: () => "nothing, the cluster is told; cold: `timeouts`",
  },
  "stop-node": {
    what: "stop-node: Pacemaker and corosync are stopped there, in order",
    bound: () => "nothing, the cluster is told; cold: `timeouts`",
  },
  kill: {
    what: "kill: Postfix's master is killed",
    bound: () =>
      `Pacemaker's monitor, here every ${monitorSeconds} s: \`monitorInterval\`; on Debian 12 PIDFile=, see docs/postfix.md`,
  },
  cut: {
    what: "cut: the active node hears nothing of the others",
    bound: (figures) =>
      `corosync's token and consensus, here ${shown(figures.median(tokenFigure))}: \`pcs cluster config update totem token=MS\``,
  },
};

const tokenFigure = "drill: token and consensus";

const nameOf = (standby: string, kind: string): string =>
  `drill: ${standby}, ${kind}`;

/** From the moment when Pacemaker orders the first thing. */
const sinceKnown = (standby: string): string =>
  `${nameOf(standby, "kill")}, from its detection`;

interface Report {
  readonly outageMs: number;
  /** After the fault. */
  readonly outageBeganMs?: number;
  readonly phases: { readonly detect?: number };
  readonly bounds: { readonly tokenMs?: number; readonly consensusMs?: number };
}

export async function drillWays(
  lab: Lab,
  cleanUp: (() => void)[],
): Promise<Way[]> {
  const ways: Way[] = [];
  for (const standby of standbys) {
    const project = await BenchProject.make(
      lab,
      `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, monitorInterval: "${monitorSeconds}s", standby: "${standby}" });`,
      cleanUp,
    );
    ways.push({
      name: standby,
      async run() {
        await labReset(lab);
        await project.run("up");
        project.forget();
        const found: Record<string, number> = {};
        for (const kind of Object.keys(kinds)) {
          const report = await drill(lab, kind);
          const { outageMs, outageBeganMs = 0, phases, bounds } = report;
          found[nameOf(standby, kind)] = outageMs / 1000;
          if (kind === "kill" && phases.detect !== undefined)
            found[sinceKnown(standby)] =
              (outageBeganMs + outageMs - phases.detect) / 1000;
          const { tokenMs = 0, consensusMs = 0 } = bounds;
          found[tokenFigure] = (tokenMs + consensusMs) / 1000;
        }
        return found;
      },
    });
  }
  return ways;
}

async function drill(lab: Lab, kind: string): Promise<Report> {
  const { code, stdout, stderr } = await ours(lab, [
    ...["drill", "--json", "--kind", kind, "--seconds", String(patience)],
  ]);
  if (code !== 0) throw new Error(`the drill "${kind}" failed: ${stderr}`);
  return JSON.parse(stdout) as Report;
}

const shown = (value: number | undefined): string =>
  value === undefined ? "-" : `${value.toFixed(2)} s`;

/** The table of README.md; undefined where nothing of it was measured. */
export function drillTable(figures: Figures): string | undefined {
  const rows = Object.entries(kinds).map(([kind, { what, bound }]) => [
    what,
    ...standbys.map((standby) => shown(figures.median(nameOf(standby, kind)))),
    bound(figures),
  ]);
  rows.push([
    "of a kill: once Pacemaker has found out",
    ...standbys.map((standby) => shown(figures.median(sinceKnown(standby)))),
    "cold: `timeouts`",
  ]);
  if (figures.median(tokenFigure) === undefined) return undefined;
  const head = [
    ...["seconds without a banner", ...standbys],
    "what bounds the time until it is known, and what to set",
  ];
  return [head, head.map(() => "---"), ...rows]
    .map((row) => `| ${row.join(" | ")} |`)
    .join("\n");
}
