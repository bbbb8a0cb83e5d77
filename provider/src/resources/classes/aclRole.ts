import type * as pulumi from "@pulumi/pulumi";
import type { SettingsArgs } from "./clusterProperties";
import { resourceClass, type CommonOutputs } from "./resource";

/** What a role permits, or forbids: of what an XPath finds, or of one object. */
export interface AclPermissionArgs {
  access: pulumi.Input<"read" | "write" | "deny">;
  /** Of what this XPath finds in the configuration, such as "/cib". Either this, or `reference`. */
  xpath?: pulumi.Input<string | undefined>;
  /** The id of one object: give a resource's own `resourceId`. Either this, or `xpath`. */
  reference?: pulumi.Input<string | undefined>;
}

export interface AclRoleArgs extends Omit<
  SettingsArgs,
  "resourceId" | "adopt"
> {
  /** The role's id in the cluster's configuration. Default: the Pulumi name. A change replaces the role. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of a role that exists under this id and was not made by the program. Default: it is taken over untouched where it
   * permits all that is declared, and is had by all who are, and refused where not. "update": it is taken over and changed.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /** What it is for. Default: none. */
  description?: pulumi.Input<string | undefined>;
  /** What it permits and forbids. What others add to it is left alone. */
  permissions: pulumi.Input<pulumi.Input<AclPermissionArgs>[]>;
  /** The users of the nodes who have it: members of the group haclient. Their other roles are left alone. Default: none. */
  users?: pulumi.Input<pulumi.Input<string>[] | undefined>;
  /** The groups of the nodes whose members have it. Default: none. */
  groups?: pulumi.Input<pulumi.Input<string>[] | undefined>;
}

/**
 * A role of the cluster's access control, and who has it (`pcs acl role create`, `pcs acl permission add`, `pcs acl role assign`). It
 * holds where the property enable-acl is true; root and hacluster are never bound.
 *
 * @example
 * new AclRole("watch", { permissions: [{ access: "read", xpath: "/cib" }], users: ["alice"] });
 */
export class AclRole extends resourceClass<AclRoleArgs, CommonOutputs>({
  type: "AclRole",
  outputs: {},
}) {}
