/** What the cluster does, by resource: the transitions of a rehearsal as a person counts them. */
import type { SimulatedAction } from "../../model/simulation";
import type { ResourceStatus } from "../../model/status";

/** In the order in which a service minds it. */
export const disruptions = [
  "none",
  "reload",
  "restart",
  "move",
  "stop",
] as const;

export type Disruption = (typeof disruptions)[number];

export interface Effect {
  readonly resource: string;
  readonly what:
    | "starts"
    | "stops"
    | "restarts"
    | "moves"
    | "reloads"
    | "is promoted"
    | "is demoted"
    /** Pacemaker would have to, and cannot: a stop has failed, or nobody can fence. */
    | "is blocked";
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** How often it is stopped on the way, where more than once. */
  readonly times?: number;
  /** How long its last stop and start took, in milliseconds, as Pacemaker recorded them; where it did both. */
  readonly lastTook?: number;
}

type Resources = ReadonlyMap<string, ResourceStatus>;

/**
 * @param before what ran where, before the first transition
 * @param after what runs where after the last
 */
export function effectsOf(
  before: Resources,
  after: Resources,
  actions: readonly SimulatedAction[],
  took: ReadonlyMap<string, number> = new Map(),
): Effect[] {
  const ids = [...new Set([...before.keys(), ...after.keys()])];
  return ids.flatMap((resource): Effect[] => {
    const mine = actions.filter((one) => one.resource === resource);
    const from = activeOn(before.get(resource));
    const to = activeOn(after.get(resource));
    const did = (...names: string[]) =>
      mine.filter(({ action, blocked }) => names.includes(action) && !blocked);
    const effect = (
      what: Effect["what"],
      on: Pick<Effect, "from" | "to"> = { from, to },
    ): Effect => {
      const stops = did("stop", "restart", "move").length;
      const time = took.get(resource);
      return {
        ...{ resource, what, ...on },
        ...(from.length === 1 && stops > 1 ? { times: stops } : {}),
        ...(["restarts", "moves"].includes(what) && time !== undefined
          ? { lastTook: time }
          : {}),
      };
    };
    if (mine.some(({ blocked }) => blocked)) return [effect("is blocked")];
    const left = from.filter((node) => !to.includes(node));
    const come = to.filter((node) => !from.includes(node));
    if (from.length === 1 && to.length === 1 && left.length === 1)
      return [effect("moves")];
    const changed = [
      ...(left.length > 0 ? [effect("stops", { from: left, to: [] })] : []),
      ...(come.length > 0 ? [effect("starts", { from: [], to: come })] : []),
    ];
    const stayed = from.filter((node) => to.includes(node));
    const restarted = stayed.filter((node) =>
      did("stop", "restart", "move").some(
        (one) => (one.source ?? one.node ?? stayed[0]) === node,
      ),
    );
    if (restarted.length > 0)
      return [
        ...changed,
        effect("restarts", { from: restarted, to: restarted }),
      ];
    if (changed.length > 0) return changed;
    if (stayed.length === 0) return [];
    if (did("reload").length > 0) return [effect("reloads")];
    if (did("promote").length > 0) return [effect("is promoted")];
    if (did("demote").length > 0) return [effect("is demoted")];
    return [];
  });
}

function activeOn(found: ResourceStatus | undefined): string[] {
  return found?.active === true && !found.orphaned
    ? [...found.nodes].sort()
    : [];
}

/** How much a service minds it. What starts disturbs nobody. */
export function disruptionOf({ what }: Effect): Disruption {
  switch (what) {
    case "reloads":
      return "reload";
    case "restarts":
    case "is demoted":
      return "restart";
    case "moves":
      return "move";
    case "stops":
    case "is blocked":
      return "stop";
    default:
      return "none";
  }
}

export function isBeyond(effect: Effect, most: Disruption): boolean {
  return disruptions.indexOf(disruptionOf(effect)) > disruptions.indexOf(most);
}

/** "restarts on node-01 (its last stop and start took 2.1 s)". */
export function wordsOf({ what, from, to, times, lastTook }: Effect): string {
  const on = (nodes: readonly string[]) =>
    nodes.length > 0 ? ` on ${nodes.join(", ")}` : "";
  const place =
    what === "moves"
      ? ` from ${from.join(", ")} to ${to.join(", ")}`
      : what === "starts"
        ? on(to)
        : on(from);
  const details = [
    ...(times === undefined ? [] : [`stopped ${times} times on the way`]),
    ...(lastTook === undefined
      ? []
      : [`its last stop and start took ${(lastTook / 1000).toFixed(1)} s`]),
  ];
  return `${what}${place}${details.length > 0 ? ` (${details.join("; ")})` : ""}`;
}

/** By resource: how long its last start and its last stop took together, in milliseconds, as the CIB's status has it. */
export function durationsIn(cib: string): ReadonlyMap<string, number> {
  const found = new Map<string, { start?: Timed; stop?: Timed }>();
  const status = cib.slice(Math.max(0, cib.lastIndexOf("<status>")));
  for (const [, name = "", body = ""] of status.matchAll(
    /<lrm_resource id="([^"]*)"[^>]*?(?<!\/)>([\s\S]*?)<\/lrm_resource>/g,
  ))
    for (const [operation] of body.matchAll(/<lrm_rsc_op [^>]*>/g)) {
      const value = (attribute: string) =>
        new RegExp(` ${attribute}="([^"]*)"`).exec(operation)?.[1];
      const task = value("operation");
      if (task !== "start" && task !== "stop") continue;
      const took = Number(value("exec-time") ?? NaN);
      const at = Number(value("last-rc-change") ?? 0);
      if (!Number.isFinite(took) || value("rc-code") !== "0") continue;
      const id = name.split(":")[0]!;
      const known = found.get(id) ?? {};
      if ((known[task]?.at ?? -1) < at) known[task] = { at, took };
      found.set(id, known);
    }
  return new Map(
    [...found].flatMap(([id, { start, stop }]) =>
      start && stop ? [[id, start.took + stop.took] as const] : [],
    ),
  );
}

interface Timed {
  readonly at: number;
  readonly took: number;
}
