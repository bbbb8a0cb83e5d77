import { setTimeout as sleep } from "node:timers/promises";
import { PacemakerError } from "../../errors";
import {
  countDrained,
  drainUnit,
  endDrain,
  parseDrain,
  startDrain,
  type DrainCount,
} from "../../postfix/drain";
import { byHand } from "../../postfix/instance";
import { withoutState, type Queue, type QueueLook } from "../../postfix/queues";
import { indent } from "../report";
import type { Cluster, Member } from "./members";
import { findNode, readQueue } from "./queues";

export interface Drained extends DrainCount {
  readonly node: string;
  /** Of that Postfix's configuration. */
  readonly folder: string;
  readonly before: Queue;
  readonly after: Queue;
  /** Why it ended before all was tried, if it did. */
  readonly endedBy?: "time" | "postfix" | "person";
}

export interface DrainOptions {
  readonly instance: string;
  /** How long it may take, in seconds. */
  readonly seconds: number;
  /** Told how things stand, about once a second. */
  readonly tell: (queue: Queue) => void;
  /** Ends it early: what was changed is put back. */
  readonly signal: AbortSignal;
}

/** What the node allows beyond our own bound, in seconds, before systemd ends it there. */
const grace = 30;

/**
 * Delivers what lies in the queue of a node where Postfix does not run: tries each message once, for a bounded time. Postfix
 * listens nowhere meanwhile, and makes room at once where Pacemaker starts it. Nothing is deleted or copied; what cannot be
 * delivered, or is on hold, stays.
 *
 * @throws PacemakerError (conflict) where Postfix or another drain runs there; the transport's where it cannot be reached.
 */
export async function drain(
  cluster: Cluster,
  node: string,
  { instance, seconds, tell, signal }: DrainOptions,
): Promise<Drained> {
  const member = await findNode(cluster, node);
  const before = await readQueue(cluster, member, instance);
  const runs = runsThere(node, instance, before);
  if (before.runs) throw runs;
  const since = Math.floor(Date.now() / 1000);
  const began = await script(
    member,
    "start",
    startDrain(instance, seconds + grace),
  );
  const first = parseDrain(began);
  if (first.words.has("runs")) throw runs;
  if (first.words.has("busy"))
    throw new PacemakerError(
      "conflict",
      `${node}: another drain is under way there. It ends by itself; "systemctl status ${drainUnit(instance)}" there shows it.`,
      member.host.address,
    );
  let endedBy: Drained["endedBy"];
  let lost: unknown;
  try {
    endedBy = await untilTried(cluster, member, {
      instance,
      seconds,
      tell,
      signal,
    });
  } catch (error) {
    lost = error;
  }
  const ended = await script(member, "end", endDrain(instance, since - 60));
  if (lost) throw lost;
  const last = parseDrain(ended);
  return {
    ...{ node, folder: before.folder },
    ...countDrained(first, last),
    before: withoutState(before),
    after: withoutState(await readQueue(cluster, member, instance)),
    ...(last.words.has("ended")
      ? { endedBy: "postfix" }
      : endedBy && { endedBy }),
  };
}

/** Waits until Postfix has tried each message: then none is active or arriving, twice in a row. */
async function untilTried(
  cluster: Cluster,
  member: Member,
  { instance, seconds, tell, signal }: DrainOptions,
): Promise<Drained["endedBy"]> {
  const until = Date.now() + seconds * 1000;
  for (let quiet = 0; quiet < 2;) {
    if (signal.aborted) return "person";
    if (Date.now() > until) return "time";
    await sleep(1000, undefined, { signal }).catch(() => undefined);
    const look = await readQueue(cluster, member, instance);
    if (!look.runs) return "postfix";
    tell(look);
    quiet = look.active + look.incoming === 0 ? quiet + 1 : 0;
  }
  return undefined;
}

function runsThere(
  node: string,
  instance: string,
  { folder }: QueueLook,
): PacemakerError {
  return new PacemakerError(
    "conflict",
    `${node}: Postfix runs there, and delivers its queue itself: "${byHand(instance, folder, "postqueue -f")}" there tries all of it at once. ` +
      `A drain is for a node where it does not run. Nothing was changed.`,
  );
}

async function script(
  member: Member,
  what: string,
  stdin: string,
): Promise<string> {
  const result = await member.host.exec(["/bin/sh", "-s"], {
    stdin,
    rights: "root",
    timeoutSeconds: 60,
  });
  if (result.code === 0) return result.stdout;
  throw new PacemakerError(
    "cluster",
    `the drain on ${member.node} (${member.host.label}) did not ${what}, exit code ${result.code}:\n` +
      `${indent(result.stderr || result.stdout || "no output")}\n` +
      `"journalctl -u 'pulumi-pacemaker-drain*'" there says more. Nothing of the queue was deleted; what it needed is taken ` +
      `away by itself, at the latest by the next drain there.`,
    member.host.address,
  );
}
