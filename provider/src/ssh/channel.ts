import { constants } from "node:os";
import type { ClientChannel } from "ssh2";
import { OUTPUT_LIMIT, type Bounds } from "./bounds";
import type { Client } from "./client";
import type { SshError } from "./failures";

/** What became of a command line that was given to a node. */
export type Outcome =
  | {
      state: "ended";
      code: number;
      stdout: string;
      stderr: string;
      elapsed: number;
    }
  /** The connection had closed before anything was sent. */
  | { state: "not-sent" }
  /** The node has no free session; nothing ran. */
  | { state: "no-session"; why: string }
  /** The node does not run commands for this login; nothing ran. */
  | { state: "refused"; why: string }
  /** Sent, and then no word of how it ended. */
  | { state: "lost" }
  /** Sent, and not ended when it was to be. */
  | { state: "overdue" }
  /** Sent, and stopped because of its output. */
  | { state: "flood" };

/** Runs one command line, bounded by `limit` milliseconds on this side. It never rejects. */
export function runLine(
  client: Client,
  line: string,
  stdin: string | undefined,
  limit: number,
  bounds: Bounds,
): Promise<Outcome> {
  return new Promise((resolve) => {
    // Opening a channel takes a round trip; where even that gets no answer, nothing has been sent yet.
    let channel: ClientChannel | undefined;
    let settled = false;
    const settle = (outcome: Outcome) => {
      if (settled) return;
      settled = true;
      clearTimeout(guard);
      resolve(outcome);
    };
    const guard = setTimeout(() => {
      settle({ state: "overdue" });
      if (channel) abandon(channel);
    }, limit);
    try {
      client.ssh.exec(line, (error, opened) => {
        if (error) return settle(openFailure(error, client.closed));
        channel = opened;
        if (settled) return abandon(opened);
        follow(opened, stdin, bounds, settle);
      });
    } catch {
      // ssh2 throws when the connection is closed already.
      settle({ state: "not-sent" });
    }
  });
}

/** What an error from opening a channel means. */
export function openFailure(error: SshError, closed: boolean): Outcome {
  // 2 is what sshd gives for MaxSessions, 4 is "resource shortage".
  if (error.reason === 2 || error.reason === 4)
    return { state: "no-session", why: error.message };
  if (typeof error.reason === "number")
    return { state: "refused", why: error.message };
  // The command itself was sent when ssh2 says this; it says so too when the connection breaks before the reply.
  if (error.message === "Unable to exec") {
    return closed
      ? { state: "lost" }
      : { state: "refused", why: "the request to run a command was refused" };
  }
  return { state: "not-sent" };
}

/** Collects a running command's output and its end. */
function follow(
  channel: ClientChannel,
  stdin: string | undefined,
  bounds: Bounds,
  settle: (outcome: Outcome) => void,
): void {
  const started = performance.now();
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  let exit: { code: number; elapsed: number } | undefined;
  let linger: NodeJS.Timeout | undefined;
  let flooded = false;

  const finish = () => {
    clearTimeout(linger);
    settle(
      exit
        ? { state: "ended", ...exit, stdout: text(out), stderr: text(err) }
        : { state: "lost" },
    );
  };
  const collect = (chunks: Buffer[]) => {
    let size = 0;
    return (chunk: Buffer) => {
      size += chunk.length;
      if (size <= OUTPUT_LIMIT) {
        chunks.push(chunk);
      } else if (!flooded) {
        flooded = true;
        clearTimeout(linger);
        settle({ state: "flood" });
        abandon(channel);
      }
    };
  };
  // Errors on a channel come with its close, which says all that there is to say.
  channel.on("error", () => {});
  channel.stderr.on("error", () => {});
  channel.on("data", collect(out));
  channel.stderr.on("data", collect(err));
  channel.on("exit", (code: number | null, signal?: string) => {
    exit = {
      code: code ?? 128 + signalNumber(signal),
      elapsed: performance.now() - started,
    };
    // A process left behind may hold the output open for ever; the command itself has ended.
    linger = setTimeout(() => {
      finish();
      abandon(channel);
    }, bounds.linger).unref();
  });
  channel.on("close", () => {
    if (channel.stderr.readableEnded || channel.stderr.destroyed) finish();
    else channel.stderr.once("end", finish);
  });
  channel.end(stdin ?? "");
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

/** "SIGTERM" -> 15; 0 for a signal that this system does not know. */
export function signalNumber(signal: string | undefined): number {
  return (
    (constants.signals as Record<string, number | undefined>)[signal ?? ""] ?? 0
  );
}

/** Gives up on a command. Closing the channel leaves it running on the node, hence the signal. */
function abandon(channel: ClientChannel): void {
  channel.on("error", () => {});
  try {
    channel.signal("TERM");
    channel.close();
  } catch {
    // Closed already.
  }
}
