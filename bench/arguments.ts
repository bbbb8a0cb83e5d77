/** The command line of the measurements, as data. */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { suites, type Suite } from "../lab";

export const parts = [
  "smtp",
  "scale",
  "clusters",
  "writers",
  "placement",
  "failover",
  "drill",
] as const;
export type Part = (typeof parts)[number];

export interface BenchOptions {
  help: boolean;
  suite: Suite;
  /** How often each thing is measured. */
  rounds: number;
  only: Part[];
  /** How many primitives, in groups of five. */
  sizes: number[];
  /** How many clusters at once. */
  clusters: number;
  /** How many rounds of concurrent writers. */
  writerRounds: number;
  /** The lab is left up at the end, and one that is up is used. */
  keep: boolean;
  /** Where results.json and results.svg go. */
  out: string;
}

export const usage = `Usage: npm run bench -- [OPTIONS]

Measures on a lab of its own, which it brings up and takes down again.

  --only PART      one of ${parts.join(", ")}; may be repeated (default: all).
                   The figures of the others stay as they were
  --rounds N       how often each is measured (5)
  --sizes LIST     numbers of primitives for "scale", in groups of five (10,100,300); those above 100 are made once, by
                   ours alone
  --clusters N     for "clusters" (10)
  --writers N      rounds of "writers" (200)
  --suite NAME     bookworm or trixie (bookworm)
  --out FOLDER     where results.json and results.svg go (bench; of another suite, bench/SUITE)
  --keep           leave the lab up, and use one that is`;

export function parseArguments(words: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: "boolean", short: "h", default: false },
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string", default: "5" },
      sizes: { type: "string", default: "10,100,300" },
      clusters: { type: "string", default: "10" },
      writers: { type: "string", default: "200" },
      suite: { type: "string", default: "bookworm" },
      out: { type: "string" },
      keep: { type: "boolean", default: false },
    },
  });
  const suite = suites.find((name) => name === values.suite);
  if (!suite) throw new Error(`"${values.suite}" is no suite.`);
  const only = values.only.flatMap((names) => names.split(","));
  for (const name of only)
    if (!(parts as readonly string[]).includes(name))
      throw new Error(`"${name}" is none of ${parts.join(", ")}.`);
  return {
    help: values.help,
    suite,
    rounds: count("--rounds", values.rounds),
    only: only.length > 0 ? (only as Part[]) : [...parts],
    sizes: values.sizes.split(",").map((size) => count("--sizes", size)),
    clusters: count("--clusters", values.clusters),
    writerRounds: count("--writers", values.writers),
    keep: values.keep,
    // Figures of different surroundings stand apart.
    out:
      values.out ?? (suite === "bookworm" ? __dirname : join(__dirname, suite)),
  };
}

function count(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option} takes whole numbers from 1 on, not "${text}".`);
  return number;
}
