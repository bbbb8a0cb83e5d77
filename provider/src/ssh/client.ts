import {
  Client as Ssh,
  type AnyAuthMethod,
  type AuthHandlerMiddleware,
  type ConnectConfig,
} from "ssh2";
import type { PacemakerError } from "../errors";
import type { Bounds } from "./bounds";
import type { Endpoint } from "./endpoint";
import {
  earlyClose,
  loginFailure,
  stageTimeout,
  type SshError,
  type Stage,
} from "./failures";
import { loginSteps, type Identity, type LoginRecord } from "./identity";
import { passwordRecord, type Password } from "./passwords";
import type { Verifier } from "./trust";
import type { Wire } from "./wire";

/** A connection that is logged in. */
export interface Client {
  readonly endpoint: Endpoint;
  readonly ssh: Ssh;
  /** Whether it can carry no further command; it never opens again. */
  closed: boolean;
  /** Why it closed, in words, where that is known. */
  cause: string | undefined;
  /** When a byte last came from the other side, by performance.now(). */
  heard: number;
  /** Whether it was given up because nothing came any more: a new one to the same host would hang as well. */
  silent: boolean;
  /** Called once when it is given up so. */
  onSilence: (() => void) | undefined;
  /** Asks for a sign of life. */
  ping(): void;
  /** Closes it at once, as nothing comes any more. */
  giveUp(cause: string): void;
  /** Keeps the process alive until as many `unref`. A new client is held once. */
  ref(): void;
  unref(): void;
  /** Closes it in good order; resolves when it is closed. */
  end(): Promise<void>;
}

/** Verifies the host and logs in over a wire. The wire is destroyed when that fails. */
export function login(
  wire: Wire,
  endpoint: Endpoint,
  identity: Identity,
  verifier: Verifier,
  bounds: Bounds,
  password: Password = passwordRecord(0),
): Promise<Client> {
  return new Promise((resolve, reject) => {
    const ssh = new Ssh();
    const client = clientOn(ssh, wire, endpoint, bounds);
    const record: LoginRecord = { tried: [], allowed: [] };
    const steps = loginSteps(identity, endpoint, record, password);
    const notes: string[] = [];
    let stage: Stage = "banner";
    let said = "";
    let refused: PacemakerError | undefined;
    let settled = false;

    const fail = (error: PacemakerError) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      client.closed = true;
      // A server may cut off, or ask for another password, instead of a plain refusal.
      if (error.kind === "auth") steps.refused();
      else steps.undecided();
      reject(error);
      wire.stream.destroy();
      wire.unref();
    };
    const timer = setTimeout(
      () => fail(stageTimeout(endpoint, stage, bounds)),
      bounds.ready,
    );

    // This listener stays: ssh2 reports errors after it has settled, and more than one for a single cause.
    ssh.on("error", (error: SshError) => {
      client.cause ??= error.message;
      if (error.level === "agent" || /^Error signing/.test(error.message)) {
        notes.push(
          error.level === "agent"
            ? `the ssh agent: ${error.message}`
            : error.message,
        );
      } else {
        fail(
          refused ??
            loginFailure(endpoint, stage, error, { record, notes, said }),
        );
      }
    });
    // Some servers just close, without any error.
    ssh.on("close", () => fail(refused ?? earlyClose(endpoint, stage, said)));
    ssh.once("handshake", () => (stage = "authentication"));
    ssh.on("change password", () => {
      notes.push("the password has expired");
      fail(
        loginFailure(
          endpoint,
          stage,
          Object.assign(new Error(), { level: "client-authentication" }),
          { record, notes, said },
        ),
      );
    });
    ssh.once("ready", () => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      steps.accepted();
      startKeepalive(client, bounds);
      resolve(client);
    });

    const verify = (key: Buffer): boolean => {
      const verdict = verifier.verify(key);
      if (verdict !== "accepted") refused = verdict;
      // ssh2 accepts the key for every answer but exactly `false`.
      return verdict === "accepted";
    };

    const config: ConnectConfig = {
      sock: wire.stream as NonNullable<ConnectConfig["sock"]>,
      username: endpoint.user,
      hostVerifier: verify,
      algorithms: { serverHostKey: verifier.algorithms as never },
      // The types lack the answer `false` and the nulls of the first call.
      authHandler: ((
        methodsLeft: string[] | null,
        partialSuccess: boolean | null,
        answer: (method: AnyAuthMethod | false) => void,
      ) => {
        void steps.next(methodsLeft, partialSuccess).then((method) => {
          if (!settled) answer(method);
        });
      }) as unknown as AuthHandlerMiddleware,
      // Its timers would keep the process alive; the bounds are kept here.
      readyTimeout: 0,
      keepaliveInterval: 0,
    };
    try {
      ssh.connect(config);
    } catch (error) {
      fail(
        loginFailure(endpoint, stage, error as SshError, {
          record,
          notes,
          said,
        }),
      );
      return;
    }
    // After connect, which pauses the stream: so this listener takes no byte away from ssh2.
    wire.stream.on("data", (chunk: Buffer) => {
      client.heard = performance.now();
      if (stage !== "banner") return;
      said = (said + chunk.toString("latin1")).slice(0, 4096);
      if (/^SSH-/m.test(said)) stage = "key exchange";
    });
  });
}

function clientOn(
  ssh: Ssh,
  wire: Wire,
  endpoint: Endpoint,
  bounds: Bounds,
): Client {
  let held = 1;
  const closing = new Promise<void>((resolve) => {
    ssh.on("close", () => {
      client.closed = true;
      resolve();
    });
    ssh.on("end", () => (client.closed = true));
  });
  const client: Client = {
    endpoint,
    ssh,
    closed: false,
    cause: undefined,
    heard: performance.now(),
    silent: false,
    onSilence: undefined,
    ping() {
      try {
        // Changes nothing, and every server must answer: to give up a port forwarding that does not exist.
        ssh.unforwardIn("", 0, () => undefined);
      } catch {
        // Closed meanwhile; "close" follows.
      }
    },
    giveUp(cause) {
      if (client.closed) return;
      client.cause = cause;
      client.silent = true;
      client.closed = true;
      client.onSilence?.();
      wire.stream.destroy();
    },
    ref() {
      if (held++ === 0) wire.ref();
    },
    unref() {
      if (--held === 0) wire.unref();
    },
    async end() {
      client.closed = true;
      client.ref();
      ssh.end();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(() => {
          wire.stream.destroy();
          resolve();
        }, bounds.close);
      });
      await Promise.race([closing, late]);
      clearTimeout(timer);
      client.unref();
    },
  };
  return client;
}

/**
 * Asks the node for a sign of life, also while the connection is idle; any byte is one. ssh2's own keepalive would hold
 * the process alive.
 */
function startKeepalive(client: Client, bounds: Bounds): void {
  let unanswered = 0;
  let asked = performance.now();
  const timer = setInterval(() => {
    if (client.heard > asked) unanswered = 0;
    if (unanswered >= 3) {
      client.giveUp("three keepalives stayed without an answer");
      return;
    }
    // Of several without an answer, the first counts: what comes after it is a sign of life.
    if (unanswered === 0) asked = performance.now();
    unanswered++;
    client.ping();
  }, bounds.keepalive);
  timer.unref();
  client.ssh.once("close", () => clearInterval(timer));
}
