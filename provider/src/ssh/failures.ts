import { PacemakerError } from "../errors";
import { seconds, type Bounds } from "./bounds";
import type { Endpoint } from "./endpoint";
import type { LoginRecord } from "./identity";

/** How far a connection had come. */
export type Stage = "connect" | "banner" | "key exchange" | "authentication";

/** What ssh2 and node add to an Error. */
export interface SshError extends Error {
  level?: string;
  code?: string | number;
  reason?: number | string;
}

/** The node ended the connection before it said anything: sshd does so when too many logins are under way. */
export class DroppedError extends PacemakerError {}

const SOCKET_CODES: Readonly<
  Record<string, readonly [cause: string, next: string]>
> = {
  ECONNREFUSED: [
    "connection refused",
    "Is sshd running there, and is this its port?",
  ],
  ENOTFOUND: [
    "no such host",
    "Check the name in `hosts`, and the resolver of this machine.",
  ],
  EAI_AGAIN: [
    "the name cannot be resolved now",
    "Check the resolver of this machine, or use an IP address.",
  ],
  EHOSTUNREACH: [
    "host unreachable",
    "Is the node up, and is there a route to it?",
  ],
  ENETUNREACH: [
    "network unreachable",
    "Is there a route to it from this machine?",
  ],
  EHOSTDOWN: ["host is down", "Is the node up?"],
  ETIMEDOUT: [
    "no answer",
    "Is the node up, and does a firewall let this port through?",
  ],
  ECONNRESET: [
    "the connection was reset",
    "Look into sshd's journal on the node: `journalctl -u ssh -u sshd`.",
  ],
  EPIPE: [
    "the connection was closed",
    "Look into sshd's journal on the node: `journalctl -u ssh -u sshd`.",
  ],
};

const BEFORE_LOGIN =
  "Look into sshd's journal on the node: `journalctl -u ssh -u sshd`.";

/** A failure of the TCP connection itself. */
export function socketFailure(
  endpoint: Endpoint,
  stage: Stage,
  error: SshError,
): PacemakerError {
  const code = typeof error.code === "string" ? error.code : undefined;
  const [cause, next] = (code !== undefined && SOCKET_CODES[code]) || [
    error.message,
    "Check the address and the network.",
  ];
  const during = stage === "connect" ? "" : ` during ${stage}`;
  const message = `${endpoint.label}: ${cause}${during}${code ? ` (${code})` : ""}. ${next}`;
  return (stage === "connect" || stage === "banner") && code === "ECONNRESET"
    ? new DroppedError("connect", message, endpoint.host)
    : new PacemakerError("connect", message, endpoint.host);
}

/** A stage that did not end in time. */
export function stageTimeout(
  endpoint: Endpoint,
  stage: Stage,
  bounds: Bounds,
): PacemakerError {
  const text: Record<Stage, string> = {
    connect: `no answer to the TCP connection within ${seconds(bounds.tcp)}. Is the node up, and does a firewall let this port through?`,
    banner: `connected, but no ssh banner within ${seconds(bounds.ready)}. Is it sshd that listens there, and is the node alive?`,
    "key exchange": `the ssh key exchange did not end within ${seconds(bounds.ready)}. ${BEFORE_LOGIN}`,
    authentication: `the login did not end within ${seconds(bounds.ready)}. ${BEFORE_LOGIN}`,
  };
  return new PacemakerError(
    "connect",
    `${endpoint.label}: ${text[stage]}`,
    endpoint.host,
  );
}

/** The connection closed before the login was through. `said` is what came instead of an ssh banner. */
export function earlyClose(
  endpoint: Endpoint,
  stage: Stage,
  said: string,
): PacemakerError {
  const words = said.trim().slice(0, 200);
  const saying =
    words && stage === "banner" ? `, saying ${JSON.stringify(words)}` : "";
  const message = `${endpoint.label}: the node closed the connection during ${stage}${saying}. ${
    stage === "banner"
      ? "sshd does so when too many logins are under way (MaxStartups). "
      : ""
  }${BEFORE_LOGIN}`;
  return stage === "banner"
    ? new DroppedError("connect", message, endpoint.host)
    : new PacemakerError("connect", message, endpoint.host);
}

/** The node accepted none of the identities. */
export function authFailure(
  endpoint: Endpoint,
  record: LoginRecord,
  notes: readonly string[],
  cutOff?: string,
): PacemakerError {
  const tried =
    record.tried.length > 0
      ? record.tried.join(", ")
      : "nothing that it allows";
  const allowed =
    record.allowed.length > 0
      ? ` It allows: ${record.allowed.join(", ")}.`
      : "";
  const ended = cutOff ? ` It ended the login: ${cutOff}.` : "";
  const withheld =
    record.withheldFor === undefined
      ? []
      : [
          `the password was not sent, since ${record.withheldFor} has refused it`,
        ];
  const besides = [...notes, ...withheld];
  const trouble = besides.length > 0 ? ` Besides: ${besides.join("; ")}.` : "";
  const next =
    cutOff && record.tried.some((name) => name.includes("agent"))
      ? " Every key of the agent counts as an attempt: set `privateKey`, to the private key or, to choose among the agent's, to the public key's line."
      : ` Check \`user\`, and that the key is in ~/.ssh/authorized_keys of "${endpoint.user}" on the node.`;
  return new PacemakerError(
    "auth",
    `${endpoint.label}: login as "${endpoint.user}" refused. Tried: ${tried}.${allowed}${ended}${trouble}${next} ` +
      "It is not tried again in this run, so that no account is locked.",
    endpoint.host,
  );
}

/** What ssh2 reports before the login is through, as an error for a person. */
export function loginFailure(
  endpoint: Endpoint,
  stage: Stage,
  error: SshError,
  login: { record: LoginRecord; notes: readonly string[]; said: string },
): PacemakerError {
  const { record, notes, said } = login;
  switch (error.level) {
    case "client-socket":
      return socketFailure(endpoint, stage, error);
    case "client-authentication":
      return authFailure(endpoint, record, notes);
    case "handshake":
      return new PacemakerError(
        "configuration",
        `${endpoint.label}: the ssh key exchange failed: ${error.message}. The node's sshd and this program share no ` +
          "algorithm, or what answers there is no sound ssh server; compare with `ssh -vv`.",
        endpoint.host,
      );
    case "protocol":
      return earlyClose(endpoint, stage, said);
  }
  // A message of the server's that ends the connection; 2 and 14 are what sshd sends for too many attempts.
  if (stage === "authentication" && (error.code === 2 || error.code === 14)) {
    return authFailure(endpoint, record, notes, error.message);
  }
  return new PacemakerError(
    "connect",
    `${endpoint.label}: the connection failed during ${stage}: ${error.message}. Is it sshd that listens there? ${BEFORE_LOGIN}`,
    endpoint.host,
  );
}
