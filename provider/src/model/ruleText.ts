import { child, type XmlElement } from "./xml";

/** The whole rule in pcs's own language, as its `resource defaults config` prints it. */
export function spellRule({ attributes, children }: XmlElement): string {
  const operator = attributes["boolean-op"] === "or" ? " or " : " and ";
  return children.map(expressionText).join(operator);
}

function expressionText(part: XmlElement): string {
  const { attributes } = part;
  switch (part.name) {
    case "rule":
      return `(${spellRule(part)})`;
    case "expression":
      return /defined$/.test(attributes.operation ?? "")
        ? joined(attributes.operation, attributes.attribute)
        : joined(
            attributes.attribute,
            attributes.operation,
            attributes.type,
            / /.test(attributes.value ?? "")
              ? `"${attributes.value}"`
              : attributes.value,
          );
    case "date_expression":
      return dateText(part);
    case "op_expression":
      return joined(
        ...["op", attributes.name],
        attributes.interval && `interval=${attributes.interval}`,
      );
    case "rsc_expression":
      return `resource ${[attributes.class, attributes.provider, attributes.type].map((one) => one ?? "").join(":")}`;
    default:
      return part.name;
  }
}

function dateText(part: XmlElement): string {
  const { operation, start, end } = part.attributes;
  if (operation === "date_spec")
    return joined("date-spec", pairs(child(part, "date_spec")));
  if (operation !== "in_range")
    return joined("date", operation, spelled(start), spelled(end));
  const duration = child(part, "duration");
  return joined(
    ...["date in_range", spelled(start), "to", spelled(end)],
    duration && `duration ${pairs(duration)}`,
  );
}

function pairs(element: XmlElement | undefined): string {
  return Object.entries(element?.attributes ?? {})
    .filter(([name]) => name !== "id")
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}

function spelled(date: string | undefined): string | undefined {
  return date?.replace(/\s*([TZ:.+-])\s*/g, "$1").replace(/\s+/, "T");
}

function joined(...words: (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== "").join(" ");
}

/** Whether two texts are the same rule, as far as blanks and the case of words of the language go. */
export function sameSpelling(
  one: string | undefined,
  other: string | undefined,
): boolean {
  const plain = (text: string | undefined) =>
    text
      ?.trim()
      .replace(/\s+/g, " ")
      .replace(/\( /g, "(")
      .replace(/ \)/g, ")")
      .replace(/ (and|or) /gi, (word) => word.toLowerCase());
  return plain(one) === plain(other);
}
