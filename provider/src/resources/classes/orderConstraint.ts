import type * as pulumi from "@pulumi/pulumi";
import {
  membersOf,
  setsInput,
  type ConstraintArgs,
  type ResourceAction,
  type ResourceSetArgs,
} from "./constraint";
import { idOf, type ResourceReference } from "./reference";
import { resourceClass, type CommonOutputs } from "./resource";

export interface OrderSetArgs<
  Reference = ResourceReference,
> extends ResourceSetArgs<Reference> {
  /** Whether each comes after the one before it. Default true. */
  sequential?: pulumi.Input<boolean | undefined>;
  /** Whether the next set waits for all of them, or for one. Default true. */
  requireAll?: pulumi.Input<boolean | undefined>;
  /** What is done to them. Default "start". */
  action?: pulumi.Input<ResourceAction | undefined>;
}

export interface OrderConstraintArgs<
  Reference = ResourceReference,
> extends ConstraintArgs {
  /** What comes first: a resource, group, clone or tag, or its id. Needed, unless there are `sets`. */
  first?: Reference | undefined;
  /** What comes then. Needed, unless there are `sets`. */
  then?: Reference | undefined;
  /** What is done to `first`. Default "start". */
  firstAction?: pulumi.Input<ResourceAction | undefined>;
  /** What is done to `then`. Default: what is done to `first`. */
  thenAction?: pulumi.Input<ResourceAction | undefined>;
  /**
   * "Mandatory": the second stops when the first does; "Optional": where both are done at once; "Serialize": never both at the
   * same time. Default "Mandatory".
   */
  kind?: pulumi.Input<"Mandatory" | "Optional" | "Serialize" | undefined>;
  /** Whether they stop in the reverse order. Default true, but for "Serialize". */
  symmetrical?: pulumi.Input<boolean | undefined>;
  /** Sets of resources in the place of two. Default: none. */
  sets?: pulumi.Input<pulumi.Input<OrderSetArgs<Reference>>[] | undefined>;
}

/** Its inputs that are not what they were given as. */
interface OrderConstraintOutputs {
  first: string | undefined;
  then: string | undefined;
  sets:
    | {
        resources: string[];
        sequential?: boolean;
        requireAll?: boolean;
        action?: ResourceAction;
      }[]
    | undefined;
}

/**
 * What comes after what (`pcs constraint order`, `pcs constraint order set`). A resource that is made by the same program, and
 * is given as it is, waits for the constraint, stopped.
 *
 * @example
 * new OrderConstraint("spool-then-web", { first: spool, then: web });
 */
export class OrderConstraint extends resourceClass<
  OrderConstraintArgs,
  CommonOutputs & OrderConstraintOutputs
>({
  type: "OrderConstraint",
  outputs: {},
  isOn: ({ first, then, sets }) => [first, then, ...membersOf(sets)],
  prepare: (args) => ({
    ...args,
    first: args.first && idOf(args.first),
    then: args.then && idOf(args.then),
    sets: setsInput(args.sets),
  }),
}) {}
