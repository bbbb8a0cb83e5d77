/** What a rehearsal has shown, as data: what is printed in any form is made from it. */
import {
  disruptionOf,
  durationsIn,
  effectsOf,
  wordsOf,
  type Disruption,
  type Effect,
} from "../cluster/rehearsal/effects";
import type { Outcome, Rehearsal, Survival } from "../resources/rehearsal";
import { describeForesight } from "../cluster/preview/foresight";

export interface Result {
  readonly urn: string;
  readonly name: string;
  readonly resourceId: string;
  readonly kind: string;
  readonly verb: string;
  readonly outcome: Outcome;
  readonly why?: string;
}

export interface Report {
  readonly hosts: readonly string[];
  readonly nodes: readonly string[];
  readonly results: readonly Result[];
  readonly effects: readonly (Effect & {
    readonly disruption: Disruption;
    readonly words: string;
    /** Whether the program declares it. */
    readonly declared: boolean;
  })[];
  /** What the cluster is about to do in any case, in words. */
  readonly pending?: string;
  /** What is stopped or disabled on the nodes themselves. */
  readonly units: readonly string[];
  /** How many transitions it takes. */
  readonly transitions: number;
  /** By resource: the nodes on which it runs. */
  readonly before: Readonly<Record<string, readonly string[]>>;
  readonly after: Readonly<Record<string, readonly string[]>>;
  /** What is declared and would not run: why, one sentence a line. */
  readonly stopped: Readonly<Record<string, readonly string[]>>;
  /** Where it was asked for: what the loss of each node, or of several, would stop. */
  readonly losses?: readonly {
    readonly lost: readonly string[];
    /** Why those that are left would have no quorum. */
    readonly noQuorum?: string;
    readonly stopped: Readonly<Record<string, readonly string[]>>;
  }[];
}

export function reportOf(
  hosts: readonly string[],
  { paper, results, stopped }: Rehearsal,
  survival?: readonly Survival[],
): Report {
  const { first, pending, turns, asides } = paper;
  const last = paper.now();
  const all = new Set(
    results.map(({ operation }) => String(operation.inputs.resourceId)),
  );
  const effects = effectsOf(
    first.status.resources,
    last.status.resources,
    turns.flat(),
    durationsIn(first.text),
  ).map((effect) => ({
    ...effect,
    disruption: disruptionOf(effect),
    words: wordsOf(effect),
    declared: all.has(effect.resource),
  }));
  const anyhow = describeForesight({ before: [], after: pending });
  const after = placesOf(last);
  return {
    hosts,
    nodes: last.status.nodes.map(({ name }) => name),
    results: results.map(({ operation, outcome, why }) => ({
      urn: operation.urn,
      name: operation.name,
      resourceId: String(operation.inputs.resourceId),
      kind: operation.kind,
      verb: operation.verb,
      outcome,
      ...(why === undefined ? {} : { why }),
    })),
    effects,
    ...(anyhow === undefined ? {} : { pending: anyhow }),
    units: [
      ...new Set(
        asides.map(({ node, argv }) => {
          const [program = "", ...words] = argv;
          return `${program.split("/").at(-1)} ${words.join(" ")} on ${node}`;
        }),
      ),
    ],
    transitions: turns.filter((turn) => turn.length > 0).length,
    before: placesOf(first),
    after,
    stopped: Object.fromEntries(stopped),
    ...(survival
      ? {
          losses: survival.map((one) => ({
            ...one,
            stopped: Object.fromEntries(one.stopped),
          })),
        }
      : {}),
  };
}

/** Each loss that would stop something, as it is said. */
export function lossesTitled({
  losses = [],
}: Report): { title: string; stopped: Report["stopped"] }[] {
  return losses
    .filter(({ stopped }) => Object.keys(stopped).length > 0)
    .map(({ lost, noQuorum, stopped }) => ({
      title: `After the loss of ${lost.join(" and ")}${noQuorum === undefined ? "" : ` (no quorum: ${noQuorum})`} these would run nowhere:`,
      stopped,
    }));
}

/** That no loss stops anything; undefined where it was not asked for, or is not so. */
export function survivesAll({ losses }: Report): string | undefined {
  if (!losses) return undefined;
  if (losses.some(({ stopped }) => Object.keys(stopped).length > 0))
    return undefined;
  const most = Math.max(0, ...losses.map(({ lost }) => lost.length));
  return most === 1
    ? "Whichever node is lost, what runs goes on running."
    : `Whichever ${most} nodes are lost at once, what runs goes on running.`;
}

function placesOf({
  status,
}: {
  status: Rehearsal["paper"]["first"]["status"];
}): Record<string, readonly string[]> {
  return Object.fromEntries(
    [...status.resources]
      .filter(([, found]) => !found.orphaned)
      .map(([id, { active, nodes }]) => [id, active ? [...nodes].sort() : []]),
  );
}

/** "2 start, 1 restarts, 3 move", or that nothing does. */
export function summaryOf({ effects, results }: Report): string {
  const kinds = [
    ["is blocked", "blocked"],
    ["stops", "stop"],
    ["moves", "move"],
    ["restarts", "restart"],
    ["is demoted", "demoted"],
    ["reloads", "reload"],
    ["is promoted", "promoted"],
    ["starts", "start"],
  ] as const;
  const counted = kinds.flatMap(([what, word]) => {
    const count = effects.filter((effect) => effect.what === what).length;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  const refused = results.filter(({ outcome }) => outcome === "refused").length;
  return [
    counted.length > 0 ? counted.join(", ") : "nothing stops, moves or starts",
    ...(refused > 0 ? [`${refused} refused`] : []),
  ].join("; ");
}
