import { setImmediate as nextTurn } from "node:timers/promises";
import { forgetFailures, type PcsCommand } from "../../pcs/commands";
import { heldByOperator } from "../outcome/explain";
import { tellOfMoves } from "./elsewhere";
import { describeForesight, type Foresight } from "./foresight";
import { failedOf, leftAloneOf } from "../change/change";
import {
  foresee,
  observeShared,
  type Observation,
} from "../transaction/observe";
import type { Cluster } from "../nodes/members";
import { tellForesight, warn } from "../report";
import { hasBegun } from "../transaction/transact";

/** What a change amounts to, in one step. */
export interface Step {
  readonly commands: readonly PcsCommand[];
  /**
   * Where the commands are no more than its stop: whether what stops starts again in its place, or something of another
   * name does.
   */
  readonly afterStop?: "restart" | "replacement";
}

/** A change that is about to be made. */
export interface Coming {
  /** What a person knows it by. */
  readonly what: string;
  /** The resources that it is about. */
  readonly resources: readonly string[];
  /** @throws PacemakerError when what is there forbids it. */
  readonly step: (observation: Observation) => Step | Promise<Step>;
}

/** How long one run looks at what is coming, in milliseconds: Pulumi asks about one resource after the other. */
const patience = 20_000;

const spent = new WeakMap<Cluster, number>();

/** The look under way, or the last one: there is one at a time. */
const looking = new WeakMap<Cluster, Promise<void>>();

const gathered = new WeakMap<
  Cluster,
  { readonly all: Coming[]; readonly told: Promise<void> }
>();

/**
 * Tells the person what changes will make the cluster do, by Pacemaker's own simulation on a copy. Those that come at the
 * same moment, or while another look is under way, are looked at together, since the cluster will do them at once. The
 * cluster is not touched, and nothing is
 * thrown: where it cannot be foreseen, that is told. Once this process has begun to change the cluster, and once looking
 * has taken 20 s, nothing more is looked at.
 */
export function foretell(cluster: Cluster, coming: Coming): Promise<void> {
  if (hasBegun(cluster)) return Promise.resolve();
  const others = gathered.get(cluster);
  if (others) {
    others.all.push(coming);
    return others.told;
  }
  const all = [coming];
  const last = looking.get(cluster);
  const told = nextTurn().then(async () => {
    await last;
    gathered.delete(cluster);
    const from = Date.now();
    const before = spent.get(cluster) ?? 0;
    if (before > patience) return;
    await tellAll(cluster, all);
    const now = before + Date.now() - from;
    spent.set(cluster, now);
    if (now > patience)
      tellForesight(
        namesOf(all),
        `looking at the changes has taken ${Math.round(now / 1000)} s; at those after it, nobody looks.`,
      );
  });
  gathered.set(cluster, { all, told });
  looking.set(cluster, told);
  return told;
}

const untold = new WeakSet<Cluster>();

const foretold = new WeakMap<Cluster, Set<string>>();

/** Pulumi asks about a resource again where it is replaced because of another one: a person is told once. */
function tellOnce(cluster: Cluster, what: string, text: string): void {
  const known = foretold.get(cluster) ?? new Set();
  foretold.set(cluster, known);
  const line = `${what}: ${text}`;
  if (!known.has(line)) tellForesight(what, text);
  known.add(line);
}

async function tellAll(
  cluster: Cluster,
  all: readonly Coming[],
): Promise<void> {
  try {
    const observation = await observeShared(cluster);
    const planned = await Promise.all(
      all.map(async (coming) => {
        try {
          return [{ coming, step: await coming.step(observation) }];
        } catch (error) {
          tellRefusal(cluster, coming, error);
          return [];
        }
      }),
    );
    const found = planned.flat();
    await look(
      cluster,
      observation,
      found.filter(({ step }) => !step.afterStop),
    );
    for (const one of found)
      if (one.step.afterStop) await look(cluster, observation, [one]);
  } catch (error) {
    // The same holds for all others, and they would say the same.
    if (!untold.has(cluster))
      warn(
        namesOf(all),
        `what the change will do to the cluster cannot be foreseen: ${wordsOf(error)}`,
      );
    untold.add(cluster);
  }
}

interface Planned {
  readonly coming: Coming;
  readonly step: Step;
}

/** Looks at what comes of the changes together; where they are refused, of each alone. */
async function look(
  cluster: Cluster,
  observation: Observation,
  planned: readonly Planned[],
): Promise<void> {
  const [first] = planned;
  if (!first) return;
  const { status } = observation;
  const resources = planned.flatMap(({ coming }) => coming.resources);
  const commands = [
    ...failedOf(status, resources).flatMap(forgetFailures),
    ...planned.flatMap(({ step }) => step.commands),
    ...leftAloneOf(status, resources).flatMap(forgetFailures),
  ];
  if (commands.length === 0)
    return tell(cluster, observation, planned, nothing);
  const staged = await foresee(observation, commands);
  if (!("error" in staged))
    return tell(cluster, observation, planned, staged.foresight ?? nothing);
  if (planned.length === 1)
    return tellRefusal(cluster, first.coming, staged.error);
  for (const one of planned) await look(cluster, observation, [one]);
}

const nothing: Foresight = { before: [], after: [] };

async function tell(
  cluster: Cluster,
  { status, cib }: Observation,
  planned: readonly Planned[],
  { before, after }: Foresight,
): Promise<void> {
  const afterStop = planned[0]?.step.afterStop;
  const description = describeForesight({
    before,
    after: after.map((one) =>
      afterStop === "restart" && one.action === "stop"
        ? { ...one, action: afterStop }
        : one,
    ),
  });
  const all = planned.map(({ coming }) => coming);
  const held = heldByOperator(
    status,
    cib,
    all.flatMap(({ resources }) => resources),
  );
  const subject = all.length > 1 ? "these changes" : "this change";
  tellOnce(
    cluster,
    namesOf(all),
    description === undefined
      ? `${subject} will not stop, restart or move anything${held ? ` as long as ${held.why}` : ""}.`
      : `${subject} will ${description}` +
          `${afterStop === "replacement" ? "; the new one then starts in its place, and with it what had to stop" : ""}.`,
  );
  await tellOfMoves(cluster, cib, { before, after });
}

function tellRefusal(cluster: Cluster, coming: Coming, error: unknown): void {
  tellOnce(
    cluster,
    coming.what,
    `as things stand, this change will be refused: ${wordsOf(error)}`,
  );
}

function namesOf(all: readonly Coming[]): string {
  return all.map(({ what }) => what).join(", ");
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
