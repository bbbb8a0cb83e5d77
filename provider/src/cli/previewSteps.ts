/** What `pulumi preview --json` says Pulumi is going to do, as far as it concerns resources of this package. */
import { z } from "zod";
import type { Operation } from "../resources/rehearsal";
import type { ProviderName } from "../resources/shim";

const properties = z.record(z.string(), z.unknown());

const state = z.object({
  urn: z.string(),
  type: z.string(),
  inputs: properties.optional(),
  outputs: properties.optional(),
  dependencies: z.array(z.string()).optional(),
  propertyDependencies: z
    .record(z.string(), z.array(z.string()).nullable())
    .optional(),
});

const preview = z.object({
  steps: z
    .array(
      z.object({
        op: z.string(),
        urn: z.string(),
        oldState: state.optional(),
        newState: state.optional(),
      }),
    )
    .default([]),
  diagnostics: z
    .array(
      z.object({
        urn: z.string().optional(),
        message: z.string().optional(),
        severity: z.string().optional(),
      }),
    )
    .nullish(),
});

export interface PulumiPreview {
  readonly operations: readonly Operation[];
  /** Errors that ended it, in the words of whoever said them. */
  readonly errors: readonly string[];
}

const typePrefix = "pulumi-nodejs:dynamic/pacemaker:";

const verbs: Readonly<Record<string, Operation["verb"]>> = {
  create: "create",
  "create-replacement": "create",
  update: "update",
  delete: "delete",
  "delete-replaced": "delete",
  same: "same",
};

/**
 * Reads the preview.
 *
 * @throws Error when the text is not what `pulumi preview --json` prints.
 */
export function readPreview(text: string): PulumiPreview {
  const parsed = preview.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new Error(`it is not what "pulumi preview --json" prints`);
  const { steps, diagnostics } = parsed.data;
  // A preview as JSON says "replace" for what are two steps; where it has these, they are it.
  const isApart = new Set(
    steps.flatMap(({ op, urn }) => (op === "create-replacement" ? [urn] : [])),
  );
  const ours = steps.flatMap(({ op, urn, oldState, newState }) => {
    const { type } = newState ?? oldState ?? { type: "" };
    if (!type.startsWith(typePrefix)) return [];
    const ops =
      op !== "replace"
        ? [op]
        : isApart.has(urn)
          ? []
          : ["delete-replaced", "create-replacement"];
    return ops.flatMap((one) => {
      const verb = verbs[one];
      return verb === undefined
        ? []
        : [{ op: one, urn, verb, type, oldState, newState }];
    });
  });
  const dependents = new Map<string, string[]>();
  for (const { urn, verb, oldState } of ours)
    if (verb === "delete")
      for (const dependency of dependenciesOf(oldState))
        dependents.set(dependency, [
          ...(dependents.get(dependency) ?? []),
          urn,
        ]);
  return {
    operations: ours.map(({ op, urn, verb, type, oldState, newState }) => ({
      ...{ urn, verb },
      name: urn.split("::").at(-1)!,
      kind: kindOf(type),
      inputs:
        (verb === "delete" ? withOutputs(oldState) : newState?.inputs) ?? {},
      ...(oldState && verb !== "delete" && op !== "create-replacement"
        ? { previous: withOutputs(oldState)! }
        : {}),
      isReplacement: op === "create-replacement" || op === "delete-replaced",
      after:
        verb === "delete"
          ? (dependents.get(urn) ?? [])
          : dependenciesOf(newState),
    })),
    errors: (diagnostics ?? []).flatMap(({ severity, message }) =>
      severity === "error" && message !== undefined ? [message.trim()] : [],
    ),
  };
}

function kindOf(type: string): ProviderName {
  const name = type.slice(typePrefix.length);
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}` as ProviderName;
}

type State = z.output<typeof state>;

function withOutputs(
  found: State | undefined,
): Record<string, unknown> | undefined {
  return found && { ...found.inputs, ...found.outputs };
}

function dependenciesOf(found: State | undefined): string[] {
  return [
    ...new Set([
      ...(found?.dependencies ?? []),
      ...Object.values(found?.propertyDependencies ?? {}).flatMap(
        (urns) => urns ?? [],
      ),
    ]),
  ];
}
