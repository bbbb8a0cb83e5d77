import { metaOf } from "../../../model/inherited";
import { isTrue, primitivesIn, type NodeFacts } from "../../../model/placement";
import { infinity, formatScore, parseScore } from "../../../model/score";
import { children } from "../../../model/xml";
import { unitOf, type Evidence, type NodeCause } from "./evidence";

/** The nodes whose health attributes are too bad, by the cluster's strategy. */
export function healthCauses(evidence: Evidence, id: string): NodeCause[] {
  const { placement, now } = evidence;
  const { properties } = placement;
  const strategy = properties["node-health-strategy"] ?? "none";
  if (isTrue(metaOf(placement, id, "allow-unhealthy-nodes", now)?.value))
    return [];
  const scoreOf = (value: string): number => {
    const word = value.toLowerCase();
    if (!["red", "yellow", "green"].includes(word)) return parseScore(value);
    if (strategy === "only-green") return word === "green" ? 0 : -infinity;
    if (strategy === "migrate-on-red") return word === "red" ? -infinity : 0;
    const standard = word === "red" ? "-INFINITY" : "0";
    return parseScore(properties[`node-health-${word}`] ?? standard);
  };
  if (!["only-green", "migrate-on-red", "progressive"].includes(strategy))
    return [];
  const base =
    strategy === "progressive" ? parseScore(properties["node-health-base"]) : 0;
  return placement.nodes.flatMap((node) => {
    const said = [...node.attributes].filter(([name]) =>
      name.startsWith("#health"),
    );
    const bad = said.filter(([, { value }]) => scoreOf(value) < 0);
    const sum = said.reduce((sum, [, { value }]) => sum + scoreOf(value), base);
    if (sum >= 0) return [];
    return bad.map(([name, { value, isTransient }]) => ({
      key: `health ${node.name} ${name}`,
      nodes: [node.name],
      text: (names: string) =>
        `${names} is unhealthy: ${name} is ${value} there (node-health-strategy=${strategy}). Mend what it watches, or ` +
        `"crm_attribute --node ${node.name} --name '${name}' --delete${isTransient ? " --lifetime reboot" : ""}" ends it`,
    }));
  });
}

/** The nodes on which it has failed too often. */
export function failureCauses(
  { placement, now }: Evidence,
  subjects: readonly string[],
): NodeCause[] {
  return subjects
    .filter((id) => placement.objects.get(id)?.kind === "primitive")
    .flatMap((id) => {
      const set = metaOf(placement, id, "migration-threshold", now)?.value;
      const threshold = set === undefined ? infinity : parseScore(set);
      if (threshold <= 0) return [];
      return placement.nodes.flatMap((node) => {
        const count = failCount(node, id);
        if (count < threshold) return [];
        return {
          key: `${id} fail-count`,
          nodes: [node.name],
          text: (names: string) =>
            `${id} is kept from ${names} by its failures there (fail-count ${formatScore(count)}` +
            `${threshold < infinity ? `, migration-threshold ${threshold}` : ""}): "pcs resource cleanup ${id}" forgets them`,
        };
      });
    });
}

/** The sum of those of each operation: `fail-count-web_ip#start_0`. */
function failCount({ attributes }: NodeFacts, id: string): number {
  let count = 0;
  for (const [name, { value }] of attributes)
    if (
      name.startsWith(`fail-count-${id}#`) ||
      name.startsWith(`fail-count-${id}:`) ||
      name === `fail-count-${id}`
    )
      count += parseScore(value);
  return Math.min(count, infinity);
}

/** The nodes that have too little left of something that it needs, where the cluster reckons with that. */
export function utilizationCauses(evidence: Evidence, id: string): NodeCause[] {
  const { placement, simulated } = evidence;
  const strategy = placement.properties["placement-strategy"] ?? "default";
  if (strategy === "default") return [];
  const unit = unitOf(evidence, id);
  const own = primitivesIn(placement, unit);
  const needed = sumOf(own.map((one) => needOf(evidence, one)));
  return [...needed].flatMap(([name, need]) =>
    placement.nodes.flatMap((node) => {
      const running = [...placement.objects.keys()].filter(
        (other) =>
          !own.includes(other) &&
          simulated.instances
            .get(other)
            ?.some(({ nodes }) => nodes.includes(node.name)),
      );
      const used = sumOf(running.map((one) => needOf(evidence, one)));
      const capacity = Number(node.utilization[name] ?? "0");
      const left = capacity - (used.get(name) ?? 0);
      if (left >= need) return [];
      return {
        key: `utilization ${name} ${left} ${capacity}`,
        nodes: [node.name],
        text: (names: string) =>
          `${unit} needs ${name}=${need}, and ${left} of ${capacity} is left on ${names} (placement-strategy=${strategy}): ` +
          `"pcs node utilization NODE ${name}=..." raises it, "pcs resource utilization" lowers the need`,
      };
    }),
  );
}

function needOf(
  { placement }: Evidence,
  id: string,
): readonly (readonly [string, number])[] {
  const found = placement.objects.get(id);
  const template = placement.byId.get(found?.element.attributes.template ?? "");
  const pairs = [found?.element, template].flatMap((element) =>
    children(element, "utilization").flatMap((set) => children(set, "nvpair")),
  );
  const values = new Map<string, number>();
  for (const { attributes } of pairs)
    if (attributes.name !== undefined && !values.has(attributes.name))
      values.set(attributes.name, Number(attributes.value ?? "0"));
  return [...values];
}

function sumOf(
  needs: readonly (readonly (readonly [string, number])[])[],
): Map<string, number> {
  const sum = new Map<string, number>();
  for (const [name, value] of needs.flat())
    sum.set(name, (sum.get(name) ?? 0) + value);
  return sum;
}
