import { child, children, descendants, parseXml, type XmlElement } from "./xml";
import { parseScore } from "./score";
import { nodesIn } from "./status";

/** One instance of a resource, as crm_simulate sees it now. */
export interface Instance {
  /** "Started", "Stopped", "Promoted" ("Master" before Pacemaker 3.0), ... */
  readonly role: string;
  readonly nodes: readonly string[];
  /** The node that was shut down while it ran there, and to which it is bound (shutdown-lock). */
  readonly lockedTo?: string;
}

/** A node, as far as it decides whether anything can start there. */
export interface SimulatedNode {
  readonly name: string;
  readonly online: boolean;
  readonly pending: boolean;
  readonly standby: boolean;
  /** In standby because of a failure whose operation says on-fail=standby. */
  readonly standbyOnFail: boolean;
  readonly maintenance: boolean;
  readonly unclean: boolean;
  readonly shutdown: boolean;
}

/** What Pacemaker computed from the configuration and the status of one moment. */
export interface Simulated {
  readonly nodes: readonly SimulatedNode[];
  readonly instances: ReadonlyMap<string, readonly Instance[]>;
  /** By resource, then by node. A node that is missing was not even considered. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, number>>;
}

/**
 * Reads what `crm_simulate --live-check --simulate --show-scores --output-as=xml` prints. Of several scores of one resource
 * and node the lowest counts: members of a group are listed before and after the others' places are known.
 *
 * @throws Error when the text is not crm_simulate's.
 */
export function parseSimulated(text: string): Simulated {
  const root = parseXml(text);
  const status = child(root, "cluster_status");
  if (!status || !child(root, "actions"))
    throw new Error(`expected crm_simulate's actions, found <${root.name}>`);
  const scores = new Map<string, Map<string, number>>();
  for (const weight of children(child(root, "allocations"), "node_weight")) {
    const { id = "", node = "", score } = weight.attributes;
    const nodes = scores.get(withoutInstance(id)) ?? new Map<string, number>();
    scores.set(withoutInstance(id), nodes);
    nodes.set(node, Math.min(nodes.get(node) ?? Infinity, parseScore(score)));
  }
  return {
    nodes: nodesIn(status).map(nodeOf),
    instances: instancesOf(child(status, "resources")),
    scores,
  };
}

function nodeOf({ attributes }: XmlElement): SimulatedNode {
  const says = (name: string) => attributes[name] === "true";
  return {
    name: attributes.name ?? "",
    online: says("online"),
    pending: says("pending"),
    standby: says("standby"),
    standbyOnFail: says("standby_onfail"),
    maintenance: says("maintenance"),
    unclean: says("unclean"),
    shutdown: says("shutdown"),
  };
}

function instancesOf(
  resources: XmlElement | undefined,
): Map<string, readonly Instance[]> {
  const instances = new Map<string, Instance[]>();
  for (const found of resources ? descendants(resources) : []) {
    if (found.name !== "resource") continue;
    const { id = "", role = "", locked_to: lockedTo } = found.attributes;
    const known = instances.get(withoutInstance(id)) ?? [];
    instances.set(withoutInstance(id), known);
    known.push({
      role,
      nodes: children(found, "node").map((node) => node.attributes.name ?? ""),
      ...(lockedTo === undefined ? {} : { lockedTo }),
    });
  }
  return instances;
}

/** An instance of a clone is "ID:0". */
export function withoutInstance(id: string): string {
  return id.replace(/:\d+$/, "");
}

/**
 * Reads from `crm_simulate --simulate --output-as=xml` what would run where in the end.
 *
 * @throws Error when the text is not crm_simulate's.
 */
export function parseOutcome(
  text: string,
): ReadonlyMap<string, readonly Instance[]> {
  const root = parseXml(text);
  const revised = child(root, "revised_cluster_status");
  if (!revised)
    throw new Error(`expected crm_simulate's outcome, found <${root.name}>`);
  return instancesOf(child(revised, "resources"));
}
