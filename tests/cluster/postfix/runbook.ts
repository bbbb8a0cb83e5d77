import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The commands that docs/postfix.md has a person run, below one of its headings. */
export function linesBelow(heading: string): string {
  const page = readFileSync(
    join(__dirname, "../../../docs/postfix.md"),
    "utf8",
  );
  const [section = ""] = page.split(`${heading}\n`)[1]?.split("\n#") ?? [];
  const lines = [...section.matchAll(/^ {4}(.*)$/gm)].map(([, line]) => line);
  if (lines.length === 0) throw new Error(`no commands below "${heading}"`);
  return lines.join("\n");
}
