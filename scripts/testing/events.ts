/** What the process of a test file tells the runner about a test, one JSON object per line. */
export interface TestEvent {
  kind: "started" | "passed" | "failed" | "skipped";
  name: string;
  /** The names of the suites and tests around it, outermost first. */
  within: string[];
  /** 0 for a test of the file itself, 1 for a test of a suite, and so on. */
  depth: number;
  suite: boolean;
  milliseconds: number;
  /** Why it failed, with the stack; or why it was skipped. */
  detail: string;
  /** It failed only because a test inside it failed. */
  onlyInside: boolean;
}

/** The file descriptor over which the events travel: stdout and stderr belong to the tests. */
export const EVENT_FD = 3;

export function fullName({ within, name }: TestEvent): string {
  return [...within, name].join(" > ");
}
