import { hostname } from "node:os";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import {
  answerSeconds,
  isWrapped,
  mostLines,
  wantsTls,
  type Dialogue,
  type Expectations,
} from "../../postfix/dialogue";

/** How long this machine tries to reach the address, in milliseconds: it may have no way there. */
const reachSeconds = 3;

type Found = { -readonly [Name in keyof Dialogue]: Dialogue[Name] } & {
  wire: string[];
};

/** A dialogue with the service from this machine. It throws nothing. */
export async function talkFromHere(
  address: string,
  expected: Expectations,
): Promise<Dialogue> {
  const found: Found = {
    ...{ isConnected: false, isEncrypted: false },
    ...{ wire: [], greeting: [], ehlo: [] },
  };
  let socket: Socket | undefined;
  try {
    socket = await reach(address, expected.port);
    found.isConnected = true;
    await talk(socket, expected, found);
  } catch (error) {
    found.error = (error as Error).message;
  } finally {
    socket?.destroy();
  }
  return found;
}

async function talk(
  plain: Socket,
  expected: Expectations,
  found: Found,
): Promise<void> {
  let socket: Socket = plain;
  let answers = repliesOf(socket, found);
  const encrypt = async (): Promise<void> => {
    const wrapped = await encrypted(socket);
    found.isEncrypted = true;
    found.certificate = wrapped.getPeerCertificate().raw?.toString("base64");
    socket = wrapped;
    answers = repliesOf(socket, found);
  };
  const ask = (text: string): Promise<string[]> => {
    found.wire.push(`> ${text}`);
    socket.write(`${text}\r\n`);
    return answers.next();
  };
  if (isWrapped(expected.port)) {
    answers.leave();
    await encrypt();
  }
  found.greeting = await answers.next();
  if (!found.greeting.at(-1)!.startsWith("220")) return;
  const hello = `EHLO ${hostname() || "localhost"}`;
  found.ehlo = await ask(hello);
  const offered = found.ehlo
    .slice(1)
    .map((line) => line.slice(4).split(" ")[0]!.toUpperCase());
  if (
    wantsTls(expected) &&
    !isWrapped(expected.port) &&
    offered.includes("STARTTLS")
  ) {
    const answer = await ask("STARTTLS");
    if (!answer.at(-1)!.startsWith("220")) throw new Error(answer.at(-1));
    answers.leave();
    await encrypt();
    found.ehlo = await ask(hello);
  }
  await ask("QUIT").catch(() => undefined);
}

function reach(address: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host: address, port });
    const late = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no connection within ${reachSeconds} s`));
    }, reachSeconds * 1000);
    socket.once("connect", () => {
      clearTimeout(late);
      resolve(socket);
    });
    socket.once("error", (error) => {
      clearTimeout(late);
      reject(error);
    });
  });
}

/** The certificate is judged by what the program expects of it, not by this machine's authorities. */
function encrypted(socket: Socket): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const wrapped = connectTls({ socket, rejectUnauthorized: false }, () => {
      resolve(wrapped);
    });
    wrapped.setTimeout(answerSeconds * 1000, () =>
      wrapped.destroy(new Error("timed out")),
    );
    wrapped.once("error", reject);
  });
}

interface Replies {
  /** The lines of the next answer. */
  readonly next: () => Promise<string[]>;
  /** Stops reading: what comes next on this socket is TLS. */
  readonly leave: () => void;
}

function repliesOf(socket: Socket, { wire }: Found): Replies {
  let text = "";
  let ended: Error | undefined;
  let wake: (() => void) | undefined;
  const onData = (data: Buffer): void => {
    text += data.toString();
    wake?.();
  };
  const end = (error: Error): void => {
    ended ??= error;
    wake?.();
  };
  socket.on("data", onData);
  socket.on("error", end);
  socket.on("close", () => end(new Error("the connection was closed")));
  socket.setTimeout(answerSeconds * 1000, () => end(new Error("timed out")));
  const line = async (): Promise<string> => {
    for (;;) {
      const [, found] = /^([^\n]*)\n/.exec(text) ?? [];
      if (found !== undefined) {
        text = text.slice(found.length + 1);
        return found.replace(/\r$/, "");
      }
      if (ended) throw ended;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };
  return {
    async next() {
      const answer: string[] = [];
      while (answer.length < mostLines) {
        answer.push(await line());
        wire.push(`< ${answer.at(-1)}`);
        if (answer.at(-1)![3] !== "-") return answer;
      }
      throw new Error("an answer without an end");
    },
    leave() {
      socket.off("data", onData);
      socket.pause();
    },
  };
}
