import { isIP } from "node:net";
import { z } from "zod";
import type { Connection } from "./connection";
import { parsePin } from "./ssh/hostKey";

const HOSTNAME =
  /^(?=.{1,253}\.?$)([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)*[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.?$/;

/** Why a text is not a host's address; undefined when it is one. */
function hostProblem(host: string): string | undefined {
  const wanted =
    'must be a hostname, an IPv4 or an IPv6 address, such as "192.0.2.11"';
  if (isIP(host) !== 0) return undefined;
  if (host.startsWith("["))
    return `${wanted}; write an IPv6 address without brackets, and the port in \`port\``;
  if (host.includes("@")) return `${wanted}; the user goes into \`user\``;
  if (/^[^:]+:\d+$/.test(host)) return `${wanted}; the port goes into \`port\``;
  const lastLabel = host.replace(/\.$/, "").split(".").at(-1) ?? "";
  if (!HOSTNAME.test(host) || /^\d+$/.test(lastLabel)) return wanted;
  return undefined;
}

const host = z.string().superRefine((value, context) => {
  const problem = hostProblem(value);
  if (problem) context.addIssue({ code: "custom", message: problem });
});

const pin = z.custom<string>().superRefine((value: unknown, context) => {
  const parsed =
    typeof value === "string"
      ? parsePin(value)
      : {
          problem:
            "must be the text of a key line or of a fingerprint, or a list of such texts",
        };
  if ("problem" in parsed)
    context.addIssue({ code: "custom", message: parsed.problem });
});

// A plain union would say only "Invalid input"; this reports each key's own problem, at the host's own path.
const pins = z.custom<string | string[]>().superRefine((value, context) => {
  const parsed = Array.isArray(value)
    ? z
        .array(pin)
        .min(1, "must be at least one key line or fingerprint")
        .safeParse(value)
    : pin.safeParse(value);
  for (const issue of parsed.error?.issues ?? []) {
    context.addIssue({
      code: "custom",
      message: issue.message,
      path: [...issue.path],
    });
  }
});

/** Adds what one property alone cannot tell. */
function checkWhole(
  connection: Connection,
  context: z.core.$RefinementCtx<Connection>,
): void {
  connection.hosts.forEach((address, index) => {
    if (
      connection.hosts.findIndex(
        (other) => other.toLowerCase() === address.toLowerCase(),
      ) < index
    ) {
      context.addIssue({
        code: "custom",
        path: ["hosts", index],
        message: `"${address}" is listed twice`,
      });
    }
  });
  for (const address of Object.keys(connection.hostKeys ?? {})) {
    if (
      !connection.hosts.some(
        (other) => other.toLowerCase() === address.toLowerCase(),
      )
    ) {
      const message = `"${address}" is not in hosts (${connection.hosts.join(", ")}); name it as it is written there`;
      context.addIssue({
        code: "custom",
        path: ["hostKeys", address],
        message,
      });
    }
  }
}

/** The `connection` input. Never parse it with `reportInput`: the issues would hold secrets. */
export const connectionSchema: z.ZodType<Connection> = z
  .strictObject({
    hosts: z.array(host).min(1, "must be at least one address"),
    port: z
      .int("must be a whole number from 1 to 65535")
      .min(1, "must be a port from 1 to 65535")
      .max(65535, "must be a port from 1 to 65535")
      .optional(),
    user: z
      .string()
      .regex(/^[^\s\0]+$/, "must be a login name without blanks")
      .optional(),
    privateKey: z
      .string()
      .min(1, "must be the text of a private key")
      .optional(),
    privateKeyPassword: z.string().optional(),
    password: z.string().optional(),
    agentSocketPath: z
      .string()
      .min(1, "must be the path of an agent's socket")
      .optional(),
    hostKeys: z.record(z.string(), pins).optional(),
    knownHosts: z.string().optional(),
    insecureIgnoreHostKey: z.boolean().optional(),
    get proxy(): z.ZodOptional<z.ZodType<Connection>> {
      return connectionSchema.optional();
    },
    sudo: z.boolean().optional(),
  })
  .superRefine(checkWhole);
