import test from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  child,
  children,
  descendants,
  parseXml,
} from "../../provider/src/model/xml";
import { fixture, suites } from "./fixtures";

test("elements, attributes and their order", () => {
  assert.deepEqual(
    parseXml(
      `<?xml version="1.0"?>\n<a x="1"><!-- a > b --><b y='2'/>text<c/><b/></a>\n`,
    ),
    {
      name: "a",
      attributes: { x: "1" },
      text: "text",
      children: [
        { name: "b", attributes: { y: "2" }, children: [] },
        { name: "c", attributes: {}, children: [] },
        { name: "b", attributes: {}, children: [] },
      ],
    },
  );
});

test("entities and characters of all kinds in attributes", () => {
  const { attributes } = parseXml(
    `<a b="&lt;&gt;&amp;&quot;&apos;&#10;&#xe4;ö&#x1F600;"/>`,
  );
  assert.equal(attributes.b, `<>&"'\näö\u{1F600}`);
});

const malformed: [name: string, text: string][] = [
  ["nothing", ""],
  ["blanks", "  \n"],
  ["prose", "Error: cluster is not currently running on this node"],
  ["prose before it", "Welcome to node-01\n<a/>"],
  ["prose after it", "<a/>\nconnection closed"],
  ["an element that is not closed", "<a><b/>"],
  ["an attribute that is not closed", '<a b="1'],
  ["elements that cross", "<a><b></a></b>"],
  ["two roots", "<a/><b/>"],
  ["an unknown entity", '<a b="&nbsp;"/>'],
  ["an attribute twice", '<a b="1" b="2"/>'],
  ["an attribute without quotes", "<a b=1/>"],
];
for (const [name, text] of malformed)
  test(`refused: ${name}`, () => {
    assert.throws(() => parseXml(text), Error);
  });

test("a real document cut anywhere is refused", () => {
  for (const suite of suites) {
    const text = fixture(suite, "mon-started.xml").trimEnd();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: text.length - 1 }), (end) => {
        assert.throws(() => parseXml(text.slice(0, end)), Error);
      }),
    );
  }
});

test("any attribute value comes back as it was escaped", () => {
  const escape = (value: string): string =>
    value.replace(/[&<>"'\t\n\r]/g, (sign) => `&#${sign.charCodeAt(0)};`);
  // XML has no other control characters, and no lone surrogates.
  const value = fc
    .string({ unit: "grapheme" })
    .filter((text) => /^[\t\n\r\x20-\uD7FF\uE000-\uFFFD]*$/.test(text));
  fc.assert(
    fc.property(value, (text) => {
      assert.equal(parseXml(`<a b="${escape(text)}"/>`).attributes.b, text);
    }),
  );
});

test("child, children and descendants", () => {
  const root = parseXml("<a><b i='1'><c><b i='2'/></c></b><b i='3'/></a>");
  assert.equal(child(root, "b")?.attributes.i, "1");
  assert.equal(child(root, "c"), undefined);
  assert.equal(child(undefined, "b"), undefined);
  assert.deepEqual(
    children(root, "b").map((found) => found.attributes.i),
    ["1", "3"],
  );
  assert.deepEqual(children(undefined, "b"), []);
  assert.deepEqual(
    [...descendants(root)].map(
      (found) => found.name + (found.attributes.i ?? ""),
    ),
    ["b1", "c", "b2", "b3"],
  );
});
