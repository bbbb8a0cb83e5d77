import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import { parseValidation, type Verdict } from "../../model/agent";
import { chainOf, parsePlacement, type Placement } from "../../model/placement";
import { isLost, memberOn, type Cluster, type Member } from "../nodes/members";
import { bannedNodes } from "../outcome/reasons/location";
import { indent, warn } from "../report";
import type { Observation } from "../transaction/observe";

const crmResource = "/usr/sbin/crm_resource";

/** How long a node that cannot be reached holds up the look at the others, in milliseconds. */
const patience = 5000;

/** An agent with the options that it is to be given. */
export interface Configured {
  readonly resource: string;
  readonly group?: string | undefined;
  /** "IPaddr2" of "ocf:heartbeat:IPaddr2". */
  readonly provider: string;
  readonly type: string;
  readonly options: Readonly<Record<string, string>>;
  /** What the verdict depends on: those with an equal one are asked for once, as long as this process lives. */
  readonly alike: string;
}

/**
 * Asks the agent itself, on every node where the resource may come to run, whether it could work with the options there:
 * IPaddr2 looks for the interface, and for the network of the address. A node that a location constraint forbids is left
 * out, and so is one that is offline; one that does not answer is named.
 *
 * @param wayOut what a person could change in the program
 * @throws PacemakerError (conflict) with what the agent says, by node.
 */
export async function refuseWhereInvalid(
  cluster: Cluster,
  observation: Observation,
  configured: Configured,
  wayOut: string,
): Promise<void> {
  const { resource, group, provider, type } = configured;
  const { nodes, placement } = nodesInQuestion(observation, resource, group);
  const looked = await lookedAt(cluster, nodes, (member) =>
    askOnce(cluster, member, configured),
  );
  const wrong = [...looked].filter(([, verdict]) => verdict?.isValid === false);
  const unseen = nodes.filter((node) => !looked.has(node));
  if (wrong.length > 0)
    throw new PacemakerError(
      "conflict",
      `${resource}: the agent ocf:${provider}:${type} could not start it on ` +
        `${wrong.map(([node]) => node).join(", ")}:\n` +
        wrong
          .map(([node, verdict]) => indent(`${node}: ${inWords(verdict!)}`))
          .join("\n") +
        `\n${wrong.some(([, verdict]) => verdict!.isMissing) ? "Install the agent there (the package resource-agents has it)" : wayOut}, ` +
        `or keep it from these nodes ("pcs constraint location ${placed(placement, group ?? resource)} avoids NODE"). ` +
        `Nothing was changed.`,
    );
  warnOfUnseen(resource, unseen);
}

export function warnOfUnseen(
  resource: string,
  unseen: readonly string[],
): void {
  if (unseen.length > 0)
    warn(
      resource,
      `whether it could start on ${unseen.join(", ")} could not be looked at: no answer by ssh. ` +
        `Mend that, or add the node to connection.hosts.`,
    );
}

/** The nodes that are online, and where no location constraint forbids the resource. */
export function nodesInQuestion(
  { cib, status }: Observation,
  resource: string,
  group: string | undefined,
): { nodes: string[]; placement: Placement } {
  const placement = parsePlacement(cib.text);
  const subjects = [resource, ...(group === undefined ? [] : [group])].flatMap(
    (id) => [id, ...chainOf(placement, id).map((one) => one.id)],
  );
  const banned = bannedNodes({ placement, now: Date.now() }, subjects);
  const nodes = status.nodes
    .filter(({ online, pending }) => online && !pending)
    .map(({ name }) => name)
    .filter((name) => !banned.has(name));
  return { nodes, placement };
}

/** What is not there yet, pcs takes by a pattern only. */
export function placed({ objects }: Placement, id: string): string {
  return objects.has(id) ? id : `'regexp%^${id}$'`;
}

function inWords({ isMissing, reason }: Verdict): string {
  if (reason !== "") return reason.replaceAll("\n", "; ");
  return isMissing ? "it is not installed" : "it does not say why";
}

/** By cluster, node, agent and what the verdict depends on. */
const known = new WeakMap<Cluster, Map<string, Promise<Verdict | undefined>>>();

/** By node, what those say that answer in time. */
export async function lookedAt<Answer>(
  cluster: Cluster,
  nodes: readonly string[],
  asked: (member: Member) => Promise<Answer>,
): Promise<ReadonlyMap<string, Answer>> {
  const enough = new AbortController();
  const late = sleep(patience, undefined, { signal: enough.signal }).catch(
    () => undefined,
  );
  const looking = nodes.map(async (node) => {
    const member = await Promise.race([memberOn(cluster, node), late]);
    if (!member) return [];
    try {
      return [[node, await asked(member)] as const];
    } catch (error) {
      if (isLost(error)) return [];
      throw error;
    }
  });
  try {
    return new Map((await Promise.all(looking)).flat());
  } finally {
    enough.abort();
  }
}

function askOnce(
  cluster: Cluster,
  member: Member,
  configured: Configured,
): Promise<Verdict | undefined> {
  const { provider, type, alike } = configured;
  const verdicts = known.get(cluster) ?? new Map();
  known.set(cluster, verdicts);
  const key = JSON.stringify([member.node, provider, type, alike]);
  const asked = verdicts.get(key) ?? ask(member, configured);
  verdicts.set(key, asked);
  asked.catch(() => verdicts.delete(key));
  return asked;
}

async function ask(
  { host }: Member,
  { provider, type, options }: Configured,
): Promise<Verdict | undefined> {
  const { stdout } = await host.exec(
    [
      ...[crmResource, "--validate", "--output-as=xml", "--class", "ocf"],
      ...["--provider", provider, "--agent", type],
      ...Object.entries(options).flatMap(([name, value]) => [
        "--option",
        `${name}=${value}`,
      ]),
    ],
    { reads: true },
  );
  return parseValidation(stdout);
}
