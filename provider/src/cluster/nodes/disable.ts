import { PacemakerError } from "../../errors";
import { indent, warn } from "../report";
import { inspect, systemctl } from "./inspect";
import type { Starter } from "./losses";
import { isLost } from "./members";
import type { Touched } from "./restore";
import type { UnitOnNodes } from "./units";

/** How long a unit may take to stop, in seconds: systemd's own default is 90. */
const stopSeconds = 120;

/**
 * Debian's systemctl also brings the links for SysV's init in line, by Perl scripts that each make systemd read all its
 * units again. systemd follows none of these links for a unit with a file of its own, as all are that it calls enabled.
 */
const withoutSysV = { SYSTEMCTL_SKIP_SYSV: "1" };

/** The nodes where the unit, or its wrapper, runs without Pacemaker, and would be stopped; by unit. */
export function straysOf(
  { starters }: UnitOnNodes,
  runsOn: ReadonlySet<string>,
): Map<string, string[]> {
  const nodes = new Map<string, string[]>();
  for (const [{ node }, found] of starters)
    for (const unit of found)
      if (isStray(unit, node, runsOn) && unit.staysUp !== true)
        nodes.set(unit.name, [...(nodes.get(unit.name) ?? []), node].sort());
  return nodes;
}

const isStray = (
  { isActive }: Starter,
  node: string,
  runsOn: ReadonlySet<string>,
): boolean => isActive && !runsOn.has(node);

/**
 * Stops and disables the units on every node, so that Pacemaker alone starts them. On the nodes where Pacemaker runs the
 * resource already, they are only disabled.
 *
 * @param held why Pacemaker would start nothing, where it would not: then what runs elsewhere is the operator's, and only disabled
 * @param touched is given what is done, before it is done
 * @throws PacemakerError when a unit could not be stopped or disabled; nothing more is done to any then.
 */
export async function disableUnit(
  resource: string,
  { unit, starters }: UnitOnNodes,
  runsOn: ReadonlySet<string>,
  held?: string,
  touched: Touched[] = [],
): Promise<void> {
  const units = [...starters].flatMap(([member, found]) =>
    found.map((before) => ({ member, before })),
  );
  const outcomes = await Promise.allSettled(
    units.map(async ({ member, before }) => {
      const { name } = before;
      const strays = isStray(before, member.node, runsOn);
      const stop = strays && held === undefined && before.staysUp !== true;
      if (strays && held !== undefined)
        warn(
          resource,
          `${name} runs on ${member.node} without Pacemaker, which would not start it now (${held}); left so. Stop it ` +
            `there before Pacemaker acts on it again.`,
        );
      if (!before.isEnabled && !stop) return;
      const argv = [
        systemctl,
        ...(before.isEnabled ? ["disable"] : ["stop"]),
        ...(before.isEnabled && stop ? ["--now"] : []),
        `${name}.service`,
      ];
      const environment = before.isScript ? {} : { environment: withoutSysV };
      touched.push({
        ...{ member, name, ...environment },
        ...{ wasEnabled: before.isEnabled, wasStopped: stop },
      });
      const result = await member.host
        .exec(argv, {
          rights: "root",
          timeoutSeconds: stopSeconds,
          ...environment,
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
  for (const outcome of outcomes)
    if (outcome.status === "rejected") throw outcome.reason;
}
