/** What several versions of pcs have been told, and what they made of it: recorded by record.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { said, startText, type Said } from "./said";

/** What one or several versions made of a command. */
export interface Heard {
  readonly by: readonly string[];
  readonly code: number;
  /** The errors and warnings that it printed. */
  readonly says: readonly string[];
  /** What it took out of the configuration, and what it put in, a line for each element. */
  readonly changes: readonly string[];
}

export interface Recorded {
  /** By version of pcs: that of Pacemaker. */
  readonly versions: Readonly<Record<string, string>>;
  /** By what is said: each command, as it was heard. */
  readonly rows: Readonly<
    Record<
      string,
      readonly { readonly command: string; readonly heard: readonly Heard[] }[]
    >
  >;
}

const one = (words: string): Said => ({
  to: startText,
  commands: [words.split(" ")],
});

/** What the package does not say, because not all versions understand it. */
export const notSaid: Readonly<Record<string, Said>> = Object.fromEntries(
  [
    "resource update device-1 switch=b",
    "resource meta device-1 priority=1",
    "stonith meta device-1 priority=1",
    "resource create new-1 ocf:pacemaker:Dummy group group-1 --future",
    "constraint location clone-1 rule role=Promoted score=10 rack eq b",
    "constraint location clone-1 rule role=master score=10 rack eq b",
    "stonith level add 2 node-01 device-1 id=new-1",
    "property show",
    "resource config --output-format=json",
    "constraint config --output-format=json",
  ].map((words) => [words, one(words)] as const),
);

/** All that is recorded. */
export const asked: Readonly<Record<string, Said>> = { ...said, ...notSaid };

export function recorded(): Recorded {
  const path = join(__dirname, "fixtures/versions.json");
  return JSON.parse(readFileSync(path, "utf8")) as Recorded;
}
