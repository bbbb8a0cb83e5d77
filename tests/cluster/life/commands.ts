/** What PACEMAKER_DEBUG=1 shows. */
import type { Outcome } from "../harness";

/** The remote commands of a run, in the order in which they ended. */
export function remoteCommands({ diagnostics }: Outcome): string[] {
  const text = diagnostics.map(({ message }) => message).join("\n");
  const found = text.matchAll(/pacemaker: \S+ \d+\.\d{3} s, exit \d+: (.*)/g);
  return [...found].map(([, command]) => command ?? "");
}
