import { PacemakerError } from "../../errors";
import { mistakesIn, parseMetadata, type Metadata } from "../../model/metadata";
import type { Cluster, Member } from "../nodes/members";
import { indent } from "../report";
import type { Observation } from "../transaction/observe";
import { lookedAt, nodesInQuestion, placed, warnOfUnseen } from "./agent";

const crmResource = "/usr/sbin/crm_resource";

/** An agent with the options that it is to be given. */
export interface Described {
  readonly resource: string;
  readonly group?: string | undefined;
  /** As pcs spells it: "ocf:heartbeat:Filesystem". */
  readonly agent: string;
  readonly options: Readonly<Record<string, string>>;
}

/**
 * Compares the options with what the agent says of itself on every node where the resource may come to run. The agent is not
 * run with them, so that no value stands in an argument.
 *
 * @throws PacemakerError (conflict) with what is wrong, by node.
 */
export async function refuseUnlessDescribed(
  cluster: Cluster,
  observation: Observation,
  { resource, group, agent, options }: Described,
): Promise<void> {
  const { nodes, placement } = nodesInQuestion(observation, resource, group);
  const looked = await lookedAt(cluster, nodes, (member) =>
    metadataOn(cluster, member, agent),
  );
  const wrong = [...looked].flatMap(([node, metadata]) => {
    const mistakes = metadata
      ? mistakesIn(metadata, options, agent.startsWith("stonith:"))
      : ["it is not installed"];
    return mistakes.map((mistake) => `${node}: ${mistake}`);
  });
  if (wrong.length > 0) {
    const isMissing = [...looked.values()].includes(undefined);
    throw new PacemakerError(
      "conflict",
      `${resource}: the agent ${agent} cannot be used as declared:\n` +
        wrong.map((line) => indent(line)).join("\n") +
        `\n${isMissing ? `Install the agent there, or keep the resource from these nodes ("pcs constraint location ${placed(placement, group ?? resource)} avoids NODE")` : `Correct "options" ("pcs ${describe(agent)}" shows what the agent takes)`}. ` +
        `Nothing was changed.`,
    );
  }
  warnOfUnseen(
    resource,
    nodes.filter((node) => !looked.has(node)),
  );
}

/** "stonith describe fence_ipmilan", or of any other agent "resource describe ocf:heartbeat:Filesystem". */
function describe(agent: string): string {
  return agent.startsWith("stonith:")
    ? agent.replace(":", " describe ")
    : `resource describe ${agent}`;
}

/** The options among these that the agent takes over without a restart, as any node that answers describes it. */
export async function reloadable(
  cluster: Cluster,
  { status }: Observation,
  agent: string,
  names: readonly string[],
): Promise<string[]> {
  const [node] = status.nodes.filter(({ online }) => online);
  if (!node || names.length === 0) return [];
  const looked = await lookedAt(cluster, [node.name], (member) =>
    metadataOn(cluster, member, agent),
  );
  const metadata = looked.get(node.name);
  return names.filter((name) => metadata?.get(name)?.isReloadable === true);
}

type Asked = Promise<Metadata | undefined>;

/** By cluster, node and agent: asked for once, as long as this process lives. */
const known = new WeakMap<Cluster, Map<string, Asked>>();

function metadataOn(cluster: Cluster, member: Member, agent: string): Asked {
  const all = known.get(cluster) ?? new Map<string, Asked>();
  known.set(cluster, all);
  const key = `${member.node} ${agent}`;
  const asked = all.get(key) ?? ask(member, agent);
  all.set(key, asked);
  asked.catch(() => all.delete(key));
  return asked;
}

async function ask({ host }: Member, agent: string): Asked {
  const { code, stdout, stderr } = await host.exec(
    [crmResource, "--show-metadata", agent],
    { reads: true },
  );
  if (code === 0) return parseMetadata(stdout);
  // CRM_EX_NOSUCH; whoever may not ask, or is not answered, has not learnt that it lacks.
  if (code === 105) return undefined;
  throw new PacemakerError(
    "cluster",
    `crm_resource --show-metadata ${agent} has failed on ${host.address} (exit code ${code}):\n${indent(stderr || stdout)}\n` +
      `Run it there by hand to see why. Nothing was changed.`,
    host.address,
  );
}
