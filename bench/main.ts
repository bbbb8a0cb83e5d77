/** The measurements, side by side in one go: npm run bench. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
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
  parts,
  usage,
  type BenchOptions,
  type Part,
} from "./arguments";
import { endRunning } from "../tests/cluster/harness/pulumi";
import { chart } from "./chart";
import { measureClusters } from "./clusters";
import { drillTable, drillWays } from "./drill";
import { failoverWays } from "./failover";
import { Figures, inTurns, load } from "./measure";
import { panels } from "./panels";
import { placementWays } from "./placement";
import {
  earlier,
  results,
  surroundings,
  tables,
  type Surroundings,
} from "./report";
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
  failover: async ({ options, lab, figures, cleanUp }) =>
    inTurns(await failoverWays(lab, cleanUp), options.rounds, figures, say),
  drill: async ({ options, lab, figures, cleanUp }) =>
    inTurns(await drillWays(lab, cleanUp), options.rounds, figures, say),
  writers: ({ options, lab, figures }) =>
    measureWriters(lab, options.writerRounds, figures, say),
};

/** Writes after each part what is known by then: a run that is ended early has not been for nothing. */
async function measure(
  options: BenchOptions,
  cleanUp: (() => void)[],
): Promise<void> {
  const { suite, rounds, clusters } = options;
  let figures = new Figures();
  let around = surroundings(suite, {});
  const part = async (
    name: Part,
    measuring: () => Promise<string[]>,
    times = rounds,
  ): Promise<void> => {
    say(`${name}: begins`);
    figures.begin(name);
    const before = load();
    const failures = await measuring().catch((error: Error) => {
      say(`${name} was not finished: ${error.message}`);
      return [error.message];
    });
    figures.end({
      date: new Date().toISOString(),
      rounds: times,
      load: [before, load()],
      failures,
    });
    write(options, figures, around);
  };
  const name = `bench-${suite}`;
  // Where only clusters are measured, it tells the versions.
  const lab = await labUp({ suite, name, nodes: 3 }, say);
  try {
    around = surroundings(suite, lab.versions);
    figures = known(options, around);
    for (const wanted of options.only)
      if (wanted !== "clusters")
        await part(
          wanted,
          () => work[wanted]({ options, lab, figures, cleanUp }),
          wanted === "writers" ? options.writerRounds : rounds,
        );
  } finally {
    if (!options.keep) await labDown(name);
  }
  // With the other lab down: ten nodes are as many as a small machine takes.
  if (options.only.includes("clusters"))
    await part("clusters", () =>
      measureClusters(
        ...([suite, clusters, rounds, figures, cleanUp, say] as const),
      ),
    );
  print(figures, around);
}

/** Parts that are not measured this time stay as they were. */
function known(options: BenchOptions, around: Surroundings): Figures {
  const file = join(options.out, "results.json");
  const isWhole = parts.every((part) => options.only.includes(part));
  return isWhole || !existsSync(file)
    ? new Figures()
    : earlier(readFileSync(file, "utf8"), around);
}

function write(
  options: BenchOptions,
  figures: Figures,
  around: Surroundings,
): void {
  mkdirSync(options.out, { recursive: true });
  writeFileSync(join(options.out, "results.json"), results(figures, around));
  writeFileSync(
    join(options.out, "results.svg"),
    chart(panels(figures, options.sizes), footer(figures, around)),
  );
}

function print(figures: Figures, around: Surroundings): void {
  console.log(tables(figures));
  const drills = drillTable(figures);
  if (drills !== undefined) console.log(`\n${drills}`);
  console.log(`\n${footer(figures, around)}`);
  for (const [part, { date, rounds, load, failures }] of figures.parts) {
    console.log(
      `${part}: ${date}, ${rounds} rounds, load ${load.join(" before, ")} after`,
    );
    for (const failure of failures) console.log(`  not measured: ${failure}`);
  }
}

function footer(figures: Figures, { suite, versions }: Surroundings): string {
  const rounds = Math.min(
    ...[...figures.parts.values()].map((part) => part.rounds),
  );
  return (
    `${rounds === 1 ? "One round of some, medians of the others" : `Medians of ${rounds} rounds or more`}, in turns, on one machine of ${cpus().length} cores that runs the three nodes too ` +
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
