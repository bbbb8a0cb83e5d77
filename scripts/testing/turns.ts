/** CI must end in time: of the files whose subject is one kind, or one side of a stack's life, it runs half for each commit. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

const IN_TURNS = ["kinds", "life", "postfix"].map(
  (room) => `tests/cluster/${room}/`,
);

export interface Turn {
  now: string[];
  /** Left to another commit's turn. */
  later: string[];
}

/**
 * Which files a commit's turn is: half of those in turns, and all the others. One commit's are always the same; with its
 * next one the other half may come.
 *
 * @param files in the order in which they are to be shared out: neighbours come in different turns
 * @param commit its name; undefined: all run
 */
export function turnOf(
  files: readonly string[],
  commit: string | undefined,
): Turn {
  const inTurns = files.filter((file) =>
    IN_TURNS.some((room) => file.startsWith(room)),
  );
  const half =
    commit === undefined
      ? undefined
      : createHash("sha256").update(commit).digest()[0]! % 2;
  const later = inTurns.filter(
    (_, index) => half !== undefined && index % 2 !== half,
  );
  return { now: files.filter((file) => !later.includes(file)), later };
}

/** The commit that is checked out; undefined where there is none. */
export function commitOf(repo: string): string | undefined {
  try {
    return execFileSync(
      "git",
      ["-c", `safe.directory=${repo}`, "-C", repo, "rev-parse", "HEAD"],
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    ).trim();
  } catch {
    return undefined;
  }
}
