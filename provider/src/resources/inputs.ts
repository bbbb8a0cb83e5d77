import { isIP } from "node:net";
import { z } from "zod";
import type { Connection } from "../connection";
import { connectionSchema } from "../connectionSchema";
import type { StandbyKind } from "./classes/args";
import { isPlainDuration, parseDuration } from "../model/duration";
import { movingMark, stagedMark } from "../model/staging";

/** Pulumi's stand-in for a value that is not known in preview (pulumi.runtime.unknownValue); it is part of its protocol. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface CheckFailure {
  property: string;
  reason: string;
}

/** Whether a value is, or holds at any depth, one that is not known yet. */
export function holdsUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (Array.isArray(value)) return value.some(holdsUnknown);
  if (typeof value === "object" && value !== null)
    return Object.values(value).some(holdsUnknown);
  return false;
}

/** Checks inputs against a schema: one failure a mistake, none where the mistake may be a value's being unknown yet. */
export function failuresOf(
  schema: z.ZodType,
  inputs: Record<string, unknown>,
): CheckFailure[] {
  const result = schema.safeParse(inputs);
  if (result.success) return [];
  return result.error.issues
    .filter(
      (issue) =>
        !holdsUnknown(valueAt(inputs, issue.path)) &&
        // A rule over several values that names one which is not known yet.
        !issue.message.includes(unknownValue),
    )
    .flatMap((issue) =>
      issue.code === "unrecognized_keys"
        ? issue.keys.map((key) => ({
            property: [...issue.path, key].join("."),
            reason: `${[...issue.path, key].join(".")} is not an input of this resource: check the spelling`,
          }))
        : [
            {
              property: issue.path.join("."),
              reason: `${issue.path.join(".")} ${inWords(issue, valueAt(inputs, issue.path))}`,
            },
          ],
    );
}

/** By the connection's text: what is wrong with it. All resources of a program have the same few connections. */
const connectionIssues = new Map<string, readonly z.core.$ZodIssue[]>();

export const connection = z
  .custom<Connection>()
  .superRefine((value, context) => {
    const text = JSON.stringify(value) ?? "";
    let issues = connectionIssues.get(text);
    if (!issues) {
      issues = connectionSchema.safeParse(value).error?.issues ?? [];
      connectionIssues.set(text, issues);
    }
    for (const issue of issues)
      // zod writes the way to a value into its issue's own path.
      context.issues.push({ ...issue, path: [...issue.path] } as never);
  });

/** What zod says of a wrong type, in our words; the value is not shown, because it may be a secret. */
function inWords(issue: z.core.$ZodIssue, value: unknown): string {
  if (issue.code === "invalid_type" && /^Invalid input/.test(issue.message)) {
    const type = typeNames[issue.expected] ?? `a ${issue.expected}`;
    return value === undefined
      ? `is missing: it must be ${type}`
      : `must be ${type}`;
  }
  return issue.message;
}

const typeNames: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "an object",
  record: "an object of names and values",
  string: "a text",
};

/** The value at a path, or the nearest one above it that exists. */
function valueAt(inputs: unknown, path: readonly PropertyKey[]): unknown {
  let value = inputs;
  for (const key of path) {
    if (value === unknownValue) return value;
    if (typeof value !== "object" || value === null) return value;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}

/** A string with a rule of its own; the message says what would be right. */
export function text(expected: string, holds: (value: string) => boolean) {
  return z
    .string({ error: (issue) => wrong(issue.input, expected) })
    .refine(holds, {
      error: (issue) => wrong(issue.input, expected),
    });
}

export function wrong(value: unknown, expected: string): string {
  return value === undefined
    ? `is missing: it must be ${expected}`
    : `is ${JSON.stringify(value)}, but must be ${expected}`;
}

const idPattern = /^[A-Za-z_][A-Za-z0-9_.-]*$/;

/** An id of the CIB. */
export const id = text(
  `an id of the cluster's configuration: a letter or "_", then letters, digits, "_", "." or "-", such as "smtp_ip" ` +
    `(where resourceId is not given, it is the resource's Pulumi name)`,
  (value) => idPattern.test(value),
);

export const ip = text(
  `one IPv4 or IPv6 address without a prefix, such as "192.0.2.25"`,
  (value) => isIP(value) !== 0 && !value.includes("%"),
);

const prefixWords = `a whole number of bits: 1 to 32 for IPv4, 1 to 128 for IPv6, such as 24`;

export const prefix = z
  .number({ error: (issue) => wrong(issue.input, prefixWords) })
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= 128, {
    error: (issue) => wrong(issue.input, prefixWords),
  });

/** Refuses an IPv6 prefix on an IPv4 address. */
export function checkPrefix(
  inputs: { ip?: unknown; cidrNetmask?: unknown },
  context: z.RefinementCtx,
): void {
  if (
    typeof inputs.ip === "string" &&
    isIP(inputs.ip) === 4 &&
    typeof inputs.cidrNetmask === "number" &&
    inputs.cidrNetmask > 32 &&
    inputs.cidrNetmask <= 128 // beyond that, it is refused already
  )
    context.addIssue({
      code: "custom",
      path: ["cidrNetmask"],
      message: wrong(
        inputs.cidrNetmask,
        `1 to 32 for the IPv4 address ${inputs.ip}`,
      ),
    });
}

/** Refuses an object that would hold itself: a resource and its group have ids of their own. */
export function checkOwnId(
  inputs: { resourceId?: unknown; group?: unknown; members?: unknown },
  context: z.RefinementCtx,
): void {
  const { resourceId, group, members } = inputs;
  const own = (path: (string | number)[]) =>
    context.addIssue({
      code: "custom",
      path,
      message: `is ${JSON.stringify(resourceId)}, which is the resource's own id: a group and its members need different ones`,
    });
  if (group !== undefined && group === resourceId) own(["group"]);
  if (Array.isArray(members) && members.includes(resourceId))
    own(["members", members.indexOf(resourceId)]);
}

export const networkInterface = text(
  `a network interface's name of at most 15 characters, such as "eth0"`,
  (value) => /^[^\s/:]{1,15}$/.test(value),
);

// Pacemaker counts in milliseconds.
export const interval = text(
  `a time of more than zero with its unit, such as "30s" or "1min"`,
  (value) => isPlainDuration(value) && (parseDuration(value) ?? 0) >= 1,
);

export const timeouts = z.strictObject(
  {
    start: interval.optional(),
    stop: interval.optional(),
    monitor: interval.optional(),
  },
  {
    error: (issue) =>
      issue.code === "unrecognized_keys"
        ? undefined
        : wrong(issue.input, `an object such as { start: "60s", stop: "90s" }`),
  },
);

export const flag = z.boolean({
  error: (issue) => wrong(issue.input, "true or false"),
});

const adoptWords = `"update", or left out`;

export const adopt = z.literal("update", {
  error: (issue) => wrong(issue.input, adoptWords),
});

const strandedWords = `"leave", or left out`;

export const strandedMail = z.literal("leave", {
  error: (issue) => wrong(issue.input, strandedWords),
});

export const unit = text(
  `the name of a systemd service, with or without ".service", such as "postfix" or "postfix@-"`,
  (value) =>
    /^[A-Za-z0-9:_.\\@-]+$/.test(value) &&
    !value.startsWith("-") &&
    value.length <= 255 &&
    !/\.(socket|timer|mount|automount|path|target|slice|scope|device|swap)$/.test(
      value,
    ) &&
    value !== ".service",
);

const portWords = `a TCP port from 1 to 65535, such as 25`;

/** How something stands by. "cold" is the same as nothing: see `withoutCold`. */
export const standby = (
  z.literal("hot", {
    error: `must be "cold", the default, or "hot"`,
  }) as z.ZodType as z.ZodType<"hot", StandbyKind>
).optional();

/** Leaves out what is said by saying nothing, so that both are the same. */
export function withoutCold(
  inputs: Record<string, unknown>,
): Record<string, unknown> {
  const { standby: given, ...others } = inputs;
  return given === undefined || given === "cold" ? others : inputs;
}

export const port = z
  .number({ error: (issue) => wrong(issue.input, portWords) })
  .refine((value) => Number.isInteger(value) && value >= 1 && value <= 65535, {
    error: (issue) => wrong(issue.input, portWords),
  });

const namePattern = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
const control = /\p{Cc}/u;

/** Names and values, as instance or meta attributes. `reserved` are names that have an input of their own. */
export function attributes(reserved: Readonly<Record<string, string>>) {
  return z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean()], {
        error: (issue) => wrong(issue.input, `a string, a number or a boolean`),
      }),
      { error: (issue) => wrong(issue.input, `an object of names and values`) },
    )
    .superRefine((values, context) => {
      for (const [name, value] of Object.entries(values)) {
        const message = attributeMistake(name, value, reserved);
        if (message !== undefined)
          context.addIssue({ code: "custom", path: [name], message });
      }
    });
}

function attributeMistake(
  name: string,
  value: string | number | boolean,
  reserved: Readonly<Record<string, string>>,
): string | undefined {
  if (name in reserved) return `cannot be set here: ${reserved[name]}`;
  if (!namePattern.test(name))
    return `is no name of an attribute: it must be a letter or "_", then letters, digits, "_", "." or "-"`;
  if (value === "")
    return `is empty, which pcs takes as "remove it": leave the name out instead`;
  if (typeof value === "string" && control.test(value))
    return `holds a line break or another control character, which Pacemaker would corrupt`;
  // Seen on 2.1.5: "é & e" is stored as "é  e", whoever writes it.
  if (
    typeof value === "string" &&
    /[^\p{ASCII}]/u.test(value) &&
    /[&<>]/.test(value)
  )
    return `holds "&", "<" or ">" beside a letter outside ASCII, which Pacemaker 2.1 cuts off`;
  return undefined;
}

/** The meta attributes that are the operator's, or ours. */
export const metaAttributes = attributes({
  "target-role": `whether a resource runs is the operator's to say ("pcs resource disable", "pcs resource enable")`,
  [stagedMark]: `it is this package's own mark`,
  [movingMark]: `it is this package's own mark`,
});

/** As Pacemaker keeps them: every value a string. */
export function asStrings(
  values: Readonly<Record<string, string | number | boolean>> | undefined,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]),
  );
}
