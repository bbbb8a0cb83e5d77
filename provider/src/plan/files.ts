import {
  buildDifferences,
  differences,
  type Build,
  type SeenFiles,
  type WantedFile,
} from "../model/files";

/** What shall be on a node. */
export interface WantedFiles {
  readonly files: readonly WantedFile[];
  readonly builds: readonly Build[];
}

/** What is to be done on a node. */
export interface FilesPlan {
  /** The paths to replace. */
  readonly paths: readonly string[];
  /** What is to be built again. */
  readonly builds: readonly Build[];
  /** A rollout was broken off after it had replaced files: what reads them is still to be told. */
  readonly isUnfinished: boolean;
  /** By path: what is not as it shall be, in words without a content. */
  readonly differences: Readonly<Record<string, string>>;
}

/** Compares what shall be with what is. */
export function planFiles(
  { files, builds }: WantedFiles,
  seen: SeenFiles,
): FilesPlan {
  const found = [
    ...files.map(
      (file) => [file.path, differences(file, seen[file.path])] as const,
    ),
    ...builds.map(
      (build) => [build.makes, buildDifferences(build, seen)] as const,
    ),
  ].filter(([, differing]) => differing.length > 0);
  const changed = new Set(found.map(([path]) => path));
  const again = builds.filter(
    ({ makes, from }) => changed.has(makes) || changed.has(from),
  );
  return {
    paths: [...new Set([...changed, ...again.map(({ makes }) => makes)])],
    builds: again,
    isUnfinished: Object.values(seen).some((file) => file.isUnfinished),
    differences: Object.fromEntries(
      found.map(([path, differing]) => [path, differing.join(", ")]),
    ),
  };
}

/** Whether there is nothing to do. */
export function isDone({ paths, isUnfinished }: FilesPlan): boolean {
  return paths.length === 0 && !isUnfinished;
}
