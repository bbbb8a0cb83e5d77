/** What a program's changes would do to a cluster: the handlers' own work on a copy of it, in the order in which Pulumi asks for it. */
import { noteProgram } from "../cluster/change/handover";
import { lookForCauses } from "../cluster/outcome/causes";
import { explainNotStarted } from "../cluster/outcome/explain";
import { lossesOn } from "../cluster/rehearsal/losses";
import { paperOf, type Paper } from "../cluster/rehearsal/paper";
import type { Connection } from "../connection";
import { parseCib, type Cib } from "../model/cib";
import { child, descendants, parseXml, renderXml } from "../model/xml";
import { withoutProvider, type Properties } from "./boundary";
import { holdsUnknown } from "./inputs";
import { kindNamed, type CommonInputs } from "./lifecycle";
import { noteAwaited, noteDeclared } from "./program";
import { noteReplaced } from "./replaced";
import type { ProviderName } from "./shim";

/** What Pulumi is going to do with one resource. */
export interface Operation {
  readonly urn: string;
  readonly name: string;
  readonly kind: ProviderName;
  /** "same": it is asked about, and nothing is done where nobody waits for it. */
  readonly verb: "create" | "update" | "delete" | "same";
  /** What is declared. Of a deletion, what was. */
  readonly inputs: Properties;
  /** What the state holds: inputs and outputs. */
  readonly previous?: Properties;
  /** Whether something takes its place, or it takes the place of something: its own deletion comes first. */
  readonly isReplacement: boolean;
  /** The resources that must be done before it: of a deletion, those that must have gone. */
  readonly after: readonly string[];
}

export type Outcome =
  | "created"
  | "taken over"
  | "changed"
  | "deleted"
  | "unchanged"
  /** Why, and of the next two as well, is in `why`. */
  | "refused"
  | "not reached"
  | "not looked at";

export interface Rehearsed {
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly why?: string;
}

export interface Rehearsal {
  readonly paper: Paper;
  readonly results: readonly Rehearsed[];
  /** What is declared and would not run afterwards: why, one sentence a line. */
  readonly stopped: ReadonlyMap<string, readonly string[]>;
}

/** Kinds whose work is on files: the cluster is not asked to do anything by it, as far as it can be simulated. */
const ofFiles: readonly string[] = [
  "synchronizedFiles",
  "postfixConfiguration",
];

/**
 * Does on a copy of the cluster what Pulumi is going to do.
 *
 * @throws PacemakerError where the cluster cannot be copied.
 */
export async function rehearseProgram(
  connection: Connection,
  operations: readonly Operation[],
): Promise<Rehearsal> {
  const paper = await paperOf(connection);
  const cib = parseCib(paper.first.text);
  const onPaper = (properties: Properties): Properties => ({
    ...withoutProvider(revealed(cib, properties)),
    connection: paper.connection,
  });
  const work = operations.map((operation) => ({
    operation,
    inputs: onPaper(operation.inputs),
    previous: operation.previous && onPaper(operation.previous),
  }));
  noteAll(paper, work);
  const done = new Map<Operation, Promise<Rehearsed>>();
  const rehearse = (index: number): Promise<Rehearsed> => {
    const { operation, inputs, previous } = work[index]!;
    const known = done.get(operation);
    if (known) return known;
    const before = work.flatMap(({ operation: other }, at) =>
      comesBefore(other, operation) ? [at] : [],
    );
    const result = (async (): Promise<Rehearsed> => {
      // Whoever asks for it again meanwhile waits for the same.
      await Promise.resolve();
      const others = await Promise.all(before.map(rehearse));
      const failed = others.find(
        ({ outcome }) => outcome === "refused" || outcome === "not reached",
      );
      if (failed)
        return {
          operation,
          outcome: "not reached",
          why: `${failed.operation.name} comes first, and is ${failed.outcome}`,
        };
      try {
        return {
          operation,
          ...(await rehearseOne(paper, operation, inputs, previous)),
        };
      } catch (error) {
        return {
          operation,
          outcome: "refused",
          why: error instanceof Error ? error.message : String(error),
        };
      }
    })();
    done.set(operation, result);
    return result;
  };
  const results = await Promise.all(work.map((_, index) => rehearse(index)));
  return { paper, results, stopped: await whyStopped(paper, results) };
}

/** What the loss of some nodes would stop. */
export interface Survival {
  readonly lost: readonly string[];
  readonly noQuorum?: string;
  /** What is declared, runs before and runs nowhere afterwards: why, one sentence a line. */
  readonly stopped: ReadonlyMap<string, readonly string[]>;
}

/**
 * What becomes of what is declared when nodes are lost, once all is done that was rehearsed.
 *
 * @param most how many at once
 */
export async function survivalOf(
  { paper, results, stopped: already }: Rehearsal,
  most: number,
): Promise<Survival[]> {
  const all: Survival[] = [];
  for await (const { nodes, noQuorum, paper: left } of lossesOn(paper, most)) {
    const stopped = await whyStopped(left, results, nodes);
    all.push({
      lost: nodes,
      ...(noQuorum === undefined ? {} : { noQuorum }),
      stopped: new Map([...stopped].filter(([id]) => !already.has(id))),
    });
  }
  return all;
}

/**
 * Why what is declared would not run, in the words in which an update says it.
 *
 * @param lost nodes of which nobody knows what they do: what is active there alone counts as stopped
 */
async function whyStopped(
  { cluster, now }: Paper,
  results: readonly Rehearsed[],
  lost: readonly string[] = [],
): Promise<Map<string, readonly string[]>> {
  const { status, text } = now();
  const ids = results
    .filter(
      ({ operation: { verb }, outcome }) =>
        verb !== "delete" && outcome !== "refused" && outcome !== "not reached",
    )
    .map(({ operation }) => String(operation.inputs.resourceId))
    .filter((id) => {
      const found = status.resources.get(id);
      const runs =
        found?.active === true &&
        found.nodes.some((node) => !lost.includes(node));
      return found !== undefined && !runs;
    });
  if (ids.length === 0) return new Map();
  const evidence = await lookForCauses(cluster);
  const cib = parseCib(text);
  return new Map(
    ids.map((id) => [
      id,
      explainNotStarted(status, cib, [id], evidence)
        .split("\n")
        .map((line) => line.replace(/^- /, "")),
    ]),
  );
}

/** Whether Pulumi does the one before the other. */
function comesBefore(one: Operation, other: Operation): boolean {
  if (one === other) return false;
  const isDelete = (operation: Operation) => operation.verb === "delete";
  if (isDelete(one) && isDelete(other)) return other.after.includes(one.urn);
  // What is replaced goes before it comes again; all other deletions come last.
  if (isDelete(one)) return one.isReplacement && one.urn === other.urn;
  if (isDelete(other)) return !other.isReplacement;
  return other.after.includes(one.urn);
}

interface Work {
  readonly operation: Operation;
  readonly inputs: Properties;
  readonly previous: Properties | undefined;
}

/** What the handlers learn of the program when Pulumi asks about each of its resources. */
function noteAll({ cluster }: Paper, work: readonly Work[]): void {
  const declared = work.filter(({ operation }) => operation.verb !== "delete");
  const byId = (
    pairs: readonly (readonly [string, string])[],
  ): Record<string, string[]> => {
    const all: Record<string, string[]> = {};
    for (const [id, value] of pairs) (all[id] ??= []).push(value);
    return all;
  };
  noteProgram(
    cluster,
    byId(
      declared.flatMap(({ inputs }) => {
        const { resourceId, unit, ip } = inputs as Record<string, string>;
        const value = unit ?? ip;
        return resourceId === undefined || value === undefined
          ? []
          : [[resourceId, value] as const];
      }),
    ),
  );
  noteAwaited(
    cluster,
    byId(
      declared.flatMap(({ operation, inputs }) =>
        putOn(operation.kind, inputs).map(
          (resource) => [resource, String(inputs.resourceId)] as const,
        ),
      ),
    ),
  );
  for (const { operation, inputs } of declared)
    noteDeclared(cluster, operation.kind, inputs as unknown as CommonInputs);
  for (const { operation, inputs } of declared) {
    if (!operation.isReplacement) continue;
    const gone = work.find(
      ({ operation: other }) =>
        other.verb === "delete" && other.urn === operation.urn,
    );
    if (gone) noteReplaced(gone.inputs, inputs);
  }
}

/** Kinds that are put on other objects from outside. */
const outside: readonly ProviderName[] = [
  "clone",
  "locationConstraint",
  "colocationConstraint",
  "orderConstraint",
  "ticketConstraint",
];

/** The objects that wait for such a one: see `isOn` of its class. */
function putOn(kind: ProviderName, inputs: Properties): string[] {
  if (!outside.includes(kind)) return [];
  const { resource, withResource, first, then, sets } = inputs;
  const inSets = Array.isArray(sets)
    ? (sets as { resources?: unknown }[]).flatMap(({ resources }) => resources)
    : [];
  return [resource, withResource, first, then, ...inSets].filter(
    (one): one is string => typeof one === "string",
  );
}

async function rehearseOne(
  { now, connection }: Paper,
  { kind: name, verb, urn, inputs: given }: Operation,
  inputs: Properties,
  previous: Properties | undefined,
): Promise<Pick<Rehearsed, "outcome" | "why">> {
  const kind = kindNamed(name);
  if (!kind) throw new Error(`${urn}: there is no kind "${name}"`);
  if (ofFiles.includes(name))
    return verb === "same"
      ? { outcome: "unchanged" }
      : {
          outcome: "not looked at",
          why: "it is about files on the nodes, and what it has the cluster do shows when it is done",
        };
  if (isElsewhere(connection, given))
    return {
      outcome: "not looked at",
      why: `it is in another cluster (${hostsOf(given)?.join(", ")})`,
    };
  const unknown = Object.entries(inputs).find(([, value]) =>
    holdsUnknown(value),
  );
  if (unknown)
    return {
      outcome: "not looked at",
      why: `its ${unknown[0]} is not known before other resources are made`,
    };
  const wanted = inputs as unknown as CommonInputs;
  const state = previous as unknown as (CommonInputs & object) | undefined;
  if (verb === "delete") {
    await kind.remove(wanted);
    return { outcome: "deleted" };
  }
  if (verb === "same" && kind.isWaitedFor?.(wanted) !== true)
    return { outcome: "unchanged" };
  const before = objectOf(now().text, name, wanted.resourceId);
  await kind.apply(wanted, verb === "same" ? (state ?? wanted) : state);
  const after = objectOf(now().text, name, wanted.resourceId);
  if (before === undefined && verb === "create") return { outcome: "created" };
  // Of what has no object of its own, such as a group that stands by hot, it does not show.
  const isSame = before !== undefined && before === after;
  return {
    outcome: !isSame
      ? "changed"
      : verb === "create"
        ? "taken over"
        : "unchanged",
  };
}

/** Kinds that are no object of the configuration, but something among others' in a part of it. */
const parts: Partial<Record<ProviderName, string>> = {
  clusterProperties: "crm_config",
  nodeAttributes: "nodes",
  stonithLevel: "fencing-topology",
};

/** What a resource is in the configuration, as text. */
function objectOf(
  text: string,
  kind: ProviderName,
  id: string,
): string | undefined {
  const configuration = child(parseXml(text), "configuration");
  if (!configuration) return undefined;
  const part = parts[kind];
  const found =
    part === undefined
      ? [...descendants(configuration)].find(
          ({ attributes }) => attributes.id === id,
        )
      : child(configuration, part);
  return found && renderXml(found);
}

function hostsOf({ connection }: Properties): string[] | undefined {
  const { hosts } = (connection ?? {}) as { hosts?: unknown };
  return Array.isArray(hosts) ? hosts.map(String) : undefined;
}

/** Where the hosts are hidden or not known yet, they count as the ones that are looked at. */
function isElsewhere({ hosts }: Connection, inputs: Properties): boolean {
  const theirs = hostsOf(inputs);
  return (
    theirs !== undefined &&
    !theirs.some(holdsUnknown) &&
    !theirs.some((host) => hosts.includes(host))
  );
}

/** What stands in Pulumi's previews where a secret is. */
const hidden = "[secret]";

/** An option whose value the preview hides counts as the one that is there. */
function revealed(cib: Cib, properties: Properties): Properties {
  const { options, resourceId } = properties;
  if (typeof options !== "object" || options === null) return properties;
  const found = cib.primitives.get(String(resourceId))?.options ?? {};
  return {
    ...properties,
    options: Object.fromEntries(
      Object.entries(options).map(([name, value]: [string, unknown]) => [
        name,
        value === hidden ? (found[name] ?? value) : value,
      ]),
    ),
  };
}
