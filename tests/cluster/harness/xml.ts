/** Just enough XML to read what Pacemaker's tools print: no text between tags, no entities but the five. */

export interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
}

const entities: Record<string, string> = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'",
};

function unescape(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => {
    return entities[name] ?? whole;
  });
}

export function parseXml(text: string): Element {
  const root: Element = { name: "", attributes: {}, children: [] };
  const open = [root];
  for (const [, end, name = "", inside = "", empty] of text.matchAll(
    /<(\/?)([A-Za-z_][\w.-]*)((?:\s+[\w:.-]+="[^"]*")*)\s*(\/?)>/g,
  )) {
    if (end) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> is astray`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...inside.matchAll(/([\w:.-]+)="([^"]*)"/g)].map(([, key, value]) => [
        key ?? "",
        unescape(value ?? ""),
      ]),
    );
    const element: Element = { name, attributes, children: [] };
    open.at(-1)!.children.push(element);
    if (!empty) open.push(element);
  }
  const [document] = root.children;
  if (!document || open.length !== 1) throw new Error(`no XML: ${text}`);
  return document;
}

/** Every element of a name, at any depth, in document order. */
export function all(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...all(child, name),
  ]);
}

/** The only element of a name. */
export function one(element: Element, name: string): Element {
  const found = all(element, name);
  if (found.length !== 1)
    throw new Error(`${found.length} <${name}> where one was expected`);
  return found[0]!;
}
