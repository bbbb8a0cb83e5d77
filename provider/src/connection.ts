/** How to reach a cluster's nodes by ssh. */
export interface Connection {
  /** The ssh address of every cluster node, in order of preference. */
  hosts: string[];
  /** The ssh port of every host. Default 22. */
  port?: number;
  /** The login user. Default root. */
  user?: string;
  /** The text of a private key; of a public key, to choose this one among those that the agent holds. */
  privateKey?: string;
  /** The passphrase of an encrypted privateKey. */
  privateKeyPassword?: string;
  password?: string;
  /** The agent's socket. Default: the environment's SSH_AUTH_SOCK. */
  agentSocketPath?: string;
  /** By host: its public key line ("ssh-ed25519 AAAA...") or fingerprint ("SHA256:..."), one or a list. */
  hostKeys?: Record<string, string | string[]>;
  /** The text of a known_hosts file. Default: the user's and the system's files. */
  knownHosts?: string;
  /** Accept any key of a host without a pinned one. Whoever is on the way can then read and change everything. */
  insecureIgnoreHostKey?: boolean;
  /** The jump host; with several hosts, the first that answers. */
  proxy?: Connection;
  /** Whether to run commands by sudo. Default: where the command needs more than the user has. */
  sudo?: boolean;
}

/** The ssh port in use. */
export function portOf(connection: Connection): number {
  return connection.port ?? 22;
}

/** The login user in use. */
export function userOf(connection: Connection): string {
  return connection.user ?? "root";
}

/** The agent's socket in use, if there is one; read when connecting, so that state stays what the user wrote. */
export function agentSocketOf(connection: Connection): string | undefined {
  return connection.agentSocketPath ?? (process.env.SSH_AUTH_SOCK || undefined);
}
