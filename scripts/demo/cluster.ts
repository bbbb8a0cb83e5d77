/** Looking at the demo's cluster as a person does on a node, and as data where the demo has to decide. */

import { parseCib } from "../../provider/src/model/cib";
import {
  parseStatus,
  type ClusterStatus,
} from "../../provider/src/model/status";
import { execOnNode, type Lab } from "../../lab";
import { run } from "../../lab/command";
import { inNamespace } from "../../lab/network";
import { prompt, say } from "./screen";

const commandMs = 60_000;

/** Runs a command on a node as it is typed there, and shows both it and what it prints. */
export async function showOnNode(
  lab: Lab,
  node: string,
  command: string,
  signal?: AbortSignal,
): Promise<void> {
  prompt(`${node}#`, command);
  show(await read(lab, node, ["/bin/sh", "-c", command], signal));
}

/** The same in the client's network. */
export async function showOnClient(
  lab: Lab,
  command: string,
  signal: AbortSignal,
): Promise<void> {
  prompt("client$", command);
  const output = await run(
    inNamespace(lab.namespace, ["/bin/bash", "-c", command]),
    { timeoutMs: commandMs, signal },
  );
  show(output);
}

export async function readStatus(
  lab: Lab,
  signal?: AbortSignal,
): Promise<ClusterStatus> {
  const argv = ["crm_mon", "--output-as=xml", "--inactive"];
  return parseStatus(await read(lab, firstNode(lab), argv, signal));
}

/** The version of the configuration: Pacemaker counts it up with each change. */
export async function readEpoch(
  lab: Lab,
  signal: AbortSignal,
): Promise<number> {
  const argv = ["cibadmin", "--query"];
  const cib = parseCib(await read(lab, firstNode(lab), argv, signal));
  return cib.version.epoch;
}

/** The one node that runs them all; undefined where there is none, or something is on its way. */
export function nodeOf(
  status: ClusterStatus,
  resources: readonly string[],
): string | undefined {
  const nodes = resources.map((id) => {
    const found = status.resources.get(id);
    return found?.role === "Started" &&
      found.nodes.length === 1 &&
      found.pending === undefined
      ? found.nodes[0]
      : undefined;
  });
  return new Set(nodes).size === 1 ? nodes[0] : undefined;
}

async function read(
  lab: Lab,
  node: string,
  argv: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  const result = await execOnNode(lab, node, argv, {
    timeoutMs: commandMs,
    signal,
  });
  if (result.code === 0) return result.stdout;
  throw new Error(
    `"${argv.at(-1)}" on ${node} ended with code ${result.code}: ` +
      (result.stderr.trim() || result.stdout.trim() || "no output"),
  );
}

function firstNode(lab: Lab): string {
  return lab.nodes[0]!.name;
}

function show(output: string): void {
  const text = output.trimEnd();
  say(text === "" ? "" : `${text}\n`);
}
