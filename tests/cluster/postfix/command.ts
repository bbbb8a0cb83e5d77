/** Our own command, as an operator runs it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inNamespace, type Lab } from "../../../lab";

const command = join(__dirname, "../../../provider/bin/pulumi-pacemaker.js");

/** Runs our command in the lab's network. @param during is given its process once it runs */
export async function ours(
  lab: Lab,
  args: readonly string[],
  during?: (child: ReturnType<typeof spawn>) => Promise<void>,
) {
  const [program = "", ...argv] = inNamespace(lab.namespace, [
    ...[process.execPath, command, ...args],
    ...lab.hosts.flatMap((host) => ["--host", host]),
    ...["--identity", lab.privateKeyPath, "--known-hosts", lab.knownHostsPath],
  ]);
  const child = spawn(program, argv, { stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text));
  const closed = once(child, "close");
  await during?.(child);
  const [code] = (await closed) as [number];
  return { code, stdout, stderr };
}
