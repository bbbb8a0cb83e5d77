import * as pulumi from "@pulumi/pulumi";

/** By id in the cluster: the units or addresses that this program gives it. One id may stand in several clusters. */
const declared = new Map<string, string[]>();
let written: string | undefined;

/**
 * Tells the provider what the program's other resources are to be: Pulumi asks it about one after the other, and whoever
 * takes over a unit or an address may be asked about before the one that gives it up. The provider keeps none of it.
 */
export function programInput(
  id: pulumi.Input<string>,
  value: pulumi.Input<string>,
): pulumi.Output<string> {
  if (typeof id === "string" && typeof value === "string") {
    declared.set(id, [...(declared.get(id) ?? []), value]);
    written = undefined;
  }
  const whole = new Promise<string>((resolve) =>
    // Once all that the program declares in one go is declared.
    setImmediate(() => {
      written ??= JSON.stringify(Object.fromEntries(declared));
      resolve(written);
    }),
  );
  return pulumi.output(whole);
}
