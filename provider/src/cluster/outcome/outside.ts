import { PacemakerError } from "../../errors";
import type { ClusterStatus } from "../../model/status";
import {
  judge,
  dialogueRequest,
  pythonDialogue,
  type Dialogue,
  type Expectations,
} from "../../postfix/dialogue";
import { memberOn, type Cluster, type Member } from "../nodes/members";
import { indent, warn } from "../report";
import { talkFromHere } from "./dialogue";

/** From where a service is looked at: another node than the one that runs it, the machine that runs Pulumi. */
export type Viewpoint = "passive" | "pulumi";

/** What a mail service must show at its addresses, and to whom. */
export interface Verification extends Expectations {
  readonly from?: readonly Viewpoint[];
}

/** A service to be looked at. */
export interface Service {
  readonly resource: string;
  /** The node that runs it. */
  readonly node: string;
  readonly addresses: readonly string[];
}

/** What was found at one address from one place. */
interface View {
  readonly from: string;
  readonly address: string;
  readonly problems: readonly string[];
  readonly wire: readonly string[];
}

/**
 * Has a passive node, and this machine where it can reach the address, talk with the service at each of its addresses.
 *
 * @throws PacemakerError (cluster) with what is not as expected, and what was said on the wire.
 */
export async function checkFromOutside(
  cluster: Cluster,
  status: ClusterStatus,
  service: Service,
  verification: Verification,
): Promise<void> {
  const wrong = await wrongViews(cluster, status, service, verification);
  if (wrong.length === 0) return;
  throw new PacemakerError(
    "cluster",
    `${service.resource} is Started on ${service.node}, but seen from outside it does not answer as "verify" says:\n` +
      `${inWords(wrong, verification)}\nMend the service's configuration, or correct "verify", and run this again.`,
  );
}

/**
 * The same for a refresh: what is not as expected is told.
 *
 * @returns whether all is as expected
 */
export async function isStillSeen(
  cluster: Cluster,
  status: ClusterStatus,
  service: Service,
  verification: Verification,
): Promise<boolean> {
  const wrong = await wrongViews(cluster, status, service, verification);
  if (wrong.length === 0) return true;
  warn(
    service.resource,
    `is Started on ${service.node}, but seen from outside it does not answer as "verify" says:\n` +
      `${inWords(wrong, verification)}\nMend the service's configuration; the next "pulumi up" looks again.`,
  );
  return false;
}

function inWords(wrong: readonly View[], { port }: Verification): string {
  return wrong
    .map(
      ({ from, address, problems, wire }) =>
        `- ${address}, port ${port}, seen from ${from}: ${problems.join("; ")}` +
        (wire.length > 0 ? `\n${indent(wire.slice(0, 40).join("\n"))}` : ""),
    )
    .join("\n");
}

async function wrongViews(
  cluster: Cluster,
  status: ClusterStatus,
  { resource, node, addresses }: Service,
  verification: Verification,
): Promise<View[]> {
  const from = verification.from ?? ["passive", "pulumi"];
  const now = new Date();
  const member = from.includes("passive")
    ? await lookout(cluster, status, resource, node)
    : undefined;
  const views = addresses.flatMap((address) => {
    const seen = async (
      place: string,
      talk: Promise<Dialogue>,
      mayBeCutOff: boolean,
    ): Promise<View[]> => {
      const dialogue = await talk;
      if (mayBeCutOff && !dialogue.isConnected) return [];
      const problems = judge(dialogue, verification, now);
      return [{ from: place, address, problems, wire: dialogue.wire }];
    };
    return [
      ...(member
        ? [seen(member.node, talkFrom(member, address, verification), false)]
        : []),
      ...(from.includes("pulumi")
        ? [
            seen(
              "the machine that runs Pulumi",
              talkFromHere(address, verification),
              // Unless it was asked for, no way from here is no fault of the service.
              verification.from === undefined,
            ),
          ]
        : []),
    ];
  });
  return (await Promise.all(views))
    .flat()
    .filter(({ problems }) => problems.length > 0);
}

/** The node to look from: a passive one that can be reached; where there is none, the active one itself. */
async function lookout(
  cluster: Cluster,
  { nodes }: ClusterStatus,
  resource: string,
  active: string,
): Promise<Member | undefined> {
  const passive = nodes
    .filter(
      ({ name, online, pending }) => online && !pending && name !== active,
    )
    .map(({ name }) => name);
  for (const name of [...passive, active]) {
    const member = await memberOn(cluster, name);
    if (member) return member;
  }
  warn(
    resource,
    `whether it answers could not be looked at from another node: none of them can be reached by ssh.`,
  );
  return undefined;
}

/** How long a whole dialogue may take, in seconds: each of its answers has 15. */
const dialogueSeconds = 100;

async function talkFrom(
  { host, node }: Member,
  address: string,
  expected: Expectations,
): Promise<Dialogue> {
  const { port } = expected;
  const given = dialogueRequest(address, expected);
  // Without site packages and without the working directory in its path.
  const argv = ["/usr/bin/env", "python3", "-I", "-", given];
  const { code, stdout, stderr } = await host.exec(argv, {
    ...{ reads: true, stdin: pythonDialogue() },
    timeoutSeconds: dialogueSeconds,
  });
  if (code === 0) return JSON.parse(stdout) as Dialogue;
  throw new PacemakerError(
    "cluster",
    `the dialogue with ${address}, port ${port}, could not be held from ${node} (exit code ${code}):\n${indent(stderr || stdout)}\n` +
      `It needs python3 there, which pcs is written in: see "python3 --version".`,
    host.address,
  );
}
