import { createHash } from "node:crypto";

/** A file as it shall be on a node. */
export interface WantedFile {
  readonly path: string;
  readonly content: string;
  readonly owner: string;
  readonly group: string;
  /** In octal digits, such as "0644". */
  readonly mode: string;
}

/** A file that a command makes on each node from another one, such as a database by postmap. */
export interface Build {
  /** `{PATH}` in it stands for the copy of PATH that it works on. */
  readonly argv: readonly string[];
  readonly from: string;
  readonly makes: string;
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
  /** Whether what was made there is known not to be what the command makes of `from`. */
  readonly isAltered?: boolean;
}

/** A file as it was found. Without `sha256` there is none. */
export interface SeenFile {
  /** Whether a rollout that replaced it was broken off: what reads it may not know of it yet. */
  readonly isUnfinished: boolean;
  readonly sha256?: string;
  readonly owner?: string;
  readonly group?: string;
  readonly mode?: string;
  /** In seconds since 1970. */
  readonly changedAt?: number;
  /** Where it was asked for. */
  readonly text?: string;
}

export type SeenFiles = Readonly<Record<string, SeenFile>>;

/** What may be shown of a content: it tells two apart, and gives neither away. */
export function digestOf(content: string): string {
  return createHash("sha256").update(content, "utf8").digest("hex");
}

/** "0644" for "644". */
export function fullMode(mode: string): string {
  return mode.padStart(4, "0");
}

/** What of a file is not as it shall be, in words without its content. Empty where it is. */
export function differences(
  wanted: WantedFile,
  seen: SeenFile | undefined,
): string[] {
  if (seen?.sha256 === undefined) return ["is not there"];
  const digest = digestOf(wanted.content);
  return [
    ...(seen.sha256 === digest
      ? []
      : [
          `has other content (SHA-256 ${seen.sha256.slice(0, 12)}, declared ${digest.slice(0, 12)})`,
        ]),
    ...(seen.owner === wanted.owner && seen.group === wanted.group
      ? []
      : [
          `belongs to ${seen.owner}:${seen.group} instead of ${wanted.owner}:${wanted.group}`,
        ]),
    ...(seen.mode === fullMode(wanted.mode)
      ? []
      : [`has the mode ${seen.mode} instead of ${fullMode(wanted.mode)}`]),
  ];
}

/** The same of a file that is built: it must not be older than its source, nor known to be of another content. */
export function buildDifferences(build: Build, seen: SeenFiles): string[] {
  const made = seen[build.makes];
  const source = seen[build.from];
  if (made?.sha256 === undefined) return ["is not there"];
  return [
    ...((made.changedAt ?? 0) < (source?.changedAt ?? 0)
      ? [`is older than ${build.from}`]
      : []),
    ...(build.isAltered ? [`holds other entries than ${build.from}`] : []),
    ...(made.owner === build.owner && made.group === build.group
      ? []
      : [
          `belongs to ${made.owner}:${made.group} instead of ${build.owner}:${build.group}`,
        ]),
    ...(made.mode === fullMode(build.mode)
      ? []
      : [`has the mode ${made.mode} instead of ${fullMode(build.mode)}`]),
  ];
}
