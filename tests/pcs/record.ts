/**
 * Records what versions of pcs make of the words that are said to them. On a machine with that pcs and Pacemaker's tools, or in
 * a chroot of one, as root, with the agent fixtures/fence_lab as /usr/sbin/fence_lab; no cluster is needed, and none is
 * touched:
 *
 *     npx tsx tests/pcs/record.ts script >record.sh        # here
 *     sh record.sh >recorded                               # there
 *     npx tsx tests/pcs/record.ts keep <recorded           # here: into fixtures/versions.json
 *
 * With a further word, both take those rows alone that hold it.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { parseXml, type XmlElement } from "../../provider/src/model/xml";
import { cibadminWord, type PcsCommand } from "../../provider/src/pcs/commands";
import { quoteArgv } from "../../provider/src/ssh";
import { asked, recorded, type Heard, type Recorded } from "./versions";

const path = join(__dirname, "fixtures/versions.json");
const boundary = "-----8<-----";

const rows = Object.entries(asked).filter(([what]) =>
  what.includes(process.argv[3] ?? ""),
);

function script(): string {
  const run = (command: PcsCommand) =>
    command[0] === cibadminWord
      ? `CIB_file=$PWD/new.xml ${quoteArgv(command)}`
      : `pcs -f new.xml ${quoteArgv(command)}`;
  return [
    "umask 077; cd $(mktemp -d) || exit 1",
    "pcs --version; cibadmin --version | head -n 1",
    ...rows.flatMap(([, { to, commands }]) => [
      `cat >new.xml <<'${boundary}'`,
      `${to.trimEnd()}\n${boundary}`,
      ...commands.flatMap((command) => [
        `${run(command)} >out 2>&1 </dev/null; code=$?; echo '${boundary}'`,
        `cat out; echo; echo '${boundary}'; echo $code; echo '${boundary}'; cat new.xml; echo`,
      ]),
    ]),
    "",
  ].join("\n");
}

/** One line for each element, with the ids of what stands in it, in its order. */
function lines({ name, attributes, children }: XmlElement): string[] {
  const pairs = Object.entries(attributes)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([key, value]) => ` ${key}="${value}"`);
  const within = children.flatMap((child) => child.attributes.id ?? []);
  return [
    [`<${name}${pairs.join("")}>`, ...within].join(" "),
    ...children.flatMap(lines),
  ];
}

/** The configuration, and the schema that it is written in. */
function configuration(text: string): string[] {
  const { attributes, children } = parseXml(text);
  const found = children.find(({ name }) => name === "configuration")!;
  return [
    `<cib validate-with="${attributes["validate-with"]}">`,
    ...lines(found),
  ];
}

/** Lines that say what is wrong, and none of a text on how to use it. */
const words = (text: string): string[] =>
  text
    .split("\n")
    .filter((line) =>
      /^([A-Z]\w+ )?(Error|Warning): |not recognized$/.test(line),
    );

async function keep(output: string): Promise<void> {
  const [head = "", ...parts] = output.split(`${boundary}\n`);
  const [pcs = "", pacemaker = ""] = head.trim().split("\n");
  const before = existsSync(path) ? recorded() : { versions: {}, rows: {} };
  let position = 0;
  const now = rows.map(([what, { to, commands }]) => {
    let was = configuration(to);
    const row = commands.map((one, index) => {
      const [says = "", code = "", text = ""] = parts.slice(position);
      position += 3;
      const is = configuration(text);
      const heard: Omit<Heard, "by"> = {
        code: Number(code),
        says: words(says),
        changes: [
          ...was
            .filter((line) => !is.includes(line))
            .map((line) => `- ${line}`),
          ...is
            .filter((line) => !was.includes(line))
            .map((line) => `+ ${line}`),
        ],
      };
      was = is;
      const command = one.join(" ");
      const known = before.rows[what]?.[index];
      const others = known?.command === command ? known.heard : [];
      return { command, heard: added(others, pcs, heard) };
    });
    return [what, row] as const;
  });
  const known = { ...before.rows, ...Object.fromEntries(now) };
  const all: Recorded = {
    versions: {
      ...before.versions,
      [pcs]: pacemaker.replace(/^Pacemaker /, ""),
    },
    // In the order of the rows, and without those that are gone.
    rows: Object.fromEntries(
      Object.keys(asked).flatMap((what) => {
        const row = known[what];
        return row ? [[what, row] as const] : [];
      }),
    ),
  };
  writeFileSync(path, await format(JSON.stringify(all), { parser: "json" }));
}

/** What was heard, with one version's answer in the place of what it said before. */
function added(
  others: readonly Heard[],
  version: string,
  heard: Omit<Heard, "by">,
): Heard[] {
  const textOf = ({ code, says, changes }: Omit<Heard, "by">) =>
    JSON.stringify([code, says, changes]);
  const left = others
    .map((one) => ({ ...one, by: one.by.filter((by) => by !== version) }))
    .filter(({ by }) => by.length > 0);
  const same = left.find((one) => textOf(one) === textOf(heard));
  return same
    ? left.map((one) =>
        one === same ? { ...one, by: [...one.by, version].sort() } : one,
      )
    : [...left, { by: [version], ...heard }];
}

if (process.argv[2] === "script") process.stdout.write(script());
else if (process.argv[2] === "keep") void keep(readFileSync(0, "utf8"));
else throw new Error("say script or keep");
