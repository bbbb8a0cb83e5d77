import { children, type XmlElement } from "../../../model/xml";
import { infinity, parseScore } from "../../../model/score";
import { isFalse, resolve, type Placement } from "../../../model/placement";
import { setsOf } from "./location";
import {
  listed,
  meant,
  nodesOf,
  stoppedPart,
  type Configured,
  type Evidence,
  type NodeCause,
} from "./evidence";

/** Something that a resource cannot run without. */
export interface Dependency {
  readonly line: string;
  /** What it waits for, to be asked in its turn. */
  readonly on: string;
}

interface Colocation {
  readonly id: string;
  readonly dependent: string;
  readonly primary: string;
  readonly primaryRole?: string;
  readonly score: number;
}

/** Colocations with what runs nowhere, and orders after it: nothing of the subjects can start before it. */
export function dependencies(
  evidence: Evidence,
  subjects: readonly string[],
): Dependency[] {
  const { placement } = evidence;
  const beside = colocations(placement)
    .filter(({ score }) => score >= infinity)
    .flatMap(({ id, dependent, primary, primaryRole }) =>
      meant(evidence, dependent, subjects).flatMap((subject) =>
        outside(placement, primary, subjects).flatMap((on) => {
          const lack = lacking(evidence, on, primaryRole);
          if (lack === undefined) return [];
          return {
            on,
            line: `${subject} runs only where ${on} does, and ${lack} (constraint ${id}): "pcs constraint delete ${id}" parts them`,
          };
        }),
      ),
    );
  const after = orders(placement).flatMap(({ id, first, then, role }) =>
    meant(evidence, then, subjects).flatMap((subject) =>
      outside(placement, first, subjects).flatMap((on) => {
        const lack = lacking(evidence, on, role);
        if (lack === undefined) return [];
        return {
          on,
          line: `${subject} starts only after ${on}, and ${lack} (constraint ${id}): "pcs constraint delete ${id}" parts them`,
        };
      }),
    ),
  );
  return [...beside, ...after];
}

/** The nodes without what it must run beside, and those with what it must not run beside. */
export function colocationCauses(
  evidence: Evidence,
  subjects: readonly string[],
): NodeCause[] {
  const { placement } = evidence;
  return colocations(placement).flatMap(
    ({ id, dependent, primary, primaryRole, score }) =>
      meant(evidence, dependent, subjects).flatMap((subject) =>
        outside(placement, primary, subjects).flatMap((other) => {
          const nodes = nodesOf(evidence, other, primaryRole);
          const isMust = score >= infinity;
          if (nodes.length === 0 || (score >= 0 && !isMust)) return [];
          const all = placement.nodes.map(({ name }) => name);
          return {
            key: `${subject} ${id} ${other}`,
            nodes: isMust ? all.filter((name) => !nodes.includes(name)) : nodes,
            text: (names: string) =>
              isMust
                ? `${subject} is kept from ${names}, because it runs only where ${other} does, on ${listed(nodes)} (constraint ${id}): ` +
                  `"pcs constraint delete ${id}" parts them`
                : `${subject} is kept from ${names}, because ${other} runs there (constraint ${id}): ` +
                  `"pcs constraint delete ${id}" lets it run beside it`,
          };
        }),
      ),
  );
}

/** Tickets that this cluster does not hold. */
export function ticketCauses(
  evidence: Evidence,
  subjects: readonly string[],
): string[] {
  return missingTickets(evidence, subjects).map(
    ({ subject, id, ticket, why }) =>
      `${subject} needs the ticket ${ticket} (constraint ${id}), ${why}`,
  );
}

/** The tickets whose loss has Pacemaker neither stop nor change what runs. */
export function freezingTickets(
  evidence: Configured,
  subjects: readonly string[],
): string[] {
  return missingTickets(evidence, subjects)
    .filter(
      ({ isGranted, lossPolicy }) => !isGranted && lossPolicy === "freeze",
    )
    .map(
      ({ subject, id, ticket, why }) =>
        `${subject} is left as it is (loss-policy=freeze of the constraint ${id}) without the ticket ${ticket}, ${why}`,
    );
}

interface MissingTicket {
  readonly subject: string;
  /** The constraint's. */
  readonly id: string;
  readonly ticket: string;
  readonly isGranted: boolean;
  readonly lossPolicy: string | undefined;
  /** What it lacks, and the command that gives it. */
  readonly why: string;
}

function missingTickets(
  { placement }: Pick<Configured, "placement">,
  subjects: readonly string[],
): MissingTicket[] {
  return placement.constraints
    .filter(({ name }) => name === "rsc_ticket")
    .flatMap((constraint) => {
      const { id = "", ticket = "", rsc } = constraint.attributes;
      const members = setsOf(placement, constraint).flatMap(membersOf);
      const named = [
        ...(isPromotion(constraint.attributes["rsc-role"]) ? [] : [rsc]),
        ...members
          .filter(({ role }) => !isPromotion(role))
          .map((one) => one.id),
      ].flatMap((one) => meant({ placement }, one, subjects));
      const state = placement.tickets.get(ticket);
      const isGranted = state?.granted === true;
      if (isGranted && !state.standby) return [];
      const why = isGranted
        ? `which is in standby: "crm_ticket --ticket ${ticket} --activate" ends it`
        : `which this cluster has not been granted: "crm_ticket --ticket ${ticket} --grant --force" does (with booth: "booth grant ${ticket}")`;
      const lossPolicy = constraint.attributes["loss-policy"];
      const missing = { id, ticket, isGranted, lossPolicy, why };
      return [...new Set(named)].map((subject) => ({ subject, ...missing }));
    });
}

/** How it is not there, in words; undefined where it is. */
function lacking(
  evidence: Evidence,
  id: string,
  role: string | undefined,
): string | undefined {
  const part = stoppedPart(evidence, id);
  if (part)
    return part.id === id
      ? `that is ${part.role}`
      : `${part.id} in it is ${part.role}`;
  return isPromotion(role) && nodesOf(evidence, id, role).length === 0
    ? "that is promoted nowhere"
    : undefined;
}

function isPromotion(role: string | undefined): boolean {
  return /^(promoted?|master)$/i.test(role ?? "");
}

/** What an id means, without the subjects themselves: a group is no reason for its own members. */
function outside(
  placement: Placement,
  reference: string,
  subjects: readonly string[],
): string[] {
  return resolve(placement, reference).filter((id) => !subjects.includes(id));
}

function colocations(placement: Placement): Colocation[] {
  return placement.constraints
    .filter(({ name }) => name === "rsc_colocation")
    .flatMap((constraint) => {
      const { id = "", rsc, "with-rsc": primary } = constraint.attributes;
      const role = constraint.attributes["with-rsc-role"];
      const score = parseScore(constraint.attributes.score ?? "INFINITY");
      if (isPromotion(constraint.attributes["rsc-role"])) return [];
      if (rsc !== undefined && primary !== undefined)
        return [
          {
            id,
            dependent: rsc,
            primary,
            score,
            ...(role === undefined ? {} : { primaryRole: role }),
          },
        ];
      return colocationsInSets(placement, constraint, id, score);
    });
}

/** In a set, each goes with the one before it; a set goes with the set after it. */
function colocationsInSets(
  placement: Placement,
  constraint: XmlElement,
  id: string,
  score: number,
): Colocation[] {
  const sets = setsOf(placement, constraint);
  const pair = (dependent: SetMember, primary: SetMember): Colocation[] =>
    isPromotion(dependent.role)
      ? []
      : [
          {
            id,
            score,
            dependent: dependent.id,
            primary: primary.id,
            ...(primary.role === undefined
              ? {}
              : { primaryRole: primary.role }),
          },
        ];
  const within = sets
    .filter(isSequential)
    .map(membersOf)
    .flatMap((members) =>
      members.slice(1).flatMap((one, at) => pair(one, members[at]!)),
    );
  const between = sets.slice(1).flatMap((next, at) => {
    const before = sets[at]!;
    const [first, last] = [membersOf(before), membersOf(next)];
    const dependents = isSequential(before) ? first.slice(0, 1) : first;
    const primaries = isSequential(next) ? last.slice(-1) : last;
    return dependents.flatMap((one) =>
      primaries.flatMap((other) => pair(one, other)),
    );
  });
  return [...within, ...between];
}

interface SetMember {
  readonly id: string;
  readonly role?: string;
}

function membersOf(set: XmlElement): SetMember[] {
  const { role } = set.attributes;
  return children(set, "resource_ref").map(({ attributes }) => ({
    id: attributes.id ?? "",
    ...(role === undefined ? {} : { role }),
  }));
}

function isSequential({ attributes }: XmlElement): boolean {
  return !isFalse(attributes.sequential);
}

interface Order {
  readonly id: string;
  readonly first: string;
  readonly then: string;
  /** "promote", where it must be promoted first. */
  readonly role?: string;
}

/** The orders that a start has to wait for. */
function orders(placement: Placement): Order[] {
  return placement.constraints
    .filter(({ name }) => name === "rsc_order")
    .flatMap((constraint) => {
      const { id = "", kind, score, first, then } = constraint.attributes;
      const action = constraint.attributes["first-action"] ?? "start";
      const next = constraint.attributes["then-action"] ?? action;
      const isMandatory =
        kind === undefined
          ? score === undefined || parseScore(score) > 0
          : kind === "Mandatory";
      if (!isMandatory) return [];
      if (first !== undefined && then !== undefined)
        return /^(start|promote)$/.test(action) && next === "start"
          ? [{ id, first, then, ...roleOf(action) }]
          : [];
      return ordersInSets(placement, constraint, id);
    });
}

function ordersInSets(
  placement: Placement,
  constraint: XmlElement,
  id: string,
): Order[] {
  const sets = setsOf(placement, constraint).filter(({ attributes }) =>
    /^(start|promote)$/.test(attributes.action ?? "start"),
  );
  const within = sets.filter(isSequential).flatMap((set) => {
    const members = membersOf(set);
    return members.slice(1).map((one, at) => ({
      id,
      first: members[at]!.id,
      then: one.id,
      ...roleOf(set.attributes.action),
    }));
  });
  const between = sets.slice(1).flatMap((set, at) => {
    const before = sets[at]!;
    // One of a set that does not require all may do.
    if (isFalse(before.attributes["require-all"])) return [];
    const firsts = membersOf(before);
    const thens = membersOf(set);
    return (isSequential(before) ? firsts.slice(-1) : firsts).flatMap((one) =>
      (isSequential(set) ? thens.slice(0, 1) : thens).map((other) => ({
        id,
        first: one.id,
        then: other.id,
        ...roleOf(before.attributes.action),
      })),
    );
  });
  return [...within, ...between];
}

function roleOf(action: string | undefined): { role?: string } {
  return action === "promote" ? { role: action } : {};
}
