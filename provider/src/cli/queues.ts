import { drain, type Drained } from "../cluster/nodes/drain";
import { readQueues, type Queues } from "../cluster/nodes/queues";
import { clusterOf } from "../cluster/nodes/members";
import type { Connection } from "../connection";
import { byHand, instanceOption } from "../postfix/instance";
import {
  describeAge,
  describeQueue,
  sizeOf,
  withoutState,
} from "../postfix/queues";
import type { Output } from "./hostKeys";
import { untilInterrupted } from "./interrupt";
import { table } from "../drill/table";

export interface QueuesOptions {
  readonly instance: string;
  readonly json: boolean;
}

/** Shows the mail queue of each node; the exit code is 1 where one could not be read. */
export async function queues(
  connection: Connection,
  { instance, json }: QueuesOptions,
  { out, err }: Output,
): Promise<number> {
  const read = await readQueues(clusterOf(connection), instance);
  if (json) out(`${JSON.stringify(asJson(read), undefined, 2)}\n`);
  else out(asTable(read));
  for (const { error } of read.unknown)
    err(`\n${error.kind}: ${error.message}\n`);
  return read.unknown.length > 0 ? 1 : 0;
}

function asJson({ found, unknown }: Queues) {
  return {
    nodes: Object.fromEntries(
      inOrder(found).map(([node, look]) => [
        node,
        { postfix: look.runs ? "running" : "stopped", ...withoutState(look) },
      ]),
    ),
    unknown: unknown.map(({ address, node, error }) => ({
      host: address,
      ...(node === undefined ? {} : { node }),
      reason: error.message,
    })),
  };
}

function inOrder<Value>(map: ReadonlyMap<string, Value>): [string, Value][] {
  return [...map].sort(([one], [other]) => (one < other ? -1 : 1));
}

/** The queues as a person reads them, with what to do about those that lie still. */
export function asTable({ instance, found, unknown }: Queues): string {
  const rows = [
    ...inOrder(found).map(([node, look]) => [
      ...[node, look.runs ? "runs" : "stopped"],
      ...[look.active, look.deferred, look.hold, look.incoming].map(String),
      sizeOf(look) > 0 ? describeAge(look.oldestSeconds) : "-",
    ]),
    ...unknown.map(({ address, node }) => [
      ...[node ?? address, "unknown", "?", "?", "?", "?", "?"],
    ]),
  ];
  const header = ["NODE", "POSTFIX", "ACTIVE", "DEFERRED", "HOLD", "INCOMING"];
  const hints = inOrder(found)
    .filter(([, look]) => !look.runs && sizeOf(look) > 0)
    .map(
      ([node]) =>
        `Mail lies on ${node}, where Postfix does not run: npx pulumi-pacemaker queues --drain ${node}${instanceOption(instance)}\n`,
    );
  return (
    table([...header, "OLDEST"], rows) +
    (hints.length > 0 ? `\n${hints.join("")}` : "")
  );
}

export interface DrainArguments extends QueuesOptions {
  readonly node: string;
  readonly seconds: number;
}

/** Delivers what lies on a node; the exit code is 1 where something remains. */
export async function drainNode(
  connection: Connection,
  { node, instance, seconds, json }: DrainArguments,
  { out, err }: Output,
): Promise<number> {
  const drained = await untilInterrupted(err, (signal) =>
    drain(clusterOf(connection), node, {
      instance,
      seconds,
      tell: (queue) =>
        err(`${node}: ${sizeOf(queue) > 0 ? describeQueue(queue) : "empty"}\n`),
      signal,
    }),
  );
  const { folder, ...told } = drained;
  const release = byHand(instance, folder, "postsuper -H ALL");
  out(
    json ? `${JSON.stringify(told, undefined, 2)}\n` : describe(told, release),
  );
  return drained.remaining > 0 ? 1 : 0;
}

const endings = {
  time: "the time was up",
  postfix: "Postfix was started there, which goes on with it",
  person: "it was interrupted",
};

/** @param release the command that lets go what is on hold */
function describe(
  {
    node,
    delivered,
    bounced,
    remaining,
    after,
    endedBy,
  }: Omit<Drained, "folder">,
  release: string,
): string {
  const parts = [
    `${delivered} delivered`,
    ...(bounced > 0 ? [`${bounced} returned to the sender`] : []),
    remaining > 0 && sizeOf(after) > 0
      ? `what remains: ${describeQueue(after)}`
      : `${remaining} left`,
  ];
  const end = endedBy ? ` Ended early: ${endings[endedBy]}.` : "";
  const held =
    after.hold > 0 ? ` What is on hold waits until "${release}" there.` : "";
  return `${node}: ${parts.join(", ")}.${end}${held}\n`;
}
