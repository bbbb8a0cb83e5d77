import { fullName } from "./events";
import type { TestEvent } from "./events";
import type { FileResult } from "./judge";
import { closingLine } from "./tally";

export function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 120_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function indent(text: string, by: string): string {
  return text.replace(/^(?=.)/gm, by);
}

const WORDS = {
  passed: "ok  ",
  failed: "FAIL",
  skipped: "skip",
  started: "",
} as const;

/** One line per test; suites are headings that node:test reports after their tests, so they are left out. */
export function testLine(event: TestEvent): string | undefined {
  if (event.kind === "started") return undefined;
  if (event.suite && (event.kind === "passed" || event.onlyInside))
    return undefined;
  const why =
    event.kind === "skipped" && event.detail ? `: ${event.detail}` : "";
  return `  ${WORDS[event.kind]} ${fullName(event)}${why} (${duration(event.milliseconds)})`;
}

export function fileHeading(result: FileResult): string {
  return `${result.file}: ${closingLine(result.tally)} (${duration(result.milliseconds)})`;
}

/** Where the time went: the files that took longest, and what all of them took, one after another. */
export function longestFiles(
  files: readonly Pick<FileResult, "file" | "milliseconds">[],
  count: number,
): string[] {
  const sorted = [...files].sort((a, b) => b.milliseconds - a.milliseconds);
  const sum = sorted.reduce(
    (total, { milliseconds }) => total + milliseconds,
    0,
  );
  return [
    `The ${Math.min(count, sorted.length)} files that took longest, of ${sorted.length} that took ${duration(sum)} together:`,
    ...sorted
      .slice(0, count)
      .map(({ file, milliseconds }) => `  ${duration(milliseconds)}  ${file}`),
  ];
}

const OUTPUT_LINES = 60;

/** Each failure with its details, and what the file printed. */
export function failureReport(result: FileResult, withOutput: boolean): string {
  const lines = result.failures.flatMap(({ name, detail }) => [
    `  FAIL ${name}`,
    indent(detail, "       "),
  ]);
  const printed = result.output.slice(-OUTPUT_LINES);
  if (withOutput && printed.length > 0) {
    lines.push("  its last output:", ...printed.map((line) => `  | ${line}`));
  }
  return lines.join("\n");
}

/** Each failure with the beginning of its details, for the end of a long run. */
export function failureDigest(result: FileResult): string {
  const lines = result.failures.flatMap(({ name, detail }) => [
    `  FAIL ${name}`,
    indent(detail.split("\n").slice(0, 3).join("\n"), "       "),
  ]);
  return [result.file, ...lines].join("\n");
}
