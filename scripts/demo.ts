// Shows that it works, on a real cluster on this machine: npm run demo [-- --down | pulumi ARGS...]
import { cacheRoot, ensurePulumi } from "./cli";
import { REPO } from "./cli/places";
import { parseDemo, usage, UsageError } from "./demo/arguments";
import { Interrupted } from "./demo/program";
import { heading, say, seconds, stopwatch } from "./demo/screen";
import {
  configure,
  pulumiArgv,
  stackExists,
  stackName,
  stackOn,
} from "./demo/stack";
import {
  activeNode,
  again,
  endStandby,
  failover,
  look,
  pulumi,
  seconds2,
} from "./demo/tour";
import {
  describeLab,
  labDown,
  labObstacles,
  labUp,
  ObstaclesError,
  type Lab,
  type Suite,
} from "../lab";
import { passThrough } from "../lab/command";
import { labDir } from "../lab/paths";

const labName = "demo";

const cleanUp = `Remove every trace of the demo:  npm run demo -- --down`;

async function tour(wanted: Suite | undefined): Promise<void> {
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(name, () => interrupt.abort(new Interrupted(name)));
  const { signal } = interrupt;
  const figures: [string, string][] = [];
  let act = "";
  let standsOn: string;
  const begin = (title: string): void => {
    act = title;
    heading(title);
  };
  try {
    begin("A cluster of three nodes on this machine");
    const lab = await bringUp(wanted, figures, signal);

    begin("The Pulumi CLI");
    const log = stopwatch();
    const cli = await ensurePulumi(log);
    log(`Pulumi ${cli.version} (${cli.source}): ${cli.bin}`);
    signal.throwIfAborted();

    begin("pulumi up");
    const stack = stackOn(lab, cli.bin);
    const known = stackExists(lab);
    await configure(stack, signal);
    say(
      `The program: ${REPO}/index.ts. Its configuration, with the connection to the nodes and what they are pinned to:\n` +
        `${stack.configFile}\n`,
    );
    await endStandby(lab, signal);
    // The cluster may have been reset, or worked on by hand, since the state was written.
    if (known)
      await pulumi(stack, ["refresh", "--yes", "--skip-preview"], signal);
    const up = await pulumi(stack, ["up", "--yes", "--skip-preview"], signal);
    figures.push([
      known ? "pulumi up, on what was there" : "pulumi up",
      seconds(up),
    ]);

    begin(`It works, on ${await activeNode(lab, signal)}`);
    await look(lab, signal);

    begin("Failover");
    const { outage, onReturn } = await failover(lab, signal);
    figures.push([
      "outage of the failover, as a client saw it",
      seconds2(outage),
    ]);
    if (onReturn > 0)
      figures.push(["outage of the way back", seconds2(onReturn)]);

    begin("The second pulumi up changes nothing");
    await again(stack, signal);
    standsOn = await activeNode(lab, signal);
  } catch (error) {
    if (error instanceof ObstaclesError) throw error;
    say(`\nThe demo failed at "${act}": ${(error as Error).message}`);
    if (describeLab(labName))
      say(
        `\nThe cluster is still there, to be looked at:  npm run lab -- ssh node-01 --name ${labName}\n` +
          `Go on from here:                 npm run demo\n${cleanUp}`,
      );
    throw new Reported(error);
  }
  summary(figures, standsOn);
}

async function bringUp(
  wanted: Suite | undefined,
  figures: [string, string][],
  signal: AbortSignal,
): Promise<Lab> {
  const started = Date.now();
  let wasUp = false;
  const log = stopwatch();
  const lab = await labUp(
    { name: labName, suite: wanted },
    (line) => {
      wasUp ||= line.endsWith("is up already");
      log(line);
    },
    signal,
  );
  if (!wasUp) figures.push(["lab up", seconds(Date.now() - started)]);
  const nodes = lab.nodes.map(({ name, address }) => `${name} ${address}`);
  say(
    `\n${nodes.join(", ")}; Debian ${lab.suite}, Pacemaker ${lab.versions.pacemaker}, pcs ${lab.versions.pcs}`,
  );
  return lab;
}

function summary(figures: readonly [string, string][], node: string): void {
  heading("Measured on this machine");
  const width = Math.max(...figures.map(([name]) => name.length));
  for (const [name, value] of figures) say(`${name.padEnd(width)}  ${value}`);
  heading("What to try next");
  say(
    [
      `Be on a node:              npm run lab -- ssh node-01 --name ${labName}`,
      `Look without logging in:   npm run lab -- exec node-01 --name ${labName} -- pcs status`,
      `Kill Postfix's master:     npm run lab -- exec ${node} --name ${labName} -- pkill -9 -x master`,
      `  it is back within 30 s:  npm run lab -- exec ${node} --name ${labName} -- crm_mon --one-shot`,
      `Cut a node's power:        npm run lab -- exec ${node} --name ${labName} -- poweroff -ff`,
      `  bring it back:           npm run lab -- start ${node} --name ${labName}`,
      `Ask Pulumi:                npm run demo -- pulumi stack output`,
      `Move the address:          npm run demo -- pulumi config set ip 192.0.2.26`,
      `  see what that would do:  npm run demo -- pulumi preview --diff`,
      `Undo it, in order:         npm run demo -- pulumi destroy --yes`,
      `Remove every trace:        npm run demo -- --down`,
    ].join("\n"),
  );
}

/** Takes the lab away; state, configuration and Pulumi's home lie in its folder. */
async function down(): Promise<void> {
  const obstacles = labObstacles();
  if (obstacles.length > 0) throw new ObstaclesError(obstacles);
  await labDown(labName);
  say(
    `Removed: the lab "${labName}" with its nodes and networks, and ${labDir(labName)} with the Pulumi stack "${stackName}",\n` +
      `its state and its configuration.\n` +
      `Kept, because "npm test" uses them too: the Debian packages that the lab installed, and in ${cacheRoot()}\n` +
      `the nodes' base images and the Pulumi CLI (~/.pulumi/versions links to it), if they were made here.`,
  );
}

async function throughToPulumi(argv: readonly string[]): Promise<number> {
  const lab = describeLab(labName);
  if (!lab || !stackExists(lab))
    throw new Error(`The demo is not up. Bring it up with: npm run demo`);
  const { bin } = await ensurePulumi((line) => console.error(line));
  const stack = stackOn(lab, bin);
  process.chdir(REPO);
  return passThrough(pulumiArgv(stack, argv), stack.env);
}

/** An error that a person has read already. */
class Reported extends Error {
  constructor(override readonly cause: unknown) {
    super();
  }
}

async function main(): Promise<number> {
  const command = parseDemo(process.argv.slice(2));
  switch (command.verb) {
    case "help":
      say(usage);
      return 0;
    case "tour":
      await tour(command.suite);
      return 0;
    case "down":
      await down();
      return 0;
    case "pulumi":
      return throughToPulumi(command.argv);
  }
}

main().then(
  (code) => process.exit(code),
  (error: Error) => {
    const cause = error instanceof Reported ? error.cause : error;
    if (cause === error) console.error(error.message);
    if (error instanceof UsageError) console.error(`\n${usage}`);
    const two = error instanceof UsageError || cause instanceof ObstaclesError;
    process.exit(two ? 2 : cause instanceof Interrupted ? 130 : 1);
  },
);
