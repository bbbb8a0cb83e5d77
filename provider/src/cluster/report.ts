/**
 * Tells the person at `pulumi up` something that is no error. What the provider process writes to stderr is shown
 * beside the resources, without a urn: so the text names the resource itself.
 */
export function warn(resource: string, text: string): void {
  process.stderr.write(`warning: ${resource}: ${text}\n`);
}

/** How a person is told of a resource. */
export type Tell = (resource: string, text: string) => void;

/** For who only looks: the change itself will say it. */
export const sayNothing: Tell = () => undefined;

/** Tells what a change will do to the cluster, before it is made. */
export function tellForesight(what: string, text: string): void {
  process.stderr.write(`foreseen: ${what}: ${text}\n`);
}

/** Shows a person that a longer wait goes on, and how things stand. */
export function tellOfWait(
  what: string,
  seconds: number,
  bound: number,
  state: string,
): void {
  process.stderr.write(
    `still waiting for ${what} (${Math.round(seconds)} s of at most ${bound} s): ${state}\n`,
  );
}

/** The words of a tool, set off from ours. */
export function indent(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
