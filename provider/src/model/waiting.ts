/**
 * Resources that wait, stopped, for what the program declares of them beside themselves: constraints, so that they never start
 * where these forbid it. Their mark names all that they wait for; what comes last starts them.
 */
import type { PcsCommand } from "../pcs/commands";
import type { Cib } from "./cib";
import { stagedMark, unstage } from "./staging";

/** What the mark of a resource says that waits for these. No id holds a comma. */
export function waitingMark(ids: readonly string[]): string {
  return ids.join(",");
}

/** The primitives that wait for this object, among others. */
export function waitingOn(cib: Cib, id: string): string[] {
  return [...cib.primitives.values()]
    .filter(({ meta }) => meta[stagedMark]?.split(",").includes(id))
    .map((one) => one.id);
}

/** This object is there: what waits for nothing else starts. */
export function released(cib: Cib, id: string): PcsCommand[] {
  return unstage(
    waitingOn(cib, id).filter((one) => {
      const marks = cib.primitives.get(one)?.meta[stagedMark] ?? "";
      return marks.split(",").every((mark) => mark === id || cib.ids.has(mark));
    }),
  );
}
