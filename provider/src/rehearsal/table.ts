/** The report for a terminal. */
import { lossesTitled, summaryOf, survivesAll, type Report } from "./report";

const signs: Readonly<Record<string, string>> = {
  created: "+",
  "taken over": "=",
  changed: "~",
  deleted: "-",
  unchanged: " ",
  refused: "!",
  "not reached": "!",
  "not looked at": "?",
};

export function asTable(report: Report): string {
  const { hosts, results, effects, pending, units, stopped } = report;
  const shown = results.filter(
    ({ outcome, resourceId }) =>
      outcome !== "unchanged" ||
      effects.some(({ resource }) => resource === resourceId),
  );
  const width = Math.max(
    0,
    ...shown.map(({ resourceId }) => resourceId.length),
  );
  const lines = shown.map(({ resourceId, outcome, why }) => {
    const words = effects
      .filter(({ resource }) => resource === resourceId)
      .map((effect) => effect.words);
    const end = [outcome, ...words].join("; ");
    return `  ${signs[outcome] ?? " "} ${resourceId.padEnd(width)}  ${end}${why === undefined ? "" : `\n${indent(why)}`}`;
  });
  const others = effects
    .filter(({ declared }) => !declared)
    .map(({ resource, words }) => `    ${resource} ${words}`);
  const same = results.length - shown.length;
  const survives = survivesAll(report);
  return [
    `Cluster of ${hosts.join(", ")}:`,
    ...lines,
    ...(same > 0 ? [`    ${same} unchanged`] : []),
    ...section("What this program does not declare goes along:", others),
    ...section(
      "On the nodes:",
      units.map((unit) => `    ${unit}`),
    ),
    ...section("Declared, and would not run afterwards:", reasons(stopped)),
    ...lossesTitled(report).flatMap((one) =>
      section(one.title, reasons(one.stopped)),
    ),
    ...(survives === undefined ? [] : [survives]),
    ...(pending === undefined
      ? []
      : [`The cluster itself is about to ${pending}, whatever is done here.`]),
    `Altogether: ${summaryOf(report)}.`,
    "",
  ].join("\n");
}

function reasons(stopped: Report["stopped"]): string[] {
  return Object.entries(stopped).map(
    ([id, why]) =>
      `    ${id}\n${why.map((line) => `      ${line}`).join("\n")}`,
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? [title, ...lines] : [];
}

function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `      ${line}`)
    .join("\n");
}
