import { CHANNELS } from "./bounds";
import type { Client } from "./client";
import type { Login, Way } from "./command";

/** The pooled connection turned out closed, or hangs; the command was not sent. */
export class NotSentError extends Error {}

/** A pooled connection: a client with its turns, and what was found out about its login. */
export interface Link {
  readonly client: Client;
  /** Whether new commands must go elsewhere. */
  retired(): boolean;
  /** Sends no further command this way, and closes it after those that are under way. */
  retire(): void;
  /**
   * Runs a task in turn: a few at once, the others wait. Holds the process alive meanwhile.
   *
   * @throws NotSentError when the turn comes after the link was retired.
   */
  inTurn<T>(task: () => Promise<T>): Promise<T>;
  /** Who the login user is; asked once. */
  login?: Promise<Login>;
  /** How sudo is used there, once it has refused to keep a bound. */
  sudo?: Way;
}

export function linkOn(client: Client): Link {
  let running = 0;
  let retired = false;
  const waiting: (() => void)[] = [];
  const closeWhenIdle = () => {
    if (retired && running === 0 && waiting.length === 0 && !client.closed)
      void client.end();
  };
  return {
    client,
    retired: () => retired || client.closed,
    retire() {
      retired = true;
      closeWhenIdle();
    },
    async inTurn(task) {
      client.ref();
      // A turn that ends is handed over; so the count is right at every moment.
      if (running >= CHANNELS)
        await new Promise<void>((resolve) => waiting.push(resolve));
      else running++;
      try {
        if (retired || client.closed) throw new NotSentError();
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running--;
        client.unref();
        closeWhenIdle();
      }
    },
  };
}
