/** What a person sees. Everything goes to stdout, in the order in which it happened. */

const styled = process.stdout.isTTY && !process.env.NO_COLOR;
const bold = (text: string): string =>
  styled ? `\u001b[1m${text}\u001b[22m` : text;

export function say(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function heading(text: string): void {
  say(`\n${bold(`== ${text}`)}\n`);
}

/** A command as one types it, and where. */
export function prompt(where: string, command: string): void {
  say(bold(`${where} ${command}`));
}

/** Progress, with the seconds since the start. */
export function stopwatch(): (line: string) => void {
  const started = Date.now();
  return (line) => say(`${seconds(Date.now() - started).padStart(7)}  ${line}`);
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
