/**
 * The language in which pcs takes rules: `#uname eq node-01 or (defined rack and not_defined spare)`. It is read here, so that a
 * mistake is found before any node is asked, and so that a rule in the configuration can be compared with a declared one
 * whichever way either is spelled. Ids are left out.
 */
import type { XmlElement } from "./xml";

const comparisons = ["lt", "gt", "lte", "gte", "eq", "ne"];
const types = ["string", "integer", "number", "version"];

/**
 * Reads a rule.
 *
 * @returns a `<rule>` without ids
 * @throws Error that says what is wrong with it.
 */
export function parseRule(text: string): XmlElement {
  const words = wordsOf(text);
  let at = 0;
  const here = (): string =>
    words[at] === undefined ? "at its end" : `at "${words[at]}"`;
  const fail = (expected: string): never => {
    throw new Error(`is no rule of pcs's ${here()}: expected is ${expected}`);
  };
  const next = (expected: string): string => words[at++] ?? fail(expected);
  const is = (...wanted: string[]): boolean => wanted.includes(words[at] ?? "");

  const attribute = (expected: string): string => {
    if (is("(", ")", "and", "or", ...comparisons)) fail(expected);
    return next(expected);
  };

  const pairs = (): Record<string, string> => {
    const found: Record<string, string> = {};
    while (/^[a-z]+=./.test(words[at] ?? "")) {
      const [name = "", ...value] = next("").split("=");
      found[name] = value.join("=");
    }
    return Object.keys(found).length > 0
      ? found
      : fail(`NAME=VALUE, such as hours=9-16`);
  };

  const date = (): XmlElement => {
    const operation = next(`gt, lt or in_range`);
    if (operation === "gt")
      return element("date_expression", {
        operation,
        start: next("a date, such as 2026-01-01"),
      });
    if (operation === "lt")
      return element("date_expression", {
        operation,
        end: next("a date, such as 2026-01-01"),
      });
    if (operation !== "in_range") {
      at -= 1;
      fail(`gt, lt or in_range`);
    }
    const start = is("to") ? undefined : next("a date, or to");
    if (!is("to")) fail(`to`);
    at += 1;
    const from = { operation, ...(start === undefined ? {} : { start }) };
    if (start !== undefined && is("duration")) {
      at += 1;
      return element("date_expression", from, [element("duration", pairs())]);
    }
    return element("date_expression", {
      ...from,
      end: next("a date, such as 2026-01-01"),
    });
  };

  const term = (): XmlElement => {
    if (is("(")) {
      at += 1;
      const inner = expression();
      if (!is(")")) fail(`)`);
      at += 1;
      return inner;
    }
    if (is("defined", "not_defined")) {
      const operation = next("");
      return element("expression", {
        attribute: attribute("the name of a node attribute"),
        operation,
      });
    }
    if (is("date")) {
      at += 1;
      return date();
    }
    if (is("date-spec", "date_spec")) {
      at += 1;
      return element("date_expression", { operation: "date_spec" }, [
        element("date_spec", pairs()),
      ]);
    }
    const name = attribute(
      `defined, not_defined, date, date-spec, the name of a node attribute or (`,
    );
    if (!is(...comparisons)) fail(comparisons.join(", "));
    const operation = next("");
    const isTyped =
      is(...types) && !["and", "or", ")"].includes(words[at + 1] ?? ")");
    const type = isTyped ? next("") : undefined;
    return element("expression", {
      attribute: name,
      operation,
      value: attribute("a value"),
      ...(type === undefined ? {} : { type }),
    });
  };

  const expression = (): XmlElement => {
    const parts = [term()];
    const operator = words[at] ?? "";
    while (is("and", "or")) {
      if (!is(operator))
        throw new Error(
          `has "and" and "or" side by side: say by parentheses what belongs together, such as "a eq 1 and (b eq 2 or c eq 3)"`,
        );
      at += 1;
      parts.push(term());
    }
    return joined(operator === "or" ? "or" : "and", parts);
  };

  const rule = expression();
  if (at < words.length) fail(`and, or, or its end`);
  return rule;
}

function wordsOf(text: string): string[] {
  if (/["']/.test(text))
    throw new Error(
      `holds a quotation mark: no version of pcs takes one in a rule of a location`,
    );
  return text.match(/[()]|[^\s()]+/g) ?? [];
}

function element(
  name: string,
  attributes: Readonly<Record<string, string>>,
  children: readonly XmlElement[] = [],
): XmlElement {
  return { name, attributes, children };
}

/** One part stands for itself, and what is joined by the same word is one list. */
function joined(operator: string, parts: readonly XmlElement[]): XmlElement {
  const flat = parts.flatMap((part) =>
    part.name === "rule" &&
    (part.children.length === 1 || part.attributes["boolean-op"] === operator)
      ? part.children
      : [part],
  );
  const [only] = flat;
  return flat.length === 1 && only!.name === "rule"
    ? only!
    : element("rule", { "boolean-op": operator }, flat);
}

/** Whether two rules hold in the same cases, as far as their form tells it; ids, scores and roles are not looked at. */
export function sameRule(one: XmlElement, other: XmlElement): boolean {
  return JSON.stringify(formOf(one)) === JSON.stringify(formOf(other));
}

function formOf(part: XmlElement): unknown {
  if (part.name === "rule") {
    const rule = joined(
      part.attributes["boolean-op"] ?? "and",
      part.children.map((inner) =>
        inner.name === "rule" ? normal(inner) : inner,
      ),
    );
    return [
      rule.children.length > 1 ? rule.attributes["boolean-op"] : "and",
      rule.children.map(formOf),
    ];
  }
  const { id, ...attributes } = part.attributes;
  void id;
  const implied =
    part.name === "date_expression" ? { operation: "in_range" } : {};
  return [
    part.name,
    Object.entries({ ...implied, ...attributes }).sort(([a], [b]) =>
      a < b ? -1 : 1,
    ),
    part.children.map(formOf),
  ];
}

function normal(rule: XmlElement): XmlElement {
  return joined(
    rule.attributes["boolean-op"] ?? "and",
    rule.children.map((inner) =>
      inner.name === "rule" ? normal(inner) : inner,
    ),
  );
}

/** The same element with ids, by which pcs would call its parts; `free` gives one that nothing has yet. */
export function withIds(
  rule: XmlElement,
  id: string,
  free: (wanted: string) => string,
): XmlElement {
  const own = free(id);
  return {
    ...rule,
    attributes: { id: own, ...rule.attributes },
    children: rule.children.map((part) =>
      withIds(part, `${own}-${partNames[part.name] ?? part.name}`, free),
    ),
  };
}

const partNames: Readonly<Record<string, string>> = {
  rule: "rule",
  expression: "expr",
  date_expression: "expr",
  date_spec: "datespec",
};
