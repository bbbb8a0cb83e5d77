import { createHash } from "node:crypto";

/** A host's public key as ssh sends it, and its type: the first field inside. */
export interface HostKey {
  type: string;
  blob: Buffer;
}

/** What a user may pin: the whole key, or its SHA-256 fingerprint. */
export type Pin = { key: HostKey } | { fingerprint: string };

/** The key types that ssh2 can verify, with the signature algorithms of each, in its order of preference. */
const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"],
};

/**
 * The host key algorithms to offer: those of the known keys first, so that the node presents a key that can be
 * compared; the others after them, so that a replaced key is reported as such and not as "no common algorithm".
 *
 * @param without types that the host shall not present
 */
export function algorithmsFor(
  knownTypes: readonly string[],
  without: readonly string[] = [],
): string[] {
  const types = Object.keys(ALGORITHMS).filter(
    (type) => !without.includes(type),
  );
  const known = types.filter((type) => knownTypes.includes(type));
  const others = types.filter((type) => !knownTypes.includes(type));
  return [...known, ...others].flatMap((type) => ALGORITHMS[type] ?? []);
}

/** The fingerprint as `ssh-keygen -l` prints it. */
export function fingerprint(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

/** The type that a key blob says it is of, or undefined when it is not a key. */
export function keyType(blob: Buffer): string | undefined {
  if (blob.length < 4) return undefined;
  const length = blob.readUInt32BE(0);
  if (length === 0 || length > 64 || blob.length < 4 + length) return undefined;
  return blob.toString("latin1", 4, 4 + length);
}

/** How many fields a key of a type has; sshd's other types have two at least. */
const FIELDS: Readonly<Record<string, number>> = {
  "ssh-ed25519": 2,
  "ecdsa-sha2-nistp256": 3,
  "ecdsa-sha2-nistp384": 3,
  "ecdsa-sha2-nistp521": 3,
  "ssh-rsa": 3,
  "ssh-dss": 5,
};

/** Whether a key blob is whole: fields of which each says its length, the last one ending where the blob does. */
function isWhole(type: string, blob: Buffer): boolean {
  let at = 0;
  let fields = 0;
  while (at + 4 <= blob.length) {
    at += 4 + blob.readUInt32BE(at);
    fields++;
  }
  const wanted = FIELDS[type];
  return (
    at === blob.length &&
    (wanted === undefined ? fields >= 2 : fields === wanted)
  );
}

/** A key from its type and base64 text; undefined when the two do not fit, or when the key was cut off. */
export function parseKey(type: string, base64: string): HostKey | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64) || base64.length % 4 !== 0)
    return undefined;
  const blob = Buffer.from(base64, "base64");
  return keyType(blob) === type && isWhole(type, blob)
    ? { type, blob }
    : undefined;
}

/** The key as a line of a `.pub` file, without comment. */
export function keyLine(key: HostKey): string {
  return `${key.type} ${key.blob.toString("base64")}`;
}

/** Reads what a user pins; the reason in words when it cannot be read. */
export function parsePin(text: string): Pin | { problem: string } {
  const words = text.trim().split(/\s+/);
  const [first = "", second] = words;
  if (/^SHA256:/i.test(first)) {
    return words.length === 1 && /^SHA256:[A-Za-z0-9+/]{43}=?$/.test(first)
      ? { fingerprint: first.replace(/=$/, "") }
      : {
          problem:
            'a fingerprint is "SHA256:" and 43 characters, as `ssh-keygen -lf` prints it',
        };
  }
  if (/^(MD5:)?([0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(first)) {
    return {
      problem:
        "an MD5 fingerprint proves too little; give the SHA256 one, or the key line",
    };
  }
  if (first.startsWith("-----BEGIN")) {
    return {
      problem:
        'this is no public key line such as "ssh-ed25519 AAAA..."; a private key does not belong here',
    };
  }
  if (!(first in ALGORITHMS)) {
    return second !== undefined && second in ALGORITHMS
      ? {
          problem:
            'give the key line without the host in front: "ssh-ed25519 AAAA..."',
        }
      : {
          problem:
            'must be a public key line such as "ssh-ed25519 AAAA..." or a fingerprint such as "SHA256:..."',
        };
  }
  const key = second === undefined ? undefined : parseKey(first, second);
  return key
    ? { key }
    : { problem: `the text after ${first} is not a whole key of that type` };
}

/** Whether the presented key is the pinned one. */
export function pinMatches(pin: Pin, presented: Buffer): boolean {
  return "key" in pin
    ? pin.key.blob.equals(presented)
    : pin.fingerprint === fingerprint(presented);
}
