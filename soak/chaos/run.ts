/** The rounds themselves. */
import { dirname } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { execOnNode, labReset, type Lab } from "../../lab";
import { onEveryNode } from "../../tests/cluster/harness/cluster";
import { makeProject, type Project } from "../../tests/cluster/harness/project";
import type { Outcome } from "../../tests/cluster/harness/pulumi";
import { makeUnit } from "../../tests/cluster/life/programs";
import {
  changesIn,
  watched,
  type Step,
} from "../../tests/cluster/life/interrupt";
import {
  clearLeftovers,
  enabledUnits,
  leftovers,
  marks,
  placement,
  providersIn,
  verify,
  wordsOfChange,
  wordsOfFailure,
} from "./check";
import { faults } from "./faults";
import { foreignConfiguration, makeForeign } from "./foreign";
import { heal, sceneOf } from "./heal";
import {
  describe,
  planRound,
  programsAfter,
  programsBefore,
  type PlannedFault,
  type PlanOptions,
  type Programs,
  type Round,
  type Verb,
} from "./plan";
import { allUnits, programFor, stackNames, type StackName } from "./stacks";

export interface ChaosOptions extends PlanOptions {
  readonly from: number;
  readonly rounds: number;
}

export interface RoundReport {
  readonly round: Round;
  readonly seconds: number;
  /** What the faults struck; undefined where there was nothing to strike. */
  readonly struck: (string | undefined)[];
  /** How the CLIs ended under the faults. */
  readonly codes: Record<StackName, number>;
  /** What does not hold: none, where all is well. */
  readonly wrong: string[];
  /** What the CLIs printed, for those who look for the cause. */
  readonly outputs: string[];
}

type Projects = Record<StackName, Project>;

/** What is to be done at the end, last things first, in the words of a test. */
export class Cleanup {
  private readonly works: (() => unknown)[] = [];
  readonly context = {
    after: (work: () => unknown) => this.works.push(work),
  } as unknown as TestContext;

  async run(): Promise<void> {
    for (const work of this.works.splice(0).reverse()) await work();
  }
}

/** A lab with the units, with what is foreign, and with both stacks as they are declared before a round. */
async function setUp(
  lab: Lab,
  cleanup: Cleanup,
  programs: Programs,
): Promise<Projects> {
  for (const unit of allUnits()) await makeUnit(cleanup.context, lab, unit);
  await clearLeftovers(lab);
  await makeForeign(lab);
  const made = await Promise.all(
    stackNames.map(async (stack) => {
      const project = await makeProject(cleanup.context, lab, {
        program: programFor(programs[stack]),
        name: `chaos-${stack}`,
      });
      const outcome = await project.up();
      if (outcome.code !== 0)
        throw new Error(`stack ${stack} cannot be made:\n${outcome.output}`);
      return [stack, project] as const;
    }),
  );
  return Object.fromEntries(made) as Projects;
}

/**
 * Runs the rounds. After one in which something does not hold, the next begins on an empty cluster.
 *
 * @param enough the time in seconds after which no further round begins
 */
export async function chaos(
  lab: Lab,
  options: ChaosOptions,
  say: (line: string) => void,
  report: (report: RoundReport) => void,
  enough = Infinity,
): Promise<void> {
  const started = Date.now();
  let programs = programsBefore(options.from, options);
  let scene: { projects: Projects; cleanup: Cleanup } | undefined;
  const end = async (): Promise<void> => {
    const { cleanup } = scene ?? {};
    scene = undefined;
    if (!cleanup) return;
    await labReset(lab);
    await cleanup.run();
  };
  try {
    for (let index = 0; index < options.rounds; index += 1) {
      if (Date.now() - started > enough * 1000) {
        say(`${index} rounds were all that the time allowed`);
        return;
      }
      const round = planRound(options.from + index, programs, options);
      if (!scene) {
        await labReset(lab);
        const cleanup = new Cleanup();
        scene = { cleanup, projects: {} as Projects };
        scene.projects = await setUp(lab, cleanup, programs);
      }
      say(`round ${round.number}: ${describe(round)}`);
      const done = await play(lab, scene.projects, round, say).catch(
        (error: Error): RoundReport => ({
          round,
          seconds: 0,
          struck: [],
          codes: { a: -1, b: -1 },
          wrong: [`the round broke off: ${error.stack ?? error.message}`],
          outputs: [],
        }),
      );
      report(done);
      if (done.wrong.length > 0) await end();
      programs = programsAfter(round);
    }
  } finally {
    await end();
  }
}

/** Commands of the CLI by what a round calls them. */
const run = (
  project: Project,
  verb: Verb,
  onStart: (pid: number) => void,
): Promise<Outcome> => {
  if (verb === "refreshed up") return project.up(["--refresh"], { onStart });
  return project[verb]([], { onStart });
};

/**
 * The next up. Where the CLI was killed while it deleted, or a deletion has failed, Pulumi's state still holds what may be gone or
 * stopped, and Pulumi, or the error, says that a refresh is needed: an up alone asks nobody about what it has not changed.
 *
 * @param before what was printed under the faults
 */
async function upAgain(project: Project, before: string): Promise<Outcome> {
  if (/"pulumi up --refresh" starts what is still declared/.test(before))
    return project.up(["--refresh"]);
  const outcome = await project.up();
  return /, interrupted while deleting/.test(outcome.output)
    ? project.up(["--refresh"])
    : outcome;
}

/**
 * Whether the provider's process was asked anything. Until then Pulumi alone runs in it, and it outlives a killed CLI: our
 * code is loaded with the first call.
 */
const wasAsked = ({ output }: Outcome): boolean =>
  /(creating|updating|replacing|deleting|refreshing|reading) \(\d/.test(output);

async function play(
  lab: Lab,
  projects: Projects,
  round: Round,
  say: (line: string) => void,
): Promise<RoundReport> {
  const started = Date.now();
  const after = programsAfter(round);
  const wrong: string[] = [];
  const outputs: string[] = [];
  await makeByHand(lab, round);
  for (const stack of stackNames)
    projects[stack].writeProgram(programFor(after[stack]));
  const foreign = await foreignConfiguration(lab);

  const { outcomes, struck } = await underFaults(lab, projects, round, say);
  const killed = (stack: StackName): boolean =>
    round.faults.some(
      (fault, index) =>
        struck[index] !== undefined &&
        fault.stack === stack &&
        ["kill CLI", "kill provider"].includes(fault.kind),
    );
  for (const stack of stackNames) {
    outputs.push(shown(`${stack} under faults`, outcomes[stack]));
    wrong.push(...wordsOfFailure(outcomes[stack], killed(stack)));
  }
  await heal(lab, round.faults);
  // A CLI that was killed leaves its lock.
  for (const stack of stackNames)
    if (killed(stack))
      await projects[stack].pulumi(["cancel", "--yes", "--stack", "test"]);

  const both = (
    before: (stack: StackName) => string,
  ): Promise<[StackName, Outcome][]> =>
    Promise.all(
      stackNames.map(async (stack): Promise<[StackName, Outcome]> => [
        stack,
        await upAgain(projects[stack], before(stack)),
      ]),
    );
  say("  healed; the next up");
  for (const [stack, outcome] of await both((one) => outcomes[one].output)) {
    outputs.push(shown(`${stack}, the next up`, outcome));
    if (outcome.code !== 0) wrong.push(`${stack}: the next up fails`);
    wrong.push(...wordsOfFailure(outcome, false));
  }
  for (const [stack, outcome] of await both(() => "")) {
    outputs.push(shown(`${stack}, the one after it`, outcome));
    wrong.push(...wordsOfChange(outcome).map((line) => `${stack}: ${line}`));
  }
  wrong.push(
    ...(await placement(lab, after)),
    ...(await enabledUnits(lab, after)),
    ...(await verify(lab)),
    ...(await marks(lab)),
    ...(await leftovers(lab)),
  );
  const now = await foreignConfiguration(lab);
  if (now !== foreign)
    wrong.push(`what is foreign has changed:\n${differenceOf(foreign, now)}`);
  for (const stack of stackNames) {
    const pids = providersIn(dirname(projects[stack].dir));
    if (pids.length > 0 && wasAsked(outcomes[stack]))
      wrong.push(
        `${stack}: processes of the provider are left: ${pids.join(", ")}`,
      );
    for (const pid of pids) process.kill(pid, "SIGKILL");
  }
  const seconds = (Date.now() - started) / 1000;
  const codes = { a: outcomes.a.code, b: outcomes.b.code };
  return { round, seconds, struck, codes, wrong, outputs };
}

/** What is there before the program says so: resources to take over, and units as an installation leaves them. */
async function makeByHand(lab: Lab, round: Round): Promise<void> {
  const node = lab.nodes[0]!.name;
  const all = stackNames.flatMap((stack) => round.stacks[stack].handmade);
  for (const { id, last, unit } of all) {
    const agent =
      unit === undefined
        ? ["ocf:heartbeat:IPaddr2", `ip=192.0.2.${last}`, "cidr_netmask=24"]
        : [`systemd:${unit}`];
    const result = await execOnNode(lab, node, [
      ...["pcs", "resource", "create", id, ...agent],
      ...["op", "monitor", "interval=30s"],
    ]);
    if (result.code !== 0)
      throw new Error(`${id} cannot be made: ${result.stderr}`);
  }
  if (!round.unitsAsInstalled) return;
  // Those that no resource of either stack runs, before or after.
  const text = await execOnNode(lab, node, ["cibadmin", "--query"]);
  const free = allUnits().filter(
    (unit) => !text.stdout.includes(`type="${unit}"`),
  );
  await onEveryNode(lab, `systemctl enable --now --quiet ${free.join(" ")}`);
}

async function underFaults(
  lab: Lab,
  projects: Projects,
  round: Round,
  say: (line: string) => void,
): Promise<{
  outcomes: Record<StackName, Outcome>;
  struck: (string | undefined)[];
}> {
  const pids: Record<StackName, number> = { a: 0, b: 0 };
  const struck: (string | undefined)[] = round.faults.map(() => undefined);
  const begun = round.faults.map(() => false);
  const working: Promise<unknown>[] = [];
  let isOver = false;

  const strike = async (fault: PlannedFault, index: number): Promise<void> => {
    if (isOver || begun[index]) return;
    begun[index] = true;
    const scene = sceneOf(lab, fault, pids[fault.stack]);
    struck[index] = await faults[fault.kind].strike(scene);
    say(`  ${fault.kind}: ${struck[index] ?? "nothing was there"}`);
    if (fault.seconds === undefined) return;
    await sleep(fault.seconds * 1000);
    await faults[fault.kind].heal?.(scene);
  };
  const begin = (fault: PlannedFault, index: number): void => {
    working.push(
      strike(fault, index).catch((error: Error) =>
        say(`  ${fault.kind} failed: ${error.message}`),
      ),
    );
  };
  const timers = round.faults.map((fault, index) => {
    const { moment } = fault;
    return "seconds" in moment
      ? setTimeout(() => begin(fault, index), moment.seconds * 1000)
      : undefined;
  });
  const onStep = (step: Step): void => {
    for (const [index, fault] of round.faults.entries())
      if ("step" in fault.moment && fault.moment.step === step)
        begin(fault, index);
  };
  const outcomes = await watched(
    lab,
    await changesIn(lab),
    onStep,
    async () => {
      const all = await Promise.all(
        stackNames.map(
          async (stack) =>
            [
              stack,
              await run(
                projects[stack],
                round.stacks[stack].verb,
                (pid) => (pids[stack] = pid),
              ),
            ] as const,
        ),
      );
      return Object.fromEntries(all) as Record<StackName, Outcome>;
    },
  );
  isOver = true;
  for (const timer of timers) clearTimeout(timer);
  await Promise.all(working);
  return { outcomes, struck };
}

function shown(what: string, { code, seconds, output }: Outcome): string {
  return `--- ${what}: code ${code}, ${seconds.toFixed(1)} s\n${output}`;
}

/** The lines that are only in one of them. */
function differenceOf(before: string, now: string): string {
  const [old, young] = [before.split("\n"), now.split("\n")];
  return [
    ...old.filter((line) => !young.includes(line)).map((line) => `- ${line}`),
    ...young.filter((line) => !old.includes(line)).map((line) => `+ ${line}`),
  ].join("\n");
}
