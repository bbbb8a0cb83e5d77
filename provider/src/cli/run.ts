import { parseArgs, type ParseArgsConfig } from "node:util";
import type { Connection } from "../connection";
import { connectionSchema } from "../connectionSchema";
import { PacemakerError } from "../errors";
import {
  connectionHelp,
  connectionOptions,
  findConnection,
  type ConnectionValues,
} from "./connection";
import { hostKeys, type Output } from "./hostKeys";
import { kinds, type Kind } from "../drill/report";
import { isInstance } from "../postfix/instance";
import { drillHelp, runDrill } from "./drill";
import { parseDisruption, previewHelp, runPreview } from "./preview";
import { drainNode, queues } from "./queues";
import { WrongUsage } from "./usage";

const help = `Usage: pulumi-pacemaker host-keys [--port PORT] HOST...
       pulumi-pacemaker queues [--json] [--drain NODE [--seconds N]] [CONNECTION]
       pulumi-pacemaker drill [--kind KIND] [--group ID] [--svg FILE] [CONNECTION]
       pulumi-pacemaker preview [--json | --markdown] [--svg FILE] [CONNECTION]

host-keys asks the hosts of a cluster for their ssh host keys and prints them as
the \`hostKeys\` of a connection: for a program, and as \`pulumi config set\`
commands. It ends each connection within the key exchange, before any login: no
user name and no identity is sent.

What a host says of itself over the network proves nothing. Compare each
fingerprint with what the node's own console shows before you use its key.

  HOST          an address, as in the connection's \`hosts\`
  --port PORT   the ssh port of every host (22)
  --help        this text

Behind a jump host, ask from there: ssh JUMP ssh-keyscan -t ed25519 HOST

queues shows the mail queue of each node, also where Postfix does not run.

  --drain NODE         delivers what lies on a node where Postfix does not run.
                       Postfix runs there for that, and listens nowhere; where
                       Pacemaker starts it meanwhile, it makes room at once.
                       Each message is tried once; none is deleted or copied
  --seconds N          how long that may take (300)
  --instance NAME      another instance of Postfix than the first (-)
  --json               for programs

${drillHelp}
${previewHelp}
CONNECTION:
${connectionHelp}
Exit code: 0 when every host has answered and, after --drain, nothing is left; 1
when some have not (what the others said is printed all the same) or mail
remains, or a change of the preview would be refused; 2 when the command is wrong;
3 when the preview is beyond --max-disruption or --survives.
`;

const usage = 2;

/** Runs the command line, and gives the exit code. */
export async function run(
  argv: readonly string[],
  output: Output,
): Promise<number> {
  try {
    const [command, ...rest] = commandFirst(argv);
    if (
      command === undefined
        ? argv.some((word) => word === "--help" || word === "-h")
        : command === "help" ||
          rest.some((word) => word === "--help" || word === "-h")
    ) {
      output.out(help);
      return 0;
    }
    switch (command) {
      case "host-keys":
        return await runHostKeys(rest, output);
      case "queues":
        return await runQueues(rest, output);
      case "drill":
        return await runDrillCommand(rest, output);
      case "preview":
        return await runPreviewCommand(rest, output);
      case undefined:
        parse(argv, hostKeyOptions);
        throw new WrongUsage(
          "a command is missing: host-keys, queues, drill or preview",
        );
      default:
        throw new WrongUsage(`there is no command "${command}"`);
    }
  } catch (error) {
    if (error instanceof WrongUsage) {
      output.err(
        `pulumi-pacemaker: ${error.message}\nSee: pulumi-pacemaker --help\n`,
      );
      return usage;
    }
    if (!(error instanceof PacemakerError)) throw error;
    output.err(`${error.kind}: ${error.message}\n`);
    return 1;
  }
}

const hostKeyOptions = { port: { type: "string" } } as const;

/** The command and the other words: options may stand before it. */
function commandFirst(argv: readonly string[]): readonly string[] {
  const { tokens } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    strict: false,
    tokens: true,
    options: {
      ...connectionOptions,
      ...queueOptions,
      ...drillOptions,
      ...previewOptions,
    },
  });
  const first = tokens.find((token) => token.kind === "positional");
  if (!first) return [];
  return [first.value, ...argv.filter((_, index) => index !== first.index)];
}

function parse<Options extends NonNullable<ParseArgsConfig["options"]>>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options });
  } catch (error) {
    throw new WrongUsage((error as Error).message.split("\n")[0] ?? "");
  }
}

async function runHostKeys(
  args: readonly string[],
  output: Output,
): Promise<number> {
  const { values, positionals: hosts } = parse(args, hostKeyOptions);
  if (hosts.length === 0)
    throw new WrongUsage("host-keys needs at least one HOST");
  const { port } = values;
  const connection = connectionSchema.safeParse({
    hosts,
    ...(port !== undefined && { port: port === "" ? NaN : Number(port) }),
  });
  if (!connection.success)
    throw new WrongUsage(
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

const queueOptions = {
  json: { type: "boolean" },
  drain: { type: "string" },
  seconds: { type: "string" },
  instance: { type: "string" },
} as const;

async function runQueues(
  args: readonly string[],
  output: Output,
): Promise<number> {
  const { values, positionals } = parse(args, {
    ...connectionOptions,
    ...queueOptions,
  });
  if (positionals.length > 0)
    throw new WrongUsage(`queues takes no "${positionals[0]}"`);
  const { drain: node, json = false, instance = "-" } = values;
  if (!isInstance(instance))
    throw new WrongUsage(`--instance ${instance}: is no instance of Postfix`);
  const seconds = wholeNumber("seconds", values.seconds ?? "300", 1, 86_400);
  return withConnection(values, (connection) =>
    node === undefined
      ? queues(connection, { instance, json }, output)
      : drainNode(connection, { node, instance, json, seconds }, output),
  );
}

const drillOptions = {
  json: { type: "boolean" },
  kind: { type: "string" },
  group: { type: "string" },
  "client-port": { type: "string" },
  "no-greeting": { type: "boolean" },
  "mail-to": { type: "string" },
  "mail-from": { type: "string" },
  mails: { type: "string" },
  seconds: { type: "string" },
  svg: { type: "string" },
} as const;

async function runDrillCommand(
  args: readonly string[],
  output: Output,
): Promise<number> {
  const { values, positionals } = parse(args, {
    ...connectionOptions,
    ...drillOptions,
  });
  if (positionals.length > 0)
    throw new WrongUsage(`drill takes no "${positionals[0]}"`);
  const { kind = "standby", json = false, group, svg } = values;
  if (!(kinds as readonly string[]).includes(kind))
    throw new WrongUsage(`--kind ${kind}: must be one of ${kinds.join(", ")}`);
  const to = values["mail-to"];
  const from = values["mail-from"] ?? to;
  for (const address of [to, from])
    if (address !== undefined && !/^[^\s<>]+@[^\s<>]+$/.test(address))
      throw new WrongUsage(`${address}: must be a mail address`);
  const mail =
    to === undefined || from === undefined
      ? undefined
      : {
          ...{ to, from, every: 250 },
          count: wholeNumber("mails", values.mails ?? "20", 1, 1000),
        };
  const port = wholeNumber(
    "client-port",
    values["client-port"] ?? "25",
    1,
    65_535,
  );
  const seconds = wholeNumber("seconds", values.seconds ?? "120", 10, 3600);
  return withConnection(values, (connection) =>
    runDrill(
      connection,
      {
        ...{ kind: kind as Kind, group, port, seconds, json, svg, mail },
        greets: values["no-greeting"] !== true,
      },
      output,
    ),
  );
}

const previewOptions = {
  json: { type: "boolean" },
  markdown: { type: "boolean" },
  plan: { type: "string" },
  svg: { type: "string" },
  "max-disruption": { type: "string" },
  survives: { type: "string" },
} as const;

async function runPreviewCommand(
  args: readonly string[],
  output: Output,
): Promise<number> {
  const { values, positionals } = parse(args, {
    ...connectionOptions,
    ...previewOptions,
  });
  if (positionals.length > 0)
    throw new WrongUsage(`preview takes no "${positionals[0]}"`);
  const { json, markdown, plan, svg, stack, cwd } = values;
  if (json && markdown)
    throw new WrongUsage("give one of --json and --markdown");
  const most = parseDisruption(values["max-disruption"] ?? "stop");
  const survives = wholeNumber("survives", values.survives ?? "0", 0, 2);
  const format = json ? "json" : markdown ? "markdown" : "table";
  return withConnection(values, (connection) =>
    runPreview(
      connection,
      { ...{ format, plan, svg, most, survives, stack, cwd } },
      output,
    ),
  );
}

function wholeNumber(
  name: string,
  value: string,
  least: number,
  most: number,
): number {
  const number = Number(value);
  if (
    value !== "" &&
    Number.isInteger(number) &&
    number >= least &&
    number <= most
  )
    return number;
  throw new WrongUsage(
    `--${name} ${value}: must be a whole number from ${least} to ${most}`,
  );
}

async function withConnection(
  values: object,
  work: (connection: Connection) => Promise<number>,
): Promise<number> {
  return work(await findConnection(values as ConnectionValues));
}
