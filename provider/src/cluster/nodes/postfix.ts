import { PacemakerError } from "../../errors";
import type { ClusterStatus } from "../../model/status";
import {
  hotParameters,
  instanceOf,
  parseParameters,
  whyNotHot,
  type PostfixSettings,
} from "../../postfix/hotStandby";
import { sayNothing } from "../report";
import type { Cluster, Member } from "./members";
import { onlineMembers } from "./online";

/**
 * Asks Postfix on every node that can be reached whether it can run where the addresses are not, and answer once they come.
 * Of other services nothing is asked.
 *
 * @throws PacemakerError (conflict) that says what to set where.
 */
export async function checkStandsHot(
  cluster: Cluster,
  status: ClusterStatus,
  resource: string,
  unit: string,
  addresses: readonly string[],
): Promise<void> {
  const instance = instanceOf(unit);
  if (instance === undefined || addresses.length === 0) return;
  const { members } = await onlineMembers(
    cluster,
    status,
    resource,
    sayNothing,
  );
  const found = await Promise.all(
    members.map(async (member) => {
      const settings = await settingsOn(member, instance, hotParameters);
      return {
        node: member.node,
        reasons: addresses.flatMap((ip) => whyNotHot(settings, ip)),
      };
    }),
  );
  const nodes = new Map<string, string[]>();
  for (const { node, reasons } of found)
    for (const reason of reasons)
      nodes.set(reason, [...(nodes.get(reason) ?? []), node]);
  if (nodes.size > 0)
    throw new PacemakerError(
      "conflict",
      `${resource}: Postfix cannot stand by hot:\n` +
        [...nodes]
          .map(
            ([reason, where]) => `- on ${where.sort().join(", ")}: ${reason}`,
          )
          .join("\n") +
        `\nOr set standby to "cold". Nothing was changed.`,
    );
}

const postconf = "/usr/sbin/postconf";

/** @throws PacemakerError (cluster) where Postfix there does not say. */
export async function settingsOn(
  member: Member,
  instance: string,
  names: readonly string[],
): Promise<PostfixSettings> {
  const ask = async (...words: string[]): Promise<string> => {
    const argv = [
      ...(instance === "-"
        ? []
        : ["/usr/sbin/postmulti", "-i", instance, "-x"]),
      ...[postconf, ...words],
    ];
    const { code, stdout, stderr } = await member.host.exec(argv, {
      reads: true,
    });
    if (code === 0) return stdout;
    throw new PacemakerError(
      "cluster",
      `"${argv.join(" ")}" on ${member.node} ended with exit code ${code}: ${(stderr || stdout).trim()}. What Postfix ` +
        `works with there is not known without it. Mend it ("postfix check" there). Nothing was changed.`,
      member.host.address,
    );
  };
  const [parameters, services] = await Promise.all([
    ask("-x", ...names),
    ask("-M"),
  ]);
  return {
    parameters: parseParameters(parameters),
    services: services.split("\n").filter((line) => line.trim() !== ""),
  };
}
