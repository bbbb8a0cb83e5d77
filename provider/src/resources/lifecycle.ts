import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { whyForbidden } from "../cluster/preview/examine";
import { hasMoved } from "../cluster/outcome/known";
import type { Connection } from "../connection";
import {
  isAskedToReplace,
  isPreviewAlone,
  previewWasSeen,
  urnOf,
} from "../engine";
import { PacemakerError } from "../errors";
import { toItsEnd } from "../lifetime";
import { noteProgram, type Declarations } from "../cluster/change/handover";
import { noteLook } from "../cluster/transaction/changes";
import { noteUnmade } from "../cluster/transaction/again";
import { changeBegins, expectChange } from "../cluster/transaction/expected";
import { claim, claimId } from "./claims";
import {
  noteAwaited,
  noteDeclared,
  noteOwn,
  tellWithoutGroup,
  unfitForClone,
  type Awaited,
  type Member,
} from "./program";
import { noteReplaced, replacedBy } from "./replaced";
import { failuresOf, holdsUnknown } from "./inputs";
import {
  atBoundary,
  marked,
  messageOf,
  partial,
  plain,
  quiet,
  told,
  withoutProvider,
  type Handlers,
  type Properties,
} from "./boundary";

export type { Handlers, Properties } from "./boundary";
import { providerText, type ProviderName } from "./shim";

/** What the inputs of every kind have. */
export interface CommonInputs {
  connection: Connection;
  resourceId: string;
  /** Whether to undo a change whose outcome was not reached. */
  rollback?: boolean;
}

/** Inputs that say how to work, not what the cluster shall be: a change of these alone does not touch it. */
const manners = [
  "connection",
  "adopt",
  "rollback",
  "strandedMail",
  "verifySync",
];

/** Inputs that say which object it is: a change of one makes another one. */
const identity = ["resourceId", "agent"];

export interface Applied<Outputs> {
  /** Whether the resource stood in the cluster before. */
  readonly existed: boolean;
  /** Whether it was made as a member that its group will start: until then, nothing is to come of it. */
  readonly isStaged?: boolean;
  /** The outputs that are known already. */
  readonly outputs?: Outputs;
}

/** What a kind of resource says of itself; all that is common to the kinds is in `handlers`. */
export interface Kind<Inputs extends CommonInputs, Outputs> {
  /** Its name in `pulumi-pacemaker/provider`. */
  readonly name: ProviderName;
  readonly schema: z.ZodType;
  readonly inputNames: readonly (keyof Inputs & string)[];
  /** Whether its resourceId is no id of the cluster's configuration: others than its own kind may have the same. */
  readonly isOutside?: true;
  /** What no two resources of a program may declare, in words: "the property stonith-enabled". */
  readonly claims?: (inputs: Inputs) => readonly string[];
  /** Gives defaults and the one spelling of what can be spelled in several ways. Unknown values pass untouched. */
  readonly normalise: (inputs: Properties) => Properties;
  /** Brings the configuration to the inputs. Whatever it throws, it has left nothing half-done. */
  readonly apply: (
    inputs: Inputs,
    previous?: Inputs & Outputs,
  ) => Promise<Applied<Outputs>>;
  /** Waits for the outcome and proves it. When it throws, the resource is there, but not as it should be. */
  readonly settle: (inputs: Inputs) => Promise<Outputs>;
  /**
   * Looks whether the cluster forbids what is declared, before anything is touched: in preview already. Not asked where the
   * inputs are those of the state.
   *
   * @param previous the inputs in the state; undefined for a new resource. With another resourceId, it is to be replaced.
   * @throws PacemakerError that says why.
   */
  readonly examine: (inputs: Inputs, previous?: Inputs) => Promise<void>;
  /** Tells the person what `apply` will make the cluster do, or what replacing it will. It throws nothing. */
  readonly foretell: (
    inputs: Inputs,
    previous: Inputs & Outputs,
    isReplacement: boolean,
  ) => Promise<void>;
  /**
   * Tells the person of what they should know whatever they change; in preview. It throws nothing.
   *
   * @param mayAsk whether the nodes are asked though nothing in the state calls for it
   */
  readonly remind?: (state: Inputs & Outputs, mayAsk: boolean) => Promise<void>;
  /** Whether the state says that something is left to do, though the inputs are the same. */
  readonly isUnfinished?: (state: Inputs & Outputs) => boolean;
  /** Whether this process has made something that waits for it, though its inputs are the same. */
  readonly isWaitedFor?: (inputs: Inputs) => boolean;
  /** The resources whose node `activeNode` is; none where it says nothing. */
  readonly placed: (state: Inputs & Outputs) => readonly string[];
  /** What is there now, in the shape of the state. Undefined when it is recognised as absent. */
  readonly read: (
    state: Inputs & Outputs,
  ) => Promise<(Inputs & Outputs) | undefined>;
  /**
   * Absent is success.
   *
   * @param undoes whether it is this process's own creation that is undone
   */
  readonly remove: (state: Inputs & Outputs, undoes?: boolean) => Promise<void>;
}

/** In state: the resource exists, but its outcome was not reached. */
const incomplete = "incomplete";

const kinds = new Map<string, Kind<CommonInputs, object>>();

/** What the kind of that name says of itself, where its module is loaded. */
export function kindNamed(
  name: string,
): Kind<CommonInputs, object> | undefined {
  return kinds.get(name);
}
const capital = (word: string): string =>
  word.charAt(0).toUpperCase() + word.slice(1);

export function handlers<Inputs extends CommonInputs, Outputs>(
  kind: Kind<Inputs, Outputs>,
): Handlers {
  kinds.set(kind.name, kind as unknown as Kind<CommonInputs, object>);
  const outputsOf = (state: Properties): Properties =>
    Object.fromEntries(
      Object.entries(state).filter(
        ([name]) => !(kind.inputNames as readonly string[]).includes(name),
      ),
    );

  const changed = (olds: Properties, news: Properties): string[] =>
    kind.inputNames.filter(
      (name) =>
        holdsUnknown(news[name]) || !isDeepStrictEqual(olds[name], news[name]),
    );

  const settled = async (
    inputs: Inputs,
    { outputs, isStaged }: Applied<Outputs>,
    undo: (() => Promise<string>) | undefined,
  ): Promise<Properties> => {
    try {
      return plain({
        ...inputs,
        ...outputs,
        ...(isStaged ? {} : await kind.settle(inputs)),
      });
    } catch (error) {
      if (inputs.rollback !== true || !undo)
        throw asPartial({ ...inputs, ...outputs }, messageOf(error));
      let outcome: string;
      try {
        outcome = await toItsEnd(undo);
      } catch (second) {
        throw asPartial(
          { ...inputs, ...outputs },
          `${messageOf(error)}\nUndoing the change failed as well: ${messageOf(second)}`,
        );
      }
      throw quiet(
        `${messageOf(error)}\nrollback: ${inputs.resourceId} is ${outcome}; nothing else was undone.`,
      );
    }
  };

  // Pulumi itself remembers a failed outcome only until the next refresh.
  const isUnfinished = (state: Properties): boolean =>
    state[incomplete] === true ||
    kind.isUnfinished?.(state as unknown as Inputs & Outputs) === true;

  const isWaitedFor = (news: Properties): boolean =>
    !holdsUnknown(news) &&
    kind.isWaitedFor?.(news as unknown as Inputs) === true;

  const examined = (
    news: Properties,
    previous: Properties,
  ): Promise<PacemakerError | undefined> => {
    const inputs = news as unknown as Inputs;
    const cluster = clusterOf(inputs.connection);
    const looked = whyForbidden(cluster, () =>
      kind.examine(
        inputs,
        (Object.keys(previous).length > 0 ? previous : replacedBy(news)) as
          Inputs | undefined,
      ),
    );
    noteLook(cluster, inputs as CommonInputs & { group?: unknown }, looked);
    return looked;
  };

  const noteWaiting = (inputs: Properties): void => {
    if (holdsUnknown(inputs)) return;
    const declared = inputs as unknown as Inputs;
    noteDeclared(clusterOf(declared.connection), kind.name, declared);
  };

  /** Why another resource of the program forbids it, if one does. */
  const alreadyDeclared = (inputs: Properties): PacemakerError | undefined => {
    if (!kind.claims || holdsUnknown(inputs)) return undefined;
    const declared = inputs as unknown as Inputs;
    const found = claim(
      clusterOf(declared.connection),
      `${kind.name} ${declared.resourceId}`,
      kind.claims(declared),
    );
    return (
      found &&
      new PacemakerError(
        "validation",
        `${declared.resourceId}: ${found.claimed} is declared by ${found.by.split(" ").at(-1)} too, and each would undo ` +
          `the other. Declare it once.`,
      )
    );
  };

  /** Why it cannot have its id, where another resource of the program has it. */
  const alreadyNamed = (
    { connection, resourceId: id }: Properties,
    called: unknown,
  ): PacemakerError | undefined => {
    if (typeof called !== "string" || holdsUnknown([connection, id]))
      return undefined;
    const own = `${capital(kind.name)} ${called}`;
    const by = claimId(
      clusterOf(connection as Connection),
      own,
      kind.isOutside ? `${kind.name} ${String(id)}` : String(id),
    );
    return by === undefined
      ? undefined
      : new PacemakerError(
          "validation",
          `${String(id)}: two resources of this program have this id, ${[own, by].sort().join(" and ")}, and each would undo ` +
            `the other. Give one of them another resourceId, or take one away.`,
        );
  };

  /** Why it cannot stand in a clone of the program, or be the clone. What stands so already is left. */
  const notToBeCloned = (
    inputs: Properties,
    previous: Properties,
  ): PacemakerError | undefined => {
    const isAsBefore = ["resourceId", "resource", "members"].every((name) =>
      isDeepStrictEqual(inputs[name], previous[name]),
    );
    if (isAsBefore || holdsUnknown(inputs)) return undefined;
    return unfitForClone(
      clusterOf(inputs.connection as Connection),
      String(inputs.resourceId),
    );
  };

  /** The change of it, for those who wait for it to begin. */
  const changeOf = ({
    connection,
    resourceId,
  }: Properties | Inputs): [Cluster, string] => [
    clusterOf(connection as Connection),
    `${kind.name} ${String(resourceId)}`,
  ];

  /** Whether this run has seen that the resource is elsewhere than its outputs say. */
  const isStale = (state: Properties): boolean => {
    const resources = kind.placed(state as unknown as Inputs & Outputs);
    if (resources.length === 0) return false;
    return hasMoved(clusterOf(state.connection as Connection), {
      id: String(state.resourceId),
      resources,
      node: state.activeNode as string | undefined,
    });
  };

  const asPartial = (inputs: Inputs, message: string): Error =>
    partial(
      inputs.resourceId,
      {
        ...inputs,
        [incomplete]: true,
        // Of a failed call Pulumi stores just these, and could not find the provider again.
        __provider: providerText(kind.name),
      },
      message,
    );

  return told({
    async check(olds, given) {
      const {
        __program: program,
        __awaited: awaited,
        __groups: groups,
        __own: own,
        __called: called,
        ...news
      } = given;
      const inputs = kind.normalise(withoutProvider(news));
      // What stands in the state has been checked: where nothing changes, there is nothing to do.
      const previous = withoutProvider(olds ?? {});
      const isNew = Object.keys(previous).length === 0;
      const isRenewed = isNew && isAskedToReplace(kind.name, urnOf(given));
      const isSame = isDeepStrictEqual(inputs, previous);
      const failures = isSame
        ? []
        : failuresOf(kind.schema, inputs).map(marked);
      if (failures.length === 0 && !holdsUnknown(inputs.connection)) {
        if (typeof program === "string")
          noteProgram(
            clusterOf(inputs.connection as Connection),
            JSON.parse(program) as Declarations,
          );
        if (typeof awaited === "string")
          noteAwaited(
            clusterOf(inputs.connection as Connection),
            JSON.parse(awaited) as Awaited,
          );
        if (typeof own === "string")
          noteOwn(
            clusterOf(inputs.connection as Connection),
            JSON.parse(own) as string[],
          );
        noteWaiting(inputs);
        if (typeof groups === "string" && !holdsUnknown(inputs))
          await tellWithoutGroup(
            clusterOf(inputs.connection as Connection),
            inputs as unknown as Member,
            JSON.parse(groups) as string[],
          );
        if (isRenewed) noteReplaced(inputs, inputs);
      }
      const claimed =
        failures.length === 0
          ? (alreadyNamed(inputs, called) ??
            alreadyDeclared(inputs) ??
            notToBeCloned(inputs, previous))
          : undefined;
      if (claimed) failures.push({ property: "", reason: messageOf(claimed) });
      if (isSame) return { inputs, failures };
      const touchesCluster =
        failures.length === 0 &&
        !holdsUnknown(inputs) &&
        changed(previous, inputs).some((name) => !manners.includes(name));
      const refused = touchesCluster
        ? await examined(inputs, previous)
        : undefined;
      if (touchesCluster && !refused) expectChange(...changeOf(inputs));
      return {
        inputs,
        failures: refused
          ? [{ property: "", reason: messageOf(refused) }]
          : failures,
      };
    },

    async diff(_id, olds, news) {
      const changes = changed(olds, news);
      const replaces = changes.filter(
        (name) => identity.includes(name) && !holdsUnknown(news[name]),
      );
      if (replaces.length > 0 && !holdsUnknown(news.connection))
        noteReplaced(withoutProvider(olds), news);
      const touchesCluster =
        isUnfinished(olds) || changes.some((name) => !manners.includes(name));
      // Of what is not known yet, nothing can be foreseen.
      if (touchesCluster && !holdsUnknown(news) && !previewWasSeen())
        await kind.foretell(
          withoutProvider(news) as unknown as Inputs,
          withoutProvider(olds) as unknown as Inputs & Outputs,
          replaces.length > 0,
        );
      if (!previewWasSeen() && !holdsUnknown(olds))
        await kind.remind?.(
          withoutProvider(olds) as unknown as Inputs & Outputs,
          touchesCluster || isPreviewAlone(),
        );
      return {
        // Where only the outputs are out of date, the update brings these, and touches nothing.
        changes:
          changes.length > 0 ||
          isUnfinished(olds) ||
          isWaitedFor(news) ||
          isStale(olds),
        replaces,
        // Ids are unique in a cluster: the old one must be gone before the new one can be made.
        deleteBeforeReplace: true,
      };
    },

    create: atBoundary(async (news) => {
      const inputs = withoutProvider(news) as unknown as Inputs;
      changeBegins(...changeOf(inputs));
      const applied = await toItsEnd(() => kind.apply(inputs));
      const undo = async (): Promise<string> => {
        noteUnmade(clusterOf(inputs.connection), inputs.resourceId);
        await kind.remove(inputs as Inputs & Outputs, true);
        return "no longer in the cluster";
      };
      return {
        id: inputs.resourceId,
        // What somebody else had made is not removed.
        outs: await settled(
          inputs,
          applied,
          applied.existed ? undefined : undo,
        ),
      };
    }),

    update: atBoundary(async (_id, olds, news) => {
      const inputs = withoutProvider(news) as unknown as Inputs;
      changeBegins(...changeOf(inputs));
      const previous = withoutProvider(olds);
      const touchesCluster = changed(previous, news).some(
        (name) => !manners.includes(name),
      );
      const isDone = !isUnfinished(previous) && !isWaitedFor(news);
      if (!touchesCluster && isDone) {
        const outputs = outputsOf(previous);
        if (isStale({ ...previous, ...inputs })) {
          const state = { ...previous, ...inputs } as unknown as Inputs &
            Outputs;
          const found = (await kind.read(state)) as Properties | undefined;
          outputs.activeNode = found?.activeNode;
        }
        return { outs: plain({ ...outputs, ...inputs }) };
      }
      const state = previous as unknown as Inputs & Outputs;
      const applied = await toItsEnd(() => kind.apply(inputs, state));
      const undo = async (): Promise<string> => {
        await kind.apply(state, inputs as Inputs & Outputs);
        await kind.settle(state);
        return "as it was before";
      };
      // Where the last outcome was not reached either, there is nothing good to go back to.
      return {
        outs: await settled(
          inputs,
          applied,
          previous[incomplete] === true ? undefined : undo,
        ),
      };
    }),

    read: atBoundary(async (id, props) => {
      const state = withoutProvider(props);
      const found = await kind.read(state as unknown as Inputs & Outputs);
      if (found === undefined) return {};
      const outs = plain({ ...state, ...found });
      const inputs = Object.fromEntries(
        kind.inputNames
          .filter((name) => outs[name] !== undefined)
          .map((name) => [name, outs[name]]),
      );
      return { id, props: outs, inputs };
    }),

    delete: atBoundary(async (_id, props) => {
      const state = withoutProvider(props) as unknown as Inputs & Outputs;
      noteUnmade(clusterOf(state.connection), state.resourceId);
      await toItsEnd(() => kind.remove(state));
    }),
  });
}
