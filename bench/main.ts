/** The measurements, side by side in one go: npm run bench. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import {
  labDown,
  labNames,
  labObstacles,
  labUp,
  obstaclesMessage,
  type Lab,
} from "../lab";
import {
  parseArguments,
  usage,
  type BenchOptions,
  type Part,
} from "./arguments";
import { endRunning } from "../tests/cluster/harness/pulumi";
import { chart } from "./chart";
import { measureClusters } from "./clusters";
import { Figures, inTurns, load } from "./measure";
import { panels } from "./panels";
import { placementWays } from "./placement";
import { results, tables, type Surroundings } from "./report";
import { mostCompared, scaleWays, standingWay } from "./scale";
import { smtpWays } from "./smtp";
import { measureWriters } from "./writers";

const started = Date.now();

function say(line: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(5);
  console.error(`${seconds} s  ${line}`);
}

interface Bench {
  readonly options: BenchOptions;
  readonly lab: Lab;
  readonly figures: Figures;
  readonly cleanUp: (() => void)[];
}

/** What is measured on the lab of three nodes. Each returns what could not be measured, and why. */
const work: Record<
  Exclude<Part, "clusters">,
  (bench: Bench) => Promise<string[]>
> = {
  smtp: async ({ options, lab, figures, cleanUp }) =>
    inTurns(await smtpWays(lab, cleanUp, say), options.rounds, figures, say),
  placement: async ({ options, lab, figures, cleanUp }) =>
    inTurns(await placementWays(lab, cleanUp), options.rounds, figures, say),
  scale: async ({ options, lab, figures, cleanUp }) => {
    const { sizes, rounds } = options;
    const compared = sizes.filter((size) => size <= mostCompared);
    const failures = await inTurns(
      await scaleWays(lab, compared, cleanUp),
      ...([rounds, figures, say] as const),
    );
    for (const size of sizes.filter((one) => one > mostCompared))
      failures.push(
        ...(await inTurns(
          [await standingWay(lab, size, cleanUp)],
          ...([rounds, figures, say] as const),
        )),
      );
    return failures;
  },
  writers: ({ options, lab, figures }) =>
    measureWriters(lab, options.writerRounds, figures, say),
};

/** Writes after each part what is known by then: a run that is ended early has not been for nothing. */
async function measure(
  options: BenchOptions,
  cleanUp: (() => void)[],
): Promise<void> {
  const { suite, rounds, clusters } = options;
  const figures = new Figures();
  const before = load();
  const failures: string[] = [];
  let versions: Record<string, string> = {};
  const surroundings = (): Surroundings => ({
    ...{ suite, rounds, versions, failures },
    load: [before, load()],
  });
  const wanted = options.only.filter((part) => part !== "clusters");
  if (wanted.length > 0) {
    const name = `bench-${suite}`;
    const lab = await labUp({ suite, name, nodes: 3 }, say);
    ({ versions } = lab);
    try {
      for (const part of wanted) {
        say(`${part}: begins`);
        failures.push(
          ...(await work[part]({ options, lab, figures, cleanUp })),
        );
        write(options, figures, surroundings());
      }
    } finally {
      if (!options.keep) await labDown(name);
    }
  }
  // With the other lab down: ten nodes are as many as a small machine takes.
  if (options.only.includes("clusters")) {
    say("clusters: begins");
    failures.push(
      ...(await measureClusters(
        suite,
        clusters,
        rounds,
        figures,
        cleanUp,
        say,
      )),
    );
    write(options, figures, surroundings());
  }
  print(figures, surroundings());
}

function write(
  options: BenchOptions,
  figures: Figures,
  surroundings: Surroundings,
): void {
  mkdirSync(options.out, { recursive: true });
  writeFileSync(
    join(options.out, "results.json"),
    results(figures, surroundings),
  );
  writeFileSync(
    join(options.out, "results.svg"),
    chart(panels(figures, options.sizes), footer(surroundings)),
  );
}

function print(figures: Figures, surroundings: Surroundings): void {
  const { load, failures } = surroundings;
  console.log(tables(figures));
  console.log(
    `\nload ${load.join(" before, ")} after; ${footer(surroundings)}`,
  );
  for (const failure of failures) console.log(`not measured: ${failure}`);
}

function footer({ suite, rounds, versions }: Surroundings): string {
  return (
    `Medians of ${rounds} rounds in turns, on one machine of ${cpus().length} cores that runs the three nodes too ` +
    `(${[suite, ...Object.entries(versions).map((pair) => pair.join(" "))].join(", ")}).`
  );
}

/** Ctrl-C and the like leave nothing behind: the labs that this run brings up are the only ones with these names. */
function takeDownOnSignals(
  options: BenchOptions,
  cleanUp: readonly (() => void)[],
): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    // The harness would end the process at once.
    process.removeAllListeners(signal);
    process.once(signal, () => {
      endRunning();
      say(`${signal}: taking down what is up`);
      const ours = labNames().filter((name) =>
        /^bench-(bookworm|trixie|c\d+)$/.test(name),
      );
      void (async () => {
        for (const name of options.keep ? [] : ours) await labDown(name);
        for (const clean of cleanUp) clean();
        process.exit(130);
      })();
    });
  }
}

async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const obstacles = labObstacles();
  if (obstacles.length > 0) {
    console.error(obstaclesMessage(obstacles));
    return 2;
  }
  const cleanUp: (() => void)[] = [];
  takeDownOnSignals(options, cleanUp);
  try {
    await measure(options, cleanUp);
    return 0;
  } finally {
    for (const clean of cleanUp.reverse()) clean();
  }
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
