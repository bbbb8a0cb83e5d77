import type { SimulatedAction } from "../../model/simulation";

/** What the cluster would do, without a change and with it. */
export interface Foresight {
  readonly before: readonly SimulatedAction[];
  readonly after: readonly SimulatedAction[];
}

/**
 * What a change makes the cluster do, in words: "restart smtp_ip and smtp_service on node-01". Undefined: nothing, or
 * only what it would do anyhow.
 */
export function describeForesight({
  before,
  after,
}: Foresight): string | undefined {
  const expected = new Set(before.map(keyOf));
  const resources = new Map<string, string[]>();
  for (const action of after) {
    if (isMemory(action) || expected.has(keyOf(action))) continue;
    const [verb, place] = wordsOf(action);
    const key = `${verb}\n${place}`;
    resources.set(key, [...(resources.get(key) ?? []), action.resource]);
  }
  const parts = [...resources].map(([key, names]) => {
    const [verb, place] = key.split("\n");
    return `${verb} ${listed(names)}${place}`;
  });
  return parts.length > 0 ? listed(parts) : undefined;
}

/** What a node remembers of a resource that is gone: nobody sees it go. */
function isMemory({ action }: SimulatedAction): boolean {
  return action === "delete";
}

function keyOf(action: SimulatedAction): string {
  const { resource, node, source, target, blocked } = action;
  return JSON.stringify([
    ...[resource, action.action, node, source, target, blocked],
  ]);
}

function wordsOf({
  action,
  node,
  source,
  target,
  blocked,
}: SimulatedAction): [verb: string, place: string] {
  const verb = blocked ? `be unable to ${action}` : action;
  // A restart names its node as the source, and the target only where that is another one.
  const place = node ?? (source === target ? source : undefined);
  if (place !== undefined) return [verb, ` on ${place}`];
  if (target === undefined) return [verb, source ? ` on ${source}` : ""];
  return [verb, `${source ? ` from ${source}` : ""} to ${target}`];
}

/** "a", "a and b", "a, b and c". */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length > 1
    ? `${words.slice(0, -1).join(", ")} and ${last}`
    : last;
}
