/** The script that has a node compute what becomes of a CIB, and what it prints. */
import type { ExecResult } from "../../ssh";
import { file, ownFolder, sectionsOf } from "../transaction/script";

/** After so many transitions a cluster that still has something to do is taken as it is. */
const transitions = 6;

/**
 * A script for `sh` that applies a patch to a copy of a CIB and lets crm_simulate carry out what comes of it, until nothing is left
 * to do. The live cluster is not touched. It is meant for the shell's standard input; `boundary` must be a word that
 * occurs nowhere in the texts.
 */
export function advanceScript(
  cib: string,
  patch: string | undefined,
  boundary: string,
): string {
  const lines = [
    // The braces make the shell read all of it before it runs any.
    "{",
    ...ownFolder,
    `section() { printf '%s %s %s\\n' ${boundary} "$1" "$2"; }`,
    ...file("cib.xml", cib, boundary),
    ...(patch === undefined
      ? []
      : [
          ...file("patch.xml", patch, boundary),
          `CIB_file="$work/cib.xml" cibadmin --patch --xml-pipe <"$work/patch.xml" >"$work/said" 2>&1`,
          "code=$?",
          `section patch "$code"`,
          `cat "$work/said"`,
        ]),
    `turn=0`,
    `while [ "$turn" -lt ${transitions} ]; do`,
    `turn=$((turn + 1))`,
    `crm_simulate --xml-file "$work/cib.xml" --simulate --save-output "$work/next.xml" --output-as=xml >"$work/said" 2>/dev/null || exit 1`,
    `section simulation "$turn"`,
    `cat "$work/said"`,
    `mv "$work/next.xml" "$work/cib.xml"`,
    `grep -q '<rsc_action action=' "$work/said" || break`,
    "done",
    "section cib 0",
    `cat "$work/cib.xml"`,
    "section mon 0",
    `CIB_file="$work/cib.xml" crm_mon --output-as=xml --inactive || exit 1`,
    "section end 0",
    "exit 0",
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

/** What the script printed, in parts. */
export interface Advanced {
  readonly cib: string;
  readonly mon: string;
  /** crm_simulate's words, one text for each transition. */
  readonly simulations: readonly string[];
  /** What cibadmin said, where it did not take the patch. */
  readonly refused?: ExecResult;
}

/** @returns undefined where it ended early. */
export function readAdvanced(
  output: string,
  boundary: string,
): Advanced | undefined {
  const sections = sectionsOf(output, boundary);
  const textOf = (wanted: string) =>
    sections.find(({ name }) => name === wanted)?.output;
  const cib = textOf("cib");
  const mon = textOf("mon");
  if (cib === undefined || mon === undefined || textOf("end") === undefined)
    return undefined;
  const patch = sections.find(({ name }) => name === "patch");
  return {
    cib,
    mon,
    simulations: sections.flatMap(({ name, output: text }) =>
      name === "simulation" ? [text] : [],
    ),
    ...(patch && patch.code !== 0
      ? { refused: { code: patch.code, stdout: "", stderr: patch.output } }
      : {}),
  };
}

/** Where the status begins: in no value can its tag stand, since "<" is written "&lt;" there. */
function halves(text: string): [configuration: string, status: string] {
  const start = text.lastIndexOf("<status>");
  return start < 0 ? [text, ""] : [text.slice(0, start), text.slice(start)];
}

const memories =
  /<lrm_resource id="([^"]*)"(?:[^>]*\/>|[\s\S]*?<\/lrm_resource>)/g;

/** Each node forgets what it did with a resource that has gone, which crm_simulate only announces. */
export function withoutGone(text: string): string {
  const [configuration, status] = halves(text);
  return (
    configuration +
    status.replace(memories, (memory, id: string) =>
      configuration.includes(`id="${id.split(":")[0]}"`) ? memory : "",
    )
  );
}

/** What a cleanup forgets: the failed operations of a resource, and how often it failed. */
export function withoutFailures(text: string, id: string): string {
  const [configuration, status] = halves(text);
  const isOf = (name: string) =>
    name.split(":")[0] === id || name.split("#")[0]?.split(":")[0] === id;
  return (
    configuration +
    status
      .replace(memories, (memory, name: string) =>
        isOf(name)
          ? memory.replace(/<lrm_rsc_op [^>]*\/>/g, (operation) =>
              /_last_failure_0"|op-status="[1-9]/.test(operation)
                ? ""
                : operation,
            )
          : memory,
      )
      .replace(
        /<nvpair [^>]*name="(?:fail-count|last-failure)-([^"]*)"[^>]*\/>/g,
        (pair, name: string) => (isOf(name) ? "" : pair),
      )
  );
}

/**
 * A CIB as the others have it right after these nodes were lost: without power, so that nobody knows what they still do.
 *
 * crm_simulate has an option for it, with which Pacemaker 3.0's ends before it has an outcome.
 */
export function withLost(
  cib: string,
  nodes: readonly string[],
  isQuorate: boolean,
): string {
  const value = (tag: string, name: string): string | undefined =>
    new RegExp(` ${name}="([^"]*)"`).exec(tag)?.[1];
  const set = (tag: string, name: string, text: string): string =>
    value(tag, name) === undefined
      ? tag.replace(/\s*(\/?>)$/, ` ${name}="${text}"$1`)
      : tag.replace(new RegExp(` ${name}="[^"]*"`), ` ${name}="${text}"`);
  const withQuorum = cib.replace(/<cib [^>]*>/, (tag) =>
    set(tag, "have-quorum", isQuorate ? "1" : "0"),
  );
  return withQuorum.replace(/<node_state [^>]*>/g, (tag) =>
    nodes.includes(value(tag, "uname") ?? "")
      ? [
          ["in_ccm", "false"],
          ["crmd", "offline"],
          ["join", "down"],
          ["expected", "member"],
        ].reduce((text, [name, to]) => set(text, name!, to!), tag)
      : tag,
  );
}
