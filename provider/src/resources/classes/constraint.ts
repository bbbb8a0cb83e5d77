import * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connection";
import { idOf, type ResourceReference } from "./reference";

/** What every constraint takes. */
export interface ConstraintArgs {
  /** How to reach the cluster. Default: the stack's configuration `pacemaker:connection`. */
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  /** The id in the cluster's configuration. Default: the Pulumi name. A change replaces the constraint. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of a constraint that exists under this id and was not made by the program. Default: it is taken over
   * untouched where it is the same, and refused, with each difference named, where it is not. "update": it is taken over
   * and changed to what is declared.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /** Whether to undo a change whose outcome was not reached. Default false. */
  rollback?: pulumi.Input<boolean | undefined>;
}

/** What an instance of a resource is: those of a promotable clone are "Promoted" or "Unpromoted". */
export type ResourceRole = "Started" | "Stopped" | "Promoted" | "Unpromoted";

/** What one does to a resource. */
export type ResourceAction = "start" | "stop" | "promote" | "demote";

/** Resources that a constraint is about together. */
export interface ResourceSetArgs<Reference = ResourceReference> {
  /** The resources, or their ids. */
  resources: pulumi.Input<Reference[]>;
}

/** The same with ids in the place of resources. */
export function setsInput<Set extends ResourceSetArgs>(
  sets: pulumi.Input<pulumi.Input<Set>[] | undefined>,
): pulumi.Input<pulumi.Input<Set>[] | undefined> {
  const one = (set: pulumi.Input<Set>): pulumi.Input<Set> =>
    isPlain(set)
      ? {
          ...set,
          resources: isPlain(set.resources)
            ? set.resources.map(idOf)
            : set.resources,
        }
      : set;
  return isPlain(sets) ? sets?.map(one) : sets;
}

/** What the sets name, as far as they can be looked at now. */
export function membersOf(
  sets: pulumi.Input<pulumi.Input<ResourceSetArgs>[] | undefined>,
): ResourceReference[] {
  return (isPlain(sets) ? (sets ?? []) : []).flatMap((set) =>
    isPlain(set) && isPlain(set.resources) ? set.resources : [],
  );
}

/** Whether it can be looked at now. Inside of what comes later, resources stand by their ids alone. */
function isPlain<Value>(
  value: pulumi.Input<Value>,
): value is Exclude<
  pulumi.Input<Value>,
  pulumi.Output<Value> | Promise<Value>
> &
  Value {
  return !pulumi.Output.isInstance(value) && !(value instanceof Promise);
}
