/** What a drill is about, and whether it may be done. */
import { PacemakerError } from "../../errors";
import type { Cib, Primitive } from "../../model/cib";
import { parseDuration } from "../../model/duration";
import { parseOutcome } from "../../model/simulated";
import { standbyOf } from "../../model/standby";
import { noQuorumWithout } from "../../model/votes";
import { instanceOf } from "../../postfix/instance";
import type { Kind } from "../../drill/report";
import { heldByOperator } from "../outcome/explain";
import { parse, read, type Cluster } from "../nodes/members";
import { unitIn } from "../nodes/stranded";
import { votesOf } from "../nodes/votes";
import { observe, type Observation } from "../transaction/observe";

export interface Target {
  /** The group, or the address that stands alone. */
  readonly id: string;
  readonly members: readonly string[];
  readonly addressId: string;
  readonly ip: string;
  readonly service?: string;
  readonly unit?: string;
  /** Of Postfix. */
  readonly instance?: string;
  readonly monitorIntervalMs?: number;
  readonly node: string;
}

const isAddress = (found: Primitive | undefined): boolean =>
  found?.agent === "ocf:heartbeat:IPaddr2" && found.options.ip !== undefined;

/**
 * Finds what the drill is about: the group, or the address, with that id; without one, the only group with an address.
 *
 * @throws PacemakerError (conflict) where there is none, or it does not run on one node.
 */
export async function findTarget(
  cluster: Cluster,
  id: string | undefined,
): Promise<{ target: Target; observation: Observation }> {
  const observation = await observe(cluster);
  const { cib, status } = observation;
  const groups = [...cib.groups.values()].filter(({ members }) =>
    members.some((member) => isAddress(cib.primitives.get(member))),
  );
  const candidates = [
    ...groups.map((group) => group.id),
    ...[...cib.primitives.values()]
      .filter((one) => one.group === undefined && isAddress(one))
      .map((one) => one.id),
  ];
  const chosen = id ?? (candidates.length === 1 ? candidates[0] : undefined);
  const members =
    chosen === undefined
      ? undefined
      : (cib.groups.get(chosen)?.members ??
        (isAddress(cib.primitives.get(chosen)) ? [chosen] : undefined));
  const addressId = members?.find((one) => isAddress(cib.primitives.get(one)));
  if (chosen === undefined || !members || addressId === undefined)
    throw new PacemakerError(
      "conflict",
      `${id ?? "the drill"}: name a group with an address, or an address, by --group. The cluster has these: ` +
        `${candidates.join(", ") || "none"}. Nothing was done.`,
    );
  const nodes = new Set(
    members.map((one) => {
      const found = status.resources.get(one);
      return found?.role === "Started" ? found.nodes.join(" and ") : "nowhere";
    }),
  );
  const [node = ""] = nodes;
  if (nodes.size !== 1 || !status.nodes.some(({ name }) => name === node))
    throw new PacemakerError(
      "conflict",
      `${chosen}: ${members.join(", ")} must run on one node, and are on ${[...nodes].join(", ")}. Mend that first ("pcs ` +
        `status" says what is wrong). Nothing was done.`,
    );
  const service =
    [...members].reverse().find((one) => unitIn(cib, one) !== undefined) ??
    besideAlone(observation, members, node);
  return {
    observation,
    target: {
      ...{ id: chosen, members, addressId, node },
      ip: cib.primitives.get(addressId)!.options.ip!,
      ...(service === undefined ? {} : serviceIn(cib, service)),
    },
  };
}

/** Beside an address that stands alone, Postfix may stand by hot, in a clone. */
function besideAlone(
  { cib, status }: Observation,
  members: readonly string[],
  node: string,
): string | undefined {
  const [address = "", ...others] = members;
  if (others.length > 0) return undefined;
  const found = [...cib.primitives.keys()].filter(
    (one) =>
      instanceOf(unitIn(cib, one) ?? "") !== undefined &&
      (status.resources.get(one)?.nodes ?? []).includes(node),
  );
  // Another instance may run there as well, for another address.
  const bound = found.find((one) =>
    standbyOf(cib, one)?.addresses.includes(address),
  );
  return bound ?? (found.length === 1 ? found[0] : undefined);
}

function serviceIn(cib: Cib, service: string): Partial<Target> {
  const unit = unitIn(cib, service)!;
  const instance = instanceOf(unit);
  const monitor = cib.primitives
    .get(service)!
    .operations.find(({ name }) => name === "monitor");
  const monitorIntervalMs = monitor && parseDuration(monitor.interval);
  return {
    ...{ service, unit },
    ...(instance === undefined ? {} : { instance }),
    ...(monitorIntervalMs === undefined ? {} : { monitorIntervalMs }),
  };
}

/**
 * Refuses a drill that the cluster would not survive, by Pacemaker's own simulation, or that would meet an operator at work.
 *
 * @throws PacemakerError (conflict) that says why.
 */
export async function refuseDrill(
  kind: Kind,
  target: Target,
  observation: Observation,
): Promise<void> {
  const { status, cib, member } = observation;
  const refuse = (why: string): never => {
    throw new PacemakerError(
      "conflict",
      `${target.id}: no drill "${kind}": ${why}. Nothing was done.`,
    );
  };
  const held = heldByOperator(status, cib, target.members);
  if (held) refuse(`${held.why} ("${held.wayOut}" ends it)`);
  const away = status.nodes.filter(
    ({ online, pending, standby, maintenance }) =>
      !online || pending || standby || maintenance,
  );
  if (away.length > 0)
    refuse(
      `${away.map(({ name }) => name).join(", ")} is offline, in standby or in maintenance: a drill is for a cluster at rest`,
    );
  if (kind === "kill" && target.service === undefined)
    refuse(`there is no systemd service among ${target.members.join(", ")}`);
  if (kind === "cut" && status.fencing)
    refuse(
      `fencing is on, and would power ${target.node} off; to see that, pull its cable`,
    );
  if (kind === "stop-node" || kind === "cut") {
    const why = noQuorumWithout(await votesOf(member), [target.node]);
    if (why !== undefined) refuse(why);
  }
  // With its own words for a lost node (--node-down), crm_simulate 3.0 ends before it has an outcome: so a copy says it.
  const script = `file=$(mktemp) && trap 'rm -f "$file"' EXIT && /usr/sbin/cibadmin --query >"$file" &&
CIB_file="$file" /usr/sbin/crm_attribute --node ${target.node} --name standby --update on &&
/usr/sbin/crm_simulate --xml-file "$file" --simulate --output-as=xml`;
  const simulated = await read(member, ["/bin/sh", "-c", script]);
  const outcome = parse(member, "crm_simulate", simulated, parseOutcome);
  const lost = target.members.filter(
    (one) =>
      !(outcome.get(one) ?? []).some(
        ({ role, nodes }) =>
          role === "Started" &&
          nodes.length > 0 &&
          !nodes.includes(target.node),
      ),
  );
  if (lost.length > 0)
    refuse(
      `by Pacemaker's own simulation ${lost.join(", ")} would run nowhere without ${target.node}. "pcs constraint" and ` +
        `"pcs resource failcount" show bans and failures, which may be why`,
    );
}

/** The one attribute of corosync's that bounds how long a silent node counts as there. */
export function parseToken(text: string): {
  tokenMs?: number;
  consensusMs?: number;
} {
  const value = (name: string): number | undefined => {
    const found = new RegExp(
      `^runtime\\.config\\.totem\\.${name} \\(u32\\) = (\\d+)`,
      "m",
    ).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [tokenMs, consensusMs] = [value("token"), value("consensus")];
  return {
    ...(tokenMs === undefined ? {} : { tokenMs }),
    ...(consensusMs === undefined ? {} : { consensusMs }),
  };
}
