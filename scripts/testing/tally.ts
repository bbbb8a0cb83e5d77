export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

export const NOTHING: Tally = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Tally, b: Tally): Tally {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    skipped: a.skipped + b.skipped,
  };
}

/** On a build machine nobody reads a skip: there it is a failure. */
export function strict(tally: Tally): Tally {
  return {
    passed: tally.passed,
    failed: tally.failed + tally.skipped,
    skipped: 0,
  };
}

export function closingLine({ passed, failed, skipped }: Tally): string {
  const line = `${passed} passed, ${failed} failed`;
  return skipped > 0 ? `${line}, ${skipped} skipped` : line;
}

/** A run without a single test proves nothing, so it fails. */
export function exitCode({ passed, failed, skipped }: Tally): number {
  return failed > 0 || passed + skipped === 0 ? 1 : 0;
}

export function isCI(env: NodeJS.ProcessEnv = process.env): boolean {
  return !["", "0", "false"].includes((env.CI ?? "").toLowerCase());
}
