import { ended, logicalLines, plain } from "./logicalLines";

/** By "service/type": the fields after these two, as in master(5); null takes the service out. */
export type MasterChanges = Readonly<Record<string, string | null>>;

function keyOf(words: string): string | undefined {
  const [service, type] = words.split(/\s+/);
  return service && type ? `${service}/${type}` : undefined;
}

function fieldsOf(words: string): string {
  return words.split(/\s+/).slice(2).join(" ");
}

/** The services of a master.cf by "service/type". */
export function masterServices(text: string): ReadonlyMap<string, string> {
  return new Map(
    logicalLines(text).flatMap(({ words }) => {
      const key = words === "" ? undefined : keyOf(words);
      return key === undefined ? [] : [[key, fieldsOf(words)] as const];
    }),
  );
}

/** Sets and takes out services of a master.cf. Whatever else stands there stays, letter by letter. */
export function editMaster(text: string, changes: MasterChanges): string {
  const services = masterServices(text);
  const differing = new Map(
    Object.entries(changes).filter(([key, fields]) =>
      fields === null ? services.has(key) : services.get(key) !== plain(fields),
    ),
  );
  if (differing.size === 0) return text;
  const left = new Map(differing);
  const lines = logicalLines(ended(text)).map(({ text: line, words }) => {
    const key = words === "" ? undefined : keyOf(words);
    if (key === undefined || !differing.has(key)) return line;
    const fields = left.get(key);
    left.delete(key);
    // One that stands twice is written once.
    return typeof fields === "string" ? service(key, fields) : "";
  });
  const added = [...left].flatMap(([key, fields]) =>
    fields === null ? [] : [service(key, fields)],
  );
  return [...lines, ...added].join("");
}

/** Each "-o" on a line of its own, as Debian's file has them. */
function service(key: string, fields: string): string {
  const [name = "", type = ""] = key.split("/");
  const text = plain(fields).replace(/ -o /g, "\n  -o ");
  return `${name} ${type} ${text}\n`;
}
