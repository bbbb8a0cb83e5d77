/** From nothing to a cluster with quorum. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { ensureBase } from "./base";
import { boot, captureOnNode, mountRoot, runOnNode } from "./containers";
import { run } from "./command";
import { removeLab } from "./down";
import { findMissing, waitHealthy } from "./health";
import { installTools, labObstacles, ObstaclesError } from "./host";
import { describeLab, type Lab } from "./lab";
import { withLock } from "./lock";
import { inNamespace, makeNetwork } from "./network";
import { makeSecrets, readHostKeys, writeNodeFiles } from "./node-files";
import { baselineFile, labDir, labFile, nodePaths } from "./paths";
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
  const plan = planLab(options);
  const obstacles = labObstacles();
  if (obstacles.length > 0) throw new ObstaclesError(obstacles);
  return withLock(plan.name, async () => {
    const running = await findRunning(plan, options);
    if (running) {
      log(`lab ${plan.name} is up already`);
      return running;
    }
    try {
      await removeLab(plan.name);
      await installTools(log, signal);
      return await build(plan, log, signal);
    } catch (error) {
      log("taking down what was there already");
      await removeLab(plan.name);
      throw error;
    }
  });
}

async function findRunning(
  plan: LabPlan,
  options: LabOptions,
): Promise<Lab | undefined> {
  const lab = describeLab(plan.name);
  if (!lab || lab.suite !== plan.suite) return undefined;
  if (options.nodes !== undefined && lab.nodes.length !== options.nodes)
    return undefined;
  // Postfix may have been handed to the cluster, or stopped by a test: that is a matter for `reset`.
  return (await findMissing(lab.name, lab.nodes, [22, 2224])) === undefined
    ? lab
    : undefined;
}

async function build(
  plan: LabPlan,
  log: Log,
  signal?: AbortSignal,
): Promise<Lab> {
  const base = await ensureBase(plan.suite, log, signal);
  const dir = labDir(plan.name);
  mkdirSync(dir, { recursive: true, mode: 0o700 });

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
