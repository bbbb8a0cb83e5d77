/** Figures: taken in turns, so that what disturbs the machine disturbs all alike. */
import { loadavg } from "node:os";

/** How a part was measured. */
export interface Circumstances {
  /** When it was over, as ISO 8601 has it. */
  date: string;
  /** How often each thing was measured. */
  rounds: number;
  /** The machine's load of the last minute, before and after. */
  load: [string, string];
  /** What could not be measured, and why. */
  failures: string[];
}

/** What was measured, in its unit. Each part comes from one run, so that its ratios are of one run too. */
export class Figures {
  /** By name, in the order of first appearance. */
  readonly values = new Map<string, number[]>();
  readonly partOf = new Map<string, string>();
  readonly parts = new Map<string, Circumstances>();
  private part = "";

  /** What is added from now on belongs to the part, and what was known of it is forgotten. */
  begin(part: string): void {
    this.part = part;
    this.parts.delete(part);
    for (const [name, owner] of this.partOf)
      if (owner === part) {
        this.values.delete(name);
        this.partOf.delete(name);
      }
  }

  end(circumstances: Circumstances): void {
    this.parts.set(this.part, circumstances);
  }

  add(name: string, value: number): void {
    const known = this.values.get(name) ?? [];
    this.values.set(name, [...known, value]);
    this.partOf.set(name, this.part);
  }

  median(name: string): number | undefined {
    const values = this.values.get(name);
    return values === undefined ? undefined : median(values);
  }

  /** The median of the rounds' own ratios: what is slow in a round is slow for both. */
  ratio(
    above: readonly string[],
    below: readonly string[],
  ): number | undefined {
    const [over, under] = [this.differences(above), this.differences(below)];
    const pairs = over.flatMap((value, round) => {
      const other = under[round];
      return other === undefined ? [] : [value / other];
    });
    return pairs.length > 0 ? median(pairs) : undefined;
  }

  /** The first, less the others, round by round. */
  private differences([first, ...others]: readonly string[]): number[] {
    const values = this.values.get(first ?? "") ?? [];
    return values.flatMap((value, round) => {
      const less = others.map((name) => this.values.get(name)?.[round]);
      if (less.includes(undefined)) return [];
      return [less.reduce<number>((rest, one) => rest - one!, value)];
    });
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** One thing that is measured: what it returns are seconds, or whatever unit its names say. */
export interface Way {
  readonly name: string;
  readonly run: () => Promise<Record<string, number>>;
}

/**
 * Runs every way once, then every way again, and so on. A way that fails once is told and left out from then on; the
 * others go on.
 */
export async function inTurns(
  ways: readonly Way[],
  rounds: number,
  figures: Figures,
  say: (line: string) => void,
): Promise<string[]> {
  const failed = new Map<string, string>();
  for (let round = 1; round <= rounds; round += 1)
    for (const { name, run } of ways) {
      if (failed.has(name)) continue;
      try {
        const measured = Object.entries(await run());
        for (const [what, value] of measured) figures.add(what, value);
        say(
          `round ${round} of ${rounds}, load ${load()}: ` +
            measured
              .map(([what, value]) => `${what} ${shown(value)}`)
              .join(", "),
        );
      } catch (error) {
        failed.set(name, (error as Error).message);
        say(`${name} failed and is left out: ${(error as Error).message}`);
      }
    }
  return [...failed].map(([name, message]) => `${name}: ${message}`);
}

export function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

/** The load of the last minute. */
export function load(): string {
  return loadavg()[0]!.toFixed(1);
}
