import { PacemakerError } from "../errors";
import type { Build, WantedFile } from "../model/files";

/** The types that postmap builds a file for, and how that is called: postmap(1), DATABASE_README. */
const endings: Readonly<Record<string, string>> = {
  btree: ".db",
  cdb: ".cdb",
  hash: ".db",
  lmdb: ".lmdb",
};

/** With an address in inet_interfaces that is on another node now, postmap would refuse to work. */
const build = `mkdir -p "$2.build" && cp "$2/main.cf" "$2.build/" &&
  /usr/sbin/postconf -c "$2.build" -e inet_interfaces=loopback-only && exec /usr/sbin/postmap -c "$2.build" "$1"`;

/**
 * compare.sh PATH...: for each table that was built from one of the files, whether its entries are those of the file: a line
 * "TYPE:PATH" where not. Both are listed by postmap itself; a cdb cannot be listed, and is taken for right.
 */
const compare = `configuration=$(mktemp -d) && echo inet_interfaces=loopback-only >"$configuration/main.cf" || exit
list() { /usr/sbin/postmap -c "$configuration" -s "$1" 2>/dev/null && echo; }
for path; do
  [ -r "$path" ] || continue
  for type in ${Object.entries(endings)
    .filter(([type]) => type !== "cdb")
    .map(([type, ending]) => `${type}${ending}`)
    .join(" ")}; do
    [ -e "$path.\${type#*.}" ] || continue
    source=$(list "texthash:$path" | sort)
    built=$(list "\${type%%.*}:$path" | sort)
    [ "$source" = "$built" ] || echo "\${type%%.*}:$path"
  done
done
rm -r "$configuration"`;

/** The command that lists the tables whose entries are not their sources' any more. */
export function comparison(paths: readonly string[]): string[] {
  return ["/bin/sh", "-c", compare, "the comparison of tables", ...paths];
}

/** What a map can be built to. */
export const builtEndings = [...new Set(Object.values(endings))];

/**
 * How a map's file becomes what Postfix reads: undefined for a type that it reads as a text.
 *
 * @param folder the one of Postfix's configuration
 * @throws PacemakerError where this node's Postfix does not have the type.
 */
export function buildOf(
  resource: string,
  file: WantedFile,
  type: string,
  node: {
    readonly name: string;
    readonly types: readonly string[];
    /** Those "TYPE:PATH" whose entries are not their sources'. */
    readonly altered: readonly string[];
  },
  folder: string,
): Build | undefined {
  if (!node.types.includes(type))
    throw new PacemakerError(
      "conflict",
      `${resource}: the map ${file.path} is to be of the type "${type}", and the Postfix of ${node.name} has only ` +
        `${node.types.join(", ")}. Install the package postfix-${type} there, or choose another type. Nothing was changed.`,
    );
  const ending = endings[type];
  if (ending === undefined) return undefined;
  const { path, owner, group, mode } = file;
  return {
    argv: [
      ...["/bin/sh", "-c", build, "postmap"],
      ...[`${type}:{${path}}`, `{${folder}}`],
    ],
    from: path,
    makes: path + ending,
    ...{ owner, group, mode },
    isAltered: node.altered.includes(`${type}:${path}`),
  };
}

/** The types of maps that a value of main.cf names, such as "lmdb" in "lmdb:/etc/postfix/transport". */
export function typesIn(value: string): string[] {
  return [...value.matchAll(/(?:^|[\s,:{])([a-z][a-z0-9]*):(?=[/$])/g)].map(
    ([, type]) => type!,
  );
}
