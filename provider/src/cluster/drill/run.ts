import { instanceFunctions } from "../../postfix/instance";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import { longestPause } from "../../drill/outage";
import { parseJournal, phasesOf, type History } from "../../drill/phases";
import type { DrillReport, Kind, MailReport } from "../../drill/report";
import type { Probe } from "../../drill/outage";
import { indent } from "../report";
import type { ClusterStatus } from "../../model/status";
import { quoteArgv } from "../../ssh/quote";
import { loseMember, type Cluster, type Member } from "../nodes/members";
import { findNode } from "../nodes/queues";
import { cleanUp, observe } from "../transaction/observe";
import { startClient, type Client, type ClientOptions } from "./client";
import { endFault, makeFault, readLog } from "./fault";
import { findTarget, parseToken, refuseDrill, type Target } from "./target";

export interface DrillOptions {
  readonly kind: Kind;
  /** The group, or address; default: the only one. */
  readonly group?: string | undefined;
  readonly port: number;
  /** Whether the client waits for a greeting ("220"). */
  readonly greets: boolean;
  /** How long the failover, and the way back, may take each, in seconds. */
  readonly seconds: number;
  readonly mail?: ClientOptions["mail"];
  readonly tell: (text: string) => void;
  readonly signal: AbortSignal;
}

/** How often a client must be served in a row before the next step. */
const enough = 25;

/**
 * Makes one fault on the node that runs the stack, watches from a client until another node (or the same one) serves again,
 * and takes the fault back, whatever happened meanwhile. The node takes it back by itself where it is lost to us.
 *
 * @throws PacemakerError (conflict) before anything is done where the stack would not survive it; (timeout) where it was not
 *   served again in time: by then it is taken back.
 */
export async function drill(
  cluster: Cluster,
  options: DrillOptions,
): Promise<{ report: DrillReport; probes: readonly Probe[] }> {
  const { kind, port, greets, seconds, tell, signal } = options;
  const { target, observation } = await findTarget(cluster, options.group);
  await refuseDrill(kind, target, observation);
  const member = await findNode(cluster, target.node);
  const bounds = {
    monitorIntervalMs: target.monitorIntervalMs,
    ...parseToken(
      (await shell(member, "read corosync's settings", "corosync-cmapctl"))
        .stdout,
    ),
    hasMainProcess: await hasMainProcess(member, target),
  };
  const run = `drill-${randomBytes(6).toString("hex")}`;
  const began = Date.now();
  const client = startClient(
    {
      ip: target.ip,
      port,
      greets,
      ...(options.mail && { mail: options.mail }),
    },
    run,
  );
  try {
    await until(
      10,
      signal,
      () => client.served(began) >= enough,
      () =>
        new PacemakerError(
          "connect",
          `${target.ip}:${port} does not answer this machine: ${client.probes.length} attempts, ${client.served(0)} answers. Run the ` +
            `drill where clients are, and see the port (--client-port). Nothing was done.`,
        ),
    );
    tell(`${kind} on ${target.node}, where ${target.id} runs`);
    const place = { ...target, node: target.node };
    let fault = Date.now();
    let failed: unknown;
    let to = target.node;
    try {
      const made = await shell(
        member,
        `make the fault "${kind}"`,
        makeFault(kind, place, 2 * seconds + 30),
      );
      // The node's own word for the moment, where its clock is ours.
      const said = Number(made.stdout.trim().split("\n")[0]) * 1000;
      if (said >= fault && said <= Date.now()) fault = said;
      // It may be on its way out: others are asked.
      if (cluster.member?.node === target.node)
        loseMember(cluster, cluster.member);
      to = await servedAgain(cluster, target, client, fault, options);
    } catch (error) {
      failed = error;
    }
    const back = Date.now();
    tell("taking it back");
    await shell(member, "take the fault back", endFault(kind, place));
    if (kind === "kill" && target.service !== undefined)
      await cleanUp(cluster, target.service);
    await atRest(cluster, target, client, seconds);
    if (failed) throw failed;
    if (signal.aborted) throw interrupted(target);
    await client.stop();
    const outage = longestPause(
      client.probes.filter(({ began: at }) => at <= back),
      fault,
    );
    const logs = await Promise.all(
      cluster.connection.hosts.map((address) =>
        logOf(cluster, address, fault / 1000 - 1, target.instance),
      ),
    );
    const history: History = parseJournal(logs.join("\n"));
    return {
      probes: client.probes,
      report: {
        ...{ kind, target: target.id, address: target.ip, port },
        ...{ from: target.node, to, fault, outage, bounds },
        onReturn: longestPause(client.probes, back),
        phases: outage
          ? phasesOf({
              ...{ fault: fault / 1000, served: outage.to / 1000, history },
              ...{ address: target.addressId, service: target.service },
            })
          : [],
        probes: client.probes.length,
        failedProbes: client.probes.filter(({ ok }) => !ok).length,
        sessionsReset: client.resets(),
        ...(options.mail && {
          mail: await whereMailIs(cluster, target, client),
        }),
      },
    };
  } finally {
    await client.stop();
  }
}

function interrupted({ id }: Target): PacemakerError {
  return new PacemakerError(
    "timeout",
    `${id}: the drill was interrupted. What it had done is taken back.`,
  );
}

async function until(
  seconds: number,
  signal: AbortSignal | undefined,
  reached: () => boolean | Promise<boolean>,
  late: () => PacemakerError,
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await reached())) {
    if (signal?.aborted) return;
    if (Date.now() > end) throw late();
    await sleep(200, undefined, { signal }).catch(() => undefined);
  }
}

/** What the cluster says of itself; a node on its way out or in may have no answer. */
async function statusOf(cluster: Cluster): Promise<ClusterStatus | undefined> {
  try {
    return (await observe(cluster)).status;
  } catch {
    return undefined;
  }
}

/** Waits until the fault has shown and clients are served again; gives the node that serves. */
async function servedAgain(
  cluster: Cluster,
  target: Target,
  client: Client,
  fault: number,
  { kind, seconds, signal }: DrillOptions,
): Promise<string> {
  let to = target.node;
  await until(
    seconds,
    signal,
    async () => {
      const status = await statusOf(cluster);
      if (!status) return false;
      const nodes = new Set(
        target.members.map((one) => {
          const found = status.resources.get(one);
          return found?.role === "Started" ? found.nodes[0] : undefined;
        }),
      );
      const [node] = nodes;
      if (nodes.size !== 1 || node === undefined) return false;
      const failures = client.probes.filter(
        ({ ok, began }) => !ok && began >= fault,
      );
      // A killed service is Started until Pacemaker looks.
      const hasShown =
        kind === "kill" ? failures.length > 0 : node !== target.node;
      if (!hasShown) return false;
      to = node;
      const since = Math.max(fault, ...failures.map(({ ended }) => ended));
      return client.served(since) >= enough;
    },
    () =>
      new PacemakerError(
        "timeout",
        `${target.id}: no other node has served ${target.ip} within ${seconds} s of the fault. It was taken back; see "pcs status" ` +
          `and "journalctl -t pacemaker-controld" on the nodes for why.`,
      ),
  );
  return to;
}

/** After it was taken back: all nodes are there again, and the client is served. */
async function atRest(
  cluster: Cluster,
  target: Target,
  client: Client,
  seconds: number,
): Promise<void> {
  await until(
    seconds,
    undefined,
    async () => {
      const since = Date.now();
      const status = await statusOf(cluster);
      if (!status) return false;
      const isThere = status.nodes.every(
        ({ online, pending, standby }) => online && !pending && !standby,
      );
      const isUp = target.members.every((one) => {
        const found = status.resources.get(one);
        return found?.role === "Started" && found.pending === undefined;
      });
      if (!isThere || !isUp) return false;
      await sleep(1000);
      return client.served(since) >= enough;
    },
    () =>
      new PacemakerError(
        "timeout",
        `${target.id}: the fault was taken back, and the cluster is not at rest ${seconds} s later. See "pcs status"; ` +
          `${target.node} must be online and not in standby.`,
      ),
  );
}

async function shell(
  member: Member,
  what: string,
  stdin: string,
): Promise<{ stdout: string }> {
  const result = await member.host.exec(["/bin/sh", "-s"], {
    stdin,
    rights: "root",
    timeoutSeconds: 90,
  });
  if (result.code === 0) return result;
  throw new PacemakerError(
    "cluster",
    `the drill could not ${what} on ${member.node} (${member.host.label}), exit code ${result.code}:\n` +
      `${indent(result.stderr || result.stdout || "no output")}\n` +
      `What was begun is taken back by the node itself ("systemctl list-timers" there shows pulumi-pacemaker-drill).`,
    member.host.address,
  );
}

/** Undefined: there is no service of systemd's. */
async function hasMainProcess(
  member: Member,
  { unit }: Target,
): Promise<boolean | undefined> {
  if (unit === undefined) return undefined;
  const { stdout } = await shell(
    member,
    "ask systemd for the main process",
    quoteArgv([
      ...["systemctl", "show", "--property=MainPID", "--value"],
      `${unit}.service`,
    ]),
  );
  return stdout.trim() !== "0";
}

/** A node that cannot be asked has no part in the history. */
async function logOf(
  cluster: Cluster,
  address: string,
  since: number,
  instance: string | undefined,
): Promise<string> {
  try {
    const member = await findNode(cluster, address);
    return (await shell(member, "read the log", readLog(since, instance)))
      .stdout;
  } catch {
    return "";
  }
}

/** In which queue the accepted messages lie. */
async function whereMailIs(
  cluster: Cluster,
  { instance }: Target,
  { mails }: Client,
): Promise<MailReport> {
  const queued: Record<string, number> = {};
  const ids = new Set(mails.flatMap(({ queueId }) => queueId ?? []));
  if (instance !== undefined)
    for (const address of cluster.connection.hosts) {
      const member = await findNode(cluster, address);
      const { stdout } = await shell(
        member,
        "list the queue",
        `${instanceFunctions}\ncd "$(queueOf ${instance})" && find incoming maildrop active deferred hold -type f -printf '%f\\n' || :`,
      );
      const here = stdout.split("\n").filter((id) => ids.has(id)).length;
      if (here > 0) queued[member.node] = here;
    }
  const count = (outcome: string): number =>
    mails.filter((mail) => mail.outcome === outcome).length;
  const accepted = count("accepted");
  return {
    ...{ sent: mails.length, accepted, queued },
    refused: count("refused"),
    unanswered: count("unanswered"),
    delivered:
      accepted - Object.values(queued).reduce((sum, one) => sum + one, 0),
  };
}
