import type { NodeFacts } from "./placement";
import type { XmlElement } from "./xml";

/** What a rule is asked about. */
export interface RuleContext {
  readonly node?: NodeFacts;
  /** `class:provider:type` of the resource, for rules in defaults. */
  readonly agent?: string;
  /** In milliseconds. */
  readonly now: number;
}

/** Whether a rule holds; undefined where that cannot be told from here. */
export type Verdict = boolean | undefined;

/** https://clusterlabs.org/projects/pacemaker/doc/2.1/Pacemaker_Explained/html/rules.html */
export function holds(rule: XmlElement, context: RuleContext): Verdict {
  const operator = rule.attributes["boolean-op"];
  const parts = rule.children.map((part) => partHolds(part, context));
  const [decides, otherwise] =
    operator === "or" ? [true, false] : [false, true];
  if (parts.includes(decides)) return decides;
  return parts.includes(undefined) ? undefined : otherwise;
}

function partHolds(part: XmlElement, context: RuleContext): Verdict {
  switch (part.name) {
    case "rule":
      return holds(part, context);
    case "expression":
      return attributeHolds(part, context);
    case "date_expression":
      return dateHolds(part, context);
    case "rsc_expression":
      return agentHolds(part, context);
    default:
      return undefined;
  }
}

function attributeHolds(
  { attributes }: XmlElement,
  { node }: RuleContext,
): Verdict {
  const { attribute = "", operation, value, type } = attributes;
  const source = attributes["value-source"] ?? "literal";
  if (!node || source !== "literal") return undefined;
  const actual = valueOn(node, attribute);
  if (actual === unknown) return undefined;
  if (operation === "defined") return actual !== undefined;
  if (operation === "not_defined") return actual === undefined;
  const isOrder = /^[lg]te?$/.test(operation ?? "");
  if (actual === undefined || value === undefined)
    return isOrder ? false : (actual === value) === (operation === "eq");
  const sign = compare(actual, value, type ?? (isOrder ? "number" : "string"));
  if (sign === undefined) return undefined;
  switch (operation) {
    case "eq":
      return sign === 0;
    case "ne":
      return sign !== 0;
    case "lt":
      return sign < 0;
    case "lte":
      return sign <= 0;
    case "gt":
      return sign > 0;
    case "gte":
      return sign >= 0;
    default:
      return undefined;
  }
}

const unknown = Symbol("not told by the configuration");

function valueOn(
  node: NodeFacts,
  attribute: string,
): string | undefined | typeof unknown {
  if (attribute === "#uname") return node.name;
  if (attribute === "#id") return node.id;
  if (attribute === "#kind") return node.kind;
  const found = node.attributes.get(attribute)?.value;
  return found === undefined &&
    /^#(is_dc|cluster-name|site-name|role)$/.test(attribute)
    ? unknown
    : found;
}

/** Negative where the first is the lower one. */
function compare(a: string, b: string, type: string): number | undefined {
  if (type === "string") {
    const [left, right] = [a.toLowerCase(), b.toLowerCase()];
    return left < right ? -1 : left > right ? 1 : 0;
  }
  if (type === "version") return compareVersions(a, b);
  const difference = Number.parseFloat(a) - Number.parseFloat(b);
  return Number.isNaN(difference) ? undefined : difference;
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(".").map(Number));
  for (let at = 0; at < Math.max(left!.length, right!.length); at++) {
    const difference = (left![at] ?? 0) - (right![at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function dateHolds(
  { attributes, children }: XmlElement,
  { now }: RuleContext,
): Verdict {
  const { operation = "in_range", start, end } = attributes;
  // The parts of a date, and a duration, would need the node's own clock and calendar.
  if (operation === "date_spec" || children.length > 0) return undefined;
  const [from, to] = [start, end].map((text) =>
    text === undefined ? undefined : Date.parse(spelled(text)),
  );
  if (Number.isNaN(from) || Number.isNaN(to)) return undefined;
  if (operation === "gt") return from === undefined ? undefined : now > from;
  if (operation === "lt") return to === undefined ? undefined : now < to;
  return (from === undefined || now >= from) && (to === undefined || now <= to);
}

/** Pacemaker writes "2026-01-01 12:00:00 +01:00" where ISO 8601 has no blanks. Without a zone, it means UTC. */
function spelled(text: string): string {
  const joined = text
    .trim()
    .replace(/ (?=[+-]\d|Z)/, "")
    .replace(" ", "T");
  return /T/.test(joined) && !/(Z|[+-]\d\d(:?\d\d)?)$/.test(joined)
    ? `${joined}Z`
    : joined;
}

function agentHolds(
  { attributes }: XmlElement,
  { agent }: RuleContext,
): Verdict {
  if (agent === undefined) return undefined;
  const parts = agent.split(":");
  const [standard, type] = [parts[0], parts.at(-1)];
  const provider = parts.length > 2 ? parts[1] : undefined;
  return (
    (attributes.class === undefined || attributes.class === standard) &&
    (attributes.provider === undefined || attributes.provider === provider) &&
    (attributes.type === undefined || attributes.type === type)
  );
}
