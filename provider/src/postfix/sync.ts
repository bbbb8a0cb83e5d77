import { X509Certificate } from "node:crypto";
import { shipped } from "../shipped";
import { findFolder } from "./instance";

/** What one node's Postfix works with. */
export interface Setup {
  readonly version: string;
  /** The names of the node itself: values that differ in these alone are the same. */
  readonly names: readonly string[];
  /** The parameters that main.cf sets, as `postconf -n` prints them. */
  readonly main: Readonly<Record<string, string>>;
  /** The services, as `postconf -M` prints them, by name and type. */
  readonly master: Readonly<Record<string, string>>;
  /** The files that main.cf names (maps by their sources), by path; null where one is missing or cannot be read. */
  readonly files: Readonly<Record<string, SetupFile | null>>;
}

export interface SetupFile {
  readonly sha256: string;
  /** The certificates in it, in PEM. */
  readonly certificates: readonly string[];
}

/**
 * Prints a node's `Setup` as JSON. It reads what the login user may read, and prints no content: of a file its hash, and the
 * certificates in it, which are public.
 */
export const pythonSetup = (instance: string): string =>
  `find = ${JSON.stringify(findFolder(instance))}\n${shipped(__dirname, "setup.py")}`;

/**
 * What differs between the nodes, a line each: by parameter, service and file, with the nodes of each value.
 *
 * @param setups by node
 */
export function differences(setups: ReadonlyMap<string, Setup>): string[] {
  const nodes = [...setups.keys()].sort();
  const compare = (
    what: (key: string) => string,
    part: (setup: Setup) => Readonly<Record<string, string>>,
    shown: (key: string, value: string) => string,
  ): string[] => {
    const keys = new Set(
      nodes.flatMap((node) => Object.keys(part(setups.get(node)!))),
    );
    return [...keys].sort().flatMap((key) => {
      const byValue = new Map<string | undefined, string[]>();
      for (const node of nodes) {
        const setup = setups.get(node)!;
        const value = withoutNames(part(setup)[key], setup.names);
        byValue.set(value, [...(byValue.get(value) ?? []), node]);
      }
      if (byValue.size < 2) return [];
      const values = [...byValue.values()].map((on) => {
        const value = part(setups.get(on[0]!)!)[key];
        return `${value === undefined ? "nothing" : shown(key, value)} on ${on.join(", ")}`;
      });
      return [`${what(key)}: ${values.join("; ")}`];
    });
  };
  return [
    ...compare(
      () => "the version of Postfix",
      ({ version }) => ({ version }),
      (_, value) => value,
    ),
    ...compare(
      (name) => `main.cf, ${name}`,
      ({ main }) => main,
      (_, value) => (maySay(value) ? `"${value}"` : "another value"),
    ),
    ...compare(
      (name) => `master.cf, ${name}`,
      ({ master }) => master,
      (_, value) => `"${value}"`,
    ),
    ...compare(
      (path) => path,
      ({ files }) =>
        Object.fromEntries(
          Object.entries(files).flatMap(([path, file]) =>
            file ? [[path, JSON.stringify(file)] as const] : [],
          ),
        ),
      (_, text) => fileInWords(JSON.parse(text) as SetupFile),
    ),
  ];
}

/** A table that is written into main.cf itself may hold a password. */
function maySay(value: string): boolean {
  return !/\b(static|inline):/.test(value);
}

function withoutNames(
  value: string | undefined,
  names: readonly string[],
): string | undefined {
  if (value === undefined) return undefined;
  return [...names]
    .sort((one, other) => other.length - one.length)
    .filter((name) => name !== "" && name !== "localhost")
    .reduce((text, name) => text.replaceAll(name, "\0"), value);
}

function fileInWords({ sha256, certificates }: SetupFile): string {
  const [first] = certificates;
  if (first === undefined) return `content ${sha256.slice(0, 12)}`;
  try {
    const { fingerprint256, validTo } = new X509Certificate(first);
    return `the certificate ${fingerprint256.slice(0, 17)}... until ${validTo}`;
  } catch {
    return `content ${sha256.slice(0, 12)}`;
  }
}
