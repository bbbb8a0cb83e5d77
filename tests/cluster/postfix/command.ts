/** Our own command, as an operator runs it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inNamespace, type Lab } from "../../../lab";
import type { Project } from "../harness";

const command = join(__dirname, "../../../provider/bin/pulumi-pacemaker.js");

type During = (child: ReturnType<typeof spawn>) => Promise<void>;

/** Runs our command in the lab's network, without Pulumi. @param during is given its process once it runs */
export function ours(lab: Lab, args: readonly string[], during?: During) {
  const hosts = lab.hosts.flatMap((host) => ["--host", host]);
  return run(
    lab,
    [
      ...[...args, ...hosts, "--identity", lab.privateKeyPath],
      ...["--known-hosts", lab.knownHostsPath],
    ],
    {},
    during,
  );
}

/** The same in the folder of a project, whose stack knows the connection. */
export function oursIn(project: Project, args: readonly string[]) {
  return run(project.lab, args, { cwd: project.dir, env: project.env });
}

async function run(
  lab: Lab,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> },
  during?: During,
) {
  const [program = "", ...argv] = inNamespace(lab.namespace, [
    ...[process.execPath, command, ...args],
  ]);
  const child = spawn(program, argv, {
    ...options,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const closed = once(child, "close");
  await during?.(child);
  const [code] = (await closed) as [number];
  return { code, stdout, stderr };
}
