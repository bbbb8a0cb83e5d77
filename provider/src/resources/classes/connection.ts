import * as pulumi from "@pulumi/pulumi";

/** By host: its public key line ("ssh-ed25519 AAAA...") or fingerprint ("SHA256:..."), one or a list. */
export interface HostKeys {
  [host: string]: pulumi.Input<string | pulumi.Input<string>[]>;
}

/** How to reach the cluster's nodes by ssh. A change of it does not touch the cluster. */
export interface ConnectionArgs {
  /** The ssh address of every cluster node, in order of preference. */
  hosts: pulumi.Input<pulumi.Input<string>[]>;
  /** The ssh port of every host. Default 22. */
  port?: pulumi.Input<number | undefined>;
  /** The login user. Default root. */
  user?: pulumi.Input<string | undefined>;
  /**
   * The text of a private key; of a public key, to choose this one among those that the agent holds. It is marked as a
   * secret. Default: none.
   */
  privateKey?: pulumi.Input<string | undefined>;
  /** The passphrase of an encrypted `privateKey`. It is marked as a secret. Default: none. */
  privateKeyPassword?: pulumi.Input<string | undefined>;
  /** The login user's password. It is marked as a secret. Default: none. */
  password?: pulumi.Input<string | undefined>;
  /** The path of the ssh agent's socket. Default: the environment's SSH_AUTH_SOCK. */
  agentSocketPath?: pulumi.Input<string | undefined>;
  /**
   * By host, as it is written in `hosts`: its public key line ("ssh-ed25519 AAAA...") or fingerprint ("SHA256:..."), one
   * or a list. Default: those of `knownHosts`.
   */
  hostKeys?: pulumi.Input<HostKeys | undefined>;
  /** The text of a known_hosts file. Default: the user's and the system's files. */
  knownHosts?: pulumi.Input<string | undefined>;
  /**
   * Whether to accept any key of a host without a pinned one. Whoever is on the way can then read and change everything.
   * Default false.
   */
  insecureIgnoreHostKey?: pulumi.Input<boolean | undefined>;
  /** The jump host, with the same fields; of several hosts, the first that answers. Default: none. */
  proxy?: pulumi.Input<ConnectionArgs> | undefined;
  /** Whether to run commands by sudo. Default: where the command needs more than the user has. */
  sudo?: pulumi.Input<boolean | undefined>;
}

const secretFields = ["privateKey", "privateKeyPassword", "password"] as const;

/**
 * The connection to give to a resource: the one that was given, else the stack's `pacemaker:connection`. What is secret
 * in it is marked, so that it stands encrypted in the state.
 *
 * @throws Error when there is neither.
 */
export function connectionInput(
  given: pulumi.Input<ConnectionArgs> | undefined,
  resource: string,
): pulumi.Input<ConnectionArgs> {
  const connection =
    given ??
    new pulumi.Config("pacemaker").getObject<ConnectionArgs>("connection");
  if (connection === undefined)
    throw new pulumi.RunError(
      `${resource}: there is no connection. Give it as the input "connection", or for the whole stack: ` +
        `pulumi config set --path 'pacemaker:connection.hosts[0]' ADDRESS, and so on for each node.`,
    );
  return withSecrets(connection);
}

function withSecrets(
  connection: pulumi.Input<ConnectionArgs>,
): pulumi.Input<ConnectionArgs> {
  // Inside an Output the fields cannot be marked one by one.
  if (pulumi.Output.isInstance(connection) || connection instanceof Promise)
    return pulumi.secret(connection);
  const marked: ConnectionArgs = { ...connection };
  for (const field of secretFields) {
    const value = marked[field];
    if (value !== undefined) marked[field] = pulumi.secret(value);
  }
  if (marked.proxy !== undefined) marked.proxy = withSecrets(marked.proxy);
  return marked;
}
