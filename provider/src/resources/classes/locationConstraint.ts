import type * as pulumi from "@pulumi/pulumi";
import type { ConstraintArgs, ResourceRole } from "./constraint";
import { idOf, type ResourceReference } from "./reference";
import { resourceClass, type CommonOutputs } from "./resource";

export interface LocationConstraintArgs<
  Reference = ResourceReference,
> extends ConstraintArgs {
  /** The resource, group, clone or tag that is to run there, or not to: itself, or its id. */
  resource: Reference;
  /** The node. Either this, or `rule`. Default: none. */
  node?: pulumi.Input<string | undefined>;
  /**
   * Which nodes, in pcs's language for rules: "#uname eq node-01", "defined rack", "pingd lt integer 1 or not_defined pingd",
   * "date-spec hours=9-16". "and" and "or" side by side need parentheses. Either this, or `node`. Default: none.
   */
  rule?: pulumi.Input<string | undefined>;
  /**
   * How much it is to run there: a whole number, "INFINITY", or less than zero to keep it away, "-INFINITY" for good.
   * Default "INFINITY".
   */
  score?: pulumi.Input<string | number | undefined>;
  /** Of which instances of a promotable clone it holds. Default: of all. */
  role?: pulumi.Input<ResourceRole | undefined>;
  /**
   * On which nodes Pacemaker looks whether the resource runs already: "always", "never" (not there), "exclusive" (nowhere else;
   * it may run nowhere else then). Default "always".
   */
  resourceDiscovery?: pulumi.Input<
    "always" | "never" | "exclusive" | undefined
  >;
}

/** Its inputs that are not what they were given as. */
interface LocationConstraintOutputs {
  resource: string;
}

/**
 * Where a resource is to run, or not (`pcs constraint location RESOURCE prefers|avoids|rule`). A resource that is made by the
 * same program, and that the constraint is given as it is (`resource: spool`), waits for it, stopped: it never starts where
 * this forbids it.
 *
 * @example
 * new LocationConstraint("spool-not-03", { resource: spool, node: "node-03", score: "-INFINITY" });
 */
export class LocationConstraint extends resourceClass<
  LocationConstraintArgs,
  CommonOutputs & LocationConstraintOutputs
>({
  type: "LocationConstraint",
  outputs: {},
  isOn: ({ resource }) => [resource],
  prepare: (args) => ({ ...args, resource: idOf(args.resource) }),
}) {}
