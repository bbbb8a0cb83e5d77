/** Scripts for a node's `sh -s`: what their texts are made of, and how what they print is taken apart. */

/** The exit code of a script that could not begin, or not go on, for lack of room. */
export const unable = 70;

/** Begins a script that works in a folder of its own, `$work`, which goes with it. */
export const ownFolder = [
  "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
  "umask 077",
  `work=$(mktemp -d) || exit ${unable}`,
  `trap 'rm -rf "$work"' EXIT`,
  // The shell does not do that when a signal ends it, as when nobody is there any more to print for.
  "trap 'exit 129' HUP INT PIPE TERM",
];

/** Writes a text into the working folder. `boundary` must be a word that occurs nowhere in it. */
export function file(name: string, text: string, boundary: string): string[] {
  return [
    `cat >"$work/${name}" <<'${boundary}'`,
    text.endsWith("\n") ? text.slice(0, -1) : text,
    boundary,
  ];
}

/** What became of one part of a script. */
export interface Section {
  readonly name: string;
  readonly code: number;
  readonly output: string;
}

/** Takes apart what a script printed that begins each part with the boundary, its name and its exit code. */
export function sectionsOf(output: string, boundary: string): Section[] {
  return output
    .split(`${boundary} `)
    .slice(1)
    .map((part) => {
      const end = part.indexOf("\n");
      const [name = "", code = ""] = part.slice(0, end).split(" ");
      return { name, code: Number(code), output: part.slice(end + 1) };
    });
}
