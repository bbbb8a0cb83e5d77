/** What systemd would say of units that were stopped or disabled. */

export interface UnitOff {
  readonly node: string;
  readonly unit: string;
  readonly argv: readonly string[];
}

/** Changes what `systemctl show` printed of the units as if the commands had run. */
export function rewriteShown(
  text: string,
  node: string,
  off: readonly UnitOff[],
): string {
  const here = off.filter((one) => one.node === node);
  if (here.length === 0) return text;
  return text
    .split("\n\n")
    .map((block) => {
      const named = new Set(
        [...block.matchAll(/^(?:Id|Names)=(.*)$/gm)].flatMap(([, names]) =>
          names!.split(" "),
        ),
      );
      const mine = here.filter(({ unit }) => named.has(unit));
      const words = mine.flatMap(({ argv }) => argv);
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
