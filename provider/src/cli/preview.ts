/** `pulumi-pacemaker preview`: the whole effect of what Pulumi is going to do. */
import "../provider";
import type { Connection } from "../connection";
import {
  disruptions,
  isBeyond,
  type Disruption,
} from "../cluster/rehearsal/effects";
import { rehearseProgram, survivalOf } from "../resources/rehearsal";
import { asMarkdown } from "../rehearsal/markdown";
import { asTable } from "../rehearsal/table";
import { asPicture } from "../rehearsal/picture";
import { lossesTitled, reportOf } from "../rehearsal/report";
import { readText, writeText } from "./files";
import type { Output } from "./hostKeys";
import { readPreview } from "./previewSteps";
import { pulumi, type StackChoice } from "./pulumi";
import { WrongUsage } from "./usage";

export interface PreviewOptions extends StackChoice {
  /** A file with what `pulumi preview --json` printed, "-" for the standard input. Default: it is run. */
  readonly plan?: string | undefined;
  readonly format: "table" | "json" | "markdown";
  readonly svg?: string | undefined;
  readonly most: Disruption;
  /** How many nodes may be lost at once, and all that is declared still runs. Default 0: it is not asked. */
  readonly survives: number;
}

export const previewHelp = `preview runs "pulumi preview" and shows the whole of what the cluster would do: the
handlers of this package make the changes on a copy of the cluster's
configuration, and Pacemaker's own simulation carries them out there. The cluster is
not touched.

  --plan FILE          what "pulumi preview --json --show-sames" has printed;
                       "-" reads it from the standard input
  --json, --markdown   for programs; for a comment on a pull request
  --svg FILE           draws what runs where, before and after
  --max-disruption D   exit code 3 where a resource would suffer more than that:
                       none, reload, restart, move or stop (stop)
  --survives N         loses each node in turn on the copy, and with 2 each pair too;
                       exit code 3 where something that is declared would run
                       nowhere then
`;

/** The exit code where the plan is beyond what it may do. */
const beyondGate = 3;

export async function runPreview(
  connection: Connection,
  options: PreviewOptions,
  output: Output,
): Promise<number> {
  const text = await previewText(options);
  const { operations, errors } = stepsIn(text, options.plan);
  if (errors.length > 0) {
    output.err(`Pulumi's own preview failed:\n${errors.join("\n")}\n`);
    return 1;
  }
  const rehearsal = await rehearseProgram(connection, operations);
  const report = reportOf(
    connection.hosts,
    rehearsal,
    options.survives > 0
      ? await survivalOf(rehearsal, options.survives)
      : undefined,
  );
  const beyond = report.effects.filter((effect) =>
    isBeyond(effect, options.most),
  );
  output.out(
    options.format === "json"
      ? `${JSON.stringify({ ...report, maxDisruption: options.most, beyond }, undefined, 2)}\n`
      : options.format === "markdown"
        ? asMarkdown(report)
        : asTable(report),
  );
  if (options.svg !== undefined) writeText(options.svg, asPicture(report));
  if (beyond.length > 0) {
    output.err(
      `beyond --max-disruption ${options.most}: ${beyond.map(({ resource, what }) => `${resource} ${what}`).join(", ")}\n`,
    );
    return beyondGate;
  }
  const fatal = lossesTitled(report);
  if (fatal.length > 0) {
    output.err(
      `beyond --survives ${options.survives}: after ${fatal.length} of ${report.losses!.length} losses something that is declared would run nowhere\n`,
    );
    return beyondGate;
  }
  return report.results.some(({ outcome }) => outcome === "refused") ? 1 : 0;
}

export function parseDisruption(value: string): Disruption {
  const found = disruptions.find((one) => one === value);
  if (found) return found;
  throw new WrongUsage(
    `--max-disruption ${value}: must be one of ${disruptions.join(", ")}`,
  );
}

function stepsIn(text: string, from: string | undefined) {
  try {
    return readPreview(text);
  } catch (error) {
    throw new WrongUsage(
      `what ${from ?? "pulumi preview --json"} holds cannot be read: ${(error as Error).message}`,
    );
  }
}

async function previewText(options: PreviewOptions): Promise<string> {
  if (options.plan !== undefined) return readText(options.plan);
  const argv = ["preview", "--json", "--show-sames"];
  const { text, problem } = await pulumi(options, argv, 0);
  // A preview that found errors has printed them, and fails.
  if (problem === undefined || text.trim().startsWith("{")) return text;
  throw new WrongUsage(`"pulumi ${argv.join(" ")}" failed:\n${problem}`);
}
