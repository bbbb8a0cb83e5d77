/** Something that a person at `pulumi up` is told. */
export interface Message {
  readonly isWarning: boolean;
  /** It names what it is about. */
  readonly text: string;
  /** Pulumi's name of the resource that it is about, where that is known. */
  readonly urn?: string | undefined;
}

/** The way to the person that sets a message under its resource, where there is one. */
let reporter: ((message: Message) => Promise<void>) | undefined;

/** By the ids in the cluster: Pulumi's names. One that several clusters have is nobody's. */
const urns = new Map<string, string | undefined>();

const underway = new Set<Promise<void>>();

/** Sends messages another way than by stderr; what it does not take goes there. */
export function reportBy(
  way: ((message: Message) => Promise<void>) | undefined,
): void {
  reporter = way;
}

/** Notes how Pulumi calls a resource of the cluster. */
export function nameResource(id: string, urn: string): void {
  const known = urns.get(id);
  urns.set(id, urns.has(id) && known !== urn ? undefined : urn);
}

/** Waits until all that was said has arrived: Pulumi may end the process after a handler's answer. */
export async function allSaid(): Promise<void> {
  while (underway.size > 0) await Promise.all(underway);
}

/** What the provider process writes to stderr is shown beside the resources, without a urn: the text names its own. */
function say(isWarning: boolean, resource: string, text: string): void {
  const write = () => {
    process.stderr.write(`${isWarning ? "warning: " : ""}${text}\n`);
  };
  if (!reporter) return write();
  // Of several resources that are told of together, it stands under the first.
  const urn = urns.get(resource.split(", ")[0]!);
  const said = reporter({ isWarning, text, urn })
    .catch(write)
    .finally(() => underway.delete(said));
  underway.add(said);
}

/** Tells the person at `pulumi up` something that is no error. */
export function warn(resource: string, text: string): void {
  say(true, resource, `${resource}: ${text}`);
}

/** How a person is told of a resource. */
export type Tell = (resource: string, text: string) => void;

const warned = new WeakMap<object, Set<string>>();

/** Warns of each thing once as long as this process lives: for what is looked at in preview, and again by the change. */
export function warnOnce(of: object): Tell {
  const said = warned.get(of) ?? new Set<string>();
  warned.set(of, said);
  return (resource, text) => {
    if (said.has(`${resource} ${text}`)) return;
    said.add(`${resource} ${text}`);
    warn(resource, text);
  };
}

/** For who only looks: the change itself will say it. */
export const sayNothing: Tell = () => undefined;

/** Tells what a change will do to the cluster, before it is made. */
export function tellForesight(what: string, text: string): void {
  say(false, what, `foreseen: ${what}: ${text}`);
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
