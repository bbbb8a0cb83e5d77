/** What the two stacks declare, and how a round changes it. Pure: a round's programs follow from the seed alone. */
import {
  address,
  group,
  programOf,
  service,
  type Declaration,
} from "../../tests/cluster/life/programs";
import type { Random } from "../random";

export const stackNames = ["a", "b"] as const;
export type StackName = (typeof stackNames)[number];

/** One resource of a stack. It may be declared under another id at any time, and is another resource then. */
interface Slot {
  readonly name: string;
  readonly kind: "address" | "service";
}

export interface Declared {
  /** How often it has been replaced. */
  generation: number;
  /** The group that holds it; undefined where it stands alone. */
  group?: string;
  /** An address's last number. */
  last?: number;
  unit?: string;
  monitorInterval?: string;
  meta?: Record<string, string>;
  adopt?: "update";
  /** It was made by hand for this round: whatever the program declares otherwise is a difference to take over. */
  isHandmade?: true;
}

/** What a stack declares. Groups hold names of slots, in order. */
export interface StackState {
  readonly resources: Record<string, Declared>;
  readonly groups: Record<string, string[]>;
}

export type Operation =
  "create" | "update" | "reorder" | "move" | "replace" | "adopt" | "delete";

/** A resource that somebody makes by hand, before the program declares it. */
export interface Handmade {
  readonly id: string;
  readonly last?: number;
  readonly unit?: string;
}

export interface Evolution {
  readonly state: StackState;
  /** Each operation with what it is about. */
  readonly operations: string[];
  readonly handmade: Handmade[];
}

const slotsOf = (stack: StackName): Slot[] => [
  { name: `${stack}_ip1`, kind: "address" },
  { name: `${stack}_ip2`, kind: "address" },
  { name: `${stack}_s1`, kind: "service" },
  { name: `${stack}_s2`, kind: "service" },
];

const groupsOf = (stack: StackName): string[] => [
  `${stack}-web`,
  `${stack}-more`,
];

/** The units of a service: it may be changed from one to the other. */
const unitsOf = (slot: string): [string, string] => [
  `chaos-${slot.replace("_", "-")}`,
  `chaos-${slot.replace("_", "-")}-other`,
];

/** Every unit that a stack may manage. */
export function allUnits(): string[] {
  return stackNames.flatMap((stack) =>
    slotsOf(stack)
      .filter(({ kind }) => kind === "service")
      .flatMap(({ name }) => unitsOf(name)),
  );
}

const firstAddress: Record<StackName, number> = { a: 31, b: 51 };

/** The ids that the stacks may give to what they make. */
export const ownId = /^[ab](_|-(web|more)$)/;

export function initial(stack: StackName): StackState {
  const [web] = groupsOf(stack) as [string];
  const members = stack === "a" ? ["a_ip1", "a_s1"] : ["b_ip1", "b_s1", "b_s2"];
  const resources: Record<string, Declared> = {};
  for (const [index, { name, kind }] of slotsOf(stack).entries())
    if (members.includes(name))
      resources[name] = {
        generation: 0,
        group: web,
        ...(kind === "address"
          ? { last: firstAddress[stack] + index }
          : { unit: unitsOf(name)[0] }),
      };
  return { resources, groups: { [web]: members } };
}

export function idOf(state: StackState, slot: string): string {
  const generation = state.resources[slot]?.generation ?? 0;
  return generation === 0 ? slot : `${slot}-${generation}`;
}

/** One to three operations, one after the other. */
export function evolve(
  stack: StackName,
  before: StackState,
  random: Random,
): Evolution {
  let state = structuredClone(before);
  // It has been taken over by now.
  for (const one of Object.values(state.resources)) {
    delete one.adopt;
    delete one.isHandmade;
  }
  const operations: string[] = [];
  const handmade: Handmade[] = [];
  // What one operation of the round takes away is still there when what another takes over is made by hand.
  const there = Object.keys(before.resources).map((one) => idOf(before, one));
  const count = random.pick([1, 1, 2, 3]);
  for (let index = 0; index < count; index += 1) {
    const wanted = random.pick<Operation>([
      ...(["create", "create", "update", "update", "reorder"] as const),
      ...(["move", "replace", "adopt", "delete"] as const),
    ]);
    const next = structuredClone(state);
    const made: Handmade[] = [];
    const about = change[wanted](stack, next, random, made);
    if (about === undefined || made.some(({ id }) => there.includes(id)))
      continue;
    state = next;
    handmade.push(...made);
    operations.push(`${wanted} ${about}`);
  }
  return { state, operations, handmade };
}

type Change = (
  stack: StackName,
  state: StackState,
  random: Random,
  handmade: Handmade[],
) => string | undefined;

const change: Record<Operation, Change> = {
  create(stack, state, random) {
    const slot = absent(stack, state, random);
    if (!slot) return undefined;
    state.resources[slot.name] = fresh(stack, state, slot, random);
    place(stack, state, slot.name, random);
    return slot.name;
  },

  update(stack, state, random) {
    const name = present(state, random);
    if (name === undefined) return undefined;
    const found = state.resources[name]!;
    if (found.isHandmade) found.adopt = "update";
    const what = random.pick(["interval", "meta", "own", "own"] as const);
    if (what === "interval") {
      const others = ["30s", "20s", "1min"].filter(
        (one) => one !== (found.monitorInterval ?? "30s"),
      );
      found.monitorInterval = random.pick(others);
    } else if (what === "meta") {
      if (found.meta && random.chance(0.4)) delete found.meta;
      else
        found.meta = {
          [random.pick(["migration-threshold", "failure-timeout"])]: String(
            random.between(5, 9),
          ),
        };
    } else if (found.unit === undefined)
      found.last = freeAddress(stack, state, random);
    else found.unit = unitsOf(name).find((one) => one !== found.unit)!;
    return `${name} ${what}`;
  },

  reorder(_stack, state, random) {
    const several = Object.entries(state.groups).filter(
      ([, members]) => members.length > 1,
    );
    if (several.length === 0) return undefined;
    const [id, members] = random.pick(several);
    state.groups[id] = [...members.slice(1), members[0]!];
    return id;
  },

  move(stack, state, random) {
    const name = present(state, random);
    if (name === undefined) return undefined;
    const from = state.resources[name]!.group;
    leave(state, name);
    place(stack, state, name, random, from);
    return `${name} from ${from ?? "alone"} to ${state.resources[name]!.group ?? "alone"}`;
  },

  replace(_stack, state, random) {
    const name = present(state, random);
    // Under another id, it would not take over what was made by hand, and that has its address or unit.
    if (name === undefined || state.resources[name]!.isHandmade)
      return undefined;
    state.resources[name]!.generation += 1;
    return name;
  },

  adopt(stack, state, random, handmade) {
    const slot = absent(stack, state, random);
    if (!slot) return undefined;
    const made = fresh(stack, state, slot, random);
    made.isHandmade = true;
    state.resources[slot.name] = made;
    handmade.push({
      id: idOf(state, slot.name),
      ...(made.last === undefined ? {} : { last: made.last }),
      ...(made.unit === undefined ? {} : { unit: made.unit }),
    });
    place(stack, state, slot.name, random);
    if (random.chance(0.5)) {
      made.adopt = "update";
      made.monitorInterval = "20s";
    }
    return `${slot.name}${made.adopt ? " and change it" : ""}`;
  },

  delete(_stack, state, random) {
    // A stack of nothing would say nothing of the rest of the round.
    if (Object.keys(state.resources).length < 2) return undefined;
    const name = present(state, random)!;
    // Nobody would take away what was made by hand, and it would be in the way later.
    if (state.resources[name]!.isHandmade) return undefined;
    leave(state, name);
    delete state.resources[name];
    return name;
  },
};

const present = (state: StackState, random: Random): string | undefined => {
  const names = Object.keys(state.resources).sort();
  return names.length === 0 ? undefined : random.pick(names);
};

const absent = (
  stack: StackName,
  state: StackState,
  random: Random,
): Slot | undefined => {
  const slots = slotsOf(stack).filter(({ name }) => !state.resources[name]);
  return slots.length === 0 ? undefined : random.pick(slots);
};

function fresh(
  stack: StackName,
  state: StackState,
  slot: Slot,
  random: Random,
): Declared {
  return {
    generation: 0,
    ...(slot.kind === "address"
      ? { last: freeAddress(stack, state, random) }
      : { unit: random.pick(unitsOf(slot.name)) }),
  };
}

function freeAddress(
  stack: StackName,
  state: StackState,
  random: Random,
): number {
  const taken = Object.values(state.resources).map(({ last }) => last);
  const all = Array.from({ length: 12 }, (_, i) => firstAddress[stack] + i);
  return random.pick(all.filter((last) => !taken.includes(last)));
}

/** Puts it somewhere else than where it was: into one of the groups, or alone. */
function place(
  stack: StackName,
  state: StackState,
  name: string,
  random: Random,
  from?: string,
): void {
  const found = state.resources[name]!;
  const places = [...groupsOf(stack), undefined].filter(
    (group) => group !== from || from === undefined,
  );
  const into = random.pick(places);
  if (into === undefined) return;
  found.group = into;
  const members = (state.groups[into] ??= []);
  members.splice(random.between(0, members.length), 0, name);
}

function leave(state: StackState, name: string): void {
  const found = state.resources[name]!;
  if (found.group === undefined) return;
  const rest = state.groups[found.group]!.filter((one) => one !== name);
  if (rest.length > 0) state.groups[found.group] = rest;
  else delete state.groups[found.group];
  delete found.group;
}

/** The stack's program. */
export function programFor(state: StackState): string {
  const resources = Object.entries(state.resources).map(
    ([name, one]): Declaration => {
      const inputs = {
        resourceId: idOf(state, name),
        ...(one.group === undefined ? {} : { group: one.group }),
        ...(one.monitorInterval === undefined
          ? {}
          : { monitorInterval: one.monitorInterval }),
        ...(one.meta === undefined ? {} : { meta: one.meta }),
        ...(one.adopt === undefined ? {} : { adopt: one.adopt }),
      };
      return one.unit === undefined
        ? address(name, one.last!, inputs)
        : service(name, one.unit, inputs);
    },
  );
  const groups = Object.entries(state.groups).map(([id, members]) =>
    group(id, members),
  );
  return programOf(...resources, ...groups);
}
