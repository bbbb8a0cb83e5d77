/** Where a resource runs, and after what, said with the resource itself. */
import * as pulumi from "@pulumi/pulumi";
import { ColocationConstraint } from "./colocationConstraint";
import type { ResourceAction, ResourceRole } from "./constraint";
import type { ConnectionArgs } from "./connection";
import { LocationConstraint } from "./locationConstraint";
import { OrderConstraint } from "./orderConstraint";
import { idOf, knownId, type ResourceReference } from "./reference";

/** A node, and how much it counts. */
export interface NodeScoreArgs {
  /** Its name. */
  node: string;
  /** A whole number, or "INFINITY". Default "INFINITY". */
  score?: string | number | undefined;
}

/** A resource, and how much it is to run where that does. */
export interface WithArgs {
  /** The other resource, group or clone: itself, or its id. */
  resource: ResourceReference;
  /** A whole number, or "INFINITY"; less than zero to keep them apart. Default "INFINITY". */
  score?: string | number | undefined;
  /** Which instances of a promotable clone, such as "Promoted". Default: any. */
  role?: pulumi.Input<ResourceRole | undefined>;
}

/** A resource, and what must have been done to it. */
export interface AfterArgs {
  /** The other resource, group or clone: itself, or its id. */
  resource: ResourceReference;
  /** What was done to it, such as "promote". Default "start". */
  action?: pulumi.Input<ResourceAction | undefined>;
  /** As of an `OrderConstraint`. Default "Mandatory". */
  kind?: "Mandatory" | "Optional" | "Serialize" | undefined;
}

/**
 * Each of these is a constraint of its own, below the resource in Pulumi and under the id that pcs would give it in the cluster. The
 * resource waits for all of them, stopped, and starts in the transaction that brings the last.
 */
export interface PlacementArgs {
  /**
   * The nodes that it runs on rather than on others (`pcs constraint location RESOURCE prefers NODE=SCORE`): names, or with a
   * score. Default: none.
   *
   * @example
   * prefers: ["node-01", { node: "node-02", score: 50 }]
   */
  prefers?: string | NodeScoreArgs | (string | NodeScoreArgs)[] | undefined;
  /** The nodes that it does not run on, or rather not (`pcs constraint location RESOURCE avoids NODE=SCORE`). Default: none. */
  avoids?: string | NodeScoreArgs | (string | NodeScoreArgs)[] | undefined;
  /**
   * What it runs together with, where that does (`pcs constraint colocation add RESOURCE with OTHER`). Default: nothing.
   *
   * @example
   * with: [spool, { resource: web, score: -100 }]
   */
  with?:
    ResourceReference | WithArgs | (ResourceReference | WithArgs)[] | undefined;
  /** What it starts after, and stops before (`pcs constraint order OTHER then RESOURCE`). Default: nothing. */
  after?:
    | ResourceReference
    | AfterArgs
    | (ResourceReference | AfterArgs)[]
    | undefined;
}

/** The names of the inputs that the class itself makes something of. */
export type PlacementName = keyof PlacementArgs;

/**
 * What is left of the inputs for the resource itself. By one that it does not keep, Pulumi knows that it comes after what it is with
 * or after, and deletes it before that: the constraints are gone by then.
 */
export function withoutPlacement<Args extends PlacementArgs>(args: Args): Args {
  const { prefers, avoids, with: together, after, ...own } = args;
  void [prefers, avoids];
  const others = [
    ...listOf<ResourceReference | WithArgs>(together),
    ...listOf<ResourceReference | AfterArgs>(after),
  ].map((one) => idOf(isReference(one) ? one : one.resource));
  return (others.length > 0 ? { ...own, __after: others } : own) as Args;
}

type Placed = pulumi.Resource & { readonly resourceId: pulumi.Output<string> };

interface Constrained extends PlacementArgs {
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  resourceId?: pulumi.Input<string> | undefined;
  group?: unknown;
  standby?: unknown;
}

/** Makes one of the constraints: what it is called below the resource, and its id in the cluster. */
type Maker = (
  words: string,
  id: string,
) => readonly [
  string,
  { connection: Constrained["connection"]; resourceId: string },
  pulumi.CustomResourceOptions,
];

/**
 * Makes the constraints.
 *
 * @throws Error where an id is not known at once, or the resource is a group's member, or stands by hot.
 */
export function place(
  resource: Placed,
  name: string,
  args: Constrained,
  retainOnDelete: boolean | undefined,
): void {
  const [first] = (["prefers", "avoids", "with", "after"] as const).filter(
    (one) => listOf<unknown>(args[one]).length > 0,
  );
  if (first === undefined) return;
  if (args.group !== undefined)
    throw new Error(
      `${name}: ${first} cannot be given to a member of a group, which runs where its group does. Give it to the ` +
        `ResourceGroup.`,
    );
  if (args.standby !== undefined && args.standby !== "cold")
    throw new Error(
      `${name}: ${first} cannot be given where members stand by hot. Make the constraint itself (new LocationConstraint, ` +
        `ColocationConstraint, OrderConstraint) on the address.`,
    );
  const own = knownId(resource);
  if (own === undefined)
    throw new Error(
      `${name}: ${first} needs a resourceId that is known at once: a text, and no Output. Make the constraint itself (new ` +
        `LocationConstraint, ColocationConstraint, OrderConstraint) otherwise.`,
    );
  const made: Maker = (words, id) => [
    `${name}-${words}`,
    { connection: args.connection, resourceId: id },
    { parent: resource, retainOnDelete },
  ];
  const idOfOther = (input: string, other: ResourceReference): string => {
    const id = knownId(other);
    if (id !== undefined) return id;
    throw new Error(
      `${name}: ${input} needs resources whose id is known at once: the resource itself, or its id as a text. Make the ` +
        `constraint itself (new ColocationConstraint, OrderConstraint) otherwise.`,
    );
  };
  for (const input of ["prefers", "avoids"] as const)
    for (const one of listOf(args[input])) {
      const { node, score = "INFINITY" } =
        typeof one === "string" ? { node: one } : one;
      if (/^[-+]/.test(String(score)))
        throw new Error(
          `${name}: ${input} has the score ${score} for ${node}, but must have a whole number without a sign, or ` +
            `"INFINITY". "prefers" and "avoids" say which way it counts.`,
        );
      putOnNode(resource, own, made, {
        input,
        node,
        score: input === "avoids" ? `-${score}` : String(score),
      });
    }
  for (const one of listOf(args.with)) {
    const given: WithArgs = isReference(one) ? { resource: one } : one;
    putWith(resource, own, made, idOfOther("with", given.resource), given);
  }
  for (const one of listOf(args.after)) {
    const given: AfterArgs = isReference(one) ? { resource: one } : one;
    putAfter(resource, own, made, idOfOther("after", given.resource), given);
  }
}

function putOnNode(
  resource: Placed,
  own: string,
  made: Maker,
  { input, node, score }: { input: string; node: string; score: string },
): void {
  const [name, inputs, options] = made(
    `${input}-${node}`,
    `location-${own}-${node}-${score}`,
  );
  new LocationConstraint(name, { ...inputs, resource, node, score }, options);
}

function putWith(
  resource: Placed,
  own: string,
  made: Maker,
  id: string,
  { resource: withResource, score = "INFINITY", role }: WithArgs,
): void {
  const [name, inputs, options] = made(
    `with-${id}`,
    `colocation-${own}-${id}-${score}`,
  );
  new ColocationConstraint(
    name,
    { ...inputs, resource, withResource, score, withResourceRole: role },
    options,
  );
}

function putAfter(
  then: Placed,
  own: string,
  made: Maker,
  id: string,
  { resource: first, action, kind }: AfterArgs,
): void {
  const [name, inputs, options] = made(
    `after-${id}`,
    `order-${id}-${own}-${kind ?? "mandatory"}`,
  );
  new OrderConstraint(
    name,
    {
      ...inputs,
      first,
      then,
      kind,
      firstAction: action,
      // Else the same would be done to it.
      thenAction: action === undefined ? undefined : "start",
    },
    options,
  );
}

function listOf<One>(given: One | One[] | undefined): One[] {
  return given === undefined ? [] : Array.isArray(given) ? given : [given];
}

/** Whether it is the other resource itself, and not what is said about it. */
function isReference(
  given: ResourceReference | WithArgs | AfterArgs,
): given is ResourceReference {
  return (
    typeof given !== "object" ||
    pulumi.Output.isInstance(given) ||
    given instanceof Promise ||
    "resourceId" in given
  );
}
