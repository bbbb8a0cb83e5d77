import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import test, { describe } from "node:test";
import type { Said } from "../pcs/said";
import type { Heard, Recorded } from "../pcs/versions";

const page = readFileSync(join(__dirname, "../../docs/commands.md"), "utf8");
const [rowsText = "", versionsText = ""] = page.split("\n## Versions of pcs\n");

/** The rows of the tables in a text, without their heads. */
function tableRows(text: string): string[][] {
  return text
    .split("\n")
    .filter((line, index, lines) => {
      const isHead = /^\| -/.test(lines[index + 1] ?? "");
      return line.startsWith("| ") && !/^\| -/.test(line) && !isHead;
    })
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
}

const spans = (text = ""): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, span]) => span!);

/** The functions that make commands, of which it is noted which ones the rows have used. */
const load = createRequire(__filename);
const path = load.resolve("../../provider/src/pcs/commands");
const used = new Set<string>();
const makers = Object.entries(load(path) as Record<string, unknown>);
load.cache[path]!.exports = Object.fromEntries(
  makers.map(([name, value]) => [
    name,
    typeof value !== "function"
      ? value
      : (...given: unknown[]) => {
          used.add(name);
          return (value as (...given: unknown[]) => unknown)(...given);
        },
  ]),
);
const { said, formOf } = load("../pcs/said") as {
  said: Readonly<Record<string, Said>>;
  formOf: (command: readonly string[]) => string;
};
const { asked, notSaid, recorded } = load("../pcs/versions") as {
  asked: typeof said;
  notSaid: typeof said;
  recorded: () => Recorded;
};

describe("docs/commands.md", () => {
  const rows = new Map(
    tableRows(rowsText).map(([what = "", ...cells]) => [what, cells]),
  );

  test("has a row for all that the plans say, and no other", () => {
    assert.deepEqual([...rows.keys()].sort(), Object.keys(said).sort());
  });

  for (const [what, { commands }] of Object.entries(said))
    test(`${what}: in the words that are used, and why by XML`, () => {
      const [words, why = ""] = rows.get(what) ?? [];
      const forms = new Set(commands.map(formOf));
      assert.deepEqual(spans(words).sort(), [...forms].sort());
      const isXml = [...forms].some((form) => form.startsWith("cibadmin"));
      assert.equal(why !== "", isXml);
    });

  test("each function that makes a command is used by a row", () => {
    // These change no configuration.
    const others = ["shown", "withSecrets"];
    const missing = makers.filter(
      ([name, value]) =>
        typeof value === "function" &&
        !used.has(name) &&
        !others.includes(name),
    );
    assert.deepEqual(
      missing.map(([name]) => name),
      [],
      "give tests/pcs/said.ts a row that uses them, record it (tests/pcs/record.ts), and add it to the page",
    );
  });
});

describe("what versions of pcs make of it", () => {
  const { versions, rows } = recorded();
  const all = Object.keys(versions).sort((one, other) =>
    one.localeCompare(other, "en", { numeric: true }),
  );
  const heardIn = (row: string): (Heard & { command: string })[] =>
    rows[row]!.flatMap(({ command, heard }) =>
      heard.map((one) => ({ ...one, command })),
    );

  /** XML is Pacemaker's to understand, whatever pcs stands beside it: one pcs for each version of Pacemaker will do. */
  const heardByAll = (command: string, by: readonly string[]): boolean => {
    const pacemakers = new Set(by.map((pcs) => versions[pcs]));
    return command.startsWith("cibadmin")
      ? Object.values(versions).every((one) => pacemakers.has(one))
      : all.every((one) => by.includes(one));
  };

  test("is recorded of each command as it is said now, by each version", () => {
    for (const [what, { commands }] of Object.entries(asked)) {
      assert.deepEqual(
        rows[what]?.map(({ command }) => command),
        commands.map((command) => command.join(" ")),
        `record "${what}" anew (tests/pcs/record.ts)`,
      );
      for (const { command, heard } of rows[what] ?? []) {
        const by = heard.flatMap((one) => one.by);
        assert.ok(heardByAll(command, by), `${command}: by ${by.join()} alone`);
      }
    }
    assert.deepEqual(Object.keys(rows).sort(), Object.keys(asked).sort());
  });

  test("each takes each", () => {
    for (const what of Object.keys(said))
      for (const { command, code, by, says } of heardIn(what))
        assert.equal(code, 0, `${by.join()}: ${command}: ${says.join(" ")}`);
  });

  test("each changes the configuration where a change is to be made", () => {
    for (const what of Object.keys(said)) {
      const heard = all.filter((version) =>
        heardIn(what).some(({ by }) => by.includes(version)),
      );
      const changes = heard.map((version) =>
        heardIn(what)
          .filter(({ by }) => by.includes(version))
          .flatMap((one) => one.changes),
      );
      // Of these, start.xml holds nothing.
      if (!["our marks go"].includes(what))
        for (const one of changes) assert.notDeepEqual(one, [], what);
    }
  });

  const section = (head: string): string[][] =>
    tableRows(versionsText.split(head)[1]?.split("\n### ")[0] ?? "");

  test("the page says which versions were run", () => {
    assert.deepEqual(
      section("### What was run").map(([pcs, pacemaker]) => [pcs, pacemaker]),
      all.map((version) => [version, versions[version]!]),
    );
  });

  test("the page says where they differ, and nowhere else", () => {
    const differing = Object.keys(said).flatMap((what) =>
      said[what]!.commands.filter((_, index) => {
        const { heard } = rows[what]![index]!;
        const results = heard.map(({ changes }) => changes.join("\n"));
        return new Set(results).size > 1;
      }),
    );
    assert.deepEqual(
      section("### What differs")
        .flatMap(([words]) => spans(words))
        .sort(),
      [...new Set(differing.map(formOf))].sort(),
    );
  });

  test("the page says what is not said, and who refuses it", () => {
    const by = (what: string, takes: boolean): string =>
      heardIn(what)
        .filter(({ code }) => (code === 0) === takes)
        .flatMap((one) => one.by)
        .sort((one, other) => all.indexOf(one) - all.indexOf(other))
        .join(", ");
    assert.deepEqual(
      section("### What is not said").map(([words, refused]) => [
        ...spans(words),
        refused,
      ]),
      Object.keys(notSaid).map((what) => [`pcs ${what}`, by(what, false)]),
    );
  });
});
