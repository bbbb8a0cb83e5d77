import { PacemakerError } from "../errors";
import { cibadminWord, type PcsCommand } from "../pcs/commands";
import { quoteArgv } from "../ssh";

/** What became of one part of the staging script. */
interface Section {
  readonly name: string;
  readonly code: number;
  readonly output: string;
}

/** The outcome of staging: the difference to the CIB that was read, as crm_diff prints it. */
export interface Staged {
  readonly diff: string;
}

/**
 * A script for `sh` that applies the pcs commands to a copy of the CIB, verifies it and prints the difference.
 * The live cluster is not touched. The script is meant for the shell's standard input, so that no CIB value is in any
 * argv and the CIB may have any size; `boundary` must be a word that occurs nowhere in it.
 */
export function stagingScript(
  cib: string,
  commands: readonly PcsCommand[],
  boundary: string,
): string {
  // The braces make the shell read all of it before it runs any: nothing below may eat the rest as its own input.
  const lines = [
    "{",
    "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
    "umask 077",
    "work=$(mktemp -d) || exit 70",
    `trap 'rm -rf "$work"' EXIT`,
    `section() { printf '%s %s %s\\n' ${boundary} "$1" "$2"; cat "$work/out" "$work/err"; }`,
    `run() { name=$1; shift; "$@" >"$work/out" 2>"$work/err" </dev/null; code=$?; }`,
    `cat >"$work/old.xml" <<'${boundary}'`,
    cib.endsWith("\n") ? cib.slice(0, -1) : cib,
    boundary,
    `cp "$work/old.xml" "$work/new.xml"`,
    `run verify-old crm_verify --xml-file "$work/old.xml" -V`,
    `section verify-old "$code"`,
    ...commands.flatMap((command, index) => [
      `run command-${index} ${applied(command)}`,
      `if [ "$code" -ne 0 ]; then section command-${index} "$code"; exit 0; fi`,
    ]),
    `run verify crm_verify --xml-file "$work/new.xml" -V`,
    `section verify "$code"`,
    `run diff crm_diff --original "$work/old.xml" --new "$work/new.xml" --no-version`,
    `section diff "$code"`,
    "exit 0",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/**
 * Reads what the script printed.
 *
 * @throws PacemakerError (cluster) when pcs refused a command or the result is not a valid configuration.
 */
export function readStaged(
  output: string,
  commands: readonly PcsCommand[],
  boundary: string,
  node: string,
): Staged {
  const sections = new Map(
    sectionsOf(output, boundary).map((section) => [section.name, section]),
  );
  for (const [index, command] of commands.entries()) {
    const refused = sections.get(`command-${index}`);
    if (refused)
      throw new PacemakerError(
        "cluster",
        `${node} refused "${shown(command)}" (exit code ${refused.code}):\n${indent(refused.output)}\n` +
          `Nothing was changed in the cluster.`,
      );
  }
  const before = sections.get("verify-old");
  const verified = sections.get("verify");
  const diff = sections.get("diff");
  if (!before || !verified || !diff)
    throw new PacemakerError(
      "cluster",
      `the staged change could not be prepared on ${node}: the script ended early and printed\n${indent(output)}\n` +
        `Nothing was changed in the cluster.`,
    );
  // A configuration that was refused before (such as one without a fencing device) is the operator's to mend.
  if (verified.code !== 0 && before.code === 0)
    throw new PacemakerError(
      "cluster",
      `crm_verify on ${node} refuses the changed configuration (exit code ${verified.code}):\n` +
        `${indent(verified.output)}\nNothing was changed in the cluster.`,
    );
  // crm_diff exits with 1 where it found a difference.
  if (diff.code > 1)
    throw new PacemakerError(
      "cluster",
      `crm_diff on ${node} failed (exit code ${diff.code}):\n${indent(diff.output)}\nNothing was changed in the cluster.`,
    );
  return { diff: diff.code === 0 ? "" : diff.output };
}

/** The command as the script runs it on the copy. */
function applied(command: PcsCommand): string {
  return command[0] === cibadminWord
    ? `env CIB_file="$work/new.xml" ${quoteArgv(command)}`
    : `pcs -f "$work/new.xml" ${quoteArgv(command)}`;
}

/** The command as a person would type it. */
function shown(command: PcsCommand): string {
  return [...(command[0] === cibadminWord ? [] : ["pcs"]), ...command].join(
    " ",
  );
}

function sectionsOf(output: string, boundary: string): Section[] {
  return output
    .split(`${boundary} `)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      const [name = "", code = ""] = part.slice(0, end).split(" ");
      return { name, code: Number(code), output: part.slice(end + 1) };
    });
}

/** The words of a tool, set off from ours. */
export function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
