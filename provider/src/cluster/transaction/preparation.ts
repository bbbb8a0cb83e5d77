import { PacemakerError } from "../../errors";

/**
 * What a change needs done outside of the configuration before it is made, such as a unit that must have stopped. It is
 * done once the change is staged and nothing is known that forbids it.
 */
export interface Preparation {
  readonly run: () => Promise<void>;
  /**
   * Takes back what was done, where the change is not made after all.
   *
   * @returns what a person should know of it, in sentences; empty where nothing was done
   */
  readonly undo: () => Promise<string>;
  /** The same words where it may not be taken back, since the change may have been made. */
  readonly describe: () => string;
}

/** What became of a preparation. */
export type Prepared =
  | { readonly isDone: true }
  | { readonly isDone: false; readonly error: unknown };

/** Starts it; the promise is not rejected. */
export function begin({ run }: Preparation): Promise<Prepared> {
  return run().then(
    () => ({ isDone: true }),
    (error: unknown) => ({ isDone: false, error }),
  );
}

/** Why a change was not made, and what became of what was done for it. */
export async function takenBack(
  preparation: Preparation,
  error: unknown,
): Promise<unknown> {
  const kind = error instanceof PacemakerError ? error.kind : "cluster";
  const words = await (kind === "unknown-outcome"
    ? Promise.resolve(preparation.describe())
    : preparation.undo().catch((second: unknown) => wordsOf(second)));
  if (words === "") return error;
  return new PacemakerError(
    kind,
    `${wordsOf(error)}\n${words}`,
    ...(error instanceof PacemakerError && error.host !== undefined
      ? [error.host]
      : []),
  );
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
