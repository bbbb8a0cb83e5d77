import { PacemakerError } from "../../errors";
import type { Build, SeenFile, WantedFile } from "../../model/files";
import { shipped } from "../../shipped";
import type { Host } from "../../ssh";
import { indent } from "../report";

/** What a command on a node said, and how it ended. */
export interface Report {
  readonly code: number;
  readonly words: string;
}

/** A command that failed. */
export interface Failed extends Report {
  readonly argv: readonly string[];
}

/** Why a file cannot be what it shall be on a node. */
export interface Problem {
  readonly kind: string;
  readonly path: string;
  readonly detail: string;
}

export interface Looked {
  readonly node: string;
  readonly hostName: string;
  /** What crm_mon printed; empty where Pacemaker did not answer. */
  readonly status: string;
  readonly files: Readonly<Record<string, SeenFile>>;
  readonly problems: readonly Problem[];
  readonly reports: readonly Report[];
}

export interface LookRequest {
  readonly paths: readonly string[];
  /** Those of the paths whose text is to come along. */
  readonly texts: readonly string[];
  /** Whose owners and groups have to be known there. */
  readonly owners: readonly Pick<WantedFile, "path" | "owner" | "group">[];
  /** Commands whose words are to come along. */
  readonly reports: readonly (readonly string[])[];
}

export interface StageRequest {
  readonly files: readonly WantedFile[];
  /** What is to be put beside the files that it will replace. */
  readonly paths: readonly string[];
  readonly builds: readonly Build[];
  readonly checks: readonly (readonly string[])[];
  readonly reports: readonly (readonly string[])[];
  /** Only checks: nothing is left beside any file. */
  readonly isTrial: boolean;
}

export interface Staged {
  readonly failed: readonly Failed[];
  readonly reports: readonly Report[];
}

export interface ActivateRequest {
  readonly paths: readonly string[];
  readonly activate: readonly (readonly string[])[];
}

/** How long a command that activates may take, in seconds. */
const activateSeconds = 120;

const argv = ["/usr/bin/python3", "-I", "-"];

/** The text that is given to Python on a node: what is asked comes first, so that it stands in no arguments. */
export function scriptFor(request: object): string {
  const script = shipped(__dirname, "node.py");
  const text = Buffer.from(JSON.stringify(request), "utf8").toString("base64");
  return `import base64, json\nrequest = json.loads(base64.b64decode("${text}"))\n${script}`;
}

/** A node, and on whose behalf it is worked on. */
export interface Who {
  readonly host: Host;
  /** The login user: of root, nobody has to ask what it may do. */
  readonly user: string;
  /** The id in the names beside a file. */
  readonly resource: string;
}

export function lookAt(who: Who, request: LookRequest): Promise<Looked> {
  return run(who, { do: "look", ...request }, true, 60);
}

export async function stageFiles(
  who: Who,
  node: string,
  request: StageRequest,
): Promise<Staged> {
  const answer = await run<Staged & Refusal>(
    who,
    { do: "stage", ...request },
    request.isTrial,
    180,
  );
  refuseProblems(who.resource, [{ node, problems: answer.problems ?? [] }]);
  return answer;
}

export async function commitFiles(
  who: Who,
  node: string,
  request: ActivateRequest,
): Promise<readonly Failed[]> {
  return activated(who, node, { do: "commit", ...request });
}

export async function revertFiles(
  who: Who,
  node: string,
  request: ActivateRequest,
): Promise<readonly Failed[]> {
  return activated(who, node, { do: "revert", ...request });
}

/** Takes away what a rollout has left beside the files. */
export async function finishFiles(
  who: Who,
  paths: readonly string[],
): Promise<void> {
  await run(who, { do: "finish", paths }, true, 60);
}

interface Refusal {
  readonly problems?: readonly Problem[];
}

async function activated(
  who: Who,
  node: string,
  request: ActivateRequest & { do: string },
): Promise<readonly Failed[]> {
  const { failed, problems } = await run<
    { failed: readonly Failed[] } & Refusal
  >(who, { ...request, activateSeconds }, false, activateSeconds + 60);
  refuseProblems(who.resource, [{ node, problems: problems ?? [] }]);
  return failed;
}

async function run<Answer>(
  { host, user, resource }: Who,
  request: object,
  reads: boolean,
  timeoutSeconds: number,
): Promise<Answer> {
  const result = await host.exec(argv, {
    stdin: scriptFor({ ...request, id: resource }),
    rights: user === "root" ? "none" : "root",
    reads,
    timeoutSeconds,
  });
  if (result.code === 127)
    throw new PacemakerError(
      "configuration",
      `${resource}: there is no /usr/bin/python3 on ${host.label}, which works on the files there. Install python3 on that node.`,
      host.address,
    );
  try {
    const line = result.stdout.trim().split("\n").at(-1) ?? "";
    if (result.code === 0) return JSON.parse(line) as Answer;
  } catch {
    // told below
  }
  throw new PacemakerError(
    "cluster",
    `${resource}: the files on ${host.label} could not be worked on: Python ended with exit code ${result.code}:\n` +
      // The last line of a traceback names the error, and quotes nothing of the files.
      `${indent(result.stderr.trim().split("\n").at(-1) ?? "")}\nRun this again; see whether that node has room on its disk.`,
    host.address,
  );
}

const whys: Readonly<Record<string, (problem: Problem) => string>> = {
  "no-folder": ({ detail }) =>
    `the folder ${detail} is not there: make it on each node, or correct the path`,
  "link-on-the-way": ({ detail }) =>
    `${detail}, by a symbolic link: declare the real path`,
  link: ({ detail }) =>
    `it is a symbolic link to ${detail}: declare the real path`,
  folder: () => `it is a folder: declare a file`,
  "no-file": () => `it is neither a file nor absent: choose another path`,
  "no-owner": ({ detail }) =>
    `there is no user ${detail}: make it on each node, or correct "owner"`,
  "no-group": ({ detail }) =>
    `there is no group ${detail}: make it on each node, or correct "group"`,
  "too-large": () =>
    `the folder is too large to be copied for a check: name a smaller one, or a file`,
  system: ({ detail }) => `${detail}: see to it on that node`,
};

/**
 * @throws PacemakerError where there is any problem.
 */
export function refuseProblems(
  resource: string,
  found: readonly {
    readonly node: string;
    readonly problems: readonly Problem[];
  }[],
): void {
  const lines = found.flatMap(({ node, problems }) =>
    problems.map(
      (problem) =>
        `- ${problem.path} on ${node}: ${whys[problem.kind]?.(problem) ?? problem.kind}`,
    ),
  );
  if (lines.length === 0) return;
  throw new PacemakerError(
    "conflict",
    `${resource}: its files cannot be what is declared. Nothing was changed.\n${lines.join("\n")}`,
  );
}
