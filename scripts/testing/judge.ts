import { fullName } from "./events";
import type { TestEvent } from "./events";
import { NOTHING, type Tally } from "./tally";

export interface FileRun {
  file: string;
  events: readonly TestEvent[];
  output: readonly string[];
  milliseconds: number;
  /** How the process ended; undefined when it ended well. */
  end: string | undefined;
  /** The limit in milliseconds, when it was reached. */
  late: number | undefined;
}

export interface FileResult extends FileRun {
  tally: Tally;
  /** The failed tests, and what failed the file as a whole. */
  failures: { name: string; detail: string }[];
}

/** The tests that began and did not end, outermost first. */
function unfinished(events: readonly TestEvent[]): string[] {
  const open: TestEvent[] = [];
  for (const event of events) {
    if (event.kind === "started") {
      open.push(event);
      continue;
    }
    const index = open.findIndex(
      ({ name, depth }) => name === event.name && depth === event.depth,
    );
    if (index >= 0) open.splice(index, 1);
  }
  return open.map(({ name }) => `"${name}"`);
}

function wholeFileFailure(
  run: FileRun,
  counted: number,
  failed: number,
): string | undefined {
  const open = unfinished(run.events);
  const where =
    open.length > 0
      ? `in ${open.join(" > ")}`
      : "after its last test: something holds the process open (a timer, a socket, a child)";
  if (run.late !== undefined)
    return `no end after ${Math.round(run.late / 1000)} s, ${where}`;
  if (run.end !== undefined && failed === 0)
    return `the process ended with ${run.end}`;
  if (run.end?.startsWith("signal")) return `the process ended by ${run.end}`;
  if (counted === 0) return "no test in this file";
  return undefined;
}

/** What a finished test file amounts to. A file that crashes, hangs or holds no test counts as one failure. */
export function judge(run: FileRun): FileResult {
  const ended = run.events.filter(({ kind }) => kind !== "started");
  // A suite counts where it stands for tests that did not run, or when its own hooks failed.
  const counting = ended.filter(
    ({ suite, kind, onlyInside }) =>
      !suite || kind === "skipped" || (kind === "failed" && !onlyInside),
  );
  const of = (kind: TestEvent["kind"]): number =>
    counting.filter((e) => e.kind === kind).length;
  const tally: Tally = {
    passed: of("passed"),
    failed: of("failed"),
    skipped: of("skipped"),
  };
  const failures = counting
    .filter(({ kind, onlyInside }) => kind === "failed" && !onlyInside)
    .map((event) => ({ name: fullName(event), detail: event.detail }));
  const whole = wholeFileFailure(run, counting.length, tally.failed);
  if (whole !== undefined) {
    tally.failed++;
    failures.push({ name: "the file as a whole", detail: whole });
  }
  return { ...run, tally, failures };
}

/** A failure that belongs to no test file, in a file's place. */
export function failureOf(what: string, detail: string): FileResult {
  return {
    file: what,
    events: [],
    output: [],
    milliseconds: 0,
    end: undefined,
    late: undefined,
    tally: { ...NOTHING, failed: 1 },
    failures: [{ name: what, detail }],
  };
}
