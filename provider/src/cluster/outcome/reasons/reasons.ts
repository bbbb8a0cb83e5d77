import { metaOf } from "../../../model/inherited";
import { isFalse, isTrue } from "../../../model/placement";
import { failureCauses, healthCauses, utilizationCauses } from "./capacity";
import {
  colocationCauses,
  dependencies,
  freezingTickets,
  ticketCauses,
} from "./dependencies";
import {
  listed,
  membersBefore,
  nodesOf,
  stoppedPart,
  subjectsOf,
  unitOf,
  usableNodes,
  type Evidence,
  type NodeCause,
} from "./evidence";
import { locationCauses, optInCauses } from "./location";
import { blockedBy, stoppedBy } from "./settings";

/**
 * Why Pacemaker does not start resources: one sentence a line, each with the object that says so and what ends it. What
 * forbids single nodes is told only where no node is left.
 */
export function reasonsNotStarted(
  evidence: Evidence,
  resources: readonly string[],
): string[] {
  const asked = new Set<string>(resources);
  const lines = resources.flatMap((id) =>
    stoppedPart(evidence, id) !== undefined
      ? reasonsOf(evidence, id, asked)
      : reasonsLeft(evidence, id),
  );
  return [...new Set([...unusable(evidence), ...lines])];
}

/** Why Pacemaker leaves alone what runs, where that is no operator's word about the resource itself. */
function reasonsLeft(evidence: Evidence, id: string): string[] {
  return [
    ...blockedBy(evidence, id),
    ...freezingTickets(evidence, subjectsOf(evidence, id)),
  ];
}

function reasonsOf(
  evidence: Evidence,
  id: string,
  asked: Set<string>,
): string[] {
  const subjects = subjectsOf(evidence, id);
  const own = stoppedBy(evidence, id);
  const tickets = ticketCauses(evidence, subjects);
  const waits: Wait[] = [
    ...predecessors(evidence, id, asked),
    ...dependencies(evidence, subjects).map(({ on, line }) => ({
      on,
      line: [line],
    })),
  ];
  const isHeld =
    own.length + tickets.length + waits.length > 0 ||
    isTrue(evidence.placement.properties["stop-all-resources"]);
  const others = waits.flatMap(({ line, on }) => {
    const part = stoppedPart(evidence, on)?.id ?? on;
    const isTold = asked.has(part);
    asked.add(part);
    return [...line, ...(isTold ? [] : reasonsOf(evidence, part, asked))];
  });
  return [
    ...own,
    ...tickets,
    ...nodeReasons(evidence, id, subjects, isHeld),
    ...others,
  ];
}

/** What it waits for, and how that is said, if at all. */
interface Wait {
  readonly on: string;
  readonly line: readonly string[];
}

/** The member before it in its group that does not run. Where that was asked about too, its own lines say it. */
function predecessors(
  evidence: Evidence,
  id: string,
  asked: ReadonlySet<string>,
): Wait[] {
  const before = membersBefore(evidence.placement, id);
  const first = before.find((one) => stoppedPart(evidence, one) !== undefined);
  if (first === undefined) return [];
  const { parent = "" } = evidence.placement.objects.get(id)!;
  const { role } = stoppedPart(evidence, first)!;
  const line = `${id} comes after ${first} in the group ${parent}, and that is ${role}`;
  return [{ on: first, line: asked.has(first) ? [] : [line] }];
}

/** What keeps it from each single node, where together that is all of them. */
function nodeReasons(
  evidence: Evidence,
  id: string,
  subjects: readonly string[],
  isHeld: boolean,
): string[] {
  const usable = usableNodes(evidence);
  const scores = evidence.simulated.scores.get(id);
  const causes = [
    ...locationCauses(evidence, subjects),
    ...optInCauses(evidence, subjects, unitOf(evidence, id)),
    ...colocationCauses(evidence, subjects),
    ...healthCauses(evidence, id),
    ...failureCauses(evidence, subjects),
    ...utilizationCauses(evidence, id),
  ];
  const named = new Set(causes.flatMap(({ nodes }) => nodes));
  const isForbidden = (node: string) => {
    const score = scores?.get(node);
    return score === undefined || score < 0 || isShort(causes, node);
  };
  const left = usable.filter((node) => !named.has(node));
  // What is held anyway has no score of its own.
  if (isHeld && left.length > 0) return [];
  if (!usable.every(isForbidden)) return [];
  return [...together(causes), ...elsewhere(evidence, id, left)];
}

/** What Pacemaker reckons with only once it has all scores. */
function isShort(causes: readonly NodeCause[], node: string): boolean {
  return causes.some(
    ({ key, nodes }) => key.startsWith("utilization ") && nodes.includes(node),
  );
}

/** Nodes that are forbidden, though no cause of its own is known. */
function elsewhere(
  evidence: Evidence,
  id: string,
  nodes: readonly string[],
): string[] {
  if (nodes.length === 0) return [];
  const { placement, now } = evidence;
  const [beside] = membersBefore(placement, id).flatMap((one) =>
    nodesOf(evidence, one),
  );
  if (beside === undefined)
    return [
      `${id} is kept from ${listed(nodes)} for a reason that is not known here: ` +
        `"crm_resource --why --resource ${id}" and "crm_simulate --live-check --show-scores" on a node show more`,
    ];
  const { parent = "" } = placement.objects.get(id)!;
  const critical = metaOf(placement, id, "critical", now);
  return [
    `${id} is kept from ${listed(nodes)}, because the group ${parent} runs on ${beside}` +
      (isFalse(critical?.value)
        ? ` and does not move for a member that is not critical (critical=false): ` +
          `"pcs resource meta ${critical?.holder} critical=" lets it`
        : `: "pcs resource move ${parent} NODE" moves it`),
  ];
}

/** Causes of the same object in one line, with all the nodes that it forbids. */
function together(causes: readonly NodeCause[]): string[] {
  const byKey = new Map<string, NodeCause[]>();
  for (const cause of causes)
    byKey.set(cause.key, [...(byKey.get(cause.key) ?? []), cause]);
  return [...byKey.values()].flatMap((same) => {
    const nodes = [...new Set(same.flatMap((cause) => cause.nodes))].sort();
    return nodes.length > 0 ? [same[0]!.text(listed(nodes))] : [];
  });
}

/** Nodes that are up and yet run nothing. Those that are offline or in standby are told anyhow. */
function unusable({ placement, simulated }: Evidence): string[] {
  const isFencing = !isFalse(placement.properties["stonith-enabled"]);
  return simulated.nodes.flatMap((node) => {
    const { name } = node;
    // "pcs stonith confirm" wants --force or --yes, by version, where nobody is there to be asked.
    if (node.unclean && isFencing)
      return [
        `${name} has to be fenced first (UNCLEAN), and nothing that may run there starts before: see "pcs stonith history"; ` +
          `where ${name} is surely off, "stonith_admin --confirm ${name}" says so`,
      ];
    if (!node.online) return [];
    if (node.maintenance)
      return [`in maintenance: ${name} ("pcs node unmaintenance ${name}")`];
    if (node.standbyOnFail && !node.standby)
      return [
        `${name} is in standby after a failure (on-fail=standby): "pcs resource cleanup" ends it`,
      ];
    if (node.shutdown) return [`${name} is being shut down`];
    return node.pending ? [`${name} is still joining the cluster`] : [];
  });
}
