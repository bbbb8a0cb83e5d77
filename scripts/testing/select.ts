import { readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";

export type Group = "fast" | "cluster";

export interface Selection {
  fast: string[];
  cluster: string[];
}

/** Every tests/**\/*.test.ts below `repo`, as sorted paths with "/" relative to it. */
export function findTests(repo: string): string[] {
  const walk = (dir: string): string[] =>
    readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
      const path = join(dir, entry.name);
      if (entry.isDirectory())
        return entry.name === "node_modules" ? [] : walk(path);
      return entry.name.endsWith(".test.ts") ? [path] : [];
    });
  return walk(join(repo, "tests"))
    .map((path) => relative(repo, path).split(sep).join("/"))
    .sort();
}

/** What has most to say takes longest, near enough: begun last, it would keep one lane busy while the others are idle. */
export function largestFirst(repo: string, files: readonly string[]): string[] {
  const size = (file: string) => statSync(join(repo, file)).size;
  return [...files].sort((a, b) => size(b) - size(a));
}

export function groupOf(file: string): Group {
  return file.startsWith("tests/cluster/") ? "cluster" : "fast";
}

/** "fast" and "cluster" choose a group, every other word a part of the path; words of one kind add up. */
export function select(
  files: readonly string[],
  words: readonly string[],
): Selection {
  const groups = words.filter((word) => word === "fast" || word === "cluster");
  const parts = words
    .filter((word) => word !== "fast" && word !== "cluster")
    .map((word) => word.replace(/^\.\//, ""));
  const chosen = files.filter(
    (file) =>
      (groups.length === 0 || groups.includes(groupOf(file))) &&
      (parts.length === 0 || parts.some((part) => file.includes(part))),
  );
  return {
    fast: chosen.filter((file) => groupOf(file) === "fast"),
    cluster: chosen.filter((file) => groupOf(file) === "cluster"),
  };
}
