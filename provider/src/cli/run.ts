import { parseArgs } from "node:util";
import { connectionSchema } from "../connectionSchema";
import { hostKeys, type Output } from "./hostKeys";

const help = `Usage: pulumi-pacemaker host-keys [--port PORT] HOST...

Asks the hosts of a cluster for their ssh host keys and prints them as the
\`hostKeys\` of a connection: for a program, and as \`pulumi config set\` commands.
It ends each connection within the key exchange, before any login: no user name
and no identity is sent.

What a host says of itself over the network proves nothing. Compare each
fingerprint with what the node's own console shows before you use its key.

  HOST          an address, as in the connection's \`hosts\`
  --port PORT   the ssh port of every host (22)
  --help        this text

Behind a jump host, ask from there: ssh JUMP ssh-keyscan -t ed25519 HOST

Exit code: 0 when every host has answered, 1 when some have not (the keys of the
others are printed all the same), 2 when the command is wrong.
`;

const usage = 2;

/** Runs the command line, and gives the exit code. */
export async function run(
  argv: readonly string[],
  output: Output,
): Promise<number> {
  const wrong = (text: string): number => {
    output.err(`pulumi-pacemaker: ${text}\nSee: pulumi-pacemaker --help\n`);
    return usage;
  };
  let parsed;
  try {
    parsed = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        port: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return wrong((error as Error).message.split("\n")[0] ?? "");
  }
  const [command, ...hosts] = parsed.positionals;
  if (parsed.values.help || command === "help") {
    output.out(help);
    return 0;
  }
  if (command === undefined) return wrong("a command is missing: host-keys");
  if (command !== "host-keys") return wrong(`there is no command "${command}"`);
  if (hosts.length === 0) return wrong("host-keys needs at least one HOST");
  const { port } = parsed.values;
  const connection = connectionSchema.safeParse({
    hosts,
    ...(port !== undefined && { port: port === "" ? NaN : Number(port) }),
  });
  if (!connection.success)
    return wrong(
      connection.error.issues
        .map(({ path: [field, index], message }) =>
          field === "port"
            ? `--port ${port}: ${message}`
            : `${hosts[Number(index)]}: ${message}`,
        )
        .join("\n"),
    );
  return hostKeys(connection.data, output);
}
