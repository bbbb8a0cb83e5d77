/**
 * Writes the types of the agents' options, from what the agents of both versions of Debian say of themselves: npm run agents.
 * They are run in the lab's bases, which are left as they are.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { format } from "prettier";
import { ensureBase } from "../lab/base";
import { capture } from "../lab/command";
import type { Suite } from "../lab/plan";
import { parseMetadata } from "../provider/src/model/metadata";
import { child, children, parseXml } from "../provider/src/model/xml";

const path = join(
  __dirname,
  "../provider/src/resources/classes/agentOptions.ts",
);
const suites = ["bookworm", "trixie"] as const satisfies readonly Suite[];

/** What one version of an agent says of a parameter. */
interface Described {
  readonly type: string;
  readonly default: string | undefined;
  readonly isRequired: boolean;
  readonly isDeprecated: boolean;
  readonly replacedWith: readonly string[];
}

interface Installed {
  /** Of the packages that the agents are in. */
  readonly versions: readonly string[];
  /** By agent, as pcs spells it, and parameter; nothing of an agent that said nothing. */
  readonly agents: ReadonlyMap<string, ReadonlyMap<string, Described>>;
}

const head = "=== ";

/** On a name and folders of its own, which some agents have among their defaults. */
const script = `
mount -t tmpfs tmpfs /tmp && mount -t tmpfs tmpfs /run && hostname node || exit 1
export OCF_ROOT=/usr/lib/ocf PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
dpkg-query --show --showformat '\${Package} \${Version}\\n' resource-agents pacemaker-resource-agents
cd /usr/lib/ocf/resource.d || exit 1
for file in heartbeat/* pacemaker/*; do
  [ -f "$file" ] && [ -x "$file" ] || continue
  printf '\\n${head}%s\\n' "$file"
  timeout 60 "./$file" meta-data </dev/null 2>/dev/null
done
exit 0
`;

async function installed(suite: Suite): Promise<Installed> {
  const base = await ensureBase(suite, (line) => console.error(line));
  const entered =
    `mount --bind ${base} ${base} && mount -o remount,bind,ro ${base} && mount -t proc proc ${base}/proc && ` +
    `mount --rbind /dev ${base}/dev && exec chroot ${base} /bin/sh -s`;
  const { code, stdout, stderr } = await capture(
    [
      ...["unshare", "--mount", "--uts", "--propagation", "private"],
      ...["/bin/sh", "-c", entered],
    ],
    { stdin: script, timeoutMs: 20 * 60_000 },
  );
  if (code !== 0) throw new Error(`the agents of ${suite}: ${stderr}`);
  const [packages = "", ...parts] = stdout.split(`\n${head}`);
  return {
    versions: packages.trim().split("\n"),
    agents: new Map(
      parts.flatMap((part) => {
        const [file = "", ...lines] = part.split("\n");
        const parameters = parametersIn(lines.join("\n"));
        const agent = `ocf:${file.replace("/", ":")}`;
        if (!parameters)
          console.error(`${agent} of ${suite} says nothing of itself`);
        return parameters ? [[agent, parameters] as const] : [];
      }),
    ),
  };
}

function parametersIn(printed: string): Map<string, Described> | undefined {
  const text = /<resource-agent[\s>][^]*<\/resource-agent>/.exec(printed)?.[0];
  const metadata = text === undefined ? undefined : parseMetadata(text);
  if (text === undefined || !metadata) return undefined;
  const elements = children(child(parseXml(text), "parameters"), "parameter");
  return new Map(
    [...metadata].map(([name, parameter]) => {
      const element = elements.find(
        ({ attributes: { name: one } }) => one === name,
      );
      const given = child(element, "content")?.attributes.default;
      return [name, { ...parameter, default: given }];
    }),
  );
}

/** A comment of one line: facts, in no words of the agent's. */
function comment(facts: readonly string[]): string {
  const text = facts.filter((fact) => fact !== "").join(", ");
  return text === "" ? "" : `/** ${text.replace(/\*\//g, "* /")} */\n`;
}

/** Long ones, and what the machine has to do with, help nobody. */
function defaultOf(found: readonly Described[]): string {
  const [first, ...others] = found.map((one) => one.default);
  if (first === undefined || first === "" || first.length > 40) return "";
  const isSame = others.every((one) => one === first);
  return isSame && !/[\r\n`]/.test(first)
    ? `default ${JSON.stringify(first)}`
    : "";
}

function parameterText(
  name: string,
  found: readonly (Described | undefined)[],
  debian: readonly string[],
): string {
  const all = found.filter((one) => one !== undefined);
  const last = all.at(-1)!;
  const deprecated = all.find(({ isDeprecated }) => isDeprecated);
  const instead = (deprecated?.replacedWith ?? []).join(" or ");
  const only = all.length < found.length;
  return (
    comment([
      last.type,
      last.isRequired ? "required" : "",
      defaultOf(all),
      only ? `on ${debian[found.indexOf(all[0])]} alone` : "",
      deprecated
        ? `@deprecated ${instead === "" ? "leave it out" : `use ${instead}`}`
        : "",
    ]).replace(", @deprecated", ". @deprecated") +
    `${JSON.stringify(name)}?: Value;`
  );
}

async function main(): Promise<void> {
  const found: Installed[] = [];
  for (const suite of suites) found.push(await installed(suite));
  const debian = ["Debian 12", "Debian 13"];
  const names = [...new Set(found.flatMap(({ agents }) => [...agents.keys()]))];
  const agents = names.sort().map((agent) => {
    const described = found.map((one) => one.agents.get(agent));
    const known = described.filter((one) => one !== undefined);
    const parameters = [...new Set(known.flatMap((one) => [...one.keys()]))];
    return (
      `${JSON.stringify(agent)}: {\n` +
      parameters
        .map((name) =>
          parameterText(
            name,
            known.map((one) => one.get(name)),
            known.length === found.length
              ? debian
              : [debian[described.indexOf(known[0])]!],
          ),
        )
        .join("\n") +
      `\n};`
    );
  });
  const text = `
/**
 * The options of agents, as they say themselves: type, whether the agent requires it, and its default. Made by
 * "npm run agents" from the packages of ${debian.join(" and ")}: do not edit.
${found.flatMap(({ versions }, index) => versions.map((one) => ` * - ${debian[index]}: ${one}`)).join("\n")}
 */
import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";

type Value = pulumi.Input<AttributeValue>;

/** By agent, as pcs spells it. */
export interface AgentOptions {
${agents.join("\n")}
}
`;
  writeFileSync(path, await format(text, { parser: "typescript" }));
  console.error(`${agents.length} agents in ${path}`);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
