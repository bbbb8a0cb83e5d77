import { SaxesParser } from "saxes";

/** An element of an XML document. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  /** What stands between its tags, where that is more than white space: what a tool printed, never in a CIB. */
  readonly text?: string;
}

interface MutableElement {
  name: string;
  attributes: Record<string, string>;
  children: MutableElement[];
  text?: string;
}

/**
 * Parses a whole document strictly.
 *
 * @throws Error when the text is not well-formed XML, truncated text included.
 */
export function parseXml(text: string): XmlElement {
  const parser = new SaxesParser();
  const open: MutableElement[] = [];
  let root: MutableElement | undefined;
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", (tag) => {
    const element: MutableElement = {
      name: tag.name,
      attributes: { ...tag.attributes },
      children: [],
    };
    const parent = open.at(-1);
    if (parent) parent.children.push(element);
    else root = element;
    open.push(element);
  });
  const addText = (text: string): void => {
    const element = open.at(-1);
    if (element && text.trim() !== "")
      element.text = (element.text ?? "") + text;
  };
  parser.on("text", addText);
  parser.on("cdata", addText);
  parser.on("closetag", () => {
    open.pop();
  });
  parser.write(text).close();
  if (!root) throw new Error("the document holds no element");
  return root;
}

/** The first child of that name. */
export function child(
  element: XmlElement | undefined,
  name: string,
): XmlElement | undefined {
  return element?.children.find((candidate) => candidate.name === name);
}

/** All children of that name, in document order. */
export function children(
  element: XmlElement | undefined,
  name: string,
): XmlElement[] {
  return element?.children.filter((candidate) => candidate.name === name) ?? [];
}

/** Every element below (not including) this one, in document order. */
export function* descendants(element: XmlElement): Generator<XmlElement> {
  for (const inner of element.children) {
    yield inner;
    yield* descendants(inner);
  }
}

/** The element as text. Text content was left out when it was read. */
export function renderXml({ name, attributes, children }: XmlElement): string {
  const given = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escapeXml(value)}"`,
  );
  return children.length > 0
    ? `<${name}${given.join("")}>${children.map(renderXml).join("")}</${name}>`
    : `<${name}${given.join("")}/>`;
}

/** A text as it stands in an attribute, or between tags. */
export function escapeXml(value: string): string {
  return value
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/"/g, "&quot;");
}
