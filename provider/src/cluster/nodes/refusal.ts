import { PacemakerError, type ErrorKind } from "../../errors";
import type { ExecResult } from "../../ssh";
import { indent } from "../report";
import type { Member } from "./members";

const cibadmin = "/usr/sbin/cibadmin";

/** Pacemaker's exit codes ("crm_error"): https://clusterlabs.org/projects/pacemaker/doc/ */
const insufficientPrivileges = 4;
const timedOut = 124;
const notConnected = 102;

const notInGroup =
  "The ssh user may not use the cluster: put it into the group haclient, or let it use sudo.";

/** As `failure`. Where it is a matter of rights, the node is asked who we are there: group or ACL decide. */
export async function refusal(
  member: Member,
  what: string,
  result: ExecResult,
): Promise<PacemakerError> {
  const error = failure(member, what, result);
  if (result.code !== insufficientPrivileges) return error;
  const who = await member.host
    .exec(["/usr/bin/id"], { reads: true })
    .catch(() => undefined);
  const user = /^uid=\d+\(([^)]+)\)/.exec(who?.stdout ?? "")?.[1];
  if (user === undefined || !/\(haclient\)/.test(who?.stdout ?? ""))
    return error;
  return new PacemakerError(
    "rights",
    error.message.replace(
      notInGroup,
      `${user} is in the group haclient, so it is an ACL of the cluster that forbids it ("pcs acl" shows them). ` +
        `Give it a role that may: "pcs acl role create pulumi write xpath /cib", then "pcs acl user create ${user} pulumi" ` +
        `("pcs acl role assign pulumi to user ${user}" where it has roles already); or let it use sudo.`,
    ),
    error.host,
  );
}

/** Refuses what an ACL hides from the user, or parts of it: what is hidden would be taken for absent. */
export async function refuseHidden(member: Member): Promise<void> {
  const argv = [cibadmin, "--query", "--no-children"];
  const header = await member.host.exec(argv, {
    rights: "cluster",
    reads: true,
  });
  const isCut =
    header.code === 0 && /<cib\b(?![^>]*\bepoch=)/.test(header.stdout);
  if (header.code !== insufficientPrivileges && !isCut) return;
  throw await refusal(member, argv.join(" "), {
    ...header,
    code: insufficientPrivileges,
    ...(isCut ? { stderr: "a part of the configuration is hidden" } : {}),
  });
}

function failure(
  member: Member,
  what: string,
  result: ExecResult,
): PacemakerError {
  const where = `${member.node === member.host.address ? "" : `${member.node}, `}${member.host.label}`;
  const words = result.stderr.trim() || result.stdout.trim() || "no output";
  const [kind, advice]: [ErrorKind, string] =
    result.code === notConnected
      ? [
          "quorum",
          `Pacemaker does not run on that node: "pcs cluster start" starts it.`,
        ]
      : result.code === insufficientPrivileges
        ? ["rights", notInGroup]
        : result.code === 127
          ? [
              "configuration",
              `Pacemaker's command line tools are expected in /usr/sbin: is it a cluster node?`,
            ]
          : result.code === timedOut
            ? ["timeout", `See "pcs status" there.`]
            : ["cluster", `See "pcs status" there.`];
  return new PacemakerError(
    kind,
    `${what} failed on ${where} with exit code ${result.code}:\n${indent(words)}\n${advice}`,
    member.host.address,
  );
}
