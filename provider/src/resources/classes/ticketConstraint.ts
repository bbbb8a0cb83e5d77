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

export interface TicketSetArgs<
  Reference = ResourceReference,
> extends ResourceSetArgs<Reference> {
  /** Of which instances it holds. Default: of all. */
  role?: pulumi.Input<ResourceRole | undefined>;
}

export interface TicketConstraintArgs<
  Reference = ResourceReference,
> extends ConstraintArgs {
  /** The ticket's name. Whether this cluster has it is booth's to say, or the operator's (`crm_ticket --grant`). */
  ticket: pulumi.Input<string>;
  /** What needs it: a resource, group, clone or tag, or its id. Needed, unless there are `sets`. */
  resource?: Reference | undefined;
  /** Of which instances of `resource` it holds. Default: of all. */
  role?: pulumi.Input<ResourceRole | undefined>;
  /** What becomes of the resources where the cluster loses the ticket. Default "stop". */
  lossPolicy?: pulumi.Input<"stop" | "demote" | "fence" | "freeze" | undefined>;
  /** Sets of resources in the place of one. Default: none. */
  sets?: pulumi.Input<pulumi.Input<TicketSetArgs<Reference>>[] | undefined>;
}

/** Its inputs that are not what they were given as. */
interface TicketConstraintOutputs {
  resource: string | undefined;
  sets: { resources: string[]; role?: ResourceRole }[] | undefined;
}

/**
 * What runs only while the cluster has a ticket (`pcs constraint ticket add`, `pcs constraint ticket set`), in one of several
 * clusters. A resource that is made by the same program, and is given as it is, waits for the constraint, stopped.
 *
 * @example
 * new TicketConstraint("web-in-berlin", { ticket: "berlin", resource: web, lossPolicy: "stop" });
 */
export class TicketConstraint extends resourceClass<
  TicketConstraintArgs,
  CommonOutputs & TicketConstraintOutputs
>({
  type: "TicketConstraint",
  outputs: {},
  isOn: ({ resource, sets }) => [resource, ...membersOf(sets)],
  prepare: (args) => ({
    ...args,
    resource: args.resource && idOf(args.resource),
    sets: setsInput(args.sets),
  }),
}) {}
