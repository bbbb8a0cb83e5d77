/** What Pacemaker's own log says of a failover, and how long each part of it took. */

export interface Operation {
  /** Seconds since the epoch. */
  readonly at: number;
  readonly node: string;
  readonly resource: string;
  /** "start", "stop", "monitor", ... */
  readonly task: string;
  readonly stage: "asked" | "done";
}

export interface History {
  readonly operations: readonly Operation[];
  /** When a Postfix master said that it had started, and where. */
  readonly daemons: readonly { readonly at: number; readonly node: string }[];
}

/**
 * Reads `journalctl --output=short-unix` of pacemaker-controld and postfix/master. The words are the same from Pacemaker 2.0
 * to 3.0 ("Requesting local execution of stop operation for X on N", "Result of stop operation for X on N: ok").
 */
export function parseJournal(text: string): History {
  const operations: Operation[] = [];
  const daemons: { at: number; node: string }[] = [];
  for (const line of text.split("\n")) {
    const [, time = "", node = "", words = ""] =
      /^(\d+\.\d+) (\S+) (.*)$/.exec(line) ?? [];
    const at = Number(time);
    if (/ daemon started /.test(words) && !/-drain(-\S+)?$/.test(words))
      daemons.push({ at, node });
    const [, how, task = "", resource = "", where = ""] =
      /(Requesting local execution|Result) of (\w+) operation for (\S+) on ([^\s:]+)/.exec(
        words,
      ) ?? [];
    if (how)
      operations.push({
        ...{ at, node: where, resource, task },
        stage: how === "Result" ? "done" : "asked",
      });
  }
  const inOrder = (one: { at: number }, other: { at: number }): number =>
    one.at - other.at;
  return {
    operations: operations.sort(inOrder),
    daemons: daemons.sort(inOrder),
  };
}

export const phaseNames = [
  "detect",
  "stop",
  "address",
  "start",
  "banner",
] as const;

export interface Phase {
  readonly name: (typeof phaseNames)[number];
  /** Seconds since the epoch. */
  readonly from: number;
  readonly to: number;
}

export interface Failover {
  /** When the fault was made, and when a client was served again; seconds since the epoch. */
  readonly fault: number;
  readonly served: number;
  readonly address: string;
  /** The service; undefined where the address alone moves. */
  readonly service?: string | undefined;
  readonly history: History;
}

/**
 * How the time from the fault to the next greeting was spent. `detect`: until Pacemaker orders the first thing; `stop`: until
 * the last of it has stopped; `address`: until the address is up; `start`: until the service's process is there; `banner`:
 * until a client is greeted. What did not happen is left out: a service that is restarted in its place keeps its address.
 */
export function phasesOf(failover: Failover): Phase[] {
  const { fault, served, address, service, history } = failover;
  const ours = history.operations.filter(
    ({ at, resource, task }) =>
      at >= fault &&
      at <= served &&
      (resource === address || resource === service) &&
      (task === "start" || task === "stop"),
  );
  const done = (task: string, resource?: string): number | undefined =>
    ours
      .filter((one) => one.stage === "done" && one.task === task)
      .filter((one) => resource === undefined || one.resource === resource)
      .at(-1)?.at;
  const started =
    history.daemons.filter(({ at }) => at >= fault && at <= served).at(-1)
      ?.at ?? (service === undefined ? undefined : done("start", service));
  const ends: [Phase["name"], number | undefined][] = [
    ["detect", ours.find(({ stage }) => stage === "asked")?.at],
    ["stop", done("stop")],
    ["address", done("start", address)],
    ["start", started],
    ["banner", served],
  ];
  const phases: Phase[] = [];
  let from = fault;
  for (const [name, to] of ends) {
    if (to === undefined || to <= from) continue;
    phases.push({ name, from, to });
    from = to;
  }
  return phases;
}
