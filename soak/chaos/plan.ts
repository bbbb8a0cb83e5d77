/** What a round does, from the seed and its number alone. */
import { Random } from "../random";
import { faultKinds, type FaultKind } from "./faults";
import {
  evolve,
  initial,
  stackNames,
  type Evolution,
  type StackName,
  type StackState,
} from "./stacks";

export type Verb = "up" | "refreshed up" | "refresh" | "destroy";

/** When the fault strikes: so long after the CLIs were started, or at a step of the work on the cluster. */
export type Moment = { seconds: number } | { step: string };

export interface PlannedFault {
  readonly kind: FaultKind;
  /** The node, by its place in the list. */
  readonly node: number;
  readonly stack: StackName;
  readonly moment: Moment;
  /** How long it lasts; undefined: until both CLIs have ended. */
  readonly seconds?: number;
}

export interface Round {
  readonly number: number;
  readonly stacks: Record<StackName, Evolution & { readonly verb: Verb }>;
  readonly faults: PlannedFault[];
  /** Whether units that nobody manages are enabled and running when the round begins, as an installation leaves them. */
  readonly unitsAsInstalled: boolean;
}

export type Programs = Record<StackName, StackState>;

export interface PlanOptions {
  readonly seed: number;
  readonly nodes: number;
  /** Faults are short, and one at a time. */
  readonly isQuick?: boolean;
  /** Only these. */
  readonly kinds?: readonly FaultKind[];
}

export function planRound(
  number: number,
  before: Programs,
  options: PlanOptions,
): Round {
  const stacks = Object.fromEntries(
    stackNames.map((stack) => {
      const random = new Random(options.seed, number, "stack", stack);
      const verb = random.pick<Verb>([
        ...(["up", "up", "up", "up", "up", "up"] as const),
        ...(["refreshed up", "refreshed up", "refresh", "destroy"] as const),
      ]);
      const evolution = evolve(stack, before[stack], random);
      const same = { state: before[stack], operations: [], handmade: [] };
      const isUp = verb === "up" || verb === "refreshed up";
      return [stack, { verb, ...(isUp ? evolution : same) }];
    }),
  ) as unknown as Round["stacks"];
  const random = new Random(options.seed, number, "faults");
  const isQuick = options.isQuick === true;
  const count = isQuick || random.chance(0.7) ? 1 : 2;
  const faults = Array.from({ length: count }, (): PlannedFault => {
    const kind = random.pick(options.kinds ?? faultKinds);
    const lasting = random.chance(isQuick ? 0 : 0.3)
      ? undefined
      : random.between(1, isQuick ? 3 : 12);
    return {
      kind,
      node: random.between(0, options.nodes - 1),
      stack: random.pick(stackNames),
      moment: random.chance(0.6)
        ? {
            step: random.pick([
              ...["staging", "stopping", "change 1", "change 2", "change 3"],
            ]),
          }
        : { seconds: random.between(20, 70) / 10 },
      ...(lasting === undefined ? {} : { seconds: lasting }),
    };
  });
  return { number, stacks, faults, unitsAsInstalled: random.chance(0.3) };
}

/** What is declared before a round. */
export function programsBefore(number: number, options: PlanOptions): Programs {
  let programs: Programs = { a: initial("a"), b: initial("b") };
  for (let round = 1; round < number; round += 1)
    programs = programsAfter(planRound(round, programs, options));
  return programs;
}

export function programsAfter({ stacks }: Round): Programs {
  return { a: stacks.a.state, b: stacks.b.state };
}

/** In a line. */
export function describe({ stacks, faults, unitsAsInstalled }: Round): string {
  const parts = [
    ...stackNames.map((stack) => {
      const { verb, operations } = stacks[stack];
      return `${stack}: ${verb}${operations.length > 0 ? ` (${operations.join(", ")})` : ""}`;
    }),
    ...faults.map(({ kind, node, stack, moment, seconds }) => {
      const when = "step" in moment ? moment.step : `${moment.seconds} s`;
      return `${kind} (node ${node + 1}, stack ${stack}) at ${when}, for ${seconds === undefined ? "as long as it lasts" : `${seconds} s`}`;
    }),
    ...(unitsAsInstalled ? ["units as installed"] : []),
  ];
  return parts.join("; ");
}
