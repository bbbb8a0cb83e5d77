/** The life of every kind that is one constraint of the cluster: the declared one against the one that is there. */
import { z } from "zod";
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { lookForCauses } from "../cluster/outcome/causes";
import { cloneSettles } from "../cluster/outcome/clone";
import { explainNotStarted } from "../cluster/outcome/explain";
import { startSeconds, startedOn } from "../cluster/outcome/start";
import { waitFor } from "../cluster/outcome/wait";
import { foretell } from "../cluster/preview/preview";
import { observeRecent, observeShared } from "../cluster/transaction/observe";
import { transact } from "../cluster/transaction/transact";
import { previewWasSeen } from "../engine";
import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import {
  parsePlacement,
  primitivesIn,
  resolve,
  type Placement,
} from "../model/placement";
import { isDisabled, isStaged } from "../model/staging";
import { parseBoolean } from "../model/values";
import { released, waitingOn } from "../model/waiting";
import {
  constraintTakenOver,
  missingFor,
  namedBy,
  planConstraint,
  planNoConstraint,
  readConstraint,
  type DeclaredConstraint,
  type DeclaredSet,
  type PreviousConstraint,
} from "../plan/constraint";
import { adopt, connection, flag, id, wrong } from "./inputs";
import type { CommonInputs, Kind, Properties } from "./lifecycle";
import { isAwaited, noteArrived } from "./program";
import { sameObject, withoutReplaced } from "./replaced";
import { thereSeconds, transactWhenThere } from "./there";

/** The schema of what every constraint takes. */
export const constraintSchema = {
  connection,
  resourceId: id,
  adopt: adopt.optional(),
  rollback: flag.optional(),
};

const scoreWords = `a score: a whole number, "INFINITY" or "-INFINITY"`;

export const score = z
  .union([z.string(), z.number()], {
    error: (issue) => wrong(issue.input, scoreWords),
  })
  .refine((value) => /^[+-]?(INFINITY|\d+)$/.test(String(value)), {
    error: (issue) => wrong(issue.input, scoreWords),
  });

const roleWords = `"Started", "Stopped", "Promoted" or "Unpromoted"`;

export const role = z.enum(["Started", "Stopped", "Promoted", "Unpromoted"], {
  error: (issue) => wrong(issue.input, roleWords),
});

const actionWords = `"start", "stop", "promote" or "demote"`;

export const action = z.enum(["start", "stop", "promote", "demote"], {
  error: (issue) => wrong(issue.input, actionWords),
});

const setWords = `a list of sets, such as [{ resources: ["one", "two"] }, { resources: ["three"] }]`;

/** @param more what else a set of this kind may say */
const resourceSet = <More extends z.ZodRawShape>(more: More) =>
  z.strictObject({
    resources: z
      .array(id, { error: `must be a list of resources or their ids` })
      .min(1, `is empty, but a set must have at least one resource`),
    ...more,
  });

const many = <Set extends z.ZodType>(set: Set) =>
  z
    .array(set, { error: (issue) => wrong(issue.input, setWords) })
    .min(1, `is empty, but there must be at least one set`)
    .optional();

export const colocationSets = many(
  resourceSet({ sequential: flag.optional(), role: role.optional() }),
);

export const orderSets = many(
  resourceSet({
    sequential: flag.optional(),
    requireAll: flag.optional(),
    action: action.optional(),
  }),
);

export const ticketSets = many(resourceSet({ role: role.optional() }));

/** The two ways of saying what a constraint is about. */
interface Ways {
  /** By these inputs, all of them. */
  readonly one: readonly string[];
  /** What can be said beside those alone. */
  readonly withOne?: readonly string[];
  /** Or by this one. */
  readonly other: string;
}

/** Refuses inputs that say in two ways, or in none, what a constraint is about. */
export function checkOneWay(
  inputs: Properties,
  context: z.RefinementCtx,
  { one, withOne = [], other }: Ways,
): void {
  const isGiven = (name: string) => inputs[name] !== undefined;
  const either = `it is either ${one.join(" and ")}, or ${other}`;
  const say = (name: string, message: string) =>
    context.addIssue({ code: "custom", path: [name], message });
  if (isGiven(other))
    for (const name of [...one, ...withOne].filter(isGiven))
      say(name, `cannot be given beside ${other}: ${either}`);
  else
    for (const name of one.filter((input) => !isGiven(input)).slice(0, 1))
      say(name, `is missing: ${either}`);
}

/** What a kind says of its constraint. */
interface ConstraintKind {
  readonly kind: DeclaredConstraint["kind"];
  /** By input: the attribute of Pacemaker's that it stands for. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Of those, the ones that stand in the rule where there is one. */
  readonly ofRule?: readonly string[];
}

interface ConstraintInputs extends CommonInputs {
  adopt?: "update" | undefined;
  rule?: string | undefined;
  sets?: readonly SetInputs[] | undefined;
}

interface SetInputs {
  readonly resources: readonly string[];
  readonly sequential?: boolean | undefined;
  readonly requireAll?: boolean | undefined;
  readonly action?: string | undefined;
  readonly role?: string | undefined;
}

const setAttributes: Readonly<Record<string, string>> = {
  sequential: "sequential",
  requireAll: "require-all",
  action: "action",
  role: "role",
};

type Life =
  | "examine"
  | "apply"
  | "foretell"
  | "settle"
  | "placed"
  | "isWaitedFor"
  | "read"
  | "remove"
  | "normalise";

export function constraintLife<Inputs extends ConstraintInputs>({
  kind,
  attributes,
  ofRule = [],
}: ConstraintKind): Pick<Kind<Inputs, object>, Life> {
  const declared = (inputs: Inputs): DeclaredConstraint => {
    const all = valuesOf(inputs as unknown as Properties, attributes);
    const names = ofRule.map((name) => attributes[name]!);
    const inRule = (isIn: boolean) =>
      Object.fromEntries(
        Object.entries(all).filter(([name]) => names.includes(name) === isIn),
      );
    return {
      kind,
      id: inputs.resourceId,
      attributes: inputs.rule === undefined ? all : inRule(false),
      ...(inputs.rule === undefined
        ? {}
        : { rule: { text: inputs.rule, attributes: inRule(true) } }),
      ...(inputs.sets ? { sets: inputs.sets.map(setOf) } : {}),
    };
  };

  const last = (
    inputs: Inputs,
    previous: Inputs | undefined,
  ): PreviousConstraint | undefined =>
    previous
      ? declared(previous)
      : inputs.adopt === "update"
        ? constraintTakenOver
        : undefined;

  return {
    // Pacemaker keeps texts: a score that is given as a number is the same as its text.
    normalise: (inputs) =>
      typeof inputs.score === "number"
        ? { ...inputs, score: String(inputs.score) }
        : inputs,

    async examine(inputs, previous) {
      const cluster = clusterOf(inputs.connection);
      const { cib: seen } = await observeShared(cluster);
      const known = sameObject(inputs, previous);
      const wanted = declared(inputs);
      const cib = withMissing(
        withoutReplaced(seen, inputs, previous),
        missingFor(seen, wanted),
      );
      planConstraint(cib, wanted, last(inputs, known));
      // Of a new one, Pulumi asks nothing else in preview.
      if (!known && missingFor(seen, wanted).length === 0 && !previewWasSeen())
        await foretellChange(cluster, inputs, last(inputs, undefined));
    },

    async apply(inputs, previous) {
      const cluster = clusterOf(inputs.connection);
      const wanted = declared(inputs);
      const { cib: before } = await transactWhenThere(
        cluster,
        wanted.id,
        ({ cib }, coming) =>
          planConstraint(
            withMissing(
              cib,
              missingFor(cib, wanted).filter((one) => coming.has(one)),
            ),
            wanted,
            last(inputs, previous),
          ),
        {
          makes: wanted.id,
          needs: (cib) => missingFor(cib, wanted),
          tooLate: (missing) => neverThere(wanted.id, missing),
        },
      );
      const waiting = waitingOn(before, wanted.id);
      // Of constraints that are made at the same moment, none has seen the others.
      if (waiting.length > 0)
        await transact(
          cluster,
          `start what waits for ${wanted.id}`,
          ({ cib }) => released(cib, wanted.id),
        );
      noteArrived(cluster, wanted.id);
      noteReleased(cluster, wanted.id, waiting);
      return {
        existed: before.constraints.some(({ id }) => id === wanted.id),
      };
    },

    foretell: (inputs, previous, isReplacement) =>
      foretellChange(
        clusterOf(inputs.connection),
        inputs,
        isReplacement ? undefined : declared(previous),
        isReplacement ? previous : undefined,
      ),

    async settle(inputs) {
      const cluster = clusterOf(inputs.connection);
      const { cib } = await observeRecent(cluster);
      const starting = releasedBy(cluster, inputs.resourceId).filter((one) =>
        isToStart(cib, one),
      );
      const clones = new Set(
        starting.flatMap((one) => cib.primitives.get(one)?.parent?.id ?? []),
      );
      for (const one of clones) await cloneSettles(cluster, one);
      const alone = starting.filter((one) => !cib.primitives.get(one)?.parent);
      for (const together of byGroup(cib, alone))
        await startedOn(cluster, inputs.resourceId, together);
      await settled(cluster, cib, inputs.resourceId, namedBy(declared(inputs)));
      return {};
    },

    isWaitedFor: ({ connection, resourceId }) =>
      isAwaited(clusterOf(connection), resourceId),

    placed: () => [],

    async read(state) {
      const cluster = clusterOf(state.connection);
      const { cib } = await observeShared(cluster);
      const found = cib.constraints.find(
        (one) => one.id === state.resourceId && one.kind === kind,
      );
      if (!found) return undefined;
      const there = readConstraint(found, declared(state));
      const values = { ...there.attributes, ...there.rule?.attributes };
      const read = Object.fromEntries(
        Object.keys(attributes)
          .filter(
            (name) => (state as unknown as Properties)[name] !== undefined,
          )
          .map((name) => [
            name,
            asGiven(
              (state as unknown as Properties)[name],
              values[attributes[name]!],
            ),
          ]),
      );
      return {
        ...state,
        ...read,
        ...(state.rule === undefined ? {} : { rule: there.rule?.text }),
        ...(state.sets
          ? {
              sets: there.sets?.map((set, index) => ({
                resources: set.resources,
                ...Object.fromEntries(
                  Object.entries(setAttributes)
                    .filter(([, name]) => set.attributes[name] !== undefined)
                    .map(([input, name]) => [
                      input,
                      asGiven(
                        (state.sets?.[index] as Properties | undefined)?.[
                          input
                        ],
                        set.attributes[name],
                      ),
                    ]),
                ),
              })),
            }
          : {}),
      } as Inputs;
    },

    async remove({ connection, resourceId }) {
      const cluster = clusterOf(connection);
      const { cib } = await transact(
        cluster,
        `delete ${resourceId}`,
        ({ cib: current }) => planNoConstraint(current, kind, resourceId),
      );
      const gone = cib.constraints.find(({ id }) => id === resourceId);
      const named = cib.references.find(({ id }) => id === resourceId);
      if (gone) await settled(cluster, cib, resourceId, named?.resources ?? []);
    },
  };

  function foretellChange(
    cluster: Cluster,
    inputs: Inputs,
    before: PreviousConstraint | undefined,
    replaced?: Inputs,
  ): Promise<void> {
    const wanted = declared(inputs);
    return foretell(cluster, {
      what: wanted.id,
      resources: namedBy(wanted),
      step: ({ cib }) => ({
        commands: [
          ...(replaced ? planNoConstraint(cib, kind, replaced.resourceId) : []),
          ...planConstraint(
            replaced ? withoutReplaced(cib, inputs, replaced) : cib,
            wanted,
            before,
          ),
        ],
      }),
    });
  }
}

function setOf(set: SetInputs): DeclaredSet {
  return {
    resources: set.resources,
    attributes: valuesOf(set as unknown as Properties, setAttributes),
  };
}

function valuesOf(
  inputs: Properties,
  attributes: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([input, name]) =>
      inputs[input] === undefined ? [] : [[name, String(inputs[input])]],
    ),
  );
}

/** What was given as a boolean stays one. */
function asGiven(given: unknown, found: string | undefined): unknown {
  return typeof given === "boolean" && found !== undefined
    ? parseBoolean(found)
    : found;
}

/** The configuration with what is still about to be made. */
function withMissing(cib: Cib, missing: readonly string[]): Cib {
  return {
    ...cib,
    ids: new Map([
      ...cib.ids,
      ...missing.map((one) => [one, "primitive"] as const),
    ]),
  };
}

function neverThere(id: string, missing: string): PacemakerError {
  return new PacemakerError(
    "conflict",
    `${id}: ${missing} is not in the cluster's configuration, ${thereSeconds} s after the ` +
      `constraint was to be made. Give the resources themselves (resource: spool), so that they are created before ` +
      `it, or mend the id. Nothing was changed.`,
  );
}

/** By constraint: what waited for it when it was made. */
const releases = new WeakMap<Cluster, Map<string, readonly string[]>>();

function noteReleased(
  cluster: Cluster,
  id: string,
  resources: readonly string[],
): void {
  const all = releases.get(cluster) ?? new Map<string, readonly string[]>();
  releases.set(cluster, all.set(id, resources));
}

function releasedBy(cluster: Cluster, id: string): readonly string[] {
  return releases.get(cluster)?.get(id) ?? [];
}

/** Where a ticket is in another cluster's hands, what needs it does not start here, and that is as it shall be. */
function isToStart(cib: Cib, id: string): boolean {
  const found = cib.primitives.get(id);
  const placement = parsePlacement(cib.text);
  const needsTicket = cib.constraints.some(
    (one) =>
      one.kind === "ticket" &&
      cib.references
        .find((reference) => reference.id === one.id)
        ?.resources.some((named) =>
          primitivesNamed(placement, named).includes(id),
        ),
  );
  return (
    found !== undefined &&
    !isStaged(found) &&
    !isDisabled(found) &&
    !needsTicket
  );
}

/** Members of a group start on one node, what stands alone on any. */
function byGroup(cib: Cib, ids: readonly string[]): string[][] {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const key = cib.primitives.get(id)?.group ?? id;
    groups.set(key, [...(groups.get(key) ?? []), id]);
  }
  return [...groups].map(([group, members]) =>
    (cib.groups.get(group)?.members ?? members).filter((one) =>
      members.includes(one),
    ),
  );
}

/** Waits until the cluster has done what the change makes it do. */
async function settled(
  cluster: Cluster,
  cib: Cib,
  what: string,
  named: readonly string[],
): Promise<void> {
  const placement = parsePlacement(cib.text);
  // What waits for its group, stopped, moves nowhere.
  const resources = named
    .flatMap((id) => primitivesNamed(placement, id))
    .filter((id) => {
      const found = cib.primitives.get(id);
      return found === undefined || !isStaged(found);
    });
  if (resources.length === 0) return;
  await waitFor(cluster, {
    what: `what ${what} moves to settle`,
    resources,
    timeoutSeconds: startSeconds,
    reached: () => true,
    untilSettled: true,
    explain: async (status) =>
      explainNotStarted(status, cib, resources, await lookForCauses(cluster)),
  });
}

/** The primitives that an id stands for: itself, those of the group, the clone, the template or the tag. */
function primitivesNamed(placement: Placement, id: string): string[] {
  return resolve(placement, id).flatMap((one) => primitivesIn(placement, one));
}
