/** The report as a comment on a pull request. */
import { lossesTitled, summaryOf, survivesAll, type Report } from "./report";

export function asMarkdown(report: Report): string {
  const { hosts, results, effects, pending, units, stopped } = report;
  const rows = results
    .filter(
      ({ outcome, resourceId }) =>
        outcome !== "unchanged" ||
        effects.some(({ resource }) => resource === resourceId),
    )
    .map(({ resourceId, kind, outcome, why }) => {
      const words = effects
        .filter(({ resource }) => resource === resourceId)
        .map((effect) => effect.words);
      return `| \`${resourceId}\` | ${kind} | ${outcome} | ${cell([...words, ...(why === undefined ? [] : [why])].join("; "))} |`;
    });
  const others = effects.filter(({ declared }) => !declared);
  const survives = survivesAll(report);
  return [
    `### What the cluster will do: ${summaryOf(report)}`,
    "",
    `Cluster of ${hosts.map((host) => `\`${host}\``).join(", ")}.`,
    "",
    ...(rows.length > 0
      ? [
          "| resource | kind | change | effect |",
          "|---|---|---|---|",
          ...rows,
          "",
        ]
      : ["No resource of this cluster changes.", ""]),
    ...list(
      "What this program does not declare goes along:",
      others.map(({ resource, words }) => `\`${resource}\` ${words}`),
    ),
    ...list(
      "On the nodes:",
      units.map((unit) => `\`${unit}\``),
    ),
    ...list("Declared, and would not run afterwards:", reasons(stopped)),
    ...lossesTitled(report).flatMap((one) =>
      list(one.title, reasons(one.stopped)),
    ),
    ...(survives === undefined ? [] : [survives, ""]),
    ...(pending === undefined
      ? []
      : [
          `The cluster itself is about to ${pending}, whatever is done here.`,
          "",
        ]),
  ].join("\n");
}

function reasons(stopped: Report["stopped"]): string[] {
  return Object.entries(stopped).map(
    ([id, why]) => `\`${id}\`: ${why.join("; ")}`,
  );
}

function list(title: string, items: readonly string[]): string[] {
  return items.length > 0
    ? [title, "", ...items.map((item) => `- ${cell(item)}`), ""]
    : [];
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\n+/g, "<br>");
}
