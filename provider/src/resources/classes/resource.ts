import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../connection";
import { providerText, type ProviderName } from "../shim";
import { connectionInput, type ConnectionArgs } from "./connection";
import { replacedInOrder } from "./options";
import {
  awaitedInput,
  groupsInput,
  noteAwaited,
  noteDeclared,
  noteGroup,
  ownInput,
  ownName,
  programInput,
} from "./program";
import type { PlacementName } from "./placement";
import { knownId, noteId, type ResourceReference } from "./reference";

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
  readonly [
    Name in keyof Args as Exclude<Name, keyof Own | PlacementName>
  ]-?: pulumi.Output<pulumi.Unwrap<Args[Name]>>;
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
  /** What it is put on from outside: that waits for it, where the program makes both. */
  readonly isOn?: (args: Args) => readonly (ResourceReference | undefined)[];
  /** Whether it may wait for what is put on it. */
  readonly waits?: boolean;
  /** Whether resources may be its members. */
  readonly isGroup?: boolean;
  /** Marks what is secret, and leaves out what the class itself makes something of. */
  readonly prepare?: (args: Args) => Args;
  /** Makes what the inputs say of other objects, below it. */
  readonly beside?: (
    resource: pulumi.CustomResource & ResourceOutputs<object, CommonOutputs>,
    name: string,
    args: Args,
    retainOnDelete: boolean | undefined,
  ) => void;
}

/** What the class of a kind is derived from. */
export function resourceClass<Args extends CommonArgs, Own>({
  type,
  outputs,
  exclusive,
  isOn,
  waits,
  isGroup,
  prepare = (args) => args,
  beside,
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
      const named = isOn?.(args).map(knownId);
      noteDeclared(resourceId);
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
          ...(waits ? { __awaited: awaitedInput() } : {}),
          ...(named ? { __own: ownInput(named) } : {}),
          ...("group" in args && args.group !== undefined
            ? { __groups: groupsInput() }
            : {}),
          __called: ownName(type, name),
          __provider: providerText(provider),
        },
        replacedInOrder(options),
      );
      if (isGroup) noteGroup(resourceId);
      const made = this as unknown as { resourceId: object };
      noteId(this, made.resourceId, resourceId);
      beside?.(this as never, name, args, options?.retainOnDelete);
      if (named) noteAwaited(resourceId, named);
    }
  }
  return Declared as unknown as ResourceClass<Args, Own>;
}
