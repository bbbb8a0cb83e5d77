/** The table that is printed, and the file with everything in it. */
import { cpus } from "node:os";
import { comparisons, goals } from "./goals";
import { median, shown, type Figures } from "./measure";

export interface Surroundings {
  suite: string;
  rounds: number;
  /** The versions of Pacemaker and pcs. */
  versions: Record<string, string>;
  /** The machine's load of the last minute, before and after. */
  load: [string, string];
  /** What could not be measured, and why. */
  failures: string[];
}

export function tables(figures: Figures): string {
  const measured = [...figures.values].map(([name, values]) => [
    name,
    shown(median(values)),
    `${shown(Math.min(...values))} - ${shown(Math.max(...values))}`,
    String(values.length),
  ]);
  const reached = goals.flatMap(({ what, atMost, measured }) => {
    const value = measured(figures);
    if (value === undefined) return [];
    const verdict = value <= atMost ? "holds" : "does not hold";
    return [[what, shown(atMost), shown(value), verdict]];
  });
  const compared = comparisons.flatMap(({ what, measured }) => {
    const value = measured(figures);
    return value === undefined ? [] : [[what, shown(value)]];
  });
  return [
    table(
      ["measured, in seconds unless told", "median", "range", "rounds"],
      measured,
    ),
    table(
      ["goal, as the median ratio of the rounds", "at most", "is", ""],
      reached,
    ),
    table(
      ["for comparison, as the median ratio of the rounds", "is"],
      compared,
    ),
  ].join("\n\n");
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]!.length)),
  );
  return [head, widths.map((width) => "-".repeat(width)), ...rows]
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0
            ? cell.padEnd(widths[0]!)
            : cell.padStart(widths[column]!),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function results(figures: Figures, surroundings: Surroundings): string {
  const measured = [...figures.values].map(([name, values]) => [
    name,
    { median: round(median(values)), values: values.map(round) },
  ]);
  const reached = goals.map(({ what, atMost, measured }) => {
    const value = measured(figures);
    return {
      what,
      atMost,
      ...(value === undefined
        ? {}
        : { measured: round(value), holds: value <= atMost }),
    };
  });
  const compared = comparisons.flatMap(({ what, measured }) => {
    const value = measured(figures);
    return value === undefined ? [] : [{ what, measured: round(value) }];
  });
  return `${JSON.stringify(
    {
      date: new Date().toISOString(),
      cpus: cpus().length,
      node: process.version,
      ...surroundings,
      measured: Object.fromEntries(measured) as unknown,
      goals: reached,
      comparisons: compared,
    },
    undefined,
    2,
  )}\n`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
