import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { errorMessages, warnings } from "./errorMessages";

const page = readFileSync(join(__dirname, "../../docs/errors.md"), "utf8");
const [errors = "", ...rest] = page.split("\n## Warnings\n");

/** The messages in the first column of the tables: what stands between its backticks. */
function listed(text: string): string[] {
  return [...text.matchAll(/^\| *(`+)(.+?)\1 *\|/gm)].map(([, , code = ""]) =>
    code.trim(),
  );
}

function assertSame(code: readonly string[], rows: readonly string[]): void {
  const missing = code.filter((message) => !rows.includes(message));
  const stale = rows.filter((message) => !code.includes(message));
  const twice = rows.filter((message, index) => rows.indexOf(message) < index);
  const problems = [
    ...missing.map((one) => `provider/src says it, the page does not: ${one}`),
    ...stale.map((one) => `no code says it, take it away: ${one}`),
    ...twice.map((one) => `has two rows: ${one}`),
  ];
  assert.ok(
    problems.length === 0,
    `docs/errors.md does not list the messages of the code. Add a row (message, cause, way out) for each that is ` +
      `missing, with the message as it stands here:\n${problems.join("\n")}`,
  );
}

describe("docs/errors.md", () => {
  test("lists every error that the code may raise, and no other", () => {
    assertSame(errorMessages(), listed(errors));
  });

  test("lists every warning, and no other", () => {
    assertSame(warnings(), listed(rest.join()));
  });

  test("says the cause and the way out of each", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    for (const row of rows)
      assert.match(row, /^\|[^|]+\|[^|]*[a-z][^|]*\|[^|]*[a-z][^|]*\|$/, row);
  });
});
