/** What would run on a node, and is no look. */
export interface Aside {
  readonly node: string;
  readonly argv: readonly string[];
}

/** Changes what `systemctl show` printed of the units that were stopped or disabled as if the commands had run. */
export function rewriteShown(
  text: string,
  node: string,
  asides: readonly Aside[],
): string {
  const here = asides.filter(
    (one) => one.node === node && one.argv[0]?.endsWith("/systemctl"),
  );
  if (here.length === 0) return text;
  return text
    .split("\n\n")
    .map((block) => {
      const named = new Set(
        [...block.matchAll(/^(?:Id|Names)=(.*)$/gm)].flatMap(([, names]) =>
          names!.split(" "),
        ),
      );
      const words = here
        .filter(({ argv }) => named.has(argv.at(-1)!))
        .flatMap(({ argv }) => argv);
      const isDisabled = words.includes("disable");
      const isStopped = words.includes("stop") || words.includes("--now");
      return block
        .replace(/^ActiveState=.*$/m, (line) =>
          isStopped ? "ActiveState=inactive" : line,
        )
        .replace(/^UnitFileState=enabled.*$/m, (line) =>
          isDisabled ? "UnitFileState=disabled" : line,
        );
    })
    .join("\n\n");
}
