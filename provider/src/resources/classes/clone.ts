import type * as pulumi from "@pulumi/pulumi";
import type { AttributeValue } from "./args";
import type { ConstraintArgs } from "./constraint";
import { place, withoutPlacement, type PlacementArgs } from "./placement";
import { idOf, type ResourceReference } from "./reference";
import { resourceClass, type CommonOutputs } from "./resource";

export interface CloneArgs<Reference = ResourceReference>
  extends ConstraintArgs, PlacementArgs {
  /** The Primitive, or the ResourceGroup of such, of which it makes instances: itself, or its id. It changes with `resourceId`. */
  resource: Reference;
  /** Whether one of the instances, or several, is to be promoted; the agent must know how to. Default false. */
  promotable?: pulumi.Input<boolean | undefined>;
  /** Whether the instances are different ones, told apart by the agent, several of which may run on one node. Default false. */
  unique?: pulumi.Input<boolean | undefined>;
  /** The clone's meta attributes, such as `clone-max`, `interleave`, `promoted-max`. A change restarts what Pacemaker must. */
  meta?: pulumi.Input<Record<string, pulumi.Input<AttributeValue>> | undefined>;
}

/** What it shows besides its inputs. */
export interface CloneOutputs {
  resource: string;
  /** The nodes on which an instance runs, as the last look found it; none while it waits for a constraint on it. */
  nodes: string[];
  /** The nodes on which one is promoted. */
  promotedNodes: string[];
}

/**
 * Instances of a resource, or of a group, on several nodes at once (`pcs resource clone`, `pcs resource promotable`). A
 * resource that is made by the same program, and that the clone is given as it is, waits for it, stopped: it starts as a
 * clone, on every node that takes it.
 *
 * @example
 * new Clone("web-clone", { resource: web, meta: { interleave: true } });
 */
export class Clone extends resourceClass<
  CloneArgs,
  CommonOutputs & CloneOutputs
>({
  type: "Clone",
  outputs: { nodes: null, promotedNodes: null },
  isOn: ({ resource }) => [resource],
  prepare: ({ resource, ...args }) => ({
    ...withoutPlacement(args),
    resource: idOf(resource),
  }),
  beside: place,
}) {}
