import type { Cib } from "../../model/cib";
import { standbyOf } from "../../model/standby";
import {
  greetingOf,
  greetingParameters,
  whyNotListening,
} from "../../postfix/hotStandby";
import { instanceOf } from "../../postfix/instance";
import { asPacemakerError, memberOn, type Cluster } from "../nodes/members";
import { settingsOn } from "../nodes/postfix";
import { unitIn } from "../nodes/stranded";
import { tellForesight, warn } from "../report";
import type { Foresight } from "./foresight";

/** Postfix, or the address before it, goes to another node. */
export interface Move {
  readonly service: string;
  readonly instance: string;
  /** The addresses that it answers at. */
  readonly addresses: readonly string[];
  readonly from: string;
  readonly to: string;
}

/** The moves of Postfix among what a change makes the cluster do, but for those that it would make anyhow. */
export function movesOf(cib: Cib, { before, after }: Foresight): Move[] {
  return [...cib.primitives.values()].flatMap(({ id, group }) => {
    const instance = instanceOf(unitIn(cib, id) ?? "");
    if (instance === undefined) return [];
    const members = cib.groups.get(group ?? "")?.members ??
      standbyOf(cib, id)?.addresses ?? [id];
    const addresses = members.flatMap((member) => {
      const found = cib.primitives.get(member);
      return found?.agent === "ocf:heartbeat:IPaddr2"
        ? (found.options.ip ?? [])
        : [];
    });
    const isMove = (one: (typeof after)[number]): boolean =>
      members.includes(one.resource) && one.action === "move";
    const expected = before.find(isMove);
    const { source: from, target: to } = after.find(isMove) ?? {};
    if (from === undefined || to === undefined || from === to) return [];
    if (expected?.target === to) return [];
    return [{ service: id, instance, addresses, from, to }];
  });
}

/**
 * Compares, for each of these moves, what Postfix works with on the two nodes: where it would not listen at the address, or
 * greets as somebody else, that is told before. It throws nothing.
 */
export async function tellOfMoves(
  cluster: Cluster,
  cib: Cib,
  foresight: Foresight,
): Promise<void> {
  await Promise.all(
    movesOf(cib, foresight).map(async (move) => {
      try {
        await tellOf(cluster, move);
      } catch (error) {
        tellUnseen(move, asPacemakerError(error).message);
      }
    }),
  );
}

async function tellOf(cluster: Cluster, move: Move): Promise<void> {
  const { service, instance, addresses, from, to } = move;
  const settings = async (node: string) => {
    const member = await memberOn(cluster, node);
    return member && settingsOn(member, instance, greetingParameters);
  };
  const [here, there] = await Promise.all([settings(from), settings(to)]);
  if (!there) return tellUnseen(move, "no answer by ssh");
  const reasons = addresses.flatMap((ip) => whyNotListening(there, ip));
  if (reasons.length > 0)
    warn(
      service,
      `goes to ${to} with this change, and would not answer there: ${reasons.join("; ")}. Mend that there first, or declare it ` +
        `("postfix").`,
    );
  const [now, then] = [here && greetingOf(here), greetingOf(there)];
  if (now !== undefined && now !== then)
    tellForesight(
      service,
      `on ${to} Postfix greets with "${then}", on ${from} with "${now}".`,
    );
}

function tellUnseen({ service, from, to }: Move, why: string): void {
  warn(
    service,
    `goes to ${to} with this change; whether Postfix would answer there as on ${from} could not be looked at: ${why}`,
  );
}
