import {
  lookEverywhere,
  type Everywhere,
  type FilesNode,
} from "../cluster/files/everywhere";
import {
  rollOut,
  tryEverywhere,
  type NodeRollout,
  type Rollout,
} from "../cluster/files/rollout";
import { refuseProblems, type LookRequest } from "../cluster/files/script";
import type { Cluster } from "../cluster/nodes/members";
import { tellForesight, warn } from "../cluster/report";
import { previewWasSeen } from "../engine";
import type { CommonInputs, Kind } from "./lifecycle";
import {
  isDone,
  planFiles,
  type FilesPlan,
  type WantedFiles,
} from "../plan/files";

/** What a kind of resource says of its files. */
export interface DeclaredFiles extends Rollout {
  readonly cluster: Cluster;
  /** The cluster's resource whose node comes last. */
  readonly active: string | undefined;
  readonly look: LookRequest;
  /**
   * What the nodes must have before there is a word about single files.
   *
   * @throws PacemakerError where they do not.
   */
  readonly requires?: (nodes: readonly FilesNode[]) => void;
  /**
   * What shall be on a node, as it was found.
   *
   * @throws PacemakerError where it cannot be.
   */
  readonly wanted: (node: FilesNode) => WantedFiles;
}

/** What the state says of the nodes. */
export interface FilesOutputs {
  /** The nodes that were down, where the files are still to be brought. */
  pendingNodes?: string[];
  /** By node and path: what is not as declared, in words without any content. */
  drift?: Record<string, Record<string, string>>;
}

interface Planned {
  readonly at: FilesNode;
  readonly wanted: WantedFiles;
  readonly plan: FilesPlan;
}

interface Seen extends Everywhere {
  readonly planned: readonly Planned[];
}

/** Whether the state says that something is left to do. */
function filesAreUnfinished({ pendingNodes, drift }: FilesOutputs) {
  return (pendingNodes ?? []).length > 0 || Object.keys(drift ?? {}).length > 0;
}

/**
 * Has every node that can be reached check what it is to get, and tells what will be replaced; nothing is touched.
 *
 * @throws PacemakerError when a node refuses it.
 */
async function examineFiles(
  declared: DeclaredFiles,
  isNew: boolean,
): Promise<void> {
  const seen = await plan(declared);
  await tryEverywhere(declared, rolloutsOf(seen));
  if (isNew && !previewWasSeen()) tell(declared, seen);
}

/** Tells what a change will replace. */
async function foretellFiles(declared: DeclaredFiles): Promise<void> {
  try {
    tell(declared, await plan(declared));
  } catch {
    // The check, or the change itself, says why.
  }
}

/** Brings the files to the nodes, and what reads them to use them. */
async function applyFiles(declared: DeclaredFiles): Promise<FilesOutputs> {
  const seen = await plan(declared);
  await rollOut(declared, rolloutsOf(seen));
  warnOfPending(declared.resource, seen.down);
  return seen.down.length > 0 ? { pendingNodes: [...seen.down] } : {};
}

/** What the nodes have, against what is declared. */
async function readFiles(
  declared: DeclaredFiles,
  state: FilesOutputs,
): Promise<FilesOutputs> {
  const { planned, down } = await plan(declared, false);
  const wasPending = state.pendingNodes ?? [];
  const late = planned.filter(({ plan }) => !isDone(plan) || false);
  const pendingNodes = [
    ...down.filter((node) => wasPending.includes(node)),
    ...late
      .map(({ at }) => at.node)
      .filter((node) => wasPending.includes(node)),
  ];
  const drift = Object.fromEntries(
    late
      .filter(({ at }) => !pendingNodes.includes(at.node))
      .map(({ at, plan }) => [at.node, driftOf(at, plan)]),
  );
  warnOfPending(declared.resource, pendingNodes);
  for (const [node, files] of Object.entries(drift))
    warn(
      declared.resource,
      `is not as declared on ${node}: ${inWords(files)}. "pulumi up" brings it back.`,
    );
  return {
    ...(pendingNodes.length > 0 ? { pendingNodes } : {}),
    ...(Object.keys(drift).length > 0 ? { drift } : {}),
  };
}

/** @param refuses whether what cannot be replaced is an error; where it is only looked at, it is a difference */
async function plan(declared: DeclaredFiles, refuses = true): Promise<Seen> {
  const { cluster, resource, active, look } = declared;
  const seen = await lookEverywhere(cluster, resource, active, look);
  declared.requires?.(seen.nodes);
  if (refuses)
    refuseProblems(
      resource,
      seen.nodes.map(({ node, looked }) => ({
        node,
        problems: looked.problems,
      })),
    );
  return {
    ...seen,
    planned: seen.nodes.map((at) => {
      const wanted = declared.wanted(at);
      return { at, wanted, plan: planFiles(wanted, at.looked.files) };
    }),
  };
}

function rolloutsOf({ planned }: Seen): NodeRollout[] {
  return planned
    .filter(({ plan }) => !isDone(plan))
    .map(({ at, wanted, plan: { paths, builds } }) => ({
      at,
      files: wanted.files,
      paths,
      builds,
      all: [
        ...wanted.files.map(({ path }) => path),
        ...wanted.builds.map(({ makes }) => makes),
      ],
    }));
}

function driftOf(at: FilesNode, plan: FilesPlan): Record<string, string> {
  return {
    ...plan.differences,
    ...Object.fromEntries(
      at.looked.problems.map(({ path, kind }) => [
        path,
        `cannot be read (${kind})`,
      ]),
    ),
    ...(plan.isUnfinished
      ? { "": "a rollout was broken off before the files were put to use" }
      : {}),
  };
}

function inWords(files: Record<string, string>): string {
  return Object.entries(files)
    .map(([path, words]) => [path, words].filter(Boolean).join(" "))
    .join("; ");
}

function tell({ resource }: DeclaredFiles, { planned, down }: Seen): void {
  const parts = planned
    .filter(({ plan }) => !isDone(plan))
    .map(({ at, plan }) => {
      const active = at.isActive ? ", the active node" : "";
      return `${plan.paths.join(", ") || "no file, but what reads them is told"} on ${at.node}${active}`;
    });
  tellForesight(
    resource,
    parts.length === 0
      ? "this change will not replace any file."
      : `this change will replace ${parts.join("; then ")}.`,
  );
  warnOfPending(resource, down);
}

function warnOfPending(resource: string, nodes: readonly string[]): void {
  if (nodes.length === 0) return;
  warn(
    resource,
    `${nodes.join(", ")} has not got these files: it was down. A failover to it would run an old configuration. ` +
      `Run "pulumi up" once it is back.`,
  );
}

/** The life of a kind of files, given what its inputs declare. */
export function filesLife<Inputs extends CommonInputs>(
  declared: (inputs: Inputs) => DeclaredFiles,
): Omit<
  Kind<Inputs, FilesOutputs>,
  "name" | "schema" | "inputNames" | "normalise"
> {
  return {
    examine: (inputs, previous) => examineFiles(declared(inputs), !previous),
    foretell: (inputs) => foretellFiles(declared(inputs)),
    isUnfinished: filesAreUnfinished,
    apply: async (inputs) => ({
      existed: true,
      outputs: await applyFiles(declared(inputs)),
    }),
    settle: () => Promise.resolve({}),
    placed: () => [],
    async read(state) {
      const found = await readFiles(declared(state), state);
      return { ...state, pendingNodes: undefined, drift: undefined, ...found };
    },
    // What reads them may go on and needs them; and what was there before is not known any more.
    remove: () => Promise.resolve(),
  };
}
