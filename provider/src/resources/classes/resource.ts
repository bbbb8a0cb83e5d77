import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../connection";
import { providerText, type ProviderName } from "../shim";
import { connectionInput, type ConnectionArgs } from "./connection";
import { replacedInOrder } from "./options";
import { programInput } from "./program";

/** What every resource takes to be reached. */
interface CommonArgs {
  connection?: pulumi.Input<ConnectionArgs> | undefined;
  resourceId?: pulumi.Input<string> | undefined;
}

/** What every resource has, whether it was given or not. */
export interface CommonOutputs {
  connection: Connection;
  resourceId: string;
}

/** The same of what may be a group's member. */
export interface MemberOutputs extends CommonOutputs {
  monitorInterval: string;
}

/** What a resource shows: each of its inputs, and `Own`, which are no inputs, or are always there. */
export type ResourceOutputs<Args, Own> = {
  readonly [Name in keyof Args as Exclude<Name, keyof Own>]-?: pulumi.Output<
    pulumi.Unwrap<Args[Name]>
  >;
} & { readonly [Name in keyof Own]-?: pulumi.Output<Own[Name]> };

/** The class of a resource, with its inputs as outputs. */
export interface ResourceClass<Args, Own> extends Pick<
  typeof pulumi.CustomResource,
  "isInstance"
> {
  new (
    name: string,
    args: Args,
    options?: pulumi.CustomResourceOptions,
  ): pulumi.CustomResource & ResourceOutputs<Args, Own>;
}

/** What a class says of itself. */
interface ResourceKind<Args, Own> {
  /** The end of its type token. Its handlers have the same name, with a small letter. */
  readonly type: Capitalize<ProviderName>;
  /** Its outputs that are no inputs: Pulumi fills those alone that are named. */
  readonly outputs: { readonly [Name in Exclude<keyof Own, keyof Args>]: null };
  /** The input that no two resources of a program may share: the provider is told all of them. */
  readonly exclusive?: (args: Args) => pulumi.Input<string>;
  /** Marks what is secret. */
  readonly prepare?: (args: Args) => Args;
}

/** What the class of a kind is derived from. */
export function resourceClass<Args extends CommonArgs, Own>({
  type,
  outputs,
  exclusive,
  prepare = (args) => args,
}: ResourceKind<Args, Own>): ResourceClass<Args, Own> {
  const provider = (type.charAt(0).toLowerCase() +
    type.slice(1)) as ProviderName;
  class Declared extends pulumi.CustomResource {
    constructor(
      name: string,
      args: Args,
      options?: pulumi.CustomResourceOptions,
    ) {
      const resourceId = args.resourceId ?? name;
      super(
        `pulumi-nodejs:dynamic/pacemaker:${type}`,
        name,
        {
          ...prepare(args),
          connection: connectionInput(args.connection, name),
          resourceId,
          ...Object.fromEntries(
            Object.keys(outputs).map((output) => [output, undefined]),
          ),
          ...(exclusive
            ? { __program: programInput(resourceId, exclusive(args)) }
            : {}),
          __provider: providerText(provider),
        },
        replacedInOrder(options),
      );
    }
  }
  return Declared as unknown as ResourceClass<Args, Own>;
}
