/** The demo itself, act by act. Each takes what it needs, shows what it does, and returns what it measured. */

import { execOnNode, type Lab } from "../../lab";
import { waitUntil } from "../../lab/wait";
import { REPO } from "../cli/places";
import {
  nodeOf,
  readEpoch,
  readStatus,
  showOnClient,
  showOnNode,
} from "./cluster";
import { probeMs, smtpPort, startProber } from "./outage";
import { runOnTerminal } from "./program";
import { prompt, say } from "./screen";
import { pulumiArgv, type Stack } from "./stack";

const members = ["smtp_ip", "smtp_service"];

/** Runs the CLI on the stack, shown as a person can type it. Returns the milliseconds that it took. */
export async function pulumi(
  stack: Stack,
  argv: readonly string[],
  signal: AbortSignal,
): Promise<number> {
  prompt("$", `npm run demo -- pulumi ${argv.join(" ")}`);
  const started = Date.now();
  const code = await runOnTerminal(pulumiArgv(stack, argv), {
    cwd: REPO,
    env: stack.env,
    timeoutMs: 10 * 60_000,
    signal,
  });
  if (code !== 0)
    throw new Error(`"pulumi ${argv.join(" ")}" ended with code ${code}`);
  return Date.now() - started;
}

/** The node that runs the stack. */
export async function activeNode(
  lab: Lab,
  signal: AbortSignal,
): Promise<string> {
  const node = nodeOf(await readStatus(lab, signal), members);
  if (node === undefined)
    throw new Error(`${members.join(" and ")} do not run on one node`);
  return node;
}

/** An earlier run that was interrupted may have left one. */
export async function endStandby(lab: Lab, signal: AbortSignal): Promise<void> {
  const { nodes } = await readStatus(lab, signal);
  for (const { name } of nodes.filter(({ standby }) => standby))
    await showOnNode(lab, name, `pcs node unstandby ${name}`, signal);
}

/** What there is to see on the node that runs the stack, and from a client. */
export async function look(lab: Lab, signal: AbortSignal): Promise<void> {
  const node = await activeNode(lab, signal);
  const address = `${lab.floatingAddress}/${lab.cidrNetmask}`;
  for (const command of [
    "pcs status resources",
    `ip -4 address show | grep -F '${address}'`,
    `ss -lntp | grep ':${smtpPort} '`,
  ])
    await showOnNode(lab, node, command, signal);
  await banner(lab, signal);
}

async function banner(lab: Lab, signal: AbortSignal): Promise<void> {
  const command = `timeout 10 head -n 1 </dev/tcp/${lab.floatingAddress}/${smtpPort}`;
  await showOnClient(lab, command, signal);
}

/** Sends the active node into standby and back, and measures how long a client is not greeted. */
export async function failover(
  lab: Lab,
  signal: AbortSignal,
): Promise<{ outage: number; onReturn: number }> {
  const from = await activeNode(lab, signal);
  const prober = startProber(lab, signal);
  let standby = false;
  try {
    say(
      `A client connects to ${lab.floatingAddress}:${smtpPort} every ${probeMs} ms and waits for the banner.\n`,
    );
    await prober.greeted(20, Date.now());
    const start = Date.now();
    standby = true;
    await showOnNode(lab, from, `pcs node standby ${from}`, signal);
    let to = "";
    await waitUntil(
      `the stack to run on another node than ${from}`,
      async () => {
        const node = nodeOf(await readStatus(lab, signal), members);
        to = node ?? "";
        return node === undefined || node === from
          ? "it does not yet"
          : undefined;
      },
      { timeoutMs: 120_000, intervalMs: 200, signal },
    );
    await prober.greeted(20, Date.now());
    const outage = prober.outageSince(start);
    await showOnNode(lab, to, "pcs status resources", signal);
    await banner(lab, signal);
    say(`The client was not greeted for ${seconds2(outage)}.\n`);

    const back = Date.now();
    await showOnNode(lab, from, `pcs node unstandby ${from}`, signal);
    standby = false;
    await settled(lab, signal);
    await prober.greeted(20, Date.now());
    const onReturn = prober.outageSince(back);
    const now = await activeNode(lab, signal);
    say(
      now === to
        ? `The stack stays on ${now}.`
        : `The stack went back to ${now} (no resource-stickiness is set): ${seconds2(onReturn)} without a greeting.`,
    );
    return { outage, onReturn: now === to ? 0 : onReturn };
  } finally {
    await prober.stop();
    if (standby)
      await showOnNode(lab, from, `pcs node unstandby ${from}`).catch(() =>
        say(
          `${from} is left in standby: npm run lab -- exec ${from} --name ${lab.name} -- pcs node unstandby ${from}`,
        ),
      );
  }
}

/** Waits until the cluster has carried out all that it plans. */
async function settled(lab: Lab, signal: AbortSignal): Promise<void> {
  const argv = ["crm_resource", "--wait", "--timeout=100"];
  const result = await execOnNode(lab, lab.nodes[0]!.name, argv, {
    timeoutMs: 120_000,
    signal,
  });
  if (result.code !== 0)
    throw new Error(
      `waited for the cluster to come to rest, in vain: ${result.stderr.trim()}`,
    );
}

/** The same program once more. Fails when Pulumi plans anything or the cluster's configuration moves on. */
export async function again(stack: Stack, signal: AbortSignal): Promise<void> {
  const before = await readEpoch(stack.lab, signal);
  await pulumi(
    stack,
    ["up", "--yes", "--skip-preview", "--expect-no-changes"],
    signal,
  );
  const after = await readEpoch(stack.lab, signal);
  if (after !== before)
    throw new Error(
      `nothing was to change, but the cluster's configuration went from epoch ${before} to ${after}`,
    );
  say(
    `The epoch of the cluster's configuration was ${before}, and still is: nothing was written.\n` +
      `(activeNode is what the last change found; "pulumi up --refresh" looks again.)`,
  );
}

export function seconds2(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}
