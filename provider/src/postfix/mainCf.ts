import { ended, logicalLines, plain } from "./logicalLines";

/** By name: the value to set; null takes the parameter out, so that Postfix's own default counts. */
export type MainChanges = Readonly<Record<string, string | null>>;

interface Setting {
  readonly name: string;
  readonly value: string;
}

function settingOf(words: string): Setting | undefined {
  const [, name, value] = /^([^\s=]+)\s*=\s*(.*)$/s.exec(words) ?? [];
  return name === undefined ? undefined : { name, value: plain(value ?? "") };
}

/** The values of a main.cf by their names: of one that stands twice, the last, as postconf(5) says. */
export function mainValues(text: string): ReadonlyMap<string, string> {
  return new Map(
    logicalLines(text).flatMap(({ words }) => {
      const found = settingOf(words);
      return found ? [[found.name, found.value] as const] : [];
    }),
  );
}

/**
 * Sets and takes out parameters of a main.cf. Whatever else stands there stays, letter by letter; so does a parameter that has
 * its value already.
 */
export function editMain(text: string, changes: MainChanges): string {
  const values = mainValues(text);
  const differing = Object.entries(changes).filter(([name, value]) =>
    value === null ? values.has(name) : values.get(name) !== plain(value),
  );
  if (differing.length === 0) return text;
  const left = new Map(differing);
  const lines = logicalLines(ended(text));
  const kept: string[] = [];
  // From the end, since the last one counts: the others of that name go.
  for (const { text: line, words } of lines.reverse()) {
    const name = settingOf(words)?.name;
    const isChanged = differing.some(([changed]) => changed === name);
    if (name === undefined || !isChanged) {
      kept.push(line);
      continue;
    }
    const value = left.get(name);
    left.delete(name);
    if (typeof value === "string") kept.push(setting(name, value));
  }
  const added = [...left].flatMap(([name, value]) =>
    value === null ? [] : [setting(name, value)],
  );
  return [...kept.reverse(), ...added].join("");
}

function setting(name: string, value: string): string {
  return `${name} = ${value}`.trimEnd() + "\n";
}
