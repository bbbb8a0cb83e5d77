import assert from "node:assert/strict";
import type { Connection } from "../../provider/src/connection";
import { PacemakerError, type ErrorKind } from "../../provider/src/errors";
import { BOUNDS, type Bounds } from "../../provider/src/ssh/bounds";

/** Bounds that let a test of a wait end soon. */
export const SHORT: Bounds = {
  ...BOUNDS,
  tcp: 3_000,
  ready: 5_000,
  dropped: [],
  noSession: [20, 20, 20],
  kill: 1_000,
  guard: 300,
  linger: 300,
};

/** No test may use this machine's own agent or known_hosts by accident. */
export function connectionTo(
  port: number,
  more: Partial<Connection> = {},
): Connection {
  return {
    hosts: ["127.0.0.1"],
    port,
    user: "root",
    knownHosts: "",
    agentSocketPath: undefined,
    ...more,
  };
}

/** Awaits a refusal of the given kind, and gives it. */
export async function refused(
  promise: Promise<unknown>,
  kind: ErrorKind,
): Promise<PacemakerError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(
      error instanceof PacemakerError,
      `not a PacemakerError: ${String((error as Error).stack)}`,
    );
    assert.equal(error.kind, kind, error.message);
    return error;
  }
  return assert.fail(`expected a refusal of kind ${kind}`);
}

/** Waits for a condition, at most two seconds. */
export async function until(
  what: string,
  condition: () => boolean,
): Promise<void> {
  const end = Date.now() + 2_000;
  while (!condition()) {
    if (Date.now() > end) assert.fail(`waited 2 s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

delete process.env.SSH_AUTH_SOCK;
