import { holds } from "../../../model/rule";
import { spellRule } from "../../../model/ruleText";
import { infinity, formatScore, parseScore } from "../../../model/score";
import { isFalse, type Placement } from "../../../model/placement";
import { child, children, type XmlElement } from "../../../model/xml";
import {
  meant,
  type Configured,
  type Evidence,
  type NodeCause,
} from "./evidence";

/** The location constraints that keep the subjects from nodes: plain, by a pattern, in sets, under rules. */
export function locationCauses(
  evidence: Evidence,
  subjects: readonly string[],
): NodeCause[] {
  return locations(evidence.placement).flatMap((constraint) =>
    concerned(evidence, constraint, subjects).flatMap((subject) => [
      ...bansOf(evidence, constraint, subject),
      ...exclusion(evidence, constraint, subject),
    ]),
  );
}

/** The nodes on which a location constraint forbids the subjects altogether. */
export function bannedNodes(
  evidence: Configured,
  subjects: readonly string[],
): Set<string> {
  const named = locations(evidence.placement).filter(
    (constraint) => concerned(evidence, constraint, subjects).length > 0,
  );
  const isBanned = (node: string): boolean =>
    named.some((constraint) =>
      scoresOn(evidence, constraint, node).some(
        ({ score }) => score <= -infinity,
      ),
    );
  const nodes = evidence.placement.nodes.map(({ name }) => name);
  return new Set(nodes.filter(isBanned));
}

/** In a cluster that allows nothing by itself, the nodes that no constraint allows. */
export function optInCauses(
  evidence: Evidence,
  subjects: readonly string[],
  unit: string,
): NodeCause[] {
  const { placement } = evidence;
  if (!isFalse(placement.properties["symmetric-cluster"])) return [];
  const own = locations(placement).filter(
    (constraint) => concerned(evidence, constraint, subjects).length > 0,
  );
  const nodes = placement.nodes.filter(
    ({ name }) =>
      !own.some(
        (constraint) => scoresOn(evidence, constraint, name).length > 0,
      ),
  );
  return [
    {
      key: "symmetric-cluster",
      nodes: nodes.map(({ name }) => name),
      text: (names) =>
        `${unit} is kept from ${names} because symmetric-cluster is false and no location constraint lets it run there: ` +
        `"pcs constraint location ${unit} prefers NODE=0" does`,
    },
  ];
}

function locations({ constraints }: Placement): XmlElement[] {
  return constraints.filter(({ name }) => name === "rsc_location");
}

/** Those of the subjects that it names. A constraint on a role of a promotable clone forbids no start. */
function concerned(
  evidence: Configured,
  constraint: XmlElement,
  subjects: readonly string[],
): string[] {
  const { rsc, role } = constraint.attributes;
  if (isPromoted(role)) return [];
  const pattern = constraint.attributes["rsc-pattern"];
  const referenced = setsOf(evidence.placement, constraint)
    .filter(({ attributes }) => !isPromoted(attributes.role))
    .flatMap((set) => children(set, "resource_ref"))
    .flatMap(({ attributes }) => meant(evidence, attributes.id, subjects));
  return [
    ...meant(evidence, rsc, subjects),
    ...(pattern === undefined
      ? []
      : subjects.filter((id) => matches(evidence.placement, pattern, id))),
    ...new Set(referenced),
  ];
}

function isPromoted(role: string | undefined): boolean {
  return /^(promoted|master)$/i.test(role ?? "");
}

export function setsOf(
  { byId }: Placement,
  constraint: XmlElement,
): XmlElement[] {
  return children(constraint, "resource_set").flatMap((set) => {
    const reference = set.attributes["id-ref"];
    return reference === undefined ? [set] : (byId.get(reference) ?? []);
  });
}

/** Pacemaker compares a pattern with what stands by itself only, not with the members of a group or clone. */
function matches({ objects }: Placement, pattern: string, id: string): boolean {
  if (objects.get(id)?.parent !== undefined) return false;
  const isInverted = pattern.startsWith("!");
  try {
    return (
      new RegExp(isInverted ? pattern.slice(1) : pattern).test(id) !==
      isInverted
    );
  } catch {
    return false;
  }
}

/** What it says of a node: a score, and by which rule. */
interface Said {
  readonly score: number;
  readonly rule?: XmlElement;
}

function scoresOn(
  { placement, now }: Configured,
  constraint: XmlElement,
  name: string,
): Said[] {
  const { node, score } = constraint.attributes;
  const facts = placement.nodes.find((one) => one.name === name);
  const context = { now, ...(facts ? { node: facts } : {}) };
  // Rules for how long a constraint holds.
  const lifetime = children(child(constraint, "lifetime"), "rule");
  if (lifetime.some((rule) => holds(rule, context) === false)) return [];
  if (node !== undefined)
    return node.toLowerCase() === name.toLowerCase()
      ? [{ score: parseScore(score) }]
      : [];
  return children(constraint, "rule")
    .flatMap((rule) => {
      const reference = rule.attributes["id-ref"];
      return reference === undefined
        ? [rule]
        : (placement.byId.get(reference) ?? []);
    })
    .filter((rule) => holds(rule, context) !== false)
    .map((rule) => {
      const attribute = rule.attributes["score-attribute"];
      const text =
        attribute === undefined
          ? rule.attributes.score
          : facts?.attributes.get(attribute)?.value;
      return { score: parseScore(text), rule };
    });
}

function bansOf(
  evidence: Evidence,
  constraint: XmlElement,
  subject: string,
): NodeCause[] {
  const { id = "", "rsc-pattern": pattern } = constraint.attributes;
  return evidence.placement.nodes.flatMap(({ name }) =>
    scoresOn(evidence, constraint, name)
      .filter(({ score }) => score < 0)
      .map(({ score, rule }) => {
        const details = [
          ...(pattern === undefined ? [] : [`rsc-pattern ${pattern}`]),
          ...(rule ? [spellRule(rule)] : []),
          ...(score > -infinity ? [`score ${formatScore(score)}`] : []),
        ];
        const how = score > -infinity ? "kept" : "banned";
        const by = rule ? "the rule of the constraint" : "the constraint";
        const more = details.length > 0 ? ` (${details.join("; ")})` : "";
        return {
          key: `${subject} ${id} ${rule?.attributes.id ?? ""} ${score}`,
          nodes: [name],
          text: (names: string) =>
            `${subject} is ${how} from ${names} by ${by} ${id}${more}; left so. "pcs constraint delete ${id}" ends it`,
        };
      }),
  );
}

/** Where one constraint looks for a resource exclusively, all other nodes are forbidden. */
function exclusion(
  evidence: Evidence,
  constraint: XmlElement,
  subject: string,
): NodeCause[] {
  const isExclusive = (one: XmlElement) =>
    one.attributes["resource-discovery"] === "exclusive";
  if (!isExclusive(constraint)) return [];
  const allowed = locations(evidence.placement).filter(
    (one) => isExclusive(one) && concerned(evidence, one, [subject]).length > 0,
  );
  // All of them say it together: told once.
  if (allowed[0] !== constraint) return [];
  const ids = allowed.map(({ attributes }) => attributes.id ?? "");
  const nodes = evidence.placement.nodes
    .map(({ name }) => name)
    .filter(
      (name) =>
        !allowed.some((one) => scoresOn(evidence, one, name).length > 0),
    );
  return [
    {
      key: `${subject} exclusive`,
      nodes,
      text: (names) =>
        `${subject} is kept from ${names} because resource-discovery is exclusive in ${ids.join(", ")}; left so. ` +
        `"pcs constraint delete ${ids.join(" ")}" ends it`,
    },
  ];
}
