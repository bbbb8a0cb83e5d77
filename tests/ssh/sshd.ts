import { spawn, type ChildProcess } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { createServer, connect, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { makeKey, scratch, type KeyPair } from "./keys";

/** A real OpenSSH server on loopback, this test's own. */
export interface Sshd {
  port: number;
  user: string;
  hostKey: KeyPair;
  /** What it has logged. */
  log(): string;
  stop(): Promise<void>;
}

const PROGRAM = "/usr/sbin/sshd";

export async function startSshd(options: {
  authorized: string[];
  hostKey?: KeyPair;
  config?: string[];
}): Promise<Sshd> {
  if (!existsSync(PROGRAM)) {
    throw new Error(
      `${PROGRAM} is missing: these tests need OpenSSH's server (apt-get install openssh-server, dnf install openssh-server)`,
    );
  }
  // Where root runs it, it insists on this empty folder.
  if (process.getuid?.() === 0)
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const folder = scratch();
  const hostKey = options.hostKey ?? makeKey();
  const file = (name: string) => join(folder.path, name);
  writeFileSync(file("host_key"), hostKey.private, { mode: 0o600 });
  writeFileSync(file("authorized_keys"), options.authorized.join("\n") + "\n", {
    mode: 0o644,
  });
  // A user other than root must be able to read its keys.
  chmodSync(folder.path, 0o755);
  const port = await freePort();
  writeFileSync(
    file("config"),
    [
      ...(options.config ?? []),
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${file("host_key")}`,
      `AuthorizedKeysFile ${file("authorized_keys")}`,
      "StrictModes no",
      "UsePAM no",
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PidFile none",
      "LogLevel VERBOSE",
      "",
    ].join("\n"),
  );
  const child = spawn(PROGRAM, ["-D", "-e", "-f", file("config")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Also when a test breaks off without its `stop`.
  const kill = () => child.kill();
  process.once("exit", kill);
  let log = "";
  child.stderr.on("data", (chunk) => (log += chunk));
  try {
    await untilListening(port, child, () => log);
  } catch (error) {
    child.kill();
    folder.remove();
    throw error;
  }
  return {
    port,
    user: userInfo().username,
    hostKey,
    log: () => log,
    async stop() {
      if (child.exitCode === null) {
        const ended = new Promise((resolve) => child.once("exit", resolve));
        child.kill();
        await ended;
      }
      process.removeListener("exit", kill);
      folder.remove();
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(
  port: number,
  child: ChildProcess,
  log: () => string,
): Promise<void> {
  const end = Date.now() + 5_000;
  while (Date.now() < end) {
    if (child.exitCode !== null) break;
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`sshd does not listen on port ${port}: ${log()}`);
}
