import * as pulumi from "@pulumi/pulumi";

/** A resource of the cluster: the object of this package's, or its id. */
export type ResourceReference =
  pulumi.Input<string> | { readonly resourceId: pulumi.Input<string> };

/** The ids that are known without waiting for anything, by the object and by its output. */
const known = new WeakMap<object, string>();

export function noteId(resource: object, output: object, id: unknown): void {
  if (typeof id !== "string") return;
  known.set(resource, id);
  known.set(output, id);
}

/** The id of what is referred to, where it is known at once. */
export function knownId(
  reference: ResourceReference | undefined,
): string | undefined {
  return typeof reference === "object" ? known.get(reference) : reference;
}

/** The id of what is referred to. */
export function idOf(reference: ResourceReference): pulumi.Input<string> {
  // Of an Output, every name can be asked for.
  return typeof reference === "object" &&
    !pulumi.Output.isInstance(reference) &&
    "resourceId" in reference
    ? reference.resourceId
    : reference;
}
