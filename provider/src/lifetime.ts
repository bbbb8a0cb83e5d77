/**
 * The provider process ends with its engine. Pulumi ends it itself, but for an engine that was killed: the process would
 * stay for ever, with its connections.
 */
import { fstatSync } from "node:fs";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { isProviderProcess } from "./engine";

/** How long a change of the cluster may go on without its engine, in milliseconds. */
const longest = 60_000;

/** How long connections may take to close, in milliseconds. */
const closing = 3000;

/** Where the engine answers whose pipe has closed, it is asked again after so long, in milliseconds. */
const pause = 5000;

let changes = 0;
let onIdle: (() => void) | undefined;

/** Lets a change of the cluster come to its end, also where the engine has gone meanwhile. */
export async function toItsEnd<Result>(
  change: () => Promise<Result>,
): Promise<Result> {
  changes += 1;
  try {
    return await change();
  } finally {
    changes -= 1;
    if (changes === 0) onIdle?.();
  }
}

/**
 * Ends this process once its engine has gone, if it is one that the engine has started: changes under way come to their
 * ends first, as far as a minute serves; waits and proofs are given up, since nobody is left to be told.
 *
 * @param close closes the connections
 */
export function endWithEngine(close: () => Promise<void>): void {
  // The engine holds the other end of the standard input, and nothing ever comes of it.
  if (!isProviderProcess() || !isPipe(0)) return;
  const engine = process.argv[2]!;
  const { stdin } = process;
  stdin.on("error", () => undefined);
  stdin.once("close", () => void leave(engine, close));
  stdin.resume();
  (stdin as { unref?: () => void }).unref?.();
}

function isPipe(descriptor: number): boolean {
  try {
    const status = fstatSync(descriptor);
    return status.isFIFO() || status.isSocket();
  } catch {
    return false;
  }
}

async function leave(engine: string, close: () => Promise<void>) {
  while (await answers(engine)) await sleep(pause, undefined, { ref: false });
  // Nobody reads what is said from now on.
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", () => undefined);
  if (changes > 0)
    await Promise.race([
      new Promise<void>((resolve) => (onIdle = resolve)),
      sleep(longest),
    ]);
  await Promise.race([close().catch(() => undefined), sleep(closing)]);
  process.exit(0);
}

/** Whether somebody listens at an address such as "127.0.0.1:43347". */
function answers(address: string): Promise<boolean> {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  if (!host || !port) return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
  });
}
