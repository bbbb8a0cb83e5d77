import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../connection";

/** How to reach the cluster's nodes by ssh, as a program gives it: every field takes Pulumi Inputs. */
export type ConnectionArgs = {
  [Field in Exclude<keyof Connection, "proxy" | "hosts">]?: DeepInput<
    Connection[Field]
  >;
} & {
  /** The ssh address of every cluster node, in order of preference. */
  hosts: DeepInput<string[]>;
  /** The jump host, with the same fields. */
  proxy?: pulumi.Input<ConnectionArgs>;
};

type DeepInput<Value> = [Value] extends [(infer Item)[] | undefined]
  ? pulumi.Input<pulumi.Input<Item>[]>
  : [Value] extends [object | undefined]
    ? pulumi.Input<{ [Key in keyof Value]: DeepInput<Value[Key]> }>
    : pulumi.Input<NonNullable<Value>>;

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
