/** Which Pulumi CLI versions serve this project, and the one that it brings when none is installed. */

/** The version of the npm package `pulumi`, of the Go modules in ./engine, and of the cache folder. */
export const OWN_VERSION = "3.259.0";

export const WHAT_FITS =
  ">= 3.216.0 (older ones ignore the inputs that a dynamic resource's read returns) and < 4";

const OLDEST = [3, 216, 0] as const;

/** The numbers of "v3.259.0", "3.259.0-alpha.1" or "v3.259.0\n"; undefined when it is no version. */
export function parseVersion(
  text: string,
): [number, number, number] | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:[-+][\w.+-]+)?$/.exec(text.trim());
  return match
    ? [Number(match[1]), Number(match[2]), Number(match[3])]
    : undefined;
}

/** Negative, zero or positive as `a` is older than, the same as or newer than `b`. */
export function compareVersions(
  a: readonly number[],
  b: readonly number[],
): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function versionFits(text: string): boolean {
  const version = parseVersion(text);
  return (
    version !== undefined &&
    version[0] === 3 &&
    compareVersions(version, OLDEST) >= 0
  );
}
