import { PacemakerError } from "../errors";
import {
  parseUnit,
  unitProperties,
  instanceBehind,
  type Unit,
} from "../pcs/unit";
import { reachAll, type Cluster, type Member } from "./members";
import type { ClusterStatus } from "../pcs/status";
import { indent, warn } from "./report";

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
 * @throws PacemakerError when a node that is online cannot be reached, the unit is missing on one, or nodes differ.
 */
export async function findUnit(
  cluster: Cluster,
  status: ClusterStatus,
  resource: string,
  declared: string,
  followWrapper: boolean,
): Promise<UnitOnNodes> {
  const { members, pendingNodes } = await onlineMembers(
    cluster,
    status,
    resource,
  );
  const found = await Promise.all(
    members.map(async (member) => {
      const first = await inspect(member, declared);
      const instance = followWrapper ? instanceBehind(first) : undefined;
      const unit = instance ? await inspect(member, instance) : first;
      return { member, first, unit };
    }),
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

/**
 * Stops and disables the units on every node, so that Pacemaker alone starts them. On the nodes where Pacemaker runs the
 * resource already, they are only disabled.
 *
 * @throws PacemakerError when a unit could not be stopped or disabled.
 */
export async function disableUnit(
  resource: string,
  { unit, starters }: UnitOnNodes,
  runsOn: ReadonlySet<string>,
): Promise<void> {
  const units = [...starters].flatMap(([member, found]) =>
    found.map((before) => ({ member, before })),
  );
  await Promise.all(
    units.map(async ({ member, before }) => {
      const { name } = before;
      const running = runsOn.has(member.node);
      const stop = before.isActive && !running;
      if (!before.isEnabled && !stop) return;
      const argv = [
        systemctl,
        ...(before.isEnabled ? ["disable"] : ["stop"]),
        ...(before.isEnabled && stop ? ["--now"] : []),
        `${name}.service`,
      ];
      const result = await member.host.exec(argv, {
        rights: "root",
        timeoutSeconds: stopSeconds,
        environment: withoutSysV,
      });
      const after = await inspect(member, name);
      if (after.isEnabled || (stop && after.isActive))
        throw new PacemakerError(
          "cluster",
          `${resource}: ${name} on ${member.node} (${member.host.address}) is still ` +
            `${after.isEnabled ? "enabled" : "active"} after "${argv.join(" ")}" (exit code ${result.code}):\n` +
            `${indent(result.stderr || result.stdout || "no output")}\n` +
            `Stop and disable it there by hand ("journalctl -u ${unit}" may say why), and run this again.`,
          member.host.address,
        );
    }),
  );
}

/**
 * The members that can be worked on. A node that the cluster knows to be offline is left out and named; so is a cluster
 * node that is none of the connection's hosts.
 *
 * @throws PacemakerError when a host cannot be reached although its node is, or may be, online.
 */
async function onlineMembers(
  cluster: Cluster,
  status: ClusterStatus,
  resource: string,
): Promise<{ members: Member[]; pendingNodes: string[] }> {
  const reached = await reachAll(cluster);
  const members = reached.flatMap((one) =>
    "member" in one ? [one.member] : [],
  );
  const lost = reached.flatMap((one) => ("error" in one ? [one] : []));
  const named = new Set(members.map((member) => member.node));
  const others = status.nodes.filter((node) => !named.has(node.name));
  const othersOnline = others.filter((node) => node.online);
  if (lost.length > 0 && othersOnline.length > 0)
    throw new PacemakerError(
      lost[0]!.error.kind,
      `${resource}: its unit must be stopped and disabled on every node, but ` +
        lost.map((one) => one.error.message).join("\n") +
        `\nThe cluster says that ${othersOnline.map((node) => node.name).join(", ")} is online.`,
      lost[0]!.address,
    );
  const offline = others.filter((node) => !node.online);
  if (offline.length > 0)
    warn(
      resource,
      `its unit could not be stopped and disabled on ${offline.map((node) => node.name).join(", ")}: offline. ` +
        `Run "pulumi up" again when it is back.`,
    );
  if (lost.length === 0 && othersOnline.length > 0)
    warn(
      resource,
      `its unit was not stopped and disabled on ${othersOnline.map((node) => node.name).join(", ")}: ` +
        `not among connection.hosts. Add its address, or run "systemctl disable --now" there.`,
    );
  return {
    members,
    pendingNodes: lost.length > 0 ? offline.map((node) => node.name) : [],
  };
}

async function inspect(member: Member, name: string): Promise<Unit> {
  const result = await member.host.exec([
    systemctl,
    "show",
    `--property=${unitProperties.join(",")}`,
    "--",
    `${name.replace(/\.service$/, "")}.service`,
  ]);
  if (result.code !== 0)
    throw new PacemakerError(
      "cluster",
      `systemctl show ${name} failed on ${member.node} with exit code ${result.code}:\n${indent(result.stderr)}\n` +
        `See "systemctl status" there.`,
      member.host.address,
    );
  return parseUnit(name, result.stdout);
}
