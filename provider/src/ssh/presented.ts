import { PacemakerError } from "../errors";
import { BOUNDS, type Bounds } from "./bounds";
import { login } from "./client";
import type { Endpoint } from "./endpoint";
import { algorithmsFor, fingerprint, keyLine, keyType } from "./hostKey";
import { tcpWire } from "./wire";

/** The key that a host presents: nothing but what it says of itself. */
export interface PresentedKey {
  readonly type: string;
  /** "ssh-ed25519 AAAA...", as `hostKeys` takes it. */
  readonly line: string;
  readonly fingerprint: string;
}

/**
 * Asks a host for its key, of the type that a login would prefer. The connection ends within the key exchange: no user
 * name and no identity is sent.
 *
 * @throws PacemakerError of kind connect or configuration.
 */
export async function presentedKey(
  endpoint: Endpoint,
  bounds: Bounds = BOUNDS,
): Promise<PresentedKey> {
  let presented: Buffer | undefined;
  // Every key is refused, so that the login goes no further.
  const seen = new PacemakerError("trust", "the key has been seen");
  const verify = (key: Buffer): PacemakerError => {
    presented = key;
    return seen;
  };
  const wire = await tcpWire(endpoint, bounds);
  try {
    const algorithms = algorithmsFor([]);
    await login(wire, endpoint, {}, { algorithms, verify }, bounds);
  } catch (error) {
    if (error !== seen) throw error;
  }
  const type = presented && keyType(presented);
  if (!presented || !type)
    throw new PacemakerError(
      "configuration",
      `${endpoint.label}: the host presented no key that can be read.`,
      endpoint.host,
    );
  return {
    type,
    line: keyLine({ type, blob: presented }),
    fingerprint: fingerprint(presented),
  };
}
