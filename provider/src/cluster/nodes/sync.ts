import { PacemakerError } from "../../errors";
import type { ClusterStatus } from "../../model/status";
import { differences, pythonSetup, type Setup } from "../../postfix/sync";
import { indent, warn } from "../report";
import { asPacemakerError, memberOn, parse, type Cluster } from "./members";

/** How long a node may take to say what its Postfix works with, in seconds. */
const lookSeconds = 30;

/**
 * Compares what Postfix works with on the nodes that are online, by one command on each, and tells what differs. It throws
 * nothing.
 */
export async function warnOfDifferences(
  cluster: Cluster,
  { nodes }: ClusterStatus,
  resource: string,
  instance: string,
): Promise<void> {
  const online = nodes.filter((node) => node.online && !node.pending);
  const setups = new Map<string, Setup>();
  const unseen: string[] = [];
  await Promise.all(
    online.map(async ({ name }) => {
      try {
        setups.set(name, await setupOn(cluster, name, instance));
      } catch (error) {
        unseen.push(`${name}: ${asPacemakerError(error).message}`);
      }
    }),
  );
  if (unseen.length > 0)
    warn(
      resource,
      `whether Postfix is set up alike everywhere could not be looked at on every node:\n${indent(unseen.sort().join("\n"))}`,
    );
  const found = differences(setups);
  if (found.length > 0)
    warn(
      resource,
      `Postfix is not set up alike on the nodes, so that a failover changes it:\n${indent(found.join("\n"))}\n` +
        `Make it the same by hand, or declare it ("postfix").`,
    );
}

async function setupOn(
  cluster: Cluster,
  node: string,
  instance: string,
): Promise<Setup> {
  const member = await memberOn(cluster, node);
  if (!member)
    throw new PacemakerError("connect", `it cannot be reached by ssh`);
  const { code, stdout, stderr } = await member.host.exec(
    ["/usr/bin/env", "python3", "-I", "-"],
    { reads: true, stdin: pythonSetup(instance), timeoutSeconds: lookSeconds },
  );
  if (code === 0)
    return parse(
      member,
      "postconf",
      stdout,
      (text) => JSON.parse(text) as Setup,
    );
  throw new PacemakerError(
    "cluster",
    `postconf fails there with exit code ${code}:\n${indent(stderr)}`,
    member.host.address,
  );
}
