import type * as pulumi from "@pulumi/pulumi";

/**
 * The provider that Pulumi writes into state, as the text of these functions. It holds nothing but the way to the real
 * one: whatever stood here by value would be part of every state for ever, and run from there on destroy.
 * The text is a permanent contract: tests compare it word by word.
 */
export function shim(
  resource: "floatingIp" | "systemdResource" | "resourceGroup",
): pulumi.dynamic.ResourceProvider {
  /* eslint-disable @typescript-eslint/no-require-imports, @typescript-eslint/no-explicit-any --
     these run as text in another process, which resolves the package from the program's own folder */
  return {
    check: (...a: [any, any]) =>
      require("pulumi-pacemaker/provider")[resource].check(...a),
    diff: (...a: [any, any, any]) =>
      require("pulumi-pacemaker/provider")[resource].diff(...a),
    create: (...a: [any]) =>
      require("pulumi-pacemaker/provider")[resource].create(...a),
    read: (...a: [any, any]) =>
      require("pulumi-pacemaker/provider")[resource].read(...a),
    update: (...a: [any, any, any]) =>
      require("pulumi-pacemaker/provider")[resource].update(...a),
    delete: (...a: [any, any]) =>
      require("pulumi-pacemaker/provider")[resource].delete(...a),
  };
  /* eslint-enable */
}
