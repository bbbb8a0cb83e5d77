/**
 * What went wrong, in terms that a program or a test can rely on.
 *
 * - `validation`: the program's inputs are wrong; nothing was touched.
 * - `configuration`: a key, an algorithm or a setting that cannot work; retrying is useless.
 * - `connect`: no connection to a node could be made; nothing was sent.
 * - `auth`: the node refused the identity. Never retried, so that nobody is locked out.
 * - `trust`: the node's host key is unknown or wrong.
 * - `rights`: the user may not do on the node what is needed.
 * - `quorum`: no reachable node is a member of the quorate partition.
 * - `conflict`: the cluster holds something else under this name, or others kept changing it meanwhile.
 * - `timeout`: a bounded wait ended.
 * - `unknown-outcome`: the connection was lost during a change; it may or may not have happened.
 * - `cluster`: the cluster refused or failed to do what was asked.
 */
export type ErrorKind =
  | "validation"
  | "configuration"
  | "connect"
  | "auth"
  | "trust"
  | "rights"
  | "quorum"
  | "conflict"
  | "timeout"
  | "unknown-outcome"
  | "cluster";

/** An error whose message is meant for the person who runs `pulumi up`: what, where, why, what to do next. */
export class PacemakerError extends Error {
  override readonly name = "PacemakerError";

  constructor(
    readonly kind: ErrorKind,
    message: string,
    /** The ssh address that the error is about, where there is one. */
    readonly host?: string,
  ) {
    super(message);
  }
}
