import type { Connection } from "../connection";
import { PacemakerError, type ErrorKind } from "../errors";
import { BOUNDS, type Bounds } from "./bounds";
import { login, type Client } from "./client";
import { warnOnce } from "./debug";
import {
  endpointKey,
  endpointOf,
  passwordKey,
  type Endpoint,
} from "./endpoint";
import type { Host } from "./exec";
import { DroppedError } from "./failures";
import { AllFailedError, firstOf } from "./hedge";
import { algorithmsFor, keyType } from "./hostKey";
import { identityOf, type Identity } from "./identity";
import { linkOn, type Link } from "./link";
import { passwordRecord, type Password } from "./passwords";
import { execOn } from "./run";
import { loadTrust, mayHaveAnother, verifierOf, type Verifier } from "./trust";
import { jumpWire, SilentJumpError, tcpWire, type Wire } from "./wire";

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
  /** Set once connecting has failed, or the host has fallen silent. */
  failed?: { at: number; final: boolean };
}

/** Asking again could lock an account, or find the same wrong key: these stand for the process's life. */
const FINAL: readonly ErrorKind[] = ["auth", "trust"];

export function createPool(bounds: Bounds = BOUNDS): Pool {
  const entries = new Map<string, Entry>();
  const passwords = new Map<string, Password>();

  function acquire(connection: Connection, address: string): Promise<Link> {
    const key = endpointKey(connection, address);
    const present = entries.get(key);
    if (present && isUsable(present, connection, address)) return present.link;

    const entry: Entry = { link: connect(connection, address) };
    entries.set(key, entry);
    entry.link.then(
      (link) => {
        entry.open = link;
        link.client.onSilence = () => {
          // Behind a jump host it may be that one which is silent.
          if (!connection.proxy) fail(entry, silence(link));
        };
      },
      (error: unknown) => fail(entry, error),
    );
    return entry.link;
  }

  function fail(entry: Entry, error: unknown): void {
    const final = error instanceof PacemakerError && FINAL.includes(error.kind);
    entry.failed = { at: performance.now(), final };
    delete entry.open;
    entry.link = Promise.reject(error as Error);
    entry.link.catch(() => undefined);
  }

  function isUsable(
    entry: Entry,
    connection: Connection,
    address: string,
  ): boolean {
    if (!entry.failed) return !entry.open?.retired();
    if (entry.failed.final) return true;
    const stands = connection.hosts.some(
      (other) => other !== address && isOpen(connection, other),
    )
      ? bounds.failure
      : bounds.failureAlone;
    return performance.now() - entry.failed.at < stands;
  }

  function isOpen(connection: Connection, address: string): boolean {
    const open = entries.get(endpointKey(connection, address))?.open;
    return open !== undefined && !open.retired();
  }

  async function connect(
    connection: Connection,
    address: string,
  ): Promise<Link> {
    const endpoint = endpointOf(connection, address);
    const identity = identityOf(connection, endpoint);
    const trust = loadTrust(connection, endpoint);
    const seen: string[] = [];
    let refusal: PacemakerError | undefined;
    // Mostly one round: another one only where the node may have the right key besides the one that it presented.
    for (;;) {
      let presented: Buffer | undefined;
      const { algorithms, verify } = verifierOf(
        trust,
        endpoint,
        warnOnce,
        seen,
      );
      const watched = {
        algorithms,
        verify: (key: Buffer) => verify((presented = key)),
      };
      try {
        return await connectOnce(connection, endpoint, identity, watched);
      } catch (error) {
        if (!(error instanceof PacemakerError)) throw error;
        // It has none of the remaining types.
        if (refusal && error.kind === "configuration") throw refusal;
        const type = presented && keyType(presented);
        const isLast =
          !presented ||
          !type ||
          seen.includes(type) ||
          !mayHaveAnother(trust, presented) ||
          algorithmsFor([], [...seen, type]).length === 0;
        if (isLast) throw error.kind === "trust" ? (refusal ?? error) : error;
        refusal ??= error;
        seen.push(type);
      }
    }
  }

  async function connectOnce(
    connection: Connection,
    endpoint: Endpoint,
    identity: Identity,
    verifier: Verifier,
  ): Promise<Link> {
    for (let attempt = 0; ; attempt++) {
      try {
        const client = await login(
          await wireTo(connection, endpoint),
          endpoint,
          identity,
          verifier,
          bounds,
          passwordOf(connection),
        );
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

  function passwordOf(connection: Connection): Password {
    const key = passwordKey(connection);
    let found = passwords.get(key);
    if (!found) passwords.set(key, (found = passwordRecord(bounds.headStart)));
    return found;
  }

  /** The way to a host: through the first jump host that answers, where there are any. */
  async function wireTo(
    { proxy }: Connection,
    endpoint: Endpoint,
  ): Promise<Wire> {
    if (!proxy) return tcpWire(endpoint, bounds);
    for (let hosts = proxy.hosts; ;) {
      const jump = await acquireFirst(proxy, hosts);
      try {
        return await jumpWire(jump, endpoint, bounds, hosts.length > 1);
      } catch (error) {
        if (!(error instanceof SilentJumpError)) throw error;
        // Its keepalives say whether it is to be given up; meanwhile, it is left to those who are on it.
        hosts = hosts.filter((host) => host !== jump.endpoint.host);
      }
    }
  }

  /** The first jump host that answers. */
  async function acquireFirst(
    proxy: Connection,
    hosts: readonly string[],
  ): Promise<Client> {
    try {
      const link = await firstOf(
        hosts,
        bounds.headStart,
        (address) => acquire(proxy, address),
        (error) =>
          !(error instanceof PacemakerError && error.kind === "connect"),
      );
      return link.client;
    } catch (error) {
      if (error instanceof PacemakerError)
        throw new PacemakerError(
          error.kind,
          `jump host ${error.message}`,
          error.host,
        );
      if (!(error instanceof AllFailedError)) throw error;
      const problems = error.errors as PacemakerError[];
      const list = problems.map((problem) => problem.message).join("\n");
      throw new PacemakerError(
        "connect",
        `no jump host can be reached: ${list}`,
        problems[0]?.host,
      );
    }
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
    passwords.clear();
    const links = await Promise.all(
      all.map(({ link }) => link.catch(() => undefined)),
    );
    // The last opened first: what runs through a jump host closes before the jump host does.
    for (const link of links.reverse()) await link?.client.end();
  }

  return { openHost, closeAll };
}

/** What is remembered of a host that no longer answers. */
function silence({ client: { endpoint, cause = "" } }: Link): PacemakerError {
  return new PacemakerError(
    "connect",
    `${endpoint.label}: the connection was given up: ${cause}. Is the node up, and the network between?`,
    endpoint.host,
  );
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
