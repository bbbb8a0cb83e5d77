import type { z } from "zod";
import type * as pulumi from "@pulumi/pulumi";
import { cleanUpFailures, freeLeftAlone } from "../cluster/change/change";
import { warn } from "../cluster/report";
import { warnOfReferences } from "../cluster/change/references";
import { sayingWhatStays, stopResources } from "../cluster/change/stop";
import { clusterOf, type Cluster } from "../cluster/nodes/members";
import { cloneSettles, instancesOf } from "../cluster/outcome/clone";
import { startedOn } from "../cluster/outcome/start";
import { foretell } from "../cluster/preview/preview";
import {
  observeRecent,
  observeShared,
  type Observation,
} from "../cluster/transaction/observe";
import type { Plan } from "../cluster/transaction/changes";
import { transact } from "../cluster/transaction/transact";
import { previewWasSeen } from "../engine";
import { PacemakerError } from "../errors";
import { contentOf, type Cib } from "../model/cib";
import { isStaged, unstage } from "../model/staging";
import {
  planClone,
  planNoClone,
  refuseClone,
  type DeclaredClone,
} from "../plan/clone";
import { readAttributes } from "../plan/primitive";
import type { CloneArgs, CloneOutputs } from "./classes/clone";
import { objectSchema } from "./common";
import { define, inputsOf } from "./define";
import { asStrings, attributes, flag, id } from "./inputs";
import { awaits, isAwaited, isDeclared, noteArrived } from "./program";
import { isReplaced, sameObject, withoutReplaced } from "./replaced";
import { thereSeconds, untilThere } from "./there";

const schema = inputsOf<CloneArgs<pulumi.Input<string>>>()({
  ...objectSchema,
  resource: id,
  promotable: flag.optional(),
  unique: flag.optional(),
  meta: attributes({
    promotable: `it is the input "promotable"`,
    "globally-unique": `it is the input "unique"`,
    "target-role": `whether it runs is the operator's to say ("pcs resource disable", "pcs resource enable")`,
  }).optional(),
});

type Inputs = z.output<typeof schema>;

/** In state, besides what it shows. */
interface Known extends CloneOutputs {
  /** Whether the program declared what it is of, when the clone was last made or changed. */
  contentIsDeclared?: boolean;
}

export const clone = define<Known>()({
  name: "clone",
  schema,

  async examine(inputs, previous) {
    const cluster = clusterOf(inputs.connection);
    const { cib: seen } = await observeShared(cluster);
    const known = sameObject(inputs, previous);
    const cib = withoutReplaced(seen, inputs, previous);
    refuseClone(
      cib,
      declared(inputs),
      last(inputs, known) !== undefined,
      !cib.ids.has(inputs.resource),
    );
    const isNew = !known && !seen.clones.has(inputs.resourceId);
    // Of a new one, Pulumi asks nothing else in preview.
    if (
      isNew &&
      contentOf(cib, inputs.resource).length > 0 &&
      !previewWasSeen()
    )
      await foretellChange(cluster, inputs, last(inputs, undefined));
  },

  async apply(inputs, previous) {
    const { resourceId, resource } = inputs;
    const cluster = clusterOf(inputs.connection);
    const { status } = await contentExists(cluster, inputs);
    const plan: Plan = ({ cib }, coming) =>
      planClone(
        cib,
        declared(inputs),
        last(inputs, previous),
        awaits(cluster, cib, [resourceId, resource], coming),
      );
    const { cib: before } = await transact(cluster, resourceId, plan, {
      makes: resourceId,
    });
    // Of what another process makes at the same moment, such as a constraint on it, neither has seen the other.
    await transact(cluster, `start what waits for ${resourceId}`, plan);
    noteArrived(cluster, resourceId);
    const { cib } = await observeRecent(cluster);
    const content = contentOf(cib, resource);
    await cleanUpFailures(cluster, status, content);
    await freeLeftAlone(cluster, status, content);
    const waits = content.some((one) => isStaged(cib.primitives.get(one)!));
    return {
      existed: before.clones.has(resourceId),
      isStaged: waits,
      outputs: {
        contentIsDeclared: isDeclared(cluster, resource),
        ...(waits ? { nodes: [], promotedNodes: [] } : {}),
      },
    };
  },

  async foretell(inputs, previous, isReplacement) {
    const cluster = clusterOf(inputs.connection);
    if (!isReplacement)
      return foretellChange(cluster, inputs, declared(previous));
    // Pacemaker would see no difference between the two, but one goes before the other comes.
    warn(
      inputs.resourceId,
      `takes the place of the clone ${previous.resourceId}: ${previous.resource} stops on every node, and starts again in the ` +
        `new one.`,
    );
  },

  isWaitedFor: ({ connection, resourceId }) =>
    isAwaited(clusterOf(connection), resourceId),

  async settle({ connection, resourceId }) {
    return cloneSettles(clusterOf(connection), resourceId);
  },

  placed: () => [],

  async read(state) {
    const cluster = clusterOf(state.connection);
    const { cib, status } = await observeShared(cluster);
    const found = cib.clones.get(state.resourceId);
    if (!found) return undefined;
    const wanted = asMeta(state);
    const there = readAttributes(found.meta, wanted) ?? {};
    const flagOf = (given: boolean | undefined, name: string) =>
      given === undefined
        ? undefined
        : name in there
          ? there[name] === String(given)
            ? given
            : !given
          : undefined;
    return {
      ...state,
      resource: found.content,
      promotable: flagOf(state.promotable, "promotable"),
      unique: flagOf(state.unique, "globally-unique"),
      meta: readAttributes(found.meta, state.meta),
      ...instancesOf(status, contentOf(cib, found.content)),
    };
  },

  async remove(state) {
    const cluster = clusterOf(state.connection);
    const { resourceId } = state;
    const { cib: seen } = await observeRecent(cluster);
    if (!seen.clones.has(resourceId)) return;
    warnOfReferences(seen, resourceId);
    const content = (cib: Cib) =>
      contentOf(cib, cib.clones.get(resourceId)?.content ?? "");
    // What is one resource on many nodes must not become one of them by chance.
    await sayingWhatStays(cluster, content(seen), async () => {
      await stopResources(cluster, resourceId, content, resourceId);
      const { cib } = await transact(
        cluster,
        `delete ${resourceId}`,
        ({ cib: now }) => planNoClone(now, resourceId),
      );
      const left = content(cib);
      // What goes too stays stopped until then, and what is not the program's is left as pcs would leave it.
      const goesToo =
        state.contentIsDeclared === true &&
        !isDeclared(cluster, state.resource);
      const stays = isReplaced(state) || goesToo ? [] : left;
      await transact(cluster, `start ${stays.join(" and ")}`, ({ cib: now }) =>
        unstage(
          stays.filter((one) => {
            const found = now.primitives.get(one);
            return found !== undefined && isStaged(found);
          }),
        ),
      );
      if (stays.length > 0) await startedOn(cluster, state.resource, stays);
    });
  },
});

function foretellChange(
  cluster: Cluster,
  inputs: Inputs,
  before: Pick<DeclaredClone, "meta"> | undefined,
): Promise<void> {
  return foretell(cluster, {
    what: inputs.resourceId,
    resources: [inputs.resource],
    step: ({ cib }) => ({ commands: planClone(cib, declared(inputs), before) }),
  });
}

function declared(inputs: Inputs): DeclaredClone {
  return {
    id: inputs.resourceId,
    content: inputs.resource,
    meta: asMeta(inputs),
  };
}

function asMeta({ meta, promotable, unique }: Inputs): Record<string, string> {
  return {
    ...asStrings(meta),
    ...(promotable === undefined ? {} : { promotable: String(promotable) }),
    ...(unique === undefined ? {} : { "globally-unique": String(unique) }),
  };
}

function last(
  inputs: Inputs,
  previous: Inputs | undefined,
): Pick<DeclaredClone, "meta"> | undefined {
  return previous
    ? declared(previous)
    : inputs.adopt === "update"
      ? { meta: {} }
      : undefined;
}

function contentExists(
  cluster: Cluster,
  { resource, resourceId }: Inputs,
): Promise<Observation> {
  return untilThere(
    cluster,
    (cib) => (contentOf(cib, resource).length > 0 ? [] : [resource]),
    (missing) =>
      new PacemakerError(
        "conflict",
        `${resourceId}: ${missing} is not in the cluster's configuration, ${thereSeconds} s after the clone was to be ` +
          `made. Give the resource itself (resource: web), so that it is created before it, or mend the id. Nothing was ` +
          `changed.`,
      ),
  );
}
