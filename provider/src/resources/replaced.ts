/** What Pulumi replaces: it tells that once, and asks again as if nothing had been there. */
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import type { Connection } from "../connection";
import type { Properties } from "./lifecycle";

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
