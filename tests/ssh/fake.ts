import { spawn } from "node:child_process";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import {
  Server,
  utils,
  type AuthContext,
  type Connection as ServerConnection,
  type ParsedKey,
  type ServerChannel,
  type ServerConfig,
} from "ssh2";
import { makeKey, type KeyPair } from "./keys";

/** A TCP server that a test can cut, and its port. */
export interface Listener {
  port: number;
  /** How many connections there have been. */
  count(): number;
  /** Cuts every open connection at once. */
  cut(): void;
  /** Stops reading, so that peers hear nothing more, and no close either. */
  freeze(): void;
  /** Reads again. */
  thaw(): void;
  stop(): Promise<void>;
}

export async function listen(
  onSocket: (socket: Socket) => void,
  host = "127.0.0.1",
  port = 0,
): Promise<Listener> {
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((socket) => {
    count++;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    onSocket(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const cut = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    port: (server.address() as AddressInfo).port,
    count: () => count,
    cut,
    freeze: () => sockets.forEach((socket) => socket.pause()),
    thaw: () => sockets.forEach((socket) => socket.resume()),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        cut();
      }),
  };
}

/** A listener that passes everything on to a port: to cut and to freeze what is not ours. */
export function relay(port: number): Promise<Listener> {
  return listen((socket) => {
    const onward = connect(port, "127.0.0.1");
    onward.setNoDelay(true);
    onward.on("error", () => socket.destroy());
    onward.on("close", () => socket.destroy());
    socket.on("close", () => onward.destroy());
    socket.pipe(onward).pipe(socket);
  });
}

export interface FakeOptions {
  hostKeys?: KeyPair[];
  /** Public key lines that may log in. */
  authorized?: string[];
  password?: string;
  /** The methods that the server names as possible. Default: those that are configured. */
  methods?: string[];
  /** Instead of the checks above. */
  onAuth?: (context: AuthContext, connection: ServerConnection) => void;
  /** Instead of running the command by a real sh. */
  onExec?: (
    command: string,
    accept: () => ServerChannel,
    reject: () => void,
  ) => void;
  /** Called for each session that is asked for; false refuses it, as sshd does beyond MaxSessions. */
  onSession?: () => boolean;
  /** Environment of the real commands, to put stand-ins for `sudo` and `id` in the PATH. */
  env?: NodeJS.ProcessEnv;
  /** Jump requests: go through unless false. */
  forward?: boolean;
  config?: Partial<ServerConfig>;
  host?: string;
  /** Default: any that is free. */
  port?: number;
}

export interface Fake extends Listener {
  hostKey: KeyPair;
  /** The attempts to log in, such as "publickey root". */
  attempts: string[];
  /** The command lines. */
  commands: string[];
}

let shared: KeyPair | undefined;
/** A host key for tests that do not care which. */
export const someHostKey = (): KeyPair => (shared ??= makeKey());

export async function startFake(options: FakeOptions = {}): Promise<Fake> {
  const hostKeys = options.hostKeys ?? [someHostKey()];
  const attempts: string[] = [];
  const commands: string[] = [];
  const methods =
    options.methods ??
    ([
      ...(options.authorized ? ["publickey"] : []),
      ...(options.password !== undefined ? ["password"] : []),
    ] as string[]);
  const keys = (options.authorized ?? []).map((line) => {
    const key = utils.parseKey(line);
    if (key instanceof Error) throw key;
    return key as ParsedKey;
  });

  const check = (context: AuthContext): boolean => {
    switch (context.method) {
      case "password":
        return context.password === options.password;
      case "publickey": {
        const key = keys.find((one) =>
          one.getPublicSSH().equals(context.key.data),
        );
        if (!key) return false;
        if (!context.signature || !context.blob) return true;
        return (
          key.verify(context.blob, context.signature, context.hashAlgo) === true
        );
      }
      default:
        return false;
    }
  };

  const server = new Server(
    { ...options.config, hostKeys: hostKeys.map((key) => key.private) },
    (connection) => {
      connection.on("error", () => {});
      connection.on("authentication", (context) => {
        if (context.method !== "publickey" || !context.signature) {
          attempts.push(`${context.method} ${context.username}`);
        }
        if (options.onAuth) return options.onAuth(context, connection);
        if (check(context)) context.accept();
        else context.reject(methods as never);
      });
      connection.on("tcpip", (accept, reject, info) => {
        if (options.forward === false) return reject();
        const onward = connect(info.destPort, info.destIP);
        onward.on("error", () => reject());
        onward.once("connect", () => {
          const channel = accept();
          channel.on("error", () => {});
          onward.removeAllListeners("error");
          onward.on("error", () => channel.close());
          onward.on("close", () => channel.close());
          channel.on("close", () => onward.destroy());
          channel.pipe(onward).pipe(channel);
        });
      });
      connection.on("session", (accept, reject) => {
        if (options.onSession && !options.onSession()) return reject();
        const session = accept();
        session.on("exec", (acceptExec, rejectExec, { command }) => {
          commands.push(command);
          if (options.onExec) options.onExec(command, acceptExec, rejectExec);
          else runReally(command, acceptExec(), options.env);
        });
      });
    },
  );
  const listener = await listen(
    (socket) => server.injectSocket(socket),
    options.host,
    options.port,
  );
  return { ...listener, hostKey: hostKeys[0] as KeyPair, attempts, commands };
}

/** What sshd does: the command line goes to a shell. */
function runReally(
  command: string,
  channel: ServerChannel,
  env?: NodeJS.ProcessEnv,
): void {
  const child = spawn("/bin/sh", ["-c", command], {
    env: { ...process.env, ...env },
  });
  channel.on("error", () => {});
  child.stdin.on("error", () => {});
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  // As sshd: the status when the process ends, the close when nobody holds its output any more.
  child.on("exit", (code, signal) => {
    if (signal) channel.exit(signal.replace(/^SIG/, ""), false, "");
    else channel.exit(code ?? 0);
  });
  child.on("close", () => channel.end());
  channel.on("close", () => {
    child.stdout.destroy();
    child.kill();
  });
}

/** Ends a command that the fake plays. */
export function answer(
  channel: ServerChannel,
  code: number,
  stdout = "",
  stderr = "",
): void {
  channel.resume();
  channel.stderr.write(stderr);
  channel.write(stdout);
  channel.exit(code);
  channel.end();
}
