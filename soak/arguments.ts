/** The command line of the soak, as data. */
import { parseArgs } from "node:util";
import { suites, type Suite } from "../lab";
import { faultKinds, type FaultKind } from "./chaos/faults";

export const parts = ["chaos", "properties", "mail"] as const;
export type Part = (typeof parts)[number];

export interface SoakOptions {
  readonly help: boolean;
  readonly part: Part;
  /** Those that were asked for, or the usual ones of the part. */
  readonly suites: readonly Suite[];
  readonly seed: number;
  readonly messages: number;
  readonly from: number;
  readonly rounds: number;
  /** The faults of "chaos"; undefined: all. */
  readonly kinds?: FaultKind[];
  readonly isQuick: boolean;
  readonly lab?: string;
  readonly keep: boolean;
  readonly log?: string;
  readonly path?: string;
}

export const usage = `Usage: npm run soak -- chaos|properties|mail [OPTIONS]

chaos        changes two stacks by the Pulumi CLI on a lab, under faults, and looks after each round whether all is well
properties   makes random configurations, has the package work on ours in each, on paper, and looks whether the rest of it,
             and what runs of it, is as it was
mail         has swaks send to the address of a stack, cold and then hot, through one failover of each kind, and looks where
             each message is: accepted ones must be in exactly one mailbox or queue

  --seed N       what chance begins with: the same seed plays the same rounds (a new one, which is printed)
  --rounds N     how many (100)
  --from K       the first round: with --rounds 1, that one alone is played again (1)
  --suite NAME   bookworm or trixie (bookworm; mail: both)
  --messages N   mail: how many at least are sent to each stack (500)
  --path PATH    properties: only what fast-check printed with a failure
  --fault NAME   chaos: only this fault; may be repeated (all: ${faultKinds.join(", ")})
  --quick        chaos: one short fault in each round, as in the tests
  --lab NAME     use this lab and leave it up, instead of one of its own
  --keep         leave the lab up
  --log FILE     where everything that was printed goes, a line of JSON for each round (soak-PART-SEED.log in the
                 system's folder for temporary files)`;

export function parseArguments(words: readonly string[]): SoakOptions {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      help: { type: "boolean", short: "h", default: false },
      seed: { type: "string" },
      rounds: { type: "string", default: "100" },
      from: { type: "string", default: "1" },
      suite: { type: "string" },
      messages: { type: "string", default: "500" },
      fault: { type: "string", multiple: true },
      quick: { type: "boolean", default: false },
      lab: { type: "string" },
      keep: { type: "boolean", default: false },
      log: { type: "string" },
      path: { type: "string" },
    },
  });
  const part = parts.find((name) => name === positionals[0]);
  if (!values.help && (!part || positionals.length > 1))
    throw new Error(`Say one of ${parts.join(", ")}.`);
  const suite = suites.find((name) => name === values.suite);
  if (values.suite !== undefined && !suite)
    throw new Error(`"${values.suite}" is no suite.`);
  const kinds = values.fault?.map((word) => {
    const kind = faultKinds.find((name) => name === word);
    if (!kind)
      throw new Error(`"${word}" is none of ${faultKinds.join(", ")}.`);
    return kind;
  });
  return {
    help: values.help,
    part: part ?? "chaos",
    suites: suite ? [suite] : part === "mail" ? suites : ["bookworm"],
    messages: whole("--messages", values.messages),
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * 1_000_000)
        : whole("--seed", values.seed, 0),
    from: whole("--from", values.from),
    rounds: whole("--rounds", values.rounds),
    ...(kinds === undefined ? {} : { kinds }),
    isQuick: values.quick,
    ...(values.lab === undefined ? {} : { lab: values.lab }),
    keep: values.keep,
    ...(values.path === undefined ? {} : { path: values.path }),
    ...(values.log === undefined ? {} : { log: values.log }),
  };
}

function whole(option: string, text: string, least = 1): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < least)
    throw new Error(
      `${option} takes whole numbers from ${least} on, not "${text}".`,
    );
  return number;
}
