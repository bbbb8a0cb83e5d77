/** How busy the machine's processors were, from the kernel's own counters. */
import { readFileSync } from "node:fs";

interface Sample {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** In ticks, of all processors since the start of the machine. */
  readonly idle: number;
  readonly all: number;
}

const everyMs = 50;

function sample(): Sample {
  const [line = ""] = readFileSync("/proc/stat", "utf8").split("\n", 1);
  // The last two are part of the first two.
  const ticks = line.split(/\s+/).slice(1, 9).map(Number);
  const [, , , idle = 0, waiting = 0] = ticks;
  return {
    at: Date.now(),
    idle: idle + waiting,
    all: ticks.reduce((sum, one) => sum + one, 0),
  };
}

/** Runs the work, and tells afterwards which share of the processors' time was used between two moments, from 0 to 1. */
export async function watchingProcessors<Result>(
  work: () => Promise<Result>,
): Promise<{
  result: Result;
  usedBetween: (from: number, to: number) => number;
}> {
  const samples = [sample()];
  const timer = setInterval(() => samples.push(sample()), everyMs);
  try {
    const result = await work();
    samples.push(sample());
    return {
      result,
      usedBetween(from, to) {
        const first = samples.findLast(({ at }) => at <= from) ?? samples[0]!;
        const last = samples.find(({ at }) => at >= to) ?? samples.at(-1)!;
        return 1 - (last.idle - first.idle) / (last.all - first.all);
      },
    };
  } finally {
    clearInterval(timer);
  }
}
