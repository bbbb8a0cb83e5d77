/** In milliseconds; Pacemaker takes any text that begins so, in either case. */
const units: readonly (readonly [RegExp, number])[] = [
  [/^(ms|msec)/i, 1],
  [/^(us|usec)/i, 0.001],
  [/^($|s)/i, 1000],
  [/^m/i, 60_000],
  [/^h/i, 3_600_000],
];

const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/**
 * Milliseconds of a duration as Pacemaker spells it ("30", "30s", "5min", "500ms", or by ISO 8601 "PT30S"), or undefined where
 * the text is none. A bare number counts seconds ("Pacemaker Explained", time specification).
 */
export function parseDuration(text: string): number | undefined {
  const period = iso.exec(text.trim());
  if (period) {
    const parts = period.slice(1).map((part) => Number(part ?? 0));
    const [weeks = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = parts;
    return period.slice(1).every((part) => part === undefined)
      ? undefined
      : ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) *
          1000;
  }
  const match = /^(\d+)\s*([a-z]*)$/i.exec(text.trim());
  if (!match) return undefined;
  const unit = units.find(([name]) => name.test(match[2] ?? ""));
  return unit && Number(match[1]) * unit[1];
}

/** The spellings that pcs takes too: a number, with its unit where it has one. */
export function isPlainDuration(text: string): boolean {
  return (
    /^\d+\s*(us|usec|ms|msec|s|sec|m|min|h|hr)?$/.test(text.trim()) &&
    parseDuration(text) !== undefined
  );
}

/** Whether two spellings mean the same: "60" and "60s", "1min" and "PT1M". */
export function sameDuration(a: string, b: string): boolean {
  const [left, right] = [parseDuration(a), parseDuration(b)];
  return left === undefined || right === undefined ? a === b : left === right;
}
