/** Files that the command line names. */
import { readFileSync, writeFileSync } from "node:fs";
import { WrongUsage } from "./usage";

/**
 * Reads a file; "-" is the standard input.
 *
 * @throws WrongUsage where it cannot be read.
 */
export function readText(file: string): string {
  return said(() => readFileSync(file === "-" ? 0 : file, "utf8"));
}

/** @throws WrongUsage where it cannot be written. */
export function writeText(file: string, text: string): void {
  said(() => writeFileSync(file, text));
}

function said<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw new WrongUsage((error as Error).message);
  }
}
