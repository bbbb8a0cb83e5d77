/** From nothing to a cluster with quorum. */

import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ensureBase } from "./base";
import { boot, captureOnNode, mountRoot, runOnNode } from "./containers";
import { run } from "./command";
import { removeLab } from "./down";
import { labNames, makeLabFolder, refuseForeign } from "./folder";
import { findMissing, waitHealthy } from "./health";
import { installTools, labObstacles, ObstaclesError } from "./host";
import { describeLab, type Lab } from "./lab";
import { withLock } from "./lock";
import { inNamespace, makeNetwork } from "./network";
import { makeSecrets, readHostKeys, writeNodeFiles } from "./node-files";
import { baselineFile, labFile, nodePaths } from "./paths";
import {
  clientAddress,
  floatingAddress,
  networkPrefix,
  planLab,
  type LabOptions,
  type LabPlan,
} from "./plan";
import { allDone } from "./wait";

export type Log = (line: string) => void;

/** Brings a lab up, or finds it up and healthy. Leaves nothing behind when it fails or is interrupted. */
export async function labUp(
  options: LabOptions = {},
  log: Log = () => undefined,
  signal?: AbortSignal,
): Promise<Lab> {
  const { name } = planLab(options);
  const obstacles = labObstacles();
  if (obstacles.length > 0) throw new ObstaclesError(obstacles);
  const bringUp = async () => {
    refuseForeign(name);
    const there = describeLab(name);
    const flaw = await findFlaw(name, there, options);
    if (there && flaw === undefined) {
      log(`lab ${name} is up already`);
      return there;
    }
    if (flaw !== undefined) log(`lab ${name} is made anew: ${flaw}`);
    const plan = planLab(asItWas(options, there));
    try {
      await removeLab(name);
      await installTools(log, signal);
      return await build(plan, log, signal);
    } catch (error) {
      log("taking down what was there already");
      await removeLab(name);
      throw error;
    }
  };
  return withLock(name, bringUp, { log, signal });
}

/** What is not asked for stays as it is. */
function asItWas(options: LabOptions, there: Lab | undefined): LabOptions {
  return {
    name: options.name,
    suite: options.suite ?? there?.suite,
    nodes: options.nodes ?? there?.nodes.length,
  };
}

/** Why what there is of a lab does not serve, in words; undefined if it does, or if there is nothing. */
async function findFlaw(
  name: string,
  there: Lab | undefined,
  options: LabOptions,
): Promise<string | undefined> {
  if (!there) {
    return labNames().includes(name)
      ? "the one that is there has not come up"
      : undefined;
  }
  return (
    mismatch(there, options) ??
    // Postfix may have been handed to the cluster, or stopped by a test: that is a matter for `reset`.
    (await findMissing(name, there.nodes, [22, 2224]))
  );
}

/** What is asked for and is not so; what is not asked for counts as it is. */
export function mismatch(
  there: Pick<LabPlan, "suite" | "nodes">,
  { suite, nodes }: LabOptions,
): string | undefined {
  if (suite !== undefined && suite !== there.suite) {
    return `it is one of ${there.suite}, and ${suite} is asked for`;
  }
  if (nodes !== undefined && nodes !== there.nodes.length) {
    return `its number of nodes is ${there.nodes.length}, and ${nodes} is asked for`;
  }
  return undefined;
}

async function build(
  plan: LabPlan,
  log: Log,
  signal?: AbortSignal,
): Promise<Lab> {
  const base = await ensureBase(plan.suite, log, signal);
  const dir = makeLabFolder(plan.name);

  log(`making ${plan.nodes.length} nodes of ${plan.suite} and their network`);
  const key = join(dir, "id_ed25519");
  await run([
    ...["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "lab"],
    ...["-f", key],
  ]);
  const secrets = makeSecrets(plan, readFileSync(`${key}.pub`, "utf8"));
  await allDone([
    makeNetwork(plan),
    ...plan.nodes.map(async (node) => {
      const root = await mountRoot(plan.name, node.name, base);
      await writeNodeFiles(root, plan, node, secrets);
    }),
  ]);
  const hostKeys = writeKnownHosts(plan, join(dir, "known_hosts"));

  log("booting");
  signal?.throwIfAborted();
  await allDone(plan.nodes.map((node) => boot(plan.name, node)));
  await waitFormed(plan, log, signal);
  await settle(plan);

  const lab: Lab = {
    ...plan,
    hosts: plan.nodes.map((node) => node.address),
    user: "root",
    privateKeyPath: key,
    knownHostsPath: join(dir, "known_hosts"),
    hostKeys,
    floatingAddress,
    cidrNetmask: networkPrefix,
    clientAddress,
    versions: await readVersions(plan),
    path: labFile(plan.name),
  };
  await allDone(lab.nodes.map((node) => checkSsh(lab, node.name)));
  const unfinished = `${lab.path}.new`;
  writeFileSync(unfinished, `${JSON.stringify(lab, undefined, 2)}\n`);
  renameSync(unfinished, lab.path);
  return lab;
}

function writeKnownHosts(plan: LabPlan, file: string): Record<string, string> {
  const keys = plan.nodes.map((node) => ({
    node,
    keys: readHostKeys(nodePaths(plan.name, node.name).root),
  }));
  const lines = keys.flatMap(({ node, keys }) =>
    keys.map((key) => `${node.address},${node.name} ${key}\n`),
  );
  writeFileSync(file, lines.join(""));
  return Object.fromEntries(
    keys.map(({ node, keys }) => [node.address, keys[0] ?? ""]),
  );
}

async function waitFormed(
  plan: LabPlan,
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  await waitHealthy(plan.name, plan.nodes, {
    timeoutMs: 180_000,
    intervalMs: 250,
    signal,
    onMissing: (missing) => log(`... ${missing}`),
  });
  log("partition with quorum, all nodes online, sshd, pcsd and Postfix answer");
}

/** Takes back what only served a fast start, and keeps the configuration for `reset`. */
async function settle(plan: LabPlan): Promise<void> {
  const node = plan.nodes[0]?.name ?? "";
  await runOnNode(plan.name, node, [
    ...["crm_attribute", "--type", "crm_config"],
    ...["--name", "dc-deadtime", "--delete"],
  ]);
  const configuration = await runOnNode(plan.name, node, [
    ...["cibadmin", "--query", "--scope", "configuration"],
  ]);
  writeFileSync(baselineFile(plan.name), configuration);
}

async function readVersions(plan: LabPlan): Promise<Lab["versions"]> {
  const status = await captureOnNode(plan.name, plan.nodes[0]?.name ?? "", [
    ...["dpkg-query", "--show", "--showformat", "${Version}\n"],
    ...["pacemaker", "pcs"],
  ]);
  const [pacemaker = "", pcs = ""] = status.stdout
    .split("\n")
    .map((version) => version.replace(/-[^-]*$/, ""));
  return { pacemaker, pcs };
}

export function sshArgv(lab: Lab, node: string): string[] {
  const address = lab.nodes.find(({ name }) => name === node)?.address;
  if (!address) throw new Error(`Lab ${lab.name} has no ${node}.`);
  return inNamespace(lab.namespace, [
    ...["ssh", "-F", "/dev/null", "-i", lab.privateKeyPath],
    ...["-o", "IdentitiesOnly=yes"],
    ...["-o", `UserKnownHostsFile=${lab.knownHostsPath}`],
    ...["-o", "StrictHostKeyChecking=yes"],
    `${lab.user}@${address}`,
  ]);
}

async function checkSsh(lab: Lab, node: string): Promise<void> {
  await run([...sshArgv(lab, node), "-o", "BatchMode=yes", "true"], {
    timeoutMs: 15_000,
  });
}
