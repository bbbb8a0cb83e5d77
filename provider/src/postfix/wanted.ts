import { PacemakerError } from "../errors";
import type { SeenFiles, WantedFile } from "../model/files";
import { editMain, mainValues } from "./mainCf";
import { editMaster } from "./masterCf";
import { buildOf, builtEndings, typesIn } from "./maps";

/** A value of main.cf: a list is joined by ", "; null is Postfix's own default; or one for each node. */
export type MainValue =
  | string
  | number
  | boolean
  | readonly string[]
  | null
  | { readonly perNode: Readonly<Record<string, MainValue>> };

export interface MapInput {
  readonly content: string;
  readonly type?: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
}

/** What is declared of Postfix's configuration. */
export interface DeclaredPostfix {
  /** Where the configuration lies. */
  readonly folder: string;
  readonly main: Readonly<Record<string, MainValue>>;
  readonly master: Readonly<Record<string, string | null>>;
  readonly maps: Readonly<Record<string, MapInput>>;
  readonly tls?: { readonly key: string; readonly cert: string };
  readonly files: Readonly<Record<string, Omit<WantedFile, "path">>>;
}

/** A node, as far as its configuration depends on it. */
export interface PostfixNode {
  readonly name: string;
  /** The types of maps that its Postfix has. */
  readonly types: readonly string[];
  readonly defaultType: string;
  /** Those tables, "TYPE:PATH", whose entries are not their sources'. */
  readonly altered: readonly string[];
  readonly seen: SeenFiles;
}

/** The files of Postfix's own in the folder of its configuration. */
export function ownFiles(folder: string) {
  return {
    main: `${folder}/main.cf`,
    master: `${folder}/master.cf`,
    key: `${folder}/smtpd-key.pem`,
    cert: `${folder}/smtpd-cert.pem`,
  };
}

/** The path of a map or a file: those of Postfix's folder may be given by their names. */
export function pathOf(folder: string, name: string): string {
  return name.startsWith("/") ? name : `${folder}/${name}`;
}

/** The paths of the maps' sources. */
export function mapsOf({ folder, maps }: DeclaredPostfix): string[] {
  return Object.keys(maps).map((name) => pathOf(folder, name));
}

/** All paths that a configuration may touch, whatever a node's Postfix has. */
export function pathsOf(declared: DeclaredPostfix): string[] {
  const { main, master } = ownFiles(declared.folder);
  const maps = mapsOf(declared);
  return [
    ...[main, master],
    ...maps.flatMap((path) => [
      path,
      ...builtEndings.map((ending) => path + ending),
    ]),
    ...plainFiles(declared).map(({ path }) => path),
  ];
}

/** The files that are the same on each node, whatever is there. */
export function plainFiles(declared: DeclaredPostfix): WantedFile[] {
  const { folder, tls, files, maps } = declared;
  const { key, cert } = ownFiles(folder);
  const ours = { owner: "root", group: "root" };
  return [
    ...Object.entries(maps).map(([name, { content, owner, group, mode }]) => ({
      ...{ path: pathOf(folder, name), content, owner, group, mode },
    })),
    ...(tls
      ? [
          { path: key, content: ended(tls.key), ...ours, mode: "0600" },
          { path: cert, content: ended(tls.cert), ...ours, mode: "0644" },
        ]
      : []),
    ...Object.entries(files).map(([name, file]) => ({
      ...file,
      path: pathOf(folder, name),
    })),
  ];
}

const ended = (text: string): string => `${text.trimEnd()}\n`;

/**
 * What shall be on a node: its own main.cf and master.cf, in which only what is declared is changed, and the rest.
 *
 * @throws PacemakerError where this node cannot have it.
 */
export function wantedOn(
  resource: string,
  declared: DeclaredPostfix,
  node: PostfixNode,
) {
  const { folder } = declared;
  const { main: mainPath, master: masterPath } = ownFiles(folder);
  const main = node.seen[mainPath];
  const master = node.seen[masterPath];
  if (main?.text === undefined || master?.text === undefined)
    throw new PacemakerError(
      "conflict",
      `${resource}: there is no ${main?.text === undefined ? mainPath : masterPath} on ${node.name}. Install Postfix there. ` +
        `Nothing was changed.`,
    );
  const values = mainOn(resource, declared, node.name);
  for (const [name, value] of Object.entries(values))
    for (const type of typesIn(value ?? ""))
      if (!node.types.includes(type) && isMapType(type))
        throw new PacemakerError(
          "conflict",
          `${resource}: ${name} names a map of the type "${type}", and the Postfix of ${node.name} has only ` +
            `${node.types.join(", ")}. "$default_database_type:..." takes the one that each node has. Nothing was changed.`,
        );
  const newMain = editMain(main.text, values);
  const defaultType =
    mainValues(newMain).get("default_database_type") ?? node.defaultType;
  const plain = plainFiles(declared);
  const builds = Object.entries(declared.maps).flatMap(([name, map]) => {
    const file = plain.find(({ path }) => path === pathOf(folder, name))!;
    const type = map.type ?? defaultType;
    return buildOf(resource, file, type, node, folder) ?? [];
  });
  return {
    files: [
      kept(mainPath, newMain, main),
      kept(masterPath, editMaster(master.text, declared.master), master),
      ...plain,
    ],
    builds,
  };
}

/** As an unknown type in a value may be something else, only those count that Postfix knows somewhere. */
function isMapType(type: string): boolean {
  return [
    ...["btree", "cdb", "cidr", "dbm", "hash", "ldap", "lmdb", "memcache"],
    ...[
      "mysql",
      "nis",
      "pcre",
      "pgsql",
      "regexp",
      "sdbm",
      "sqlite",
      "texthash",
    ],
  ].includes(type);
}

function kept(
  path: string,
  content: string,
  seen: { owner?: string; group?: string; mode?: string },
): WantedFile {
  const { owner = "root", group = "root", mode = "0644" } = seen;
  return { path, content, owner, group, mode };
}

/** The parameters to set on a node, as texts. */
export function mainOn(
  resource: string,
  { folder, main, tls }: Pick<DeclaredPostfix, "folder" | "main" | "tls">,
  node: string,
): Record<string, string | null> {
  const { key, cert } = ownFiles(folder);
  const own = tls ? { smtpd_tls_key_file: key, smtpd_tls_cert_file: cert } : {};
  return Object.fromEntries(
    Object.entries({ ...own, ...main }).map(([name, value]) => [
      name,
      asText(resource, name, value, node),
    ]),
  );
}

function asText(
  resource: string,
  name: string,
  value: MainValue,
  node: string,
): string | null {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (!("perNode" in value)) return value.join(", ");
  const own = value.perNode[node];
  if (own === undefined)
    throw new PacemakerError(
      "validation",
      `${resource}: main.${name} has no value for the node ${node}: perNode must name each of the cluster's nodes. ` +
        `Nothing was changed.`,
    );
  return asText(resource, name, own, node);
}
