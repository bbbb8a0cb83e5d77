import { randomBytes } from "node:crypto";
import { PacemakerError } from "../../errors";
import { cibadminWord, shown, type PcsCommand } from "../../pcs/commands";
import type { Foresight } from "../preview/foresight";
import { parseSimulation, type SimulatedAction } from "../../model/simulation";
import { quoteArgv } from "../../ssh";
import { indent } from "../report";
import { shipped } from "../../shipped";
import { file, ownFolder, sectionsOf, unable } from "./script";

/** The outcome of staging. */
export type Staged =
  /** The difference to the CIB that was read, as crm_diff prints it; what comes of it, where that was asked for. */
  | { readonly diff: string; readonly foresight?: Foresight }
  /** One command was refused: the others may be fine without it. */
  | { readonly refusedCommand: number; readonly error: PacemakerError }
  /** The commands together do not make a valid configuration. */
  | { readonly error: PacemakerError }
  /** This node cannot stage anything, such as one whose /tmp is full: it says nothing of the commands. */
  | { readonly isUnable: true; readonly error: PacemakerError };

/**
 * A script for `sh` that applies the pcs commands to a copy of the CIB, verifies it and prints the difference.
 * The live cluster is not touched. The script is meant for the shell's standard input, and hands values on by files, so that no
 * secret is in any argv and the CIB may have any size; `boundary` must be a word that occurs nowhere in it. Scripts that name the same
 * runner share it; its name must be hard to guess.
 *
 * @param foresees whether to simulate as well what the cluster would do
 */
export function stagingScript(
  cib: string,
  commands: readonly PcsCommand[],
  boundary: string,
  runner = randomBytes(12).toString("hex"),
  foresees = false,
): string {
  // The braces make the shell read all of it before it runs any: nothing below may eat the rest as its own input.
  const lines = [
    "{",
    ...ownFolder,
    `section() { printf '%s %s %s\\n' ${boundary} "$1" "$2"; cat "$work/out" "$work/err"; }`,
    `: >"$work/in"`,
    `run() { "$@" >"$work/out" 2>"$work/err" <"$work/in"; code=$?; }`,
    // Without room, a tool's refusal would say nothing of what it was asked for. Its copies and words take a part of this.
    `roomy() { head -c ${spareBytes + 6 * Buffer.byteLength(cib)} /dev/zero >"$work/room" && rm "$work/room" || exit ${unable}; }`,
    "roomy",
    ...file("old.xml", cib, boundary),
    ...byRunner(commands, boundary, runner),
    "verified=",
    // pcs may not have been told what is wrong with the result: where it was right before, the ordinary calls are asked.
    `if [ "$code" -eq 0 ]; then`,
    `run crm_verify --xml-file "$work/new.xml" -V`,
    `if [ "$code" -eq 0 ]; then verified=yes; section verify 0; else`,
    `run crm_verify --xml-file "$work/old.xml" -V`,
    `[ "$code" -eq 0 ] && code=1 || code=0`,
    "fi",
    "fi",
    `if [ "$code" -ne 0 ]; then`,
    `cp "$work/old.xml" "$work/new.xml"`,
    // Everybody on the node may see arguments: pcs gets its own from a file, where what starts it is Python.
    "case $python in",
    `*python*) ordinary() { run $python "$work/runner.py" --ordinary "$pcs" "$work/new.xml" "$work/commands.json" "$1"; } ;;`,
    '*) ordinary() { shift; run "$@"; } ;;',
    "esac",
    ...commands.flatMap((command, index) => [
      ...applied(command, index, boundary),
      `if [ "$code" -ne 0 ]; then roomy; section command-${index} "$code"; exit 0; fi`,
    ]),
    "fi",
    `if [ -z "$verified" ]; then`,
    `run crm_verify --xml-file "$work/new.xml" -V`,
    `[ "$code" -eq 0 ] || roomy`,
    `section verify "$code"`,
    // Whether it was refused before as well.
    `if [ "$code" -ne 0 ]; then`,
    `run crm_verify --xml-file "$work/old.xml" -V`,
    `section verify-old "$code"`,
    "fi",
    "fi",
    `run crm_diff --original "$work/old.xml" --new "$work/new.xml" --no-version`,
    `section diff "$code"`,
    ...(foresees ? [simulated("old"), simulated("new")].flat() : []),
    "exit 0",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function simulated(copy: "old" | "new"): string[] {
  return [
    `run crm_simulate --xml-file "$work/${copy}.xml" --simulate --output-as=xml`,
    `section simulate-${copy} "$code"`,
  ];
}

/** A script for `sh` that starts the runner of that name, where none runs, and ends when it is ready to work. */
export function warmingScript(boundary: string, runner: string): string {
  const lines = [
    "{",
    ...ownFolder,
    `: >"$work/old.xml"`,
    ...byRunner([], boundary, runner),
    "exit 0",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** What staging may need beside copies of the CIB, in bytes: the runner, and what the tools print. */
const spareBytes = 512 * 1024;

/** How a shell says that it found no such program, or could not run it. */
const notFound = [126, 127];

/** Where the runner ends before it has answered, it has failed. Whoever asked may have gone, and nobody listens then. */
const supervise = [
  "home=$1 pcs=$2 work=$3",
  "shift 3",
  `echo $$ >"$home/pid"`,
  `"$@" "$home/runner.py" "$home" "$pcs"`,
  `rm -rf "$home"`,
  `[ ! -p "$work/answer" ] || timeout 10 sh -c "echo 1 >\\"\\$0\\"" "$work/answer"`,
].join("\n");

/**
 * All commands by the runner of that name: one is started where none runs. `code` is not 0 afterwards where that did not
 * work.
 */
function byRunner(
  commands: readonly PcsCommand[],
  boundary: string,
  runner: string,
): string[] {
  const seconds = 20 + 4 * commands.length;
  return [
    ...file("commands.json", JSON.stringify(commands), boundary),
    ...file("runner.py", shipped(__dirname, "runner.py"), boundary),
    `cp "$work/old.xml" "$work/new.xml"`,
    "pcs=$(command -v pcs)",
    // Of the start script's own first line: the interpreter, with its options.
    `python=$(sed -n '1s/^#! *//p' "$pcs")`,
    `home=$(dirname "$work")/pacemaker-${runner}`,
    "start() {",
    `rm -rf "$home"`,
    `mkdir "$home" && mkfifo "$home/requests" && cp "$work/runner.py" "$home" || return`,
    `setsid /bin/sh -c '${supervise}' sh "$home" "$pcs" "$work" $python >/dev/null &`,
    "}",
    "ask() {",
    // Open at both ends, so that nobody who opens them waits for another one.
    `{ echo "$work" >&4; timeout ${seconds} head -n 1 <&3; } 3<>"$work/answer" 4<>"$home/requests"`,
    "}",
    `mkfifo "$work/answer"`,
    "code=",
    "case $python in *python*)",
    // Anybody can make a folder beside ours, once its name has been seen: only one of our own counts.
    `{ [ -O "$home" ] && [ ! -L "$home" ] && [ -p "$home/requests" ] && kill -0 "$(cat "$home/pid")"; } || start`,
    "code=$(ask) ;;",
    "esac </dev/null 2>/dev/null",
    `code=\${code:-1}`,
  ];
}

/** Reads what the script printed. */
export function readStaged(
  output: string,
  commands: readonly PcsCommand[],
  boundary: string,
  node: string,
): Staged {
  const refuse = (text: string) =>
    new PacemakerError(
      "cluster",
      `${text}\nNothing was changed in the cluster.`,
    );
  const sections = new Map(
    sectionsOf(output, boundary).map((section) => [section.name, section]),
  );
  for (const [index, command] of commands.entries()) {
    if (sections.has(`bare-${index}`))
      return {
        isUnable: true,
        error: refuse(
          `${node}: pcs there is started by something else than Python, and would take the options of "${shown(command)}" as ` +
            `arguments, where everybody on the node may read them. Put the distribution's own /usr/sbin/pcs back in its place.`,
        ),
      };
    const refused = sections.get(`command-${index}`);
    if (refused)
      return {
        ...(notFound.includes(refused.code)
          ? ({ isUnable: true } as const)
          : { refusedCommand: index }),
        error: refuse(
          `${node} refused "${shown(command)}" (exit code ${refused.code}):\n${indent(wordsAbout(command, refused.output))}`,
        ),
      };
  }
  const before = sections.get("verify-old");
  const verified = sections.get("verify");
  const diff = sections.get("diff");
  const isWhole =
    diff?.code !== 1 || /<\/diff>|<diff[^>]*\/>/.test(diff.output);
  if (!verified || !diff || (verified.code !== 0 && !before) || !isWhole)
    return {
      isUnable: true,
      error: refuse(
        `the change could not be prepared on ${node}: the script ended early and printed\n${indent(output)}`,
      ),
    };
  // A configuration that was refused before (such as one without a fencing device) is the operator's to mend. Warnings refuse
  // nothing: with fencing on, Pacemaker 2.1 gives one for each node, since the copy has no status that says who is there.
  const isRefused =
    verified.code !== 0 && !/Warnings found during check/.test(verified.output);
  if (isRefused && before?.code === 0)
    return {
      error: refuse(
        `crm_verify on ${node} refuses the changed configuration (exit code ${verified.code}):\n${indent(wordsOf(verified.output))}`,
      ),
    };
  // crm_diff exits with 1 where it found a difference.
  if (diff.code > 1)
    return {
      isUnable: true,
      error: refuse(
        `crm_diff on ${node} failed (exit code ${diff.code}):\n${indent(diff.output)}`,
      ),
    };
  const foresight = (copy: "old" | "new"): SimulatedAction[] | undefined => {
    const simulation = sections.get(`simulate-${copy}`);
    if (simulation && simulation.code !== 0)
      throw refuse(
        `crm_simulate on ${node} failed (exit code ${simulation.code}):\n${indent(simulation.output)}`,
      );
    return simulation && parseSimulation(xmlOf(simulation.output));
  };
  const [without, withChange] = [foresight("old"), foresight("new")];
  return {
    diff: diff.code === 0 ? "" : diff.output,
    ...(without && withChange
      ? { foresight: { before: without, after: withChange } }
      : {}),
  };
}

/**
 * What a person reads of a tool's words: not the way to a mistake of its own, which is its authors' to read, and not the whole
 * configuration, which Pacemaker 2.1 prints where it refuses one.
 */
function wordsOf(output: string): string {
  const lines = output.trimEnd().split("\n");
  const start = lines.findIndex((line) =>
    line.startsWith("Traceback (most recent call last)"),
  );
  const [before, trace] =
    start < 0 ? [lines, []] : [lines.slice(0, start), lines.slice(start)];
  const last = trace.filter((line) => /^\S/.test(line)).at(-1);
  return [
    ...before.filter((line) => !/^\s*\d*\s*<.*>\s*$/.test(line)),
    ...(last === undefined
      ? []
      : [`it broke off by a mistake of its own: ${last}`]),
  ].join("\n");
}

/** Without what the tool said beside it. */
function xmlOf(output: string): string {
  const end = "</pacemaker-result>";
  return output.slice(0, output.indexOf(end) + end.length);
}

/** The lines that run the command on the copy; of what may be a secret, none stands in an argument. */
function applied(
  command: PcsCommand,
  index: number,
  boundary: string,
): string[] {
  if (command[0] !== cibadminWord) {
    const words = `pcs -f "$work/new.xml" ${quoteArgv(command)}`;
    return [
      ...(command.secrets
        ? [
            `case $python in *python*) ;; *) section bare-${index} 0; exit 0 ;; esac`,
          ]
        : []),
      `ordinary ${index} ${words}`,
    ];
  }
  const at = command.indexOf("--xml-text");
  const given = at < 0 ? undefined : command[at + 1];
  const words =
    given === undefined
      ? command
      : [...command.slice(0, at), "--xml-pipe", ...command.slice(at + 2)];
  return [
    ...(given === undefined ? [] : file("in", given, boundary)),
    `run env CIB_file="$work/new.xml" ${quoteArgv(words)}`,
    `: >"$work/in"`,
  ];
}

/** A tool's words about a command; where they repeat what may be a secret, that they do. */
function wordsAbout({ secrets = [] }: PcsCommand, output: string): string {
  // Nobody's secret is that short, and hiding it would hide every other word.
  const isSaid = secrets.some(
    (value) => value.length > 2 && output.includes(value),
  );
  return isSaid
    ? "(its words are left out: they hold the value of an option, which may be a secret)"
    : wordsOf(output);
}
