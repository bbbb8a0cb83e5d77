import type { Connection } from "../connection";
import { PacemakerError, type ErrorKind } from "../errors";
import { BOUNDS, type Bounds } from "./bounds";
import { login, type Client } from "./client";
import { warnOnce } from "./debug";
import { endpointKey, endpointOf } from "./endpoint";
import type { Host } from "./exec";
import { DroppedError } from "./failures";
import { identityOf } from "./identity";
import { linkOn, type Link } from "./link";
import { execOn } from "./run";
import { loadTrust, verifierOf } from "./trust";
import { jumpWire, tcpWire } from "./wire";

export interface Pool {
  /** A node that answers over ssh; the connection to it is shared. */
  openHost(connection: Connection, address: string): Promise<Host>;
  /** Closes every connection, and forgets the failures. */
  closeAll(): Promise<void>;
}

interface Entry {
  link: Promise<Link>;
  /** Set once connected. */
  open?: Link;
  /** Set once connecting has failed: until when that stands. */
  failedUntil?: number;
}

/** Asking again could lock an account, or find the same wrong key: these stand for the process's life. */
const FINAL: readonly ErrorKind[] = ["auth", "trust"];

export function createPool(bounds: Bounds = BOUNDS): Pool {
  const entries = new Map<string, Entry>();

  function acquire(connection: Connection, address: string): Promise<Link> {
    const key = endpointKey(connection, address);
    const present = entries.get(key);
    const usable =
      present &&
      !(present.open && present.open.retired()) &&
      !(present.failedUntil !== undefined && present.failedUntil <= Date.now());
    if (usable) return present.link;

    const entry: Entry = { link: connect(connection, address) };
    entries.set(key, entry);
    entry.link.then(
      (link) => (entry.open = link),
      (error: unknown) => {
        const final =
          error instanceof PacemakerError && FINAL.includes(error.kind);
        entry.failedUntil = final ? Infinity : Date.now() + bounds.failure;
      },
    );
    return entry.link;
  }

  async function connect(
    connection: Connection,
    address: string,
  ): Promise<Link> {
    const endpoint = endpointOf(connection, address);
    const identity = identityOf(connection, endpoint);
    const verifier = verifierOf(
      loadTrust(connection, endpoint),
      endpoint,
      warnOnce,
    );
    for (let attempt = 0; ; attempt++) {
      try {
        const wire = connection.proxy
          ? await jumpWire(
              await acquireFirst(connection.proxy),
              endpoint,
              bounds,
            )
          : await tcpWire(endpoint, bounds);
        const client = await login(wire, endpoint, identity, verifier, bounds);
        client.unref();
        return linkOn(client);
      } catch (error) {
        const pause = bounds.dropped[attempt];
        if (!(error instanceof DroppedError) || pause === undefined)
          throw error;
        // Not all at the same time again.
        await sleep(pause * (0.5 + Math.random()));
      }
    }
  }

  /** The first jump host that answers. */
  async function acquireFirst(proxy: Connection): Promise<Client> {
    const problems: PacemakerError[] = [];
    for (const address of proxy.hosts) {
      try {
        return (await acquire(proxy, address)).client;
      } catch (error) {
        if (!(error instanceof PacemakerError)) throw error;
        if (error.kind !== "connect")
          throw new PacemakerError(
            error.kind,
            `jump host ${error.message}`,
            error.host,
          );
        problems.push(error);
      }
    }
    const list = problems.map((problem) => problem.message).join("\n");
    throw new PacemakerError(
      "connect",
      `no jump host can be reached: ${list}`,
      problems[0]?.host,
    );
  }

  async function openHost(
    connection: Connection,
    address: string,
  ): Promise<Host> {
    await acquire(connection, address);
    return {
      address,
      label: endpointOf(connection, address).label,
      exec: execOn(connection, () => acquire(connection, address), bounds),
    };
  }

  async function closeAll(): Promise<void> {
    const all = [...entries.values()];
    entries.clear();
    const links = await Promise.all(
      all.map(({ link }) => link.catch(() => undefined)),
    );
    // The last opened first: what runs through a jump host closes before the jump host does.
    for (const link of links.reverse()) await link?.client.end();
  }

  return { openHost, closeAll };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
