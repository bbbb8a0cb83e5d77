/** What Pacemaker calculates with as INFINITY. */
export const infinity = 1_000_000;

const words: Readonly<Record<string, number>> = {
  INFINITY: infinity,
  "+INFINITY": infinity,
  "-INFINITY": -infinity,
};

/** A score as Pacemaker reads it; what is missing or no number counts as 0. */
export function parseScore(text: string | undefined): number {
  if (text === undefined) return 0;
  const value = words[text.toUpperCase()] ?? Number.parseInt(text, 10);
  return Number.isNaN(value)
    ? 0
    : Math.max(-infinity, Math.min(infinity, value));
}

/**
 * Sets of names and values, the one that counts first leading: that with the highest score; of equal ones, the last in the
 * document (tried with "crm_resource --get-parameter" on Pacemaker 2.1.5 and 3.0.0).
 */
export function inPrecedence<Set>(
  sets: readonly Set[],
  scoreOf: (set: Set) => number,
): Set[] {
  return [...sets].reverse().sort((a, b) => scoreOf(b) - scoreOf(a));
}

export function formatScore(score: number): string {
  return score <= -infinity
    ? "-INFINITY"
    : score >= infinity
      ? "INFINITY"
      : String(score);
}
