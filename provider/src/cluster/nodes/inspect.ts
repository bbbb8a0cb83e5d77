import { PacemakerError } from "../../errors";
import {
  fullName,
  parseActive,
  parseIds,
  parseUnit,
  unitProperties,
  unitWithAlias,
  type Unit,
} from "../../model/unit";
import type { ExecResult } from "../../ssh";
import { indent } from "../report";
import type { Cluster, Member } from "./members";

export const systemctl = "/usr/bin/systemctl";

/** Where systemd looks for units, and drop-ins of units. */
const unitFolders = [
  ...["/etc/systemd/system", "/run/systemd/system"],
  ...["/usr/local/lib/systemd/system", "/usr/lib/systemd/system"],
  "/lib/systemd/system",
];

/** What systemd says of a unit on a node. */
export async function inspect(member: Member, name: string): Promise<Unit> {
  const unit = fullName(name);
  const text = await show(member, unitProperties, [unit]);
  const found = parseUnit(unit, text);
  if (!found.isScript) return found;
  // Of a script for SysV's init, only Debian's and its kin's links tell.
  const { code } = await member.host.exec(
    [systemctl, "is-enabled", "--quiet", unit],
    { reads: true },
  );
  return { ...found, isEnabled: code === 0 };
}

/** The same, also where the name is an alias that went when the unit was disabled. */
export async function inspectByAnyName(
  member: Member,
  name: string,
): Promise<Unit> {
  const found = await inspect(member, name);
  if (found.loadState !== "not-found") return found;
  const real = unitWithAlias(fullName(name), await aliasesOn(member));
  return real === undefined ? found : inspect(member, real);
}

/** The lines of the unit files that give a unit other names. */
async function aliasesOn(member: Member): Promise<string> {
  const { stdout } = await member.host.exec(
    [
      ...["/bin/grep", "-rHsE", "--include=*.service", "--include=*.conf"],
      ...["^[[:space:]]*Alias[[:space:]]*=", ...unitFolders],
    ],
    { reads: true },
  );
  return stdout;
}

/**
 * The real names of units on a node, by the names given; a unit that is not there has none. Each is asked for once as long
 * as this process lives: what is an alias does not change under a program.
 */
export async function realNames(
  cluster: Cluster,
  member: Member,
  names: readonly string[],
): Promise<ReadonlyMap<string, string | undefined>> {
  const key = (name: string): string => `${member.node} ${name}`;
  const missing = names.filter((name) => !cluster.unitNames.has(key(name)));
  if (missing.length > 0) {
    const asked = askRealNames(member, missing);
    missing.forEach((name, index) => {
      const real = asked.then((all) => all[index]);
      cluster.unitNames.set(key(name), real);
      real.catch(() => cluster.unitNames.delete(key(name)));
    });
  }
  const found = names.map(
    async (name) => [name, await cluster.unitNames.get(key(name))] as const,
  );
  return new Map(await Promise.all(found));
}

/** Which of the units are active on a node. */
export async function activeAmong(
  member: Member,
  names: readonly string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  return parseActive(await show(member, ["Id", "ActiveState"], names));
}

async function askRealNames(
  member: Member,
  names: readonly string[],
): Promise<(string | undefined)[]> {
  const found = parseIds(await show(member, ["Id", "LoadState"], names));
  if (found.length !== names.length)
    throw new PacemakerError(
      "cluster",
      `systemctl show on ${member.node} answered for ${found.length} units, asked for ${names.join(", ")}. ` +
        `See "systemctl status" there.`,
      member.host.address,
    );
  if (!found.includes(undefined)) return found;
  const aliases = await aliasesOn(member);
  return found.map(
    (real, index) => real ?? unitWithAlias(names[index]!, aliases),
  );
}

async function show(
  member: Member,
  properties: readonly string[],
  units: readonly string[],
): Promise<string> {
  const result: ExecResult = await member.host.exec(
    [systemctl, "show", `--property=${properties.join(",")}`, "--", ...units],
    { reads: true },
  );
  if (result.code === 0) return result.stdout;
  throw new PacemakerError(
    "cluster",
    `systemctl show ${units.join(" ")} failed on ${member.node} with exit code ${result.code}:\n${indent(result.stderr)}\n` +
      `See "systemctl status" there.`,
    member.host.address,
  );
}
