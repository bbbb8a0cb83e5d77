/** A unit or an address that one resource of a program gives up and another one takes, in whatever order Pulumi asks. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Cib, Primitive } from "../../model/cib";
import { sameAddress } from "../../model/network";
import { shortName } from "../../model/unit";
import type { Cluster } from "../nodes/members";
import { explainNotStopped } from "../outcome/explain";
import { waitFor } from "../outcome/wait";
import { tellOfWait } from "../report";
import { stopSeconds } from "./stop";
import {
  observeRecent,
  observeShared,
  type Observation,
} from "../transaction/observe";

/** By id: the units or addresses that the program declares for it. */
export type Declarations = Readonly<Record<string, readonly string[]>>;

const programs = new WeakMap<Cluster, Declarations>();

export function noteProgram(cluster: Cluster, declared: Declarations): void {
  programs.set(cluster, declared);
}

/** How long a resource waits for another one to give up what it takes, in seconds. */
const longest = 120;

/** A person is told after so many milliseconds, and each next time after twice as long. */
const firstTold = 10_000;

/** What a resource is about to take. */
export interface Taking {
  readonly resourceId: string;
  readonly unit?: string;
  readonly ip?: string;
}

/** The configuration without the resources that hold what is taken, and that this program changes away from it. */
export function withoutLeaving(
  cluster: Cluster,
  cib: Cib,
  taking: Taking,
): Cib {
  const leaving = holdersLeaving(cluster, cib, taking);
  return leaving.length === 0
    ? cib
    : {
        ...cib,
        primitives: new Map(
          [...cib.primitives].filter(([id]) => !leaving.includes(id)),
        ),
      };
}

/** Waits until they have changed, within bounds: after that, what is still held is refused. */
export async function awaitHandover(
  cluster: Cluster,
  taking: Taking,
): Promise<Observation> {
  const started = Date.now();
  let tellAfter = firstTold;
  const awaited = new Set<string>();
  // Where nothing is taken, nobody has to give it up: what was seen before this process has changed anything is enough.
  const takesNothing = taking.unit === undefined && taking.ip === undefined;
  for (;;) {
    const observation = await (takesNothing ? observeShared : observeRecent)(
      cluster,
    );
    const leaving = holdersLeaving(cluster, observation.cib, taking);
    const elapsed = Date.now() - started;
    if (leaving.length === 0 && awaited.size > 0) {
      await settled(cluster, observation.cib, [...awaited]);
      return observeRecent(cluster);
    }
    if (leaving.length === 0 || elapsed > longest * 1000) return observation;
    for (const id of leaving) awaited.add(id);
    const { resourceId, unit, ip } = taking;
    if (elapsed > tellAfter) {
      tellAfter *= 2;
      tellOfWait(
        `${leaving.join(", ")} to give up ${unit ?? ip}`,
        elapsed / 1000,
        longest,
        `${resourceId} takes it then`,
      );
    }
    await sleep(200);
  }
}

/** What was declared otherwise still runs as before, until Pacemaker has stopped it. */
async function settled(
  cluster: Cluster,
  cib: Cib,
  resources: readonly string[],
): Promise<void> {
  await waitFor(cluster, {
    what: `${resources.join(" and ")} to give up what it had`,
    resources,
    timeoutSeconds: stopSeconds,
    reached: () => true,
    untilSettled: true,
    explain: (status) => explainNotStopped(status, cib, resources),
  });
}

function holdersLeaving(cluster: Cluster, cib: Cib, taking: Taking): string[] {
  const declared = programs.get(cluster) ?? {};
  const { resourceId, unit, ip } = taking;
  const mine = cib.primitives.get(resourceId);
  return [...cib.primitives.values()]
    .filter((other) => {
      const wanted = declared[other.id];
      return (
        other.id !== resourceId &&
        holds(other, unit ?? ip ?? "") &&
        wanted !== undefined &&
        wanted.every(
          (value) =>
            !holds(other, value) &&
            // Two that exchange what they have would wait for each other.
            !(mine && holds(mine, value)),
        )
      );
    })
    .map(({ id }) => id);
}

/** Whether a resource has the address, or manages the unit; an instance counts as its template's. */
function holds({ agent, options }: Primitive, value: string): boolean {
  if (agent === "ocf:heartbeat:IPaddr2")
    return options.ip !== undefined && sameAddress(options.ip, value);
  return (
    agent.startsWith("systemd:") &&
    templateOf(agent.slice("systemd:".length)) === templateOf(value)
  );
}

function templateOf(unit: string): string {
  return shortName(unit).split("@")[0]!;
}
