import type * as pulumi from "@pulumi/pulumi";
import type { SettingsArgs } from "./clusterProperties";
import { idOf, type ResourceReference } from "./reference";
import { resourceClass, type CommonOutputs } from "./resource";

export interface TagArgs<Reference = ResourceReference> extends Omit<
  SettingsArgs,
  "resourceId" | "adopt"
> {
  /** The tag's id in the cluster's configuration. Default: the Pulumi name. A change replaces the tag. */
  resourceId?: pulumi.Input<string> | undefined;
  /**
   * What becomes of a tag that exists under this id and was not made by the program. Default: it is taken over untouched where it
   * names all that is declared, and refused where it does not. "update": it is taken over and changed.
   */
  adopt?: pulumi.Input<"update" | undefined>;
  /** The resources, groups and clones that it names: themselves, or their ids. What others add to it is left alone. */
  resources: pulumi.Input<Reference[]>;
}

/** Its inputs that are not what they were given as. */
interface TagOutputs {
  resources: string[];
}

/**
 * A name for several resources (`pcs tag create`), which constraints and `pcs resource disable` take in their place. It starts and
 * stops nothing by itself.
 *
 * @example
 * const night = new Tag("night", { resources: [smtp.group, web] });
 * new LocationConstraint("away", { resource: night, node: "node-03", score: "-INFINITY" });
 */
export class Tag extends resourceClass<TagArgs, CommonOutputs & TagOutputs>({
  type: "Tag",
  outputs: {},
  prepare: ({ resources, ...args }) => ({
    ...args,
    resources: Array.isArray(resources) ? resources.map(idOf) : resources,
  }),
}) {}
