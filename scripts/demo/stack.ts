/**
 * The root program's stack on the demo's lab. State, configuration and Pulumi's home lie in the lab's own folder, so that
 * they end when the cluster does that they describe, and the checkout stays clean.
 */

import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { inNamespace, type Lab } from "../../lab";
import { capture } from "../../lab/command";
import { offlineEnv, pathWith } from "../cli";
import { REPO } from "../cli/places";

export const stackName = "demo";

export interface Stack {
  readonly lab: Lab;
  /** The folder of the Pulumi CLI. */
  readonly bin: string;
  readonly dir: string;
  readonly configFile: string;
  readonly env: NodeJS.ProcessEnv;
}

export function stackOn(lab: Lab, bin: string): Stack {
  const dir = dirOf(lab);
  const foreign = /^(PULUMI_|SSH_AUTH_SOCK$)/;
  const own = Object.entries(process.env).filter(
    ([name]) => !foreign.test(name),
  );
  return {
    lab,
    bin,
    dir,
    configFile: configFileOf(lab),
    env: {
      ...Object.fromEntries(own),
      ...offlineEnv(dir),
      PATH: pathWith(bin),
    },
  };
}

/** The commands that read or write the stack's configuration. */
const configured = new Set([
  ...["up", "update", "preview", "pre", "refresh", "destroy", "down", "watch"],
  ...["config", "import"],
]);

/** The command line of the CLI in the lab's network. */
export function pulumiArgv(stack: Stack, argv: readonly string[]): string[] {
  const [command = "", ...rest] = argv;
  const more =
    configured.has(command) &&
    !rest.some((word) => word.startsWith("--config-file"))
      ? ["--config-file", stack.configFile]
      : [];
  return inNamespace(stack.lab.namespace, [
    join(stack.bin, "pulumi"),
    ...(command === "" ? [] : [command]),
    ...more,
    ...rest,
  ]);
}

/** Whether an earlier run made it. */
export function stackExists(lab: Lab): boolean {
  return existsSync(configFileOf(lab));
}

function dirOf(lab: Lab): string {
  return join(dirname(lab.path), "pulumi");
}

function configFileOf(lab: Lab): string {
  return join(dirOf(lab), `Pulumi.${stackName}.yaml`);
}

/** Makes the stack where there is none, and configures it for the lab. */
export async function configure(
  stack: Stack,
  signal: AbortSignal,
): Promise<void> {
  const { lab, dir } = stack;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  // "stack init" and "config" write beside the project's file: a copy of it keeps that out of the checkout.
  copyFileSync(join(REPO, "Pulumi.yaml"), join(dir, "Pulumi.yaml"));
  const pulumi = async (
    argv: readonly string[],
    cwd: string,
    stdin?: string,
  ): Promise<void> => {
    const result = await capture(
      [join(stack.bin, "pulumi"), ...argv, "--non-interactive", "--cwd", cwd],
      { env: stack.env, timeoutMs: 60_000, signal, stdin },
    );
    if (result.code !== 0)
      throw new Error(
        `"pulumi ${argv.slice(0, 2).join(" ")}" ended with code ${result.code}: ${result.stderr.trim()}`,
      );
  };
  if (!stackExists(lab)) await pulumi(["stack", "init", stackName], dir);
  await pulumi(["stack", "select", stackName], REPO);
  const plain = [
    `ip=${lab.floatingAddress}`,
    `cidrNetmask=${lab.cidrNetmask}`,
    `pacemaker:connection.user=${lab.user}`,
    ...lab.hosts.flatMap((host, index) => [
      `pacemaker:connection.hosts[${index}]=${host}`,
      `pacemaker:connection.hostKeys["${host}"]=${lab.hostKeys[host]}`,
    ]),
  ];
  const stackOption = ["--stack", stackName];
  await pulumi(
    [
      ...["config", "set-all", ...stackOption, "--path"],
      ...plain.flatMap((pair) => ["--plaintext", pair]),
    ],
    dir,
  );
  // By standard input: every user of the machine can read a command line.
  await pulumi(
    [
      ...["config", "set", ...stackOption, "--path", "--secret"],
      "pacemaker:connection.privateKey",
    ],
    dir,
    readFileSync(lab.privateKeyPath, "utf8"),
  );
}
