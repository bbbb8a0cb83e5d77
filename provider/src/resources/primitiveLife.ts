/** The life of every kind that is one primitive of the cluster: the declared one against the one that is there. */
import {
  cleanUpFailures,
  freeLeftAlone,
  madeMember,
  prepareMember,
} from "../cluster/change/change";
import {
  awaitHandover,
  withoutLeaving,
  type Taking,
} from "../cluster/change/handover";
import { removePrimitive } from "../cluster/change/remove";
import { returnToPlace } from "../cluster/change/waiting";
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { cloneSettles } from "../cluster/outcome/clone";
import { startedOn, type Started } from "../cluster/outcome/start";
import { memberSettles } from "../cluster/outcome/standby";
import {
  observeRecent,
  observeShared,
  type Observation,
} from "../cluster/transaction/observe";
import { transact } from "../cluster/transaction/transact";
import { PacemakerError } from "../errors";
import type { Cib } from "../model/cib";
import { planPrimitive, takenOver, type Declared } from "../plan/primitive";
import { foretellPrimitive } from "./foresee";
import type { CommonInputs, Kind } from "./lifecycle";
import { ownClone, withAwaited, withClone } from "./program";
import { sameObject, withoutReplaced } from "./replaced";
import { returnToStandby } from "./standby";

export interface PrimitiveInputs extends CommonInputs, Taking {
  resourceId: string;
  group?: string;
  adopt?: "update";
  /** Where a change of it makes another resource. */
  agent?: string;
}

/** What a kind says of its primitive. */
interface PrimitiveKind<Inputs> {
  readonly declared: (inputs: Inputs) => Declared;
  /**
   * Looks at what else the configuration holds.
   *
   * @param previous what was declared before of the same object
   * @throws PacemakerError where that forbids it.
   */
  readonly refuse?: (
    cib: Cib,
    inputs: Inputs,
    previous: Inputs | undefined,
  ) => void;
  /** Asks the nodes, in preview. */
  readonly look?: (
    cluster: Cluster,
    seen: Observation,
    inputs: Inputs,
  ) => Promise<void>;
  /** Looks whether what has started is as it should be. */
  readonly prove?: (
    cluster: Cluster,
    inputs: Inputs,
    started: Started | undefined,
  ) => Promise<void>;
}

interface Placed {
  activeNode?: string;
}

type Life = "examine" | "apply" | "foretell" | "settle" | "placed" | "remove";

export function primitiveLife<Inputs extends PrimitiveInputs>({
  declared,
  refuse = () => undefined,
  look,
  prove,
}: PrimitiveKind<Inputs>): Pick<Kind<Inputs, Placed>, Life> {
  const last = (inputs: Inputs, previous: Inputs | undefined) =>
    previous
      ? declared(previous)
      : inputs.adopt === "update"
        ? takenOver
        : undefined;

  return {
    async examine(inputs, previous) {
      const cluster = clusterOf(inputs.connection);
      const seen = await observeShared(cluster);
      const known = sameObject(inputs, previous);
      if (previous && !known)
        refuseReplacedInClone(cluster, seen.cib, previous.resourceId);
      const cib = withoutReplaced(seen.cib, inputs, previous);
      refuse(withoutLeaving(cluster, cib, inputs), inputs, known);
      planPrimitive(
        cib,
        withClone(cluster, cib, inputs.resourceId, declared(inputs)),
        last(inputs, known),
      );
      await look?.(cluster, seen, inputs);
    },

    async apply(inputs, previous) {
      const cluster = clusterOf(inputs.connection);
      const { cib: now, status } = await awaitHandover(cluster, inputs);
      const plan = (cib: Cib, coming: ReadonlySet<string>) => {
        refuse(cib, inputs, previous);
        const wanted = withAwaited(
          cluster,
          cib,
          inputs,
          declared(inputs),
          coming,
        );
        return planPrimitive(cib, wanted, last(inputs, previous));
      };
      // Whatever forbids the change must be known before a failure is forgotten.
      plan(now, new Set());
      await cleanUpFailures(cluster, status, [inputs.resourceId]);
      await prepareMember(cluster, inputs, previous);
      const { cib: before } = await transact(
        cluster,
        inputs.resourceId,
        ({ cib }, coming) => [
          ...plan(cib, coming),
          ...returnToPlace(cluster, cib, inputs),
          ...returnToStandby(cluster, cib, inputs),
        ],
        { group: inputs.group, makes: inputs.resourceId },
      );
      await freeLeftAlone(cluster, status, [inputs.resourceId]);
      return madeMember(cluster, before, inputs);
    },

    foretell: (inputs, previous, isReplacement) =>
      foretellPrimitive(
        clusterOf(inputs.connection),
        previous.resourceId,
        isReplacement,
        ({ cib }) => ({
          commands: planPrimitive(
            cib,
            withClone(
              clusterOf(inputs.connection),
              cib,
              inputs.resourceId,
              declared(inputs),
            ),
            declared(previous),
          ),
        }),
      ),

    async settle(inputs) {
      const { resourceId, group } = inputs;
      const cluster = clusterOf(inputs.connection);
      const { cib } = await observeRecent(cluster);
      const clone = ownClone(cluster, cib.primitives.get(resourceId));
      if (clone !== undefined) {
        await cloneSettles(cluster, clone);
        return {};
      }
      const started =
        group === undefined
          ? await startedOn(cluster, resourceId, [resourceId])
          : await memberSettles(cluster, resourceId, group);
      await prove?.(cluster, inputs, started);
      return group === undefined && started ? { activeNode: started.node } : {};
    },

    // A member's node is told by its group alone: it changes with every failover.
    placed: ({ resourceId, group }) =>
      group === undefined ? [resourceId] : [],

    remove: ({ connection, resourceId, group }) =>
      removePrimitive(clusterOf(connection), resourceId, group),
  };
}

/** It goes before it comes again, and no clone is of nothing in between. */
function refuseReplacedInClone(cluster: Cluster, cib: Cib, id: string): void {
  const clone = ownClone(cluster, cib.primitives.get(id));
  if (clone !== undefined)
    throw new PacemakerError(
      "conflict",
      `${id} is in the clone ${clone}, and cannot be replaced in it. Take the clone out of the program first, and put it ` +
        `back with the other agent in a second run. Nothing was changed.`,
    );
}
