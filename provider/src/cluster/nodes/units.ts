import { PacemakerError } from "../../errors";
import {
  parseUnit,
  instancesBehind,
  isFullName,
  unitProperties,
  type Unit,
} from "../../model/unit";
import { isLost, type Cluster, type Member } from "./members";
import { onlineMembers } from "./online";
import type { ClusterStatus } from "../../model/status";
import { indent, warn, type Tell } from "../report";

const systemctl = "/usr/bin/systemctl";

/** How long a unit may take to stop, in seconds: systemd's own default is 90. */
const stopSeconds = 120;

/**
 * Debian's systemctl also brings the links for SysV's init in line, by Perl scripts that each make systemd read all its
 * units again. systemd follows none of these links for a unit with a file of its own, as all are that it calls enabled.
 */
const withoutSysV = { SYSTEMCTL_SKIP_SYSV: "1" };

export interface UnitOnNodes {
  /** The unit that Pacemaker shall run, without ".service". */
  readonly unit: string;
  /** The nodes that are offline, where all this is still to be done. */
  readonly pendingNodes: readonly string[];
  /** The units that would start it behind Pacemaker's back, itself included, by member. */
  readonly starters: ReadonlyMap<Member, readonly Unit[]>;
}

/**
 * Finds the unit on every node that can be reached.
 *
 * @param followWrapper register the instance that an empty wrapper stands for
 * @param tell takes what a person should know; who only looks says nothing
 * @throws PacemakerError when a node that is online cannot be reached, the unit is missing on one, or nodes differ.
 */
export async function findUnit(
  cluster: Cluster,
  status: ClusterStatus,
  resource: string,
  declared: string,
  followWrapper: boolean,
  tell: Tell = warn,
): Promise<UnitOnNodes> {
  const { members, pendingNodes } = await onlineMembers(
    cluster,
    status,
    resource,
    tell,
  );
  const found = await Promise.all(
    members.map(async (member) => {
      const first = await inspect(member, declared);
      const instances = followWrapper ? instancesBehind(first) : [];
      const unit =
        instances.length === 1 ? await inspect(member, instances[0]!) : first;
      return { member, first, unit, instances };
    }),
  );
  const ambiguous = found.find(({ instances }) => instances.length > 1);
  if (ambiguous)
    throw new PacemakerError(
      "cluster",
      `${resource}: "${declared}" on ${ambiguous.member.node} is an empty wrapper for several units: ` +
        `${ambiguous.instances.join(", ")}. It would count as running whatever became of them, so give as "unit" the one ` +
        `that Pacemaker shall run. Nothing was changed.`,
      ambiguous.member.host.address,
    );
  const missing = found.filter(({ unit }) => unit.loadState !== "loaded");
  if (missing.length > 0)
    throw new PacemakerError(
      "cluster",
      `${resource}: there is no usable unit "${declared}" on ` +
        missing
          .map(
            ({ member, unit }) =>
              `${member.node} (LoadState=${unit.loadState})`,
          )
          .join(", ") +
        `. Install the service there ("systemctl status ${declared}" shows what systemd knows), or correct "unit". ` +
        `Nothing was changed.`,
    );
  const names = new Set(found.map(({ unit }) => unit.name));
  if (names.size > 1)
    throw new PacemakerError(
      "cluster",
      `${resource}: the unit behind "${declared}" is not the same on every node: ` +
        found
          .map(({ member, unit }) => `${unit.name} on ${member.node}`)
          .join(", ") +
        `. Install the same version everywhere, or give "unit". Nothing was changed.`,
    );
  await warnOfTriggers(resource, found, tell);
  const starters = await Promise.all(
    found.map(async ({ member, first, unit }) => {
      const starting = await Promise.all(
        unit.startedBy
          .filter((name) => name.endsWith(".service"))
          .map((name) =>
            name === `${first.name}.service` ? first : inspect(member, name),
          ),
      );
      return [
        member,
        [...starting.filter(({ isWrapper }) => isWrapper), unit],
      ] as const;
    }),
  );
  return {
    unit: found[0]!.unit.name,
    pendingNodes,
    starters: new Map(starters),
  };
}

/** A socket, a timer or a path that is on starts the service on whichever node it is triggered. */
async function warnOfTriggers(
  resource: string,
  found: readonly { readonly member: Member; readonly unit: Unit }[],
  tell: Tell,
): Promise<void> {
  const nodesOf = new Map<string, string[]>();
  await Promise.all(
    found.flatMap(({ member, unit }) =>
      unit.triggeredBy.map(async (name) => {
        const trigger = await inspect(member, name);
        if (trigger.isActive || trigger.isEnabled)
          nodesOf.set(name, [...(nodesOf.get(name) ?? []), member.node]);
      }),
    ),
  );
  for (const [name, nodes] of nodesOf)
    tell(
      resource,
      `its unit can still be started by ${name} on ${nodes.sort().join(", ")}, beside the cluster: ` +
        `"systemctl disable --now ${name}" there ends it.`,
    );
}

/**
 * Stops and disables the units on every node, so that Pacemaker alone starts them. On the nodes where Pacemaker runs the
 * resource already, they are only disabled.
 *
 * @param isHeld whether an operator keeps Pacemaker from acting: then what runs elsewhere is theirs, and only disabled
 * @throws PacemakerError when a unit could not be stopped or disabled.
 */
export async function disableUnit(
  resource: string,
  { unit, starters }: UnitOnNodes,
  runsOn: ReadonlySet<string>,
  isHeld = false,
): Promise<void> {
  const units = [...starters].flatMap(([member, found]) =>
    found.map((before) => ({ member, before })),
  );
  await Promise.all(
    units.map(async ({ member, before }) => {
      const { name } = before;
      const isStray = before.isActive && !runsOn.has(member.node);
      const stop = isStray && !isHeld;
      if (isStray && isHeld)
        warn(
          resource,
          `${name} runs on ${member.node} without Pacemaker, which is not to act on it now (maintenance mode, or ` +
            `unmanaged); left so. Stop it there before Pacemaker acts again.`,
        );
      if (!before.isEnabled && !stop) return;
      const argv = [
        systemctl,
        ...(before.isEnabled ? ["disable"] : ["stop"]),
        ...(before.isEnabled && stop ? ["--now"] : []),
        `${name}.service`,
      ];
      const result = await member.host
        .exec(argv, {
          rights: "root",
          timeoutSeconds: stopSeconds,
          ...(before.isScript ? {} : { environment: withoutSysV }),
        })
        .catch((error: unknown) => {
          // What became of it shows in the next look.
          if (!isLost(error)) throw error;
          return { code: -1, stdout: "", stderr: (error as Error).message };
        });
      const after = await inspect(member, name);
      if (after.isEnabled || (stop && after.isActive))
        throw new PacemakerError(
          "cluster",
          `${resource}: ${name} on ${member.node} (${member.host.label}) is still ` +
            `${after.isEnabled ? "enabled" : "active"} after "${argv.join(" ")}" (${result.code < 0 ? "no answer" : `exit code ${result.code}`}):\n` +
            `${indent(result.stderr || result.stdout || "no output")}\n` +
            `Stop and disable it there by hand ("journalctl -u ${unit}" may say why), and run this again.`,
          member.host.address,
        );
    }),
  );
}

async function inspect(member: Member, name: string): Promise<Unit> {
  const unit = isFullName(name) ? name : `${name}.service`;
  const result = await member.host.exec(
    [systemctl, "show", `--property=${unitProperties.join(",")}`, "--", unit],
    { reads: true },
  );
  if (result.code !== 0)
    throw new PacemakerError(
      "cluster",
      `systemctl show ${name} failed on ${member.node} with exit code ${result.code}:\n${indent(result.stderr)}\n` +
        `See "systemctl status" there.`,
      member.host.address,
    );
  const found = parseUnit(name, result.stdout);
  if (!found.isScript) return found;
  // Of a script for SysV's init, only Debian's and its kin's links tell.
  const { code } = await member.host.exec(
    [systemctl, "is-enabled", "--quiet", unit],
    { reads: true },
  );
  return { ...found, isEnabled: code === 0 };
}
