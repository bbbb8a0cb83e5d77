import { PacemakerError } from "../../errors";
import type { ClusterStatus } from "../../model/status";
import {
  hotParameters,
  parseParameters,
  whyNotHot,
  type PostfixSettings,
} from "../../postfix/hotStandby";
import {
  byHand,
  findFolder,
  folderOf,
  instanceFunctions,
  instanceOf,
  shortInstance,
  usualInstance,
} from "../../postfix/instance";
import { sayNothing } from "../report";
import type { Cluster, Member } from "./members";
import { onlineMembers } from "./online";

/**
 * Debian's unit is there for any name: whether there is such an instance of Postfix is asked on every node that can be reached.
 * Of the usual one, and of other services, nothing is asked.
 *
 * @throws PacemakerError (conflict) with the nodes that have none.
 */
export async function refuseMissingInstance(
  cluster: Cluster,
  status: ClusterStatus,
  resource: string,
  unit: string,
): Promise<void> {
  const instance = instanceOf(unit);
  if (instance === undefined || instance === usualInstance) return;
  const { members } = await onlineMembers(
    cluster,
    status,
    resource,
    sayNothing,
  );
  const missing = await Promise.all(
    members.map(async ({ node, host }) => {
      const argv = findFolder(instance);
      return (await host.exec(argv, { reads: true })).code === 0 ? [] : [node];
    }),
  );
  const nodes = missing.flat().sort();
  if (nodes.length > 0) throw noInstance(resource, instance, nodes);
}

/** Whoever needs an instance of Postfix that is not there. */
export function noInstance(
  resource: string,
  instance: string,
  nodes: readonly string[],
): PacemakerError {
  const name = `postfix-${shortInstance(instance)}`;
  return new PacemakerError(
    "conflict",
    `${resource}: there is no instance "${instance}" of Postfix on ${nodes.join(", ")}. Make it there ("postmulti -e init", ` +
      `"postmulti -I ${name} -e create", "postmulti -i ${name} -e enable"), or correct "unit". Nothing was changed.`,
  );
}

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

/** `ask.sh NAME WORD...`: has postconf say something of an instance. */
const askInstance = `export PATH=/usr/sbin:/usr/bin:/sbin:/bin
${instanceFunctions}
config=$(configOf "$1") && shift && exec postconf -c "$config" "$@"`;

/** @throws PacemakerError (cluster) where Postfix there does not say. */
export async function settingsOn(
  member: Member,
  instance: string,
  names: readonly string[],
): Promise<PostfixSettings> {
  const ask = async (...words: string[]): Promise<string> => {
    const argv =
      instance === usualInstance
        ? ["/usr/sbin/postconf", ...words]
        : ["/bin/sh", "-c", askInstance, "postconf", instance, ...words];
    const { code, stdout, stderr } = await member.host.exec(argv, {
      reads: true,
    });
    if (code === 0) return stdout;
    throw new PacemakerError(
      "cluster",
      `"${byHand(instance, folderOf(instance), ["/usr/sbin/postconf", ...words].join(" "))}" on ${member.node} ended with exit code ${code}: ${(stderr || stdout).trim()}. What Postfix ` +
        `works with there is not known without it. Mend it ("${byHand(instance, folderOf(instance), "postfix check")}" there). Nothing was changed.`,
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
