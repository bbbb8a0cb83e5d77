import type * as pulumi from "@pulumi/pulumi";
import {
  membersOf,
  setsInput,
  type ConstraintArgs,
  type ResourceRole,
  type ResourceSetArgs,
} from "./constraint";
import { idOf, type ResourceReference } from "./reference";
import { resourceClass, type CommonOutputs } from "./resource";

export interface ColocationSetArgs<
  Reference = ResourceReference,
> extends ResourceSetArgs<Reference> {
  /** Whether each is placed with the one before it. Default true. */
  sequential?: pulumi.Input<boolean | undefined>;
  /** Of which instances it holds. Default: of all. */
  role?: pulumi.Input<ResourceRole | undefined>;
}

export interface ColocationConstraintArgs<
  Reference = ResourceReference,
> extends ConstraintArgs {
  /** What is placed: a resource, group, clone or tag, or its id. Needed, unless there are `sets`. */
  resource?: Reference | undefined;
  /** With what: it is placed first, and `resource` where it is. Needed, unless there are `sets`. */
  withResource?: Reference | undefined;
  /**
   * How much they belong together: a whole number, "INFINITY", or less than zero to keep them apart. Default "INFINITY".
   */
  score?: pulumi.Input<string | number | undefined>;
  /** Of which instances of `resource` it holds. Default: of all. */
  resourceRole?: pulumi.Input<ResourceRole | undefined>;
  /** Which instances of `withResource` it is placed with. Default: any. */
  withResourceRole?: pulumi.Input<ResourceRole | undefined>;
  /** Sets of resources in the place of two. Default: none. */
  sets?: pulumi.Input<pulumi.Input<ColocationSetArgs<Reference>>[] | undefined>;
}

/** Its inputs that are not what they were given as. */
interface ColocationConstraintOutputs {
  resource: string | undefined;
  withResource: string | undefined;
  sets:
    | { resources: string[]; sequential?: boolean; role?: ResourceRole }[]
    | undefined;
}

/**
 * What runs together, or apart (`pcs constraint colocation add`, `pcs constraint colocation set`). A resource that is made by
 * the same program, and is given as it is, waits for the constraint, stopped.
 *
 * @example
 * new ColocationConstraint("web-with-spool", { resource: web, withResource: spool });
 */
export class ColocationConstraint extends resourceClass<
  ColocationConstraintArgs,
  CommonOutputs & ColocationConstraintOutputs
>({
  type: "ColocationConstraint",
  outputs: {},
  isOn: ({ resource, withResource, sets }) => [
    resource,
    withResource,
    ...membersOf(sets),
  ],
  prepare: (args) => ({
    ...args,
    resource: args.resource && idOf(args.resource),
    withResource: args.withResource && idOf(args.withResource),
    sets: setsInput(args.sets),
  }),
}) {}
