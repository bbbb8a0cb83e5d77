const unitsInMilliseconds: Readonly<Record<string, number>> = {
  us: 0.001,
  usec: 0.001,
  ms: 1,
  msec: 1,
  "": 1000,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
};

/**
 * Milliseconds of a duration as Pacemaker spells it ("30", "30s", "5min", "500ms"), or undefined where the text is none.
 * A bare number counts seconds ("Pacemaker Explained", time specification).
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/.exec(text.trim());
  if (!match) return undefined;
  const unit = unitsInMilliseconds[match[2] ?? ""];
  return unit === undefined ? undefined : Number(match[1]) * unit;
}

/** Whether two spellings mean the same: "60" and "60s", "1min" and "60s". */
export function sameDuration(a: string, b: string): boolean {
  const [left, right] = [parseDuration(a), parseDuration(b)];
  return left === undefined || right === undefined ? a === b : left === right;
}
