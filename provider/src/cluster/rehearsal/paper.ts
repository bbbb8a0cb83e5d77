/**
 * A cluster on paper: whoever works on it works on a copy of the CIB, and what the cluster would do is computed by Pacemaker's own
 * simulation and written down as if it had happened. The very code that changes a cluster changes this one, so that what it
 * shows is what that code would do. Tools that only read run on the nodes; whatever else would run there is noted, and
 * does not run.
 */
import { randomBytes } from "node:crypto";
import type { Connection } from "../../connection";
import { PacemakerError } from "../../errors";
import { parseSimulation, type SimulatedAction } from "../../model/simulation";
import { parseStatus, type ClusterStatus } from "../../model/status";
import type { ExecOptions, ExecResult, Host } from "../../ssh";
import {
  clusterOf,
  introduce,
  onMember,
  parse,
  readStatus,
  type Cluster,
  type Member,
} from "../nodes/members";
import { indent } from "../report";
import { wholeText } from "../transaction/observe";
import {
  advanceScript,
  readAdvanced,
  withLost,
  withoutFailures,
  withoutGone,
} from "./advance";
import { rewriteShown, type Aside } from "./units";

/** How things stand on it at one moment. */
export interface Moment {
  /** The whole CIB, with its status. */
  readonly text: string;
  readonly status: ClusterStatus;
  /** The same as crm_mon prints it. */
  readonly printed: string;
}

export interface Paper {
  /** Leads to the copy: handlers that are given it work on that, and on nothing else. */
  readonly connection: Connection;
  readonly cluster: Cluster;
  /** What the cluster is about to do in any case. */
  readonly pending: readonly SimulatedAction[];
  /** How things stand once it has done that. */
  readonly first: Moment;
  /** How things stand now. */
  readonly now: () => Moment;
  /** What each change since has made the cluster do. */
  readonly turns: readonly (readonly SimulatedAction[])[];
  readonly asides: readonly Aside[];
  /** The same cluster once it has lost these nodes, on a paper of its own. */
  readonly lose: (
    nodes: readonly string[],
    isQuorate: boolean,
  ) => Promise<Paper>;
}

/** How long the simulation of one change may take, in seconds. */
const simulationSeconds = 120;

let papers = 0;

/**
 * Copies a cluster.
 *
 * @throws PacemakerError where no member of the quorate partition answers.
 */
export async function paperOf(connection: Connection): Promise<Paper> {
  const real = clusterOf(connection);
  const { member, text: whole } = await onMember(real, async (member, seen) => {
    const status = seen ?? (await readStatus(member));
    return { member, text: await wholeText({ member, status }) };
  });
  return paperFrom(connection, real, member, await advance(member, whole));
}

function paperFrom(
  connection: Connection,
  real: Cluster,
  member: Member,
  began: Advance,
): Paper {
  let now = began.moment;
  const turns: (readonly SimulatedAction[])[] = [];
  const asides: Aside[] = [];
  let last: Promise<unknown> = Promise.resolve();

  /** Changes come one after the other, each to what the one before has left. */
  const turn = (
    change: (text: string) => string,
    patch?: string,
  ): Promise<ExecResult> => {
    const result = last.then(async () => {
      const { moment, actions, refused } = await advance(
        member,
        change(now.text),
        patch,
      );
      if (refused) return refused;
      now = moment;
      turns.push(actions);
      return ok();
    });
    last = result.catch(() => undefined);
    return result;
  };

  const answer = async (
    host: Host,
    node: string,
    argv: readonly string[],
    options: ExecOptions,
  ): Promise<ExecResult> => {
    const [program = "", first] = argv;
    const tool = program.split("/").at(-1);
    if (tool === "crm_mon") return ok(now.printed);
    if (tool === "cibadmin" && first === "--query") return ok(now.text);
    if (tool === "cibadmin" && first === "--patch")
      return turn((text) => text, options.stdin ?? "");
    if (tool === "crmadmin") return ok("in state S_IDLE: ok\n");
    if (tool === "crm_resource" && first === "--cleanup")
      return turn((text) =>
        withoutFailures(text, argv[argv.indexOf("--resource") + 1] ?? ""),
      );
    if (options.reads !== true && program !== "/usr/sbin/crm_simulate") {
      asides.push({ node, argv });
      return ok();
    }
    // What is asked about the live cluster is asked about this one.
    if (argv.includes("--live-check"))
      return host.exec(
        argv.map((word) => (word === "--live-check" ? "--xml-pipe" : word)),
        { ...options, stdin: now.text },
      );
    const result = await host.exec(argv, options);
    return tool === "systemctl" && first === "show"
      ? { ...result, stdout: rewriteShown(result.stdout, node, asides) }
      : result;
  };

  papers += 1;
  const cluster: Cluster = {
    key: `paper ${papers} of ${real.key}`,
    // No two of the same cluster are mixed up.
    connection: { ...connection, paper: papers } as Connection,
    async open(_connection, address) {
      const host = await real.open(connection, address);
      return {
        ...host,
        exec: async (argv, options = {}) =>
          answer(host, (await real.names.get(address)) ?? "", argv, options),
      };
    },
    names: real.names,
    setBack: new Set(),
    unitNames: real.unitNames,
  };
  introduce(cluster);
  return {
    connection: cluster.connection,
    cluster,
    pending: began.actions,
    first: began.moment,
    now: () => now,
    turns,
    asides,
    lose: async (nodes, isQuorate) =>
      paperFrom(
        connection,
        real,
        member,
        await advance(member, withLost(now.text, nodes, isQuorate)),
      ),
  };
}

const ok = (stdout = ""): ExecResult => ({ code: 0, stdout, stderr: "" });

interface Advance {
  readonly moment: Moment;
  readonly actions: readonly SimulatedAction[];
  /** Where the patch was refused: in cibadmin's words. */
  readonly refused?: ExecResult;
}

/** Has a node compute what becomes of a configuration, once a patch is applied to it. */
async function advance(
  member: Member,
  text: string,
  patch?: string,
): Promise<Advance> {
  const boundary = `paper-${randomBytes(12).toString("hex")}`;
  const { stdout, stderr } = await member.host.exec(["/bin/sh", "-s"], {
    stdin: advanceScript(text, patch, boundary),
    timeoutSeconds: simulationSeconds,
    reads: true,
  });
  const advanced = readAdvanced(stdout, boundary);
  if (!advanced)
    throw new PacemakerError(
      "cluster",
      `what the cluster would do could not be computed on ${member.node}: the script ended early and printed\n` +
        `${indent(`${stdout}${stderr}`.slice(-2000))}\nNothing was changed.`,
      member.host.address,
    );
  const moment: Moment = {
    text: withoutGone(advanced.cib),
    status: parse(member, "crm_mon", advanced.mon, parseStatus),
    printed: advanced.mon,
  };
  return {
    moment,
    actions: advanced.simulations.flatMap((one) =>
      parse(member, "crm_simulate", one, parseSimulation),
    ),
    ...(advanced.refused ? { refused: advanced.refused } : {}),
  };
}
