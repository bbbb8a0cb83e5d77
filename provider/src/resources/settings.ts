/** The life of every kind that is no resource of the cluster, but settings of it: names and values among others'. */
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { untilQuiet } from "../cluster/outcome/quiet";
import { foretell } from "../cluster/preview/preview";
import { warn } from "../cluster/report";
import {
  observeShared,
  type Observation,
} from "../cluster/transaction/observe";
import { rehearse, transact } from "../cluster/transaction/transact";
import { previewWasSeen } from "../engine";
import type { Cib } from "../model/cib";
import type { PcsCommand } from "../pcs/commands";
import type { CommonInputs, Kind } from "./lifecycle";

/** What is to be done, and what is known of it afterwards. */
export interface SettingsPlan<Outputs> {
  readonly commands: readonly PcsCommand[];
  readonly outputs?: Outputs;
  /** What a person should know of it. */
  readonly warnings?: readonly string[];
}

/** What a kind says of its settings. */
interface SettingsKind<Inputs, Outputs> {
  /**
   * @param previous what the state holds; in a check, its inputs alone
   * @param isAhead whether it is only looked at: what the program is about to make is not there yet
   * @throws PacemakerError when what is there forbids it.
   */
  readonly plan: (
    cib: Cib,
    inputs: Inputs,
    previous: (Inputs & Partial<Outputs>) | undefined,
    isAhead: boolean,
  ) => SettingsPlan<Outputs>;
  /** What takes away what is ours, and brings back what was before. */
  readonly planRemoval: (
    cib: Cib,
    state: Inputs & Outputs,
  ) => SettingsPlan<unknown>;
  /** Asks the nodes, in preview. */
  readonly look?: (
    cluster: Cluster,
    seen: Observation,
    inputs: Inputs,
  ) => Promise<void>;
  /** What a person should know before it is done, given what is there. */
  readonly dangers?: (
    seen: Observation,
    inputs: Inputs,
    commands: readonly PcsCommand[],
  ) => readonly string[];
  /** Waits for what must be there before it. */
  readonly ready?: (cluster: Cluster, inputs: Inputs) => Promise<unknown>;
  /** Waits for more than that the cluster has done what comes of it. */
  readonly prove?: (cluster: Cluster, inputs: Inputs) => Promise<void>;
}

type Life = "examine" | "apply" | "foretell" | "settle" | "placed" | "remove";

export function settingsLife<Inputs extends CommonInputs, Outputs>({
  plan,
  planRemoval,
  look,
  dangers = () => [],
  ready,
  prove,
}: SettingsKind<Inputs, Outputs>): Pick<Kind<Inputs, Outputs>, Life> {
  return {
    async examine(inputs, previous) {
      const cluster = clusterOf(inputs.connection);
      const what = inputs.resourceId;
      const seen = await observeShared(cluster);
      await look?.(cluster, seen, inputs);
      const known = previous as (Inputs & Partial<Outputs>) | undefined;
      const { commands } = plan(seen.cib, inputs, known, true);
      // The change itself, which comes next, is staged and verified too.
      if (previewWasSeen()) return;
      // What the program declares beside it may let the whole be accepted.
      await rehearse(
        cluster,
        ({ cib }) => plan(cib, inputs, known, true).commands,
        false,
      );
      for (const danger of dangers(seen, inputs, commands)) warn(what, danger);
      // Pulumi does not ask what comes of something new.
      if (!previous && commands.length > 0)
        await foretell(cluster, {
          what,
          resources: [],
          step: ({ cib }) => ({
            commands: plan(cib, inputs, known, true).commands,
          }),
        });
    },

    async apply(inputs, previous) {
      const cluster = clusterOf(inputs.connection);
      let first: SettingsPlan<Outputs> | undefined;
      await ready?.(cluster, inputs);
      await transact(cluster, inputs.resourceId, ({ cib }) => {
        const planned = plan(cib, inputs, previous, false);
        // Once it may have been made, what is there may be ours.
        first ??= planned;
        return planned.commands;
      });
      for (const text of first?.warnings ?? []) warn(inputs.resourceId, text);
      return {
        existed: true,
        ...(first?.outputs === undefined ? {} : { outputs: first.outputs }),
      };
    },

    foretell: (inputs, previous, isReplacement) =>
      foretell(clusterOf(inputs.connection), {
        what: previous.resourceId,
        resources: [],
        step: ({ cib }) => ({
          commands: isReplacement
            ? planRemoval(cib, previous).commands
            : plan(cib, inputs, previous, true).commands,
        }),
      }),

    async settle(inputs) {
      const cluster = clusterOf(inputs.connection);
      await untilQuiet(cluster, inputs.resourceId);
      await prove?.(cluster, inputs);
      return {} as Outputs;
    },

    placed: () => [],

    async remove(state) {
      const cluster = clusterOf(state.connection);
      let last: SettingsPlan<unknown> | undefined;
      await transact(cluster, `delete ${state.resourceId}`, ({ cib }) => {
        last = planRemoval(cib, state);
        return last.commands;
      });
      for (const text of last?.warnings ?? []) warn(state.resourceId, text);
      await untilQuiet(cluster, state.resourceId);
    },
  };
}
