/** How a command of ours reaches the cluster: by its own options, or as the Pulumi stack in this folder does. */
import type { Connection } from "../connection";
import { connectionSchema } from "../connectionSchema";
import { readText } from "./files";
import { pulumi } from "./pulumi";
import { WrongUsage } from "./usage";

/** The options, as `parseArgs` takes them. */
export const connectionOptions = {
  host: { type: "string", multiple: true },
  port: { type: "string" },
  user: { type: "string" },
  identity: { type: "string" },
  "known-hosts": { type: "string" },
  connection: { type: "string" },
  stack: { type: "string" },
  cwd: { type: "string" },
} as const;

export const connectionHelp = `  --host HOST          the ssh address of a node; once for each node. Without it, the
                       connection is that of the Pulumi stack in this folder:
                       its pacemaker:connection, or else the one in its state
  --port PORT          the ssh port (22)
  --user USER          the login user (root)
  --identity FILE      a private key without a passphrase (those of the agent)
  --known-hosts FILE   the hosts' keys (the user's and the system's files)
  --connection FILE    all of a connection, as JSON; "-" reads it from the standard input
  --stack STACK        another stack than the selected one
  --cwd FOLDER         where Pulumi.yaml is (this folder)
`;

export interface ConnectionValues {
  readonly host?: string[];
  readonly port?: string;
  readonly user?: string;
  readonly identity?: string;
  readonly "known-hosts"?: string;
  readonly connection?: string;
  readonly stack?: string;
  readonly cwd?: string;
}

/**
 * Finds the connection. What is secret in it comes from a file, the agent, or the Pulumi CLI's standard output, and never
 * stands in an argument.
 *
 * @throws WrongUsage where there is none, or it is not one.
 */
export async function findConnection(
  values: ConnectionValues,
): Promise<Connection> {
  const given = values.host
    ? byOptions(values)
    : values.connection !== undefined
      ? readJson(values.connection)
      : await ofStack(values);
  const parsed = connectionSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  // The issues' inputs are not shown: they may be secret.
  throw new WrongUsage(
    parsed.error.issues
      .map(
        ({ path, message }) =>
          `connection ${path.map(String).join(".")}: ${message}`,
      )
      .join("\n"),
  );
}

function byOptions(values: ConnectionValues): unknown {
  const { host: hosts, port, user, identity } = values;
  return {
    hosts,
    ...(port === undefined ? {} : { port: port === "" ? NaN : Number(port) }),
    ...(user === undefined ? {} : { user }),
    ...(identity === undefined ? {} : { privateKey: readText(identity) }),
    ...(values["known-hosts"] === undefined
      ? {}
      : { knownHosts: readText(values["known-hosts"]) }),
  };
}

function readJson(file: string): unknown {
  return parseJson(readText(file), file);
}

function parseJson(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new WrongUsage(`what ${from} holds is no JSON`);
  }
}

async function ofStack(values: ConnectionValues): Promise<unknown> {
  const configured = await pulumi(values, [
    ...["config", "get", "pacemaker:connection", "--json"],
  ]);
  if (configured.problem === undefined) {
    const { objectValue } = parseJson(configured.text, "pulumi config get") as {
      objectValue?: unknown;
    };
    if (objectValue !== undefined) return objectValue;
  }
  const exported = await pulumi(values, ["stack", "export", "--show-secrets"]);
  const found =
    exported.problem === undefined
      ? connectionIn(parseJson(exported.text, "pulumi stack export"))
      : undefined;
  if (found !== undefined) return found;
  const why = [configured, exported].flatMap(({ problem }) => problem ?? []);
  throw new WrongUsage(
    `there is no connection: give --host for each node, or run this in the folder of a Pulumi project whose stack has one` +
      (why.length > 0 ? `.\nThe Pulumi CLI says: ${why.join("\n")}` : ""),
  );
}

/** The connection of the first resource in a state that has one. */
export function connectionIn(state: unknown): unknown {
  const { deployment } = state as {
    deployment?: { resources?: { inputs?: { connection?: unknown } }[] };
  };
  const found = deployment?.resources?.find(
    ({ inputs }) => inputs?.connection !== undefined,
  );
  return plain(found?.inputs?.connection);
}

/** Pulumi's mark of a secret in an exported state; with --show-secrets its text stands beside it, as JSON. */
const secretMark = "4dabf18193072939515e22adb298388d";

function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  const { [secretMark]: mark, plaintext } = value as Record<string, unknown>;
  if (mark !== undefined && typeof plaintext === "string")
    return plain(JSON.parse(plaintext));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, plain(one)]),
  );
}
