import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { deferred } from "../../deferred";
import { PacemakerError } from "../../errors";
import { isFencing, parseCib, parseCibHeader, type Cib } from "../../model/cib";
import { forFencing, type PcsCommand } from "../../pcs/commands";
import { versionedPatch } from "../../model/patch";
import { parsePlans } from "../../model/simulation";
import type { ClusterStatus } from "../../model/status";
import {
  onMember,
  parse,
  read,
  readStatus,
  type Cluster,
  type Member,
} from "../nodes/members";
import type { Host } from "../../ssh";
import { refusal } from "../nodes/refusal";
import { noteStatus } from "../outcome/known";
import { shared } from "./polling";
import { readStaged, stagingScript, warmingScript, type Staged } from "./stage";

/** What the cluster was at one moment, as one member of the quorate partition saw it. */
export interface Observation {
  readonly member: Member;
  readonly cib: Cib;
  readonly status: ClusterStatus;
}

const cibadmin = "/usr/sbin/cibadmin";
const crmAdmin = "/usr/sbin/crmadmin";
const crmResource = "/usr/sbin/crm_resource";
const crmSimulate = "/usr/sbin/crm_simulate";

/** Pacemaker's exit code for a patch that is made for another version of the CIB. */
const oldCib = 103;

/** No connection to the CIB's daemon, or none any more; no answer of it in time; ended by a signal. */
const noAnswer = [102, 124, 137, 143];

interface Snapshot {
  readonly at: number;
  readonly observation: Promise<Observation>;
}

/** What was read last, until this process changes anything. */
const last = new WeakMap<Cluster, Snapshot>();

/** How long what was read serves, in milliseconds. */
const recentFor = 300;
const sharedFor = 10_000;

/**
 * Reads the configuration and the status from a member of the quorate partition.
 *
 * @throws PacemakerError when no host of the connection is one (kind quorum, or the transport's).
 */
export async function observe(cluster: Cluster): Promise<Observation> {
  return snapshot(cluster, 0);
}

/**
 * What was read a moment ago serves those who would read it again, if this process has changed nothing since: where it is
 * out of date, the compare-and-swap refuses what was planned with it.
 */
export async function observeRecent(cluster: Cluster): Promise<Observation> {
  return snapshot(cluster, recentFor);
}

/** What one read found serves every resource that is read at about the same time, until this process changes anything. */
export async function observeShared(cluster: Cluster): Promise<Observation> {
  return snapshot(cluster, sharedFor);
}

function snapshot(cluster: Cluster, maxAge: number): Promise<Observation> {
  const known = last.get(cluster);
  if (known && Date.now() - known.at < maxAge) return known.observation;
  const observation = readAll(cluster);
  const current = { at: Date.now(), observation };
  last.set(cluster, current);
  observation.catch(() => {
    if (last.get(cluster) === current) last.delete(cluster);
  });
  return observation;
}

/** Makes the next observation a new one. */
export function forgetObservations(cluster: Cluster): void {
  last.delete(cluster);
}

/** By cluster: how often this process has pushed, and who wants to know of the next time. */
const pushes = new WeakMap<
  Cluster,
  { count: number; readonly bells: (() => void)[] }
>();

function pushesTo(cluster: Cluster) {
  const found = pushes.get(cluster) ?? { count: 0, bells: [] };
  pushes.set(cluster, found);
  return found;
}

/** How often this process has changed the cluster's configuration, or may have. */
export function pushCount(cluster: Cluster): number {
  return pushesTo(cluster).count;
}

/**
 * Waits until this process changes the cluster's configuration, so that nobody has to look meanwhile.
 *
 * @param count what was known of: where there are more by now, it ends at once
 * @param longest in milliseconds: then it ends in any case
 * @param signal ends it at once
 */
export async function untilPushed(
  cluster: Cluster,
  count: number,
  longest: number,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const known = pushesTo(cluster);
  if (known.count !== count) return;
  const ended = new AbortController();
  const { promise, resolve } = deferred();
  known.bells.push(resolve);
  await Promise.race([
    promise,
    sleep(longest, undefined, {
      signal: AbortSignal.any([signal, ended.signal]),
    }).catch(() => undefined),
  ]);
  ended.abort();
}

function notePush(cluster: Cluster): void {
  forgetObservations(cluster);
  const known = pushesTo(cluster);
  known.count += 1;
  for (const ring of known.bells.splice(0)) ring();
}

/** The designated controller as it was seen last: it is the same one for days. */
const controllers = new WeakMap<Cluster, string>();

async function readAll(cluster: Cluster): Promise<Observation> {
  return onMember(cluster, async (member, seen) => {
    const query = (dc: string | undefined): Promise<string> =>
      read(member, [cibadmin, "--query", ...atDc(member, { dc })]);
    const expected = seen ? undefined : controllers.get(cluster);
    const early = expected === undefined ? undefined : query(expected);
    // Where another one is found, whatever became of it is of no interest.
    early?.catch(() => undefined);
    const status = noteStatus(cluster, seen ?? (await readStatus(member)));
    const text = await (early && status.dc === expected
      ? early
      : query(status.dc));
    if (status.dc !== undefined) controllers.set(cluster, status.dc);
    return { member, status, cib: parse(member, "cibadmin", text, parseCib) };
  });
}

/** How long the designated controller may take to answer another node, in seconds. */
const dcSeconds = 10;

/**
 * The copy of the CIB that counts is the designated controller's. Right after a partition has healed, another node's may
 * be a version of its own, and a patch made for that one would change that copy alone.
 */
function atDc(
  member: Member,
  { dc }: { readonly dc?: string | undefined },
): string[] {
  return dc === undefined || dc === member.node
    ? []
    : ["--node", dc, "--timeout", `${dcSeconds}`];
}

/** Reads the status alone. */
export const observeStatus = shared(async (cluster) =>
  noteStatus(cluster, await onMember(cluster, readStatus)),
);

/**
 * What the cluster would still do if nothing else changed, computed from the designated controller's copy of the CIB: another
 * node's may not have heard of our change yet.
 */
export const observePlans = shared((cluster, status: ClusterStatus) =>
  onMember(cluster, async (member) => {
    const stdin = await read(member, [
      cibadmin,
      "--query",
      ...atDc(member, status),
    ]);
    const text = await read(
      member,
      [
        crmSimulate,
        "--xml-pipe",
        // Without it, only the status is printed.
        "--simulate",
        "--output-as=xml",
      ],
      { stdin, rights: "none" },
    );
    return parse(member, "crm_simulate", text, parsePlans);
  }),
);

/** Whether the designated controller has carried out all that it planned. */
export const isIdle = shared(
  async (cluster, { dc }: ClusterStatus): Promise<boolean> => {
    if (dc === undefined) return false;
    return onMember(cluster, async (member) => {
      const text = await read(member, [crmAdmin, "--status", dc]);
      return text.includes("S_IDLE");
    });
  },
);

/** The runner of this process, on every node where it stages. */
const runner = randomBytes(12).toString("hex");

/** By host: what was last begun with its runner. */
const turns = new Map<string, Promise<unknown>>();

/** Runs a script that uses the host's runner when no other does: two would start it twice, each in the other's way. */
function inTurn<Result>(
  { label }: Host,
  script: () => Promise<Result>,
): Promise<Result> {
  const turn = (turns.get(label) ?? Promise.resolve()).then(script, script);
  turns.set(label, turn);
  return turn;
}

/** Where it takes longer, what is being started goes on without us. */
const warmUpSeconds = 10;

/** Starts what stages, ahead of time: most of what the first staging costs is that start. */
export async function warmUp(cluster: Cluster): Promise<void> {
  const { member } = await observeRecent(cluster);
  const boundary = `warm-${randomBytes(12).toString("hex")}`;
  await inTurn(member.host, () =>
    member.host.exec(["/bin/sh", "-s"], {
      stdin: warmingScript(boundary, runner),
      timeoutSeconds: warmUpSeconds,
      reads: true,
    }),
  );
}

/** Applies pcs commands to a copy of the observed CIB on the node. The cluster itself is not touched. */
export async function stage(
  { member, cib }: Observation,
  commands: readonly PcsCommand[],
): Promise<Staged> {
  return stageText(member, cib.text, spelled(cib, commands), false);
}

/** The same, and simulates there what the cluster would do. */
export async function foresee(
  { member, status, cib }: Observation,
  commands: readonly PcsCommand[],
): Promise<Staged> {
  const text = await wholeText({ member, status });
  return stageText(member, text, spelled(cib, commands), true);
}

/** The whole CIB: what runs where stands in its status, which an observation leaves out. */
export function wholeText({
  member,
  status,
}: Omit<Observation, "cib">): Promise<string> {
  return read(member, [cibadmin, "--query", ...atDc(member, status)]);
}

function spelled(cib: Cib, commands: readonly PcsCommand[]): PcsCommand[] {
  return commands.map((command) =>
    forFencing(command, (id) => isFencing(cib.primitives.get(id))),
  );
}

async function stageText(
  member: Member,
  text: string,
  commands: readonly PcsCommand[],
  foresees: boolean,
): Promise<Staged> {
  const boundary = `stage-${randomBytes(12).toString("hex")}`;
  const result = await inTurn(member.host, () =>
    member.host.exec(["/bin/sh", "-s"], {
      stdin: stagingScript(text, commands, boundary, runner, foresees),
      timeoutSeconds: 40 + 2 * commands.length,
      reads: true,
    }),
  );
  return readStaged(
    result.stdout + result.stderr,
    commands,
    boundary,
    member.node,
  );
}

/**
 * Applies a difference to exactly the version of the CIB that was observed.
 *
 * @returns false when the CIB has moved on meanwhile; nothing was changed then.
 */
export async function push(
  cluster: Cluster,
  { member, cib }: Observation,
  diff: string,
): Promise<boolean> {
  const patch = versionedPatch(diff, cib.version);
  if (patch === undefined) return true;
  const result = await member.host
    .exec([cibadmin, "--patch", "--xml-pipe"], {
      stdin: patch,
      rights: "cluster",
    })
    .catch((error: unknown) => {
      notePush(cluster);
      throw isTimeout(error)
        ? new PacemakerError("unknown-outcome", error.message, error.host)
        : error;
    })
    .finally(() => forgetObservations(cluster));
  // What the cluster has not taken brings nothing that anybody waits for.
  if (result.code !== oldCib) notePush(cluster);
  if (result.code === 0) return true;
  if (result.code === oldCib) return false;
  const { kind, message, host } = await refusal(
    member,
    "cibadmin --patch",
    result,
  );
  throw new PacemakerError(
    // The patch may have been on its way.
    noAnswer.includes(result.code) ? "unknown-outcome" : kind,
    message,
    host,
  );
}

function isTimeout(error: unknown): error is PacemakerError {
  return error instanceof PacemakerError && error.kind === "timeout";
}

/**
 * The observation, brought to the CIB's version of now, where nothing but the status has moved since. It reads that version
 * alone: the less time lies between a look and the push, the fewer of a busy cluster's status changes come between them.
 */
export async function sameConfiguration(
  observation: Observation,
): Promise<Observation | undefined> {
  const { member, status, cib } = observation;
  const text = await read(member, [
    cibadmin,
    "--query",
    "--no-children",
    ...atDc(member, status),
  ]);
  const { version, quorate } = parse(member, "cibadmin", text, parseCibHeader);
  const moved =
    version.adminEpoch !== cib.version.adminEpoch ||
    version.epoch !== cib.version.epoch;
  return moved || !quorate
    ? undefined
    : { ...observation, cib: { ...cib, version } };
}

/** Forgets the failures of a resource on every node. Nothing else is changed, so a repeat does no harm. */
export async function cleanUp(cluster: Cluster, id: string): Promise<void> {
  await onMember(cluster, (member) =>
    read(member, [crmResource, "--cleanup", "--resource", id], {
      reads: false,
    }),
  ).finally(() => forgetObservations(cluster));
}
