/** The table that is printed, and the file with everything in it. */
import { cpus } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { comparisons, goals } from "./goals";
import { Figures, median, shown, type Circumstances } from "./measure";

/** Figures of different surroundings say nothing about each other. */
export interface Surroundings {
  suite: string;
  /** The versions of Pacemaker and pcs. */
  versions: Record<string, string>;
  cpus: number;
  node: string;
}

export function surroundings(
  suite: string,
  versions: Record<string, string>,
): Surroundings {
  return { suite, versions, cpus: cpus().length, node: process.version };
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

/** What the file holds. */
interface Results {
  surroundings: Surroundings;
  parts: Record<string, Circumstances>;
  measured: Record<string, { part: string; median: number; values: number[] }>;
}

/** The figures of an earlier run in the same surroundings; none where these were others. */
export function earlier(text: string, now: Surroundings): Figures {
  const figures = new Figures();
  const { surroundings, parts, measured } = JSON.parse(text) as Results;
  if (!isDeepStrictEqual(surroundings, now)) return figures;
  for (const [part, circumstances] of Object.entries(parts)) {
    figures.begin(part);
    for (const [name, { part: owner, values }] of Object.entries(measured))
      if (owner === part) for (const value of values) figures.add(name, value);
    figures.end(circumstances);
  }
  return figures;
}

export function results(figures: Figures, surroundings: Surroundings): string {
  const measured = [...figures.values].map(([name, values]) => [
    name,
    {
      part: figures.partOf.get(name),
      median: round(median(values)),
      values: values.map(round),
    },
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
      surroundings,
      parts: Object.fromEntries(figures.parts),
      measured: Object.fromEntries(measured) as unknown,
      goals: reached,
      comparisons: compared,
    },
    undefined,
    2,
  )}\n`;
}

const round = (value: number): number => Math.round(value * 1000) / 1000;
