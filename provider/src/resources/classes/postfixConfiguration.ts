import * as pulumi from "@pulumi/pulumi";
import { resourceClass, type CommonOutputs } from "./resource";
import type { ConnectionArgs } from "./connection";
import { withSecretContents, type SynchronizedFileArgs } from "./secretFiles";

/** One value of main.cf. A list is joined by ", "; null takes the parameter out, so that Postfix's own default counts. */
export type PostfixValue = string | number | boolean | string[] | null;

/** A value of main.cf that is the same on every node, or one for each of them. */
export type PostfixSetting =
  PostfixValue | { perNode: Record<string, PostfixValue> };

/** A lookup table. */
export interface PostfixMapArgs {
  /** Its lines, as postmap(1) reads them. It is marked as a secret, and encrypted in the state. */
  content: pulumi.Input<string>;
  /** How each node builds it, such as "lmdb". Default: the node's own `default_database_type`. */
  type?: pulumi.Input<string | undefined>;
  /** Default "root". */
  owner?: pulumi.Input<string | undefined>;
  /** Default "postfix". */
  group?: pulumi.Input<string | undefined>;
  /** Default "0640". */
  mode?: pulumi.Input<string | undefined>;
}

/** What shall be the same in Postfix's configuration on every node. What is not named stays as it is on each. */
export interface PostfixArgs {
  /**
   * Parameters of main.cf by name. One that Postfix does not know, and nothing refers to, is refused in preview.
   *
   * @example
   * main: { myhostname: "mail.example.org", relayhost: "[relay.example.org]:587", mynetworks: ["127.0.0.0/8", "10.0.0.0/8"] }
   * main: { myhostname: { perNode: { "node-01": "mx1.example.org", "node-02": "mx2.example.org" } } }
   */
  main?: pulumi.Input<Record<string, pulumi.Input<PostfixSetting>> | undefined>;
  /**
   * Services of master.cf by "service/type": the fields after these two, or null to take the service out.
   *
   * @example
   * master: { "submission/inet": "n - y - - smtpd -o smtpd_tls_security_level=encrypt" }
   */
  master?: pulumi.Input<
    Record<string, pulumi.Input<string | null>> | undefined
  >;
  /**
   * Lookup tables by their names in /etc/postfix, or by whole paths, built on each node by its own postmap. In main.cf,
   * `$default_database_type:/etc/postfix/NAME` names one whatever type a node has.
   */
  maps?: pulumi.Input<Record<string, pulumi.Input<PostfixMapArgs>> | undefined>;
  /**
   * The certificate with its chain, and its key, in PEM: /etc/postfix/smtpd-cert.pem and smtpd-key.pem (root's alone), which
   * smtpd_tls_cert_file and smtpd_tls_key_file are set to. The key is marked as a secret.
   */
  tls?: pulumi.Input<
    { key: pulumi.Input<string>; cert: pulumi.Input<string> } | undefined
  >;
  /** Further files by their names in /etc/postfix, or by whole paths. */
  files?: pulumi.Input<
    Record<string, pulumi.Input<SynchronizedFileArgs>> | undefined
  >;
}

export interface PostfixConfigurationArgs extends PostfixArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** What the files' temporary names on the nodes hold. Default: the Pulumi name. */
  resourceId?: pulumi.Input<string> | undefined;
  /** The id of the cluster's resource that runs Postfix: what a reload cannot do, the cluster does by it. Default: none. */
  service?: pulumi.Input<string | undefined>;
  /** The id of the address that clients come to: its node comes last. Default: `service`. */
  address?: pulumi.Input<string | undefined>;
  /**
   * The systemd service, where it runs a further instance (postmulti), such as "postfix@mx": then /etc/postfix-mx is meant
   * wherever /etc/postfix is named here. Default: the usual instance.
   */
  unit?: pulumi.Input<string | undefined>;
}

/** What it shows besides its inputs. */
export interface PostfixConfigurationOutputs {
  /** The nodes that were down, which have not got the configuration yet: the next update brings it. */
  pendingNodes: string[] | undefined;
  /** By node and path: what a refresh found otherwise than declared, without any content. */
  drift: Record<string, Record<string, string>> | undefined;
}

/** Postfix's configuration on every node of the cluster; `SmtpStack` makes one where it is given `postfix`. */
export class PostfixConfiguration extends resourceClass<
  PostfixConfigurationArgs,
  CommonOutputs & PostfixConfigurationOutputs
>({
  type: "PostfixConfiguration",
  outputs: { pendingNodes: null, drift: null },
  prepare: (args) => ({
    ...args,
    maps: args.maps && withSecretContents(args.maps),
    files: args.files && withSecretContents(args.files),
    tls: args.tls && withSecretKey(args.tls),
  }),
}) {}

function withSecretKey(tls: NonNullable<PostfixArgs["tls"]>) {
  if (pulumi.Output.isInstance(tls) || tls instanceof Promise)
    return pulumi.secret(tls);
  return { ...tls, key: pulumi.secret(tls.key) };
}
