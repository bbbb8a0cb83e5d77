/** The names in `pulumi-pacemaker/provider`: permanent, since states hold them. */
export type ProviderName =
  | "floatingIp"
  | "primitive"
  | "systemdResource"
  | "resourceGroup"
  | "synchronizedFiles"
  | "postfixConfiguration"
  | "clusterProperties"
  | "resourceDefaults"
  | "operationDefaults"
  | "nodeAttributes"
  | "clone"
  | "locationConstraint"
  | "colocationConstraint"
  | "orderConstraint"
  | "ticketConstraint"
  | "stonithDevice"
  | "stonithLevel"
  | "tag"
  | "aclRole"
  | "alert";

/**
 * What a state holds of a resource's provider: the way to the real one, and nothing else. Whatever stood here by value
 * would be part of every state for ever, and run from there on destroy. Pulumi's own `dynamic.Resource` would write a
 * text of the same effect by serializing functions; this one is the same whatever compiles the package.
 * The text is a permanent contract: tests compare it letter by letter.
 */
export function providerText(resource: ProviderName): string {
  return `exports.handler = () => require("pulumi-pacemaker/provider").${resource};`;
}
