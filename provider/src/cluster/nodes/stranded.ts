/** Mail that no Postfix delivers, or would deliver after a change. */
import { PacemakerError } from "../../errors";
import type { Cib } from "../../model/cib";
import { shortName } from "../../model/unit";
import { byHand, instanceOf, instanceOption } from "../../postfix/instance";
import {
  describeQueue,
  sizeOf,
  withoutState,
  type Queue,
  type QueueLook,
} from "../../postfix/queues";
import { warn } from "../report";
import type { Cluster } from "./members";
import { readQueues, type Queues } from "./queues";

/** What becomes of mail that a change would leave in a queue without a Postfix: refused unless told to leave it. */
export type StrandedMail = "leave";

const warned = new WeakMap<Cluster, Set<string>>();

/** Names the nodes where mail lies and Postfix does not run, each once as long as this process lives. */
export function warnOfStranded(
  cluster: Cluster,
  resource: string,
  { instance, found }: Queues,
): void {
  const told = warned.get(cluster) ?? new Set<string>();
  warned.set(cluster, told);
  for (const [node, look] of found) {
    if (look.runs || sizeOf(look) === 0 || told.has(`${node} ${instance}`))
      continue;
    told.add(`${node} ${instance}`);
    warn(
      resource,
      `mail lies on ${node}, where Postfix does not run: ${describeQueue(look)}. It stays there until Postfix runs there ` +
        `again; "${drainOf(node, instance)}" delivers it.`,
    );
  }
}

/** Names the nodes whose queue is left without a Postfix. */
export async function warnOfLeft(
  cluster: Cluster,
  resource: string,
  unit: string,
): Promise<void> {
  const instance = instanceOf(unit);
  if (instance === undefined) return;
  const { found } = await readQueues(cluster, instance);
  for (const [node, look] of found)
    if (!look.runs && sizeOf(look) > 0)
      warn(
        resource,
        `leaves mail on ${node}, which no Postfix delivers now: ${describeQueue(look)}. ` +
          `"${drainOf(node, instance)}" delivers it.`,
      );
}

/**
 * Refuses a change after which Postfix would not run where mail lies.
 *
 * @param unit the unit that is to run no more; one that is not Postfix's has no mail
 * @param nodes where it will not run any more; all, unless told
 * @throws PacemakerError (conflict) that names the nodes, what lies there and what to do; (rights) where it may not look.
 */
export async function refuseToStrand(
  cluster: Cluster,
  resource: string,
  unit: string,
  strandedMail: StrandedMail | undefined,
  nodes: (node: string) => boolean = () => true,
): Promise<void> {
  const instance = instanceOf(unit);
  if (instance === undefined || strandedMail === "leave") return;
  const { found, unknown } = await readQueues(cluster, instance);
  const forbidden = unknown.find(({ error }) => error.kind === "rights");
  if (forbidden)
    throw new PacemakerError(
      "rights",
      `${resource}: whether mail would be stranded could not be looked at: ${forbidden.error.message} ` +
        `Or set strandedMail to "leave" and run "pulumi up" first. Nothing was changed.`,
      forbidden.address,
    );
  const stranded = [...found].filter(
    ([node, look]) => nodes(node) && sizeOf(look) > 0,
  );
  if (stranded.length > 0)
    throw new PacemakerError(
      "conflict",
      `${resource}: mail would lie where no Postfix delivers it: ` +
        stranded
          .map(([node, look]) => `on ${node} ${describeQueue(look)}`)
          .join("; ") +
        `. ${wayOut(instance, stranded)} Or, to leave it in the queue, set strandedMail to "leave" and run "pulumi up" first. ` +
        `Nothing was changed.`,
    );
  const unread = unknown.filter(
    ({ node }) => node === undefined || nodes(node),
  );
  if (unread.length > 0)
    warn(
      resource,
      `whether mail lies on ${unread.map(({ node, address }) => node ?? address).join(", ")} could not be looked at: ` +
        `${unread.map(({ error }) => error.message).join("; ")} It stays in the queue there.`,
    );
}

/** The command that delivers what lies on a node. */
const drainOf = (node: string, instance: string): string =>
  `npx pulumi-pacemaker queues --drain ${node}${instanceOption(instance)}`;

function wayOut(
  instance: string,
  stranded: readonly (readonly [string, QueueLook])[],
): string {
  const typed = (folder: string, command: string): string =>
    byHand(instance, folder, command);
  const words = stranded.map(([node, { runs, folder }]) =>
    runs
      ? `run "${typed(folder, "postqueue -f")}" on ${node} and wait until "${typed(folder, "postqueue -p")}" shows nothing there`
      : `run "${drainOf(node, instance)}"`,
  );
  const [, held] = stranded.find(([, { hold }]) => hold > 0) ?? [];
  return (
    `To deliver it first, ${words.join("; ")}.` +
    (held
      ? ` What is on hold waits until "${typed(held.folder, "postsuper -H ALL")}".`
      : "")
  );
}

/** The unit of a systemd resource in the configuration. */
export function unitIn(cib: Cib, id: string): string | undefined {
  const [, unit] =
    /^systemd:(.+)$/.exec(cib.primitives.get(id)?.agent ?? "") ?? [];
  return unit === undefined ? undefined : shortName(unit);
}

/** The queues as an output: a node whose queue could not be read is not in it. */
export function queuesOutput({ found }: Queues): Record<string, Queue> {
  return Object.fromEntries(
    [...found]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([node, look]) => [node, withoutState(look)]),
  );
}
