/** What Pulumi replaces: it tells that once, and asks again as if nothing had been there. */
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import type { Connection } from "../connection";
import type { Cib, Parent } from "../model/cib";
import type { CommonInputs, Properties } from "./lifecycle";

/** By cluster and new id: what a resource was that is to be replaced. */
const replaced = new WeakMap<Cluster, Map<unknown, Properties>>();

const clusterIn = ({ connection }: Properties): Cluster =>
  clusterOf(connection as Connection);

export function noteReplaced(olds: Properties, news: Properties): void {
  const all = replaced.get(clusterIn(news)) ?? new Map<unknown, Properties>();
  replaced.set(clusterIn(news), all.set(news.resourceId, olds));
}

/** Once it knows that a resource is to be replaced, Pulumi asks about its inputs again, and does not say of which it was. */
export function replacedBy(inputs: Properties): Properties | undefined {
  return replaced.get(clusterIn(inputs))?.get(inputs.resourceId);
}

/** Whether something under another id takes its place in this run. */
export function isReplaced(state: CommonInputs): boolean {
  const all = replaced.get(clusterOf(state.connection));
  return [...(all?.values() ?? [])].some(
    (olds) => olds.resourceId === state.resourceId,
  );
}

/** What makes an object of the cluster another one. */
interface Identity extends CommonInputs {
  readonly agent?: string;
}

const isSame = (one: Identity, other: Identity): boolean =>
  one.resourceId === other.resourceId && one.agent === other.agent;

/** What was declared before of the same object: none where it is new, or replaces one with another id or agent. */
export function sameObject<Inputs extends Identity>(
  inputs: Identity,
  previous: Inputs | undefined,
): Inputs | undefined {
  return previous && isSame(inputs, previous) ? previous : undefined;
}

/** The configuration as it will be when what is replaced is gone. */
export function withoutReplaced(
  cib: Cib,
  inputs: Identity,
  previous: Identity | undefined,
): Cib {
  if (!previous || isSame(inputs, previous)) return cib;
  const without = <Value>(map: ReadonlyMap<string, Value>) =>
    new Map([...map].filter(([id]) => id !== previous.resourceId));
  const free = <Value extends { readonly parent?: Parent }>(
    map: ReadonlyMap<string, Value>,
  ) =>
    new Map(
      [...map].map(([id, { parent, ...alone }]) => [
        id,
        (parent === undefined || parent.id === previous.resourceId
          ? alone
          : { ...alone, parent }) as Value,
      ]),
    );
  return {
    ...cib,
    primitives: free(without(cib.primitives)),
    groups: free(without(cib.groups)),
    clones: without(cib.clones),
    ids: without(cib.ids),
    constraints: cib.constraints.filter(({ id }) => id !== previous.resourceId),
  };
}
