/** What a remote command may need beyond the login user's own rights. */
export type Rights =
  /** Nothing: any login user can do it. */
  | "none"
  /** The cluster's: root, or a member of the group haclient. */
  | "cluster"
  /** root's. */
  | "root";

export interface ExecOptions {
  /** Text for the command's standard input, which is closed after it. Payloads and secrets go here, never into argv. */
  stdin?: string;
  /** The bound on the command, in seconds. Default 30. */
  timeoutSeconds?: number;
  /** What the command needs; `sudo -n` is put in front of it where the login user has less. Default "none". */
  rights?: Rights;
  /**
   * Whether it only reads: repeating it does no harm, so a connection that is lost under it is no more than that (kind
   * connect), and no word of its end is a time-out. Default false.
   */
  reads?: boolean;
  /** Variables for the command's environment. sudo drops them: nothing may depend on them but how fast it is done. */
  environment?: Readonly<Record<string, string>>;
}

/** A command that ran to its end. A non-zero code is a result, not an exception. */
export interface ExecResult {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Runs one command on a node: all that the layers above know of the transport.
 *
 * @throws PacemakerError with a kind of the transport's (connect, auth, trust, configuration, rights, timeout,
 *   unknown-outcome) when the command did not run to its end.
 */
export type Exec = (
  argv: readonly string[],
  options?: ExecOptions,
) => Promise<ExecResult>;

/** A node that answers over ssh. */
export interface Host {
  /** The address in the connection's `hosts`. */
  readonly address: string;
  /** For errors: the address with its port, such as "192.0.2.11:22". */
  readonly label: string;
  readonly exec: Exec;
}
