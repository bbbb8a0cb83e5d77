import type * as pulumi from "@pulumi/pulumi";

/**
 * The options of every resource. Ids are unique in a cluster: the old one must be gone before the new one can be made. What
 * `diff` says of it is not asked for where a person forces the replacement (`--replace`, `pulumi state taint`).
 */
export function replacedInOrder(
  options: pulumi.CustomResourceOptions | undefined,
): pulumi.CustomResourceOptions {
  return { ...options, deleteBeforeReplace: true };
}
