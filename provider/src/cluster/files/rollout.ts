import { PacemakerError } from "../../errors";
import type { Build, WantedFile } from "../../model/files";
import { asPacemakerError } from "../nodes/members";
import { indent } from "../report";
import { quoteArgv } from "../../ssh";
import type { FilesNode } from "./everywhere";
import {
  commitFiles,
  finishFiles,
  revertFiles,
  stageFiles,
  type Failed,
  type Report,
} from "./script";

/** What is to be done on one node. */
export interface NodeRollout {
  readonly at: FilesNode;
  /** All files, changed or not: the checks look at them together. */
  readonly files: readonly WantedFile[];
  /** The paths to replace. */
  readonly paths: readonly string[];
  readonly builds: readonly Build[];
  /** Every path that is ours there: a rollout that was broken off may have left something beside any of them. */
  readonly all: readonly string[];
}

/** How a node comes to use its new files. */
export interface Activation {
  readonly argv: readonly (readonly string[])[];
  /** What only the cluster may do, after that. */
  readonly byCluster?: () => Promise<void>;
}

export interface Rollout {
  /** The id of the resource; the names beside the files hold it. */
  readonly resource: string;
  /** Commands that have to succeed on each node before anything is replaced on any. */
  readonly checks: readonly (readonly string[])[];
  /** Commands that tell of the copy what the activation has to know. */
  readonly reports?: readonly (readonly string[])[];
  readonly activation: (
    node: NodeRollout,
    reports: readonly Report[],
  ) => Activation;
}

/**
 * Has the nodes check what they are to get. Nothing is left on them.
 *
 * @throws PacemakerError with the words of each check that failed, or with why it could not be put to use.
 */
export async function tryEverywhere(
  rollout: Rollout,
  nodes: readonly NodeRollout[],
): Promise<void> {
  const reports = await stageEverywhere(rollout, nodes, true);
  for (const node of nodes) rollout.activation(node, reports.get(node) ?? []);
}

/**
 * Replaces files on the nodes, in the order given: all of them are staged and checked first. What fails on one node puts back
 * the files of all.
 *
 * @throws PacemakerError when it could not be done; it says whether everything is as before.
 */
export async function rollOut(
  rollout: Rollout,
  nodes: readonly NodeRollout[],
): Promise<void> {
  const { resource } = rollout;
  const reports = await stageEverywhere(rollout, nodes, false);
  const begun: Begun[] = [];
  for (const node of nodes) {
    try {
      const activation = rollout.activation(node, reports.get(node) ?? []);
      const one: Begun = { node, activation, byCluster: false };
      begun.push(one);
      const failed = await commitFiles(node.at.who, node.at.node, {
        paths: node.paths,
        activate: activation.argv,
      });
      if (failed.length > 0)
        throw new PacemakerError(
          "cluster",
          `${resource}: the new files could not be put to use on ${node.at.node}:\n${inWords(failed)}`,
          node.at.who.host.address,
        );
      if (!activation.byCluster) continue;
      one.byCluster = true;
      await activation.byCluster();
    } catch (error) {
      throw await undone(rollout, nodes, begun, asPacemakerError(error));
    }
  }
  await finishAll(resource, nodes);
}

interface Begun {
  readonly node: NodeRollout;
  readonly activation: Activation;
  /** Whether the cluster was asked to do its part. */
  byCluster: boolean;
}

async function stageEverywhere(
  { resource, checks, reports = [] }: Rollout,
  nodes: readonly NodeRollout[],
  isTrial: boolean,
): Promise<ReadonlyMap<NodeRollout, readonly Report[]>> {
  const outcomes = await Promise.allSettled(
    nodes.map(({ at, files, paths, builds }) =>
      stageFiles(at.who, at.node, {
        ...{ files, paths, builds, checks, reports, isTrial },
      }),
    ),
  );
  const found = new Map<NodeRollout, readonly Report[]>();
  const refused: string[] = [];
  let first: unknown;
  outcomes.forEach((outcome, index) => {
    const node = nodes[index]!;
    if (outcome.status === "rejected") first ??= outcome.reason;
    else if (outcome.value.failed.length === 0)
      found.set(node, outcome.value.reports);
    else refused.push(`On ${node.at.node}:\n${inWords(outcome.value.failed)}`);
  });
  if (first === undefined && refused.length === 0) return found;
  if (!isTrial) await finishAll(resource, nodes);
  if (first !== undefined) throw first;
  throw new PacemakerError(
    "cluster",
    `${resource}: the check of its files failed. Nothing was changed on any node.\n${refused.join("\n")}\nCorrect the files.`,
  );
}

/** Puts back the files of every node that had any replaced, and takes away what was staged on the others. */
async function undone(
  { resource }: Rollout,
  nodes: readonly NodeRollout[],
  begun: readonly Begun[],
  cause: PacemakerError,
): Promise<PacemakerError> {
  const others = nodes.filter(
    (node) => !begun.some((one) => one.node === node),
  );
  const left = await Promise.all(
    begun.map(async ({ node, activation, byCluster }) => {
      try {
        const failed = await revertFiles(node.at.who, node.at.node, {
          paths: node.all,
          activate: activation.argv,
        });
        if (byCluster) await activation.byCluster?.();
        return failed.length === 0
          ? []
          : [
              `The old files are back on ${node.at.node}, and could not be put to use there:\n${inWords(failed)}`,
            ];
      } catch (error) {
        return [
          `The old files could not be put back on ${node.at.node}: ${asPacemakerError(error).message}`,
        ];
      }
    }),
  );
  await finishAll(resource, others);
  const problems = left.flat();
  return new PacemakerError(
    cause.kind,
    `${cause.message}\n` +
      (problems.length === 0
        ? `The old files are back on every node.`
        : `${problems.join("\n")}\nRun this again: it looks at what is there, and does what is missing.`),
    cause.host,
  );
}

/** A node that is lost by now keeps the remains; its next rollout takes them away. */
async function finishAll(
  resource: string,
  nodes: readonly NodeRollout[],
): Promise<void> {
  await Promise.allSettled(
    nodes.map(({ at, all }) => finishFiles(at.who, all)),
  );
}

function inWords(failed: readonly Failed[]): string {
  return failed
    .map(
      ({ argv, code, words }) =>
        `"${nameOf(argv)}" ended with exit code ${code}:\n${indent(words.trim() || "no output")}`,
    )
    .join("\n");
}

/** A script of ours is known by its name, which stands behind it. */
function nameOf(argv: readonly string[]): string {
  const [program, option, , name] = argv;
  return program === "/bin/sh" && option === "-c" && name !== undefined
    ? name
    : quoteArgv(argv);
}
