/** Whether PACEMAKER_DEBUG asks for a line per remote command. */
export function debugging(): boolean {
  return process.env.PACEMAKER_DEBUG === "1";
}

/** Writes a line to stderr when PACEMAKER_DEBUG=1. Commands hold no secrets: those go to stdin, which is not shown. */
export function debug(text: () => string): void {
  if (debugging()) process.stderr.write(`pacemaker: ${text()}\n`);
}

const warned = new Set<string>();

/** Writes a warning to stderr, each one once. */
export function warnOnce(text: string): void {
  if (warned.has(text)) return;
  warned.add(text);
  process.stderr.write(`pacemaker: warning: ${text}\n`);
}
