/** A client that connects to an address all the time, holds one session open, and may send mail. */
import { connect, type Socket } from "node:net";
import type { Probe } from "../../drill/outage";

/** How often it connects, and how long an attempt may take, in milliseconds. */
const every = 20;
const patience = 2000;

/**
 * How long a session lasts that is held, in milliseconds. Where Postfix's master is killed, the smtpd of a session goes on with it,
 * and systemd takes the service for active as long: a session without an end would put off what is measured.
 */
const sessionMs = 3000;

export interface SentMail {
  readonly messageId: string;
  /** The name of the message in the server's queue, where it was accepted. */
  readonly queueId?: string;
  readonly outcome: "accepted" | "refused" | "unanswered";
}

export interface ClientOptions {
  readonly ip: string;
  readonly port: number;
  /** Whether a greeting is waited for; else a connection is enough. */
  readonly greets: boolean;
  readonly mail?: {
    readonly to: string;
    readonly from: string;
    readonly count: number;
    /** Between two messages, in milliseconds. */
    readonly every: number;
  };
}

export interface Client {
  readonly probes: readonly Probe[];
  readonly mails: readonly SentMail[];
  resets(): number;
  /** How often it was served since a moment, in milliseconds since the epoch. */
  served(since: number): number;
  stop(): Promise<void>;
}

export function startClient(options: ClientOptions, run: string): Client {
  const probes: Probe[] = [];
  const mails: SentMail[] = [];
  let resets = 0;
  let ended = false;
  const sockets = new Set<Socket>();
  const open = (): Socket => {
    const socket = connect(options.port, options.ip);
    sockets.add(socket);
    socket.setEncoding("utf8");
    socket.on("error", () => socket.destroy());
    socket.on("close", () => sockets.delete(socket));
    return socket;
  };
  const probe = (): void => {
    const began = Date.now();
    const socket = open();
    let isOver = false;
    const end = (ok: boolean): void => {
      if (isOver) return;
      isOver = true;
      probes.push({ began, ended: Date.now(), ok });
      if (ok) socket.end(options.greets ? "QUIT\r\n" : "");
      else socket.destroy();
    };
    socket.setTimeout(patience, () => end(false));
    if (options.greets)
      socket.on("data", (text: string) => {
        if (text.startsWith("220")) end(true);
      });
    else socket.on("connect", () => end(true));
    socket.on("close", () => end(false));
  };
  const hold = (): void => {
    if (ended) return;
    const socket = open();
    let isThere = false;
    let isLeaving = false;
    let isFollowed = false;
    let leave = setTimeout(() => {
      // The next one is there before this one goes.
      isFollowed = true;
      hold();
      leave = setTimeout(() => {
        isLeaving = true;
        socket.end("QUIT\r\n");
      }, 500);
    }, sessionMs);
    const talk = setInterval(() => {
      if (isThere && !isLeaving) socket.write("NOOP\r\n");
    }, 250);
    socket.setTimeout(patience, () => socket.destroy());
    socket.on("data", () => (isThere = true));
    socket.on("close", () => {
      clearInterval(talk);
      clearTimeout(leave);
      if (isThere && !isLeaving && !ended) resets += 1;
      if (!isFollowed && !ended) setTimeout(hold, 100);
    });
  };
  const looking = setInterval(probe, every);
  if (options.greets) hold();
  const sending = options.mail && sendAll(options, run, mails, () => ended);
  return {
    probes,
    mails,
    resets: () => resets,
    served: (since) =>
      probes.filter(({ ok, began }) => ok && began >= since).length,
    async stop() {
      ended = true;
      clearInterval(looking);
      await sending;
      for (const socket of sockets) socket.destroy();
    },
  };
}

async function sendAll(
  options: ClientOptions,
  run: string,
  mails: SentMail[],
  isEnded: () => boolean,
): Promise<void> {
  const mail = options.mail!;
  for (let index = 0; index < mail.count && !isEnded(); index++) {
    const messageId = `<${run}-${index}@drill.invalid>`;
    mails.push(await send(options, messageId));
    await new Promise((resolve) => setTimeout(resolve, mail.every));
  }
}

/** One message, in one session; nothing is sent twice. */
function send(options: ClientOptions, messageId: string): Promise<SentMail> {
  const mail = options.mail!;
  const steps = [
    "EHLO drill.invalid",
    `MAIL FROM:<${mail.from}>`,
    `RCPT TO:<${mail.to}>`,
    "DATA",
    [
      ...[`From: <${mail.from}>`, `To: <${mail.to}>`],
      ...["Subject: failover drill", `Message-ID: ${messageId}`],
      ...[`Date: ${new Date().toUTCString()}`, "", "A failover drill.", "."],
    ].join("\r\n"),
  ];
  return new Promise((resolve) => {
    const socket = connect(options.port, options.ip);
    let rest = "";
    let step = 0;
    let outcome: SentMail = { messageId, outcome: "unanswered" };
    socket.setEncoding("utf8");
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(outcome));
    socket.on("data", (text: string) => {
      const lines = (rest + text).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (/^\d{3}-/.test(line)) continue;
        if (/^[45]/.test(line)) outcome = { messageId, outcome: "refused" };
        if (/^[45]/.test(line) || step >= steps.length) {
          const [, queueId] = /queued as (\w+)/.exec(line) ?? [];
          if (/^2/.test(line))
            outcome = {
              ...{ messageId, outcome: "accepted" },
              ...(queueId === undefined ? {} : { queueId }),
            };
          socket.end("QUIT\r\n");
          return;
        }
        socket.write(`${steps[step]}\r\n`);
        step += 1;
      }
    });
  });
}
