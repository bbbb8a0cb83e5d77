import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Where a value of the moment stands in a message. */
const gap = "…";

const sources = join(__dirname, "../../provider/src");

/** A call that is given a message: in which files it counts, and where among its arguments the message stands. */
interface Maker {
  readonly files: RegExp;
  readonly position: number;
  /** What the called function puts before it. */
  readonly before?: string;
  /** The line that is new; the ones before it pass on another message. */
  readonly line?: number;
}

type Makers = ReadonlyMap<string | undefined, Maker>;

const inputs =
  /src\/connectionSchema\.ts|resources\/(inputs|resourceGroup)\.ts/;

const errorMakers: Makers = new Map<string, Maker>(
  Object.entries({
    PacemakerError: { files: /./, position: 1 },
    DroppedError: { files: /./, position: 1 },
    RunError: { files: /./, position: 0 },
    Error: { files: /./, position: 0 },
    TypeError: { files: /./, position: 0 },
    refuse: { files: /transaction\/stage/, position: 0 },
    failure: { files: /ssh\/run/, position: 2 },
    fail: { files: /ssh\/(identity|wire)/, position: -1 },
    asPartial: { files: /lifecycle/, position: 1, line: 1 },
    quiet: { files: /lifecycle/, position: 0, line: 1 },
    wrong: {
      files: /resources\/(inputs|fileInputs|constraintLife|\w+Constraint)\.ts/,
      position: 1,
      before: "must be ",
    },
    text: {
      files: /resources\/(inputs|fileInputs|constraintLife|\w+Constraint)\.ts/,
      position: 0,
      before: "must be ",
    },
    say: { files: /resources\/constraintLife\.ts/, position: 1 },
    int: { files: inputs, position: -1 },
    max: { files: inputs, position: -1 },
    min: { files: inputs, position: -1 },
    regex: { files: inputs, position: -1 },
  }),
);

/** The same for properties: what is said of an input, by checks of our own. */
const complaints = {
  names: ["error", "message", "problem", "reason"],
  files: /src\/connectionSchema\.ts|ssh\/hostKey\.ts|(resources|plan)\/\w+\.ts/,
};

const warningMakers: Makers = new Map([
  ["warn", { files: /./, position: -1 }],
  ["tell", { files: /cluster\/nodes/, position: -1 }],
]);

/**
 * The first sentence of every message that the provider's code gives to an error, read from the code itself, with a gap
 * for each value and without what stands before the first colon where that is a value (the node, the resource).
 * Messages that hold nothing but values are left out: they pass on another one.
 */
export function errorMessages(): string[] {
  return messagesOf(errorMakers, true);
}

/** The same of every warning. */
export function warnings(): string[] {
  return messagesOf(warningMakers, false);
}

function messagesOf(makers: Makers, withComplaints: boolean): string[] {
  const messages = new Set<string>();
  const add = (texts: readonly string[], { before = "", line = 0 } = {}) => {
    for (const text of texts) {
      const sentence = firstSentence(text.split("\n")[line] ?? "");
      if (/\p{L}{3}/u.test(sentence)) messages.add(before + sentence);
    }
  };
  for (const path of typescriptFiles(sources)) {
    const file = ts.createSourceFile(
      path,
      readFileSync(path, "utf8"),
      ts.ScriptTarget.Latest,
      true,
    );
    visit(file, (node) => {
      if (withComplaints && ts.isObjectLiteralElement(node)) {
        const { names, files } = complaints;
        const value = valueOf(node);
        const isCounted = value && makers.has(calledName(value));
        if (names.includes(node.name?.getText() ?? "") && files.test(path))
          if (value && !isCounted) add(spellings(value, file));
      }
      if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return;
      // An error that is kept to be compared with is a signal, and nobody reads it.
      if (ts.isNewExpression(node) && ts.isVariableDeclaration(node.parent))
        return;
      const maker = makers.get(calledName(node));
      if (!maker?.files.test(path)) return;
      const argument = node.arguments?.at(maker.position);
      if (argument) add(spellings(argument, file), maker);
    });
  }
  return [...messages].sort();
}

function calledName(node: ts.Expression): string | undefined {
  if (!ts.isNewExpression(node) && !ts.isCallExpression(node)) return undefined;
  return node.expression.getText().split(".").at(-1);
}

function valueOf(property: ts.ObjectLiteralElement): ts.Expression | undefined {
  if (ts.isPropertyAssignment(property)) return property.initializer;
  return ts.isShorthandPropertyAssignment(property) ? property.name : undefined;
}

function firstSentence(line: string): string {
  return line
    .split(/\. |\? /)[0]!
    .replace(/…+/g, gap)
    .replace(/^…: /, "")
    .replace(/[.:]$/, "")
    .trim();
}

function typescriptFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return typescriptFiles(path);
    return path.endsWith(".ts") ? [path] : [];
  });
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (inner) => visit(inner, look));
}

/** Every text that an expression may have, as far as the file itself tells. */
function spellings(node: ts.Expression, file: ts.SourceFile): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isParenthesizedExpression(node))
    return spellings(node.expression, file);
  if (ts.isConditionalExpression(node))
    return [
      ...spellings(node.whenTrue, file),
      ...spellings(node.whenFalse, file),
    ];
  if (ts.isTemplateExpression(node))
    return node.templateSpans.reduce(
      (starts, span) =>
        joined(starts, nested(span.expression, file)).map(
          (start) => start + span.literal.text,
        ),
      [node.head.text],
    );
  if (
    ts.isBinaryExpression(node) &&
    node.operatorToken.kind === ts.SyntaxKind.PlusToken
  )
    return joined(spellings(node.left, file), spellings(node.right, file));
  if (ts.isIdentifier(node)) {
    const found = declared(node, file);
    return found.length > 0
      ? found.flatMap((one) => spellings(one, file))
      : [gap];
  }
  if (ts.isElementAccessExpression(node)) {
    const entries = entriesOf(node, file);
    return entries.length > 0
      ? entries.flatMap((one) => spellings(one, file))
      : [gap];
  }
  if (ts.isCallExpression(node)) {
    const returned = returnsOf(node.expression.getText(), file);
    return returned.length > 0
      ? returned.flatMap((one) => spellings(one, file))
      : [gap];
  }
  return [gap];
}

/** Inside a template, only what stands as a text elsewhere in the same file is one; the rest is a value. */
function nested(node: ts.Expression, file: ts.SourceFile): string[] {
  if (ts.isIdentifier(node)) {
    const found = declared(node, file);
    const isText =
      found.length > 1 || (found[0] && ts.isStringLiteralLike(found[0]));
    return isText ? found.flatMap((one) => spellings(one, file)) : [gap];
  }
  return ts.isElementAccessExpression(node) || ts.isCallExpression(node)
    ? spellings(node, file)
    : [gap];
}

function returnsOf(name: string, file: ts.SourceFile): ts.Expression[] {
  const found: ts.Expression[] = [];
  visit(file, (node) => {
    if (ts.isFunctionDeclaration(node) && node.name?.text === name)
      visit(node, (inner) => {
        if (ts.isReturnStatement(inner) && inner.expression)
          found.push(inner.expression);
      });
  });
  return found;
}

function joined(starts: string[], ends: string[]): string[] {
  return starts.flatMap((start) => ends.map((end) => start + end));
}

/** What a name stands for: its initializer, or the elements that a destructured list may have at its place. */
function declared(name: ts.Identifier, file: ts.SourceFile): ts.Expression[] {
  for (let scope: ts.Node = name.parent; scope; scope = scope.parent) {
    if (!ts.isFunctionLike(scope) && !ts.isSourceFile(scope)) continue;
    let found: ts.Expression[] | undefined;
    visit(scope, (node) => {
      if (found || !ts.isVariableDeclaration(node) || !node.initializer) return;
      if (ts.isIdentifier(node.name)) {
        if (node.name.text === name.text) found = [node.initializer];
      } else if (ts.isArrayBindingPattern(node.name)) {
        const index = node.name.elements.findIndex(
          (element) =>
            ts.isBindingElement(element) &&
            element.name.getText() === name.text,
        );
        if (index >= 0)
          found = listsIn(node.initializer, file).flatMap(
            (list) => list.elements[index] ?? [],
          );
      }
    });
    if (found) return found;
  }
  return [];
}

/** The lists that an expression may be. */
function listsIn(
  node: ts.Expression,
  file: ts.SourceFile,
): ts.ArrayLiteralExpression[] {
  if (ts.isArrayLiteralExpression(node)) return [node];
  if (ts.isParenthesizedExpression(node)) return listsIn(node.expression, file);
  if (ts.isBinaryExpression(node))
    return [...listsIn(node.left, file), ...listsIn(node.right, file)];
  if (ts.isElementAccessExpression(node))
    return entriesOf(node, file).flatMap((entry) => listsIn(entry, file));
  return [];
}

/** The values of the table that an element is taken from. */
function entriesOf(
  { expression }: ts.ElementAccessExpression,
  file: ts.SourceFile,
): ts.Expression[] {
  if (!ts.isIdentifier(expression)) return [];
  return declared(expression, file)
    .filter(ts.isObjectLiteralExpression)
    .flatMap((table) =>
      table.properties.flatMap((property) =>
        ts.isPropertyAssignment(property) ? [property.initializer] : [],
      ),
    );
}
