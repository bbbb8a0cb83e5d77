/** The command `npm run lab`. */

import {
  parseArguments,
  usage,
  UsageError,
  type LabCommand,
} from "./arguments";
import { Interrupted, passThrough } from "./command";
import { nodeEnvironment, onNode } from "./containers";
import { labDown } from "./down";
import { labNames } from "./folder";
import { waitHealthy } from "./health";
import { labObstacles, ObstaclesError } from "./host";
import { requireLab, type Lab } from "./lab";
import { withLock } from "./lock";
import { inNamespace } from "./network";
import { startNode } from "./nodes";
import { labReset } from "./reset";
import { labStatus, statusText } from "./status";
import { labUp, sshArgv } from "./up";

const print = (text: string) => process.stdout.write(`${text}\n`);

/** Progress, with the seconds since the start. */
function stopwatch(): (line: string) => void {
  const start = Date.now();
  return (line) => {
    const seconds = ((Date.now() - start) / 1000).toFixed(1).padStart(5);
    process.stderr.write(`${seconds} s  ${line}\n`);
  };
}

async function up(
  command: Extract<LabCommand, { verb: "up" }>,
): Promise<number> {
  const log = stopwatch();
  const interrupt = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => interrupt.abort(new Interrupted(name)));
  }
  const lab = await labUp(command.options, log, interrupt.signal);
  log("ready");
  print(statusText([{ name: lab.name, lab, healthy: true }]));
  print(howToUse(lab));
  return 0;
}

function howToUse(lab: Lab): string {
  const which = lab.name === "bookworm" ? "" : ` --name ${lab.name}`;
  return [
    "",
    `Run a program in its network:  npm run lab -- run${which} -- COMMAND...`,
    `Look at it from a node:        npm run lab -- ssh${which} node-01 -- pcs status`,
    `Take it down:                  npm run lab -- down${which}`,
  ].join("\n");
}

async function start(
  command: Extract<LabCommand, { verb: "start" }>,
): Promise<number> {
  const lab = requireLab(command.name);
  const log = stopwatch();
  await withLock(lab.name, () => startNode(lab, command.node), { log });
  log(`waiting for ${command.node} to be online`);
  const started = lab.nodes.filter(({ name }) => name === command.node);
  await waitHealthy(lab.name, started, { timeoutMs: 60_000 }, [22, 2224]);
  log("online");
  return 0;
}

async function perform(command: LabCommand): Promise<number> {
  switch (command.verb) {
    case "help":
      print(usage);
      return 0;
    case "up":
      return up(command);
    case "down":
      for (const name of "all" in command ? labNames() : [command.name]) {
        await labDown(name);
      }
      return 0;
    case "status": {
      const statuses = await labStatus(command.name);
      print(
        command.json
          ? JSON.stringify(statuses, undefined, 2)
          : statusText(statuses),
      );
      return statuses.every(({ healthy }) => healthy) ? 0 : 1;
    }
    case "reset":
      await labReset(requireLab(command.name));
      return 0;
    case "start":
      return start(command);
    case "exec": {
      const lab = requireLab(command.name);
      const env = { ...nodeEnvironment, TERM: process.env["TERM"] };
      return passThrough(onNode(lab.name, command.node, command.argv), env);
    }
    case "ssh": {
      const lab = requireLab(command.name);
      return passThrough([...sshArgv(lab, command.node), ...command.argv]);
    }
    case "run": {
      const lab = requireLab(command.name);
      return passThrough(inNamespace(lab.namespace, command.argv), {
        ...process.env,
        PACEMAKER_LAB: lab.path,
      });
    }
  }
}

async function main(): Promise<number> {
  try {
    const command = parseArguments(process.argv.slice(2));
    if (command.verb !== "help") {
      const obstacles = labObstacles();
      if (obstacles.length > 0) throw new ObstaclesError(obstacles);
    }
    return await perform(command);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    if (error instanceof UsageError) process.stderr.write(`\n${usage}\n`);
    return exitCode(error);
  }
}

function exitCode(error: unknown): number {
  if (error instanceof UsageError || error instanceof ObstaclesError) return 2;
  if (error instanceof Interrupted) return error.by === "SIGINT" ? 130 : 143;
  return 1;
}

void main().then((code) => {
  process.exitCode = code;
});
