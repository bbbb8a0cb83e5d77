import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";
import { agentSocketOf, portOf, userOf, type Connection } from "../connection";

/** One ssh server to connect to. */
export interface Endpoint {
  host: string;
  port: number;
  user: string;
  /** How messages name it: "192.0.2.11:22", "[2001:db8::1]:22". */
  label: string;
}

export function endpointOf(connection: Connection, host: string): Endpoint {
  const port = portOf(connection);
  return {
    host,
    port,
    user: userOf(connection),
    label: `${isIPv6(host) ? `[${host}]` : host}:${port}`,
  };
}

/**
 * A key that two callers share exactly when they may share a connection: the same server, reached the same way, with
 * the same identity and the same trust. It is a hash, because it is made of secrets.
 */
export function endpointKey(connection: Connection, host: string): string {
  return createHash("sha256")
    .update(JSON.stringify(parts(connection, [host])))
    .digest("hex");
}

/** A key that the hosts of a connection share with its password; a hash as well. */
export function passwordKey(connection: Connection): string {
  const { hosts, password } = connection;
  const text = JSON.stringify([hosts, userOf(connection), password]);
  return createHash("sha256").update(text).digest("hex");
}

function parts(connection: Connection, hosts: readonly string[]): unknown[] {
  return [
    hosts,
    portOf(connection),
    userOf(connection),
    connection.privateKey ?? null,
    connection.privateKeyPassword ?? null,
    connection.password ?? null,
    agentSocketOf(connection) ?? null,
    Object.entries(connection.hostKeys ?? {})
      .filter(([host]) =>
        hosts.some((other) => other.toLowerCase() === host.toLowerCase()),
      )
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    connection.knownHosts ?? null,
    connection.insecureIgnoreHostKey === true,
    connection.proxy ? parts(connection.proxy, connection.proxy.hosts) : null,
  ];
}
