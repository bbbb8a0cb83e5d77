/** Hours of chance, on a lab: npm run soak. */
import { appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  labDown,
  labObstacles,
  labReset,
  labUp,
  obstaclesMessage,
  requireLab,
  type Lab,
  type Suite,
} from "../lab";
import { endRunning } from "../tests/cluster/harness/pulumi";
import { table } from "../provider/src/drill/table";
import { parseArguments, usage, type SoakOptions } from "./arguments";
import { chaos } from "./chaos/run";
import {
  columns,
  faults,
  mailThroughFailovers,
  row,
  standbys,
} from "./mail/run";
import { properties } from "./properties/run";

const started = Date.now();

function say(line: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(0).padStart(6);
  console.log(`${seconds} s  ${line}`);
}

async function chaosRounds(lab: Lab, options: SoakOptions): Promise<number> {
  const { seed, kinds } = options;
  const { suite } = lab;
  const log = options.log ?? join(tmpdir(), `soak-chaos-${seed}.log`);
  const failed: number[] = [];
  const reports = { held: 0 };
  const plan = { ...options, nodes: lab.nodes.length };
  say(`seed ${seed}; everything that is printed goes to ${log}`);
  await chaos(lab, plan, say, (report) => {
    const { round, seconds, wrong, outputs, codes } = report;
    appendFileSync(log, `${JSON.stringify({ seed, suite, ...report })}\n`);
    const ended = Object.entries(codes).map(
      ([name, code]) => `${name} ${code}`,
    );
    say(
      `  ${wrong.length === 0 ? "holds" : "DOES NOT HOLD"} after ${seconds.toFixed(0)} s (codes under faults: ${ended.join(", ")})`,
    );
    if (wrong.length === 0) {
      reports.held += 1;
      return;
    }
    failed.push(round.number);
    for (const line of [...wrong, ...outputs]) console.log(line);
    const only = (kinds ?? []).map((kind) => ` --fault "${kind}"`).join("");
    say(
      `  once more: npm run soak -- chaos --suite ${suite} --seed ${seed} --from ${round.number} --rounds 1${only}${options.isQuick ? " --quick" : ""}`,
    );
  });
  console.log(
    `${reports.held} rounds hold, ${failed.length} do not${failed.length > 0 ? `: ${failed.join(", ")}` : ""} (seed ${seed}, ${suite})`,
  );
  return failed.length === 0 ? 0 : 1;
}

async function propertyCases(lab: Lab, options: SoakOptions): Promise<number> {
  const { seed, rounds, path } = options;
  const { suite } = lab;
  let count = 0;
  say(`seed ${seed}`);
  try {
    await properties(
      ...([
        lab,
        { seed, rounds, ...(path === undefined ? {} : { path }) },
      ] as const),
      ({ pieces, life, steps, wrong }) => {
        count += 1;
        say(`${count}: ${pieces.join(", ")}; ${JSON.stringify(life)}`);
        for (const line of [...steps, ...wrong])
          console.log(`          ${line}`);
      },
    );
  } catch (error) {
    const { cause } = error as Error;
    console.log((error as Error).message.split("\n").slice(0, 2).join("\n"));
    console.log(cause instanceof Error ? cause.message : "");
    console.log(
      `once more: npm run soak -- properties --suite ${suite} --seed ${seed} --rounds ${rounds}`,
    );
    return 1;
  }
  console.log(`${count} cases hold (seed ${seed}, ${suite})`);
  return 0;
}

/** The table so far is printed after each stack: a run that is ended early has not been for nothing. */
async function mailRuns(lab: Lab, options: SoakOptions): Promise<number> {
  let code = 0;
  for (const standby of standbys) {
    await labReset(lab);
    const run = await mailThroughFailovers(
      lab,
      { standby, faults, messages: options.messages },
      say,
    );
    mailRows.push(row(lab.suite, run));
    console.log(table(columns, mailRows));
    for (const line of run.verdict.wrong) console.log(line);
    if (run.verdict.wrong.length > 0) code = 1;
  }
  return code;
}

const mailRows: string[][] = [];

const work = {
  chaos: chaosRounds,
  properties: propertyCases,
  mail: mailRuns,
};

async function onItsLab(suite: Suite, options: SoakOptions): Promise<number> {
  const own = `soak-${suite}`;
  const lab = options.lab
    ? requireLab(options.lab)
    : await labUp({ suite, name: own }, say);
  try {
    return await work[options.part](lab, options);
  } finally {
    endRunning();
    if (!options.keep && options.lab === undefined) await labDown(own);
  }
}

async function main(): Promise<number> {
  let options: SoakOptions;
  try {
    options = parseArguments(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    console.log(usage);
    return 0;
  }
  const obstacles = labObstacles();
  if (obstacles.length > 0) {
    console.error(obstaclesMessage(obstacles));
    return 1;
  }
  const { suites } = options;
  let code = 0;
  for (const suite of suites) code = (await onItsLab(suite, options)) || code;
  return code;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
