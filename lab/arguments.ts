/** The command line of the lab, as data. */

import { parseArgs } from "node:util";

import { isSuite, suites, type LabOptions, type Suite } from "./plan";

export type LabCommand =
  | { verb: "help" }
  | { verb: "up"; options: LabOptions }
  | { verb: "down"; name: string }
  | { verb: "down"; all: true }
  | { verb: "status"; json: boolean; name?: string }
  | { verb: "reset"; name: string }
  | { verb: "start"; name: string; node: string }
  | { verb: "run"; name: string; argv: string[] }
  | { verb: "exec" | "ssh"; name: string; node: string; argv: string[] };

export class UsageError extends Error {}

export const usage = `Usage: npm run lab -- COMMAND

  up      start a lab, or find it up     [--suite ${suites.join("|")}] [--nodes 3] [--name NAME]
  down    remove every trace of a lab    [--all]
  status  what is up, and how it is      [--json]
  reset   back to an empty cluster
  start   boot a node that is off, and wait until it is online  NODE
  run     a program in the lab's network, with PACEMAKER_LAB set     -- COMMAND...
  exec    a program on a node, as root                          NODE -- COMMAND...
  ssh     the same through ssh, or a shell there                NODE [-- COMMAND...]

Every command takes --suite or --name to say which lab: bookworm unless told. A lab is named after its suite
unless told.`;

const options = {
  suite: { type: "string" },
  name: { type: "string" },
  nodes: { type: "string" },
  all: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** What each command takes besides --suite and --name. */
const allowed: Record<string, readonly string[]> = {
  up: ["nodes"],
  down: ["all"],
  status: ["json"],
  reset: [],
  start: [],
  run: [],
  exec: [],
  ssh: [],
};

export function parseArguments(words: readonly string[]): LabCommand {
  const end = words.indexOf("--");
  const own = end < 0 ? words : words.slice(0, end);
  const argv = end < 0 ? [] : words.slice(end + 1);
  const { values, positionals } = parseOptions(own);
  const [verb, ...rest] = positionals;
  if (values.help || verb === undefined || verb === "help") {
    return { verb: "help" };
  }
  const known = allowed[verb];
  if (!known) throw new UsageError(`There is no command "${verb}".`);
  for (const name of ["nodes", "all", "json"] as const) {
    if (values[name] !== undefined && values[name] !== false) {
      if (!known.includes(name)) {
        throw new UsageError(`"${verb}" takes no --${name}.`);
      }
    }
  }
  const suite = parseSuite(values.suite);
  const name = values.name ?? suite ?? "bookworm";
  switch (verb) {
    case "start":
    case "exec":
    case "ssh": {
      const [node, ...more] = rest;
      if (!node) throw new UsageError(`"${verb}" needs a node.`);
      refuse(more);
      if (verb === "start") {
        refuse(argv);
        return { verb, name, node };
      }
      if (verb === "exec") requireProgram(verb, argv);
      return { verb, name, node, argv };
    }
    case "run":
      refuse(rest);
      requireProgram(verb, argv);
      return { verb, name, argv };
  }
  refuse([...rest, ...argv]);
  switch (verb) {
    case "up":
      return {
        verb,
        options: { suite, name: values.name, nodes: parseNodes(values.nodes) },
      };
    case "down":
      if (!values.all) return { verb, name };
      if (values.name !== undefined || suite) {
        throw new UsageError(`"down --all" takes neither --name nor --suite.`);
      }
      return { verb, all: true };
    case "status":
      return {
        verb,
        json: values.json,
        name: values.name ?? suite,
      };
    default:
      return { verb: "reset", name };
  }
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseSuite(text: string | undefined): Suite | undefined {
  if (text === undefined || isSuite(text)) return text;
  throw new UsageError(`--suite is ${suites.join(" or ")}, not "${text}".`);
}

function parseNodes(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) {
    throw new UsageError(`--nodes is a number, not "${text}".`);
  }
  return Number(text);
}

function refuse(words: readonly string[]): void {
  if (words.length > 0) throw new UsageError(`"${words[0]}" is one too many.`);
}

function requireProgram(verb: string, argv: readonly string[]): void {
  if (argv.length === 0) {
    throw new UsageError(`"${verb}" needs a program to run, after "--".`);
  }
}
