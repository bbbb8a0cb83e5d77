import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../connection";
import { PacemakerError } from "../errors";
import {
  algorithmsFor,
  fingerprint,
  keyLine,
  keyType,
  parsePin,
  pinMatches,
  type Pin,
} from "./hostKey";
import {
  entryMatches,
  knownHostsName,
  parseKnownHosts,
  type KnownHost,
} from "./knownHosts";
import type { Endpoint } from "./endpoint";

/** What is known of one host's keys before it presents one. */
export interface Trust {
  /** Pinned in `hostKeys`; where there are any, only these count. */
  pins: readonly Pin[];
  /** The known_hosts entries about this host, with the place of each. */
  known: readonly (KnownHost & { source: string })[];
  /** Files that could not be read, with the reason; only where there are pins, which do without them. */
  unread?: readonly string[];
  insecure: boolean;
}

export type Verdict =
  /** `insecure`: accepted only because the user turned the check off. */
  | { accepted: true; insecure: boolean }
  | {
      accepted: false;
      reason: "unknown" | "changed" | "revoked" | "pin-mismatch";
      /** Where the entry stands that speaks against the key. */
      at?: string;
      /** Keys of other types that are known for the host. */
      otherTypes: string[];
      /** Only a certificate authority is known for the host. */
      authority: boolean;
    };

const SYSTEM_FILES = ["/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"];

/** The known_hosts files that `ssh` reads, the user's first. */
function usualFiles(): string[] {
  return [
    join(homedir(), ".ssh", "known_hosts"),
    join(homedir(), ".ssh", "known_hosts2"),
    ...SYSTEM_FILES,
  ];
}

/**
 * Collects what is known of a host; reads the usual files when the connection brings no known_hosts text. A file that
 * cannot be read is an error, but for a host with pins: those say all that a file could, except that a key is revoked.
 */
export function loadTrust(
  connection: Connection,
  endpoint: Endpoint,
  files: readonly string[] = usualFiles(),
): Trust {
  const pins = pinsOf(connection, endpoint.host);
  const unread: string[] = [];
  const read = (file: string): string => {
    const found = readKnownHosts(file);
    if ("text" in found) return found.text;
    if (pins.length === 0) throw unreadable(file, found.code, endpoint);
    unread.push(`${file} (${found.code})`);
    return "";
  };
  const texts =
    connection.knownHosts === undefined
      ? files.map((file) => ({ source: file, text: read(file) }))
      : [{ source: "knownHosts", text: connection.knownHosts }];
  const name = knownHostsName(endpoint.host, endpoint.port);
  return {
    pins,
    known: texts.flatMap(({ source, text }) =>
      parseKnownHosts(text)
        .filter((entry) => entryMatches(entry.hosts, name))
        .map((entry) => ({ ...entry, source })),
    ),
    unread,
    insecure: connection.insecureIgnoreHostKey === true,
  };
}

function pinsOf(connection: Connection, host: string): Pin[] {
  const found = Object.entries(connection.hostKeys ?? {}).filter(
    ([key]) => key.toLowerCase() === host.toLowerCase(),
  );
  return found
    .flatMap(([, value]) => value)
    .map((text) => {
      const pin = parsePin(text);
      if ("problem" in pin) {
        throw new PacemakerError(
          "configuration",
          `connection.hostKeys["${host}"]: ${pin.problem}`,
          host,
        );
      }
      return pin;
    });
}

/** A file's text, "" when there is no such file; or why it cannot be read, which must not pass as "nothing known". */
function readKnownHosts(file: string): { text: string } | { code: string } {
  try {
    return { text: readFileSync(file, "utf8") };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    return code === "ENOENT" || code === "ENOTDIR" ? { text: "" } : { code };
  }
}

function unreadable(
  file: string,
  code: string,
  endpoint: Endpoint,
): PacemakerError {
  return new PacemakerError(
    "configuration",
    `${endpoint.label}: cannot verify the host key, because ${file} cannot be read (${code}). ` +
      "Make it readable, or set `knownHosts`, or this host's key in `hostKeys`, in the connection.",
    endpoint.host,
  );
}

/** The types of key that can be compared with something. */
export function knownTypes(trust: Trust): string[] {
  if (trust.pins.length > 0)
    return trust.pins.flatMap((pin) => ("key" in pin ? [pin.key.type] : []));
  return trust.known
    .filter((entry) => entry.marker === "none")
    .map((entry) => entry.key.type);
}

/** What a login asks about the key that the host presents. */
export interface Verifier {
  /** The host key algorithms to offer, the preferred first. */
  readonly algorithms: readonly string[];
  /** The refusal, where the key is not accepted. */
  verify(presented: Buffer): "accepted" | PacemakerError;
}

/**
 * Verifies by what is known of the host; warns where the user turned that off, and of files that could not be read.
 *
 * @param without types of key that the host shall not present: it has been seen that these are not the right ones
 */
export function verifierOf(
  trust: Trust,
  endpoint: Endpoint,
  warn: (text: string) => void,
  without: readonly string[] = [],
): Verifier {
  return {
    algorithms: algorithmsFor(knownTypes(trust), without),
    verify(presented) {
      const verdict = judge(trust, presented);
      if (!verdict.accepted) return refusal(endpoint, verdict, presented);
      if (verdict.insecure)
        warn(
          `${endpoint.label}: the host key is not verified (insecureIgnoreHostKey).`,
        );
      for (const file of trust.unread ?? [])
        warn(
          `${endpoint.label}: ${file} cannot be read. The host key is the pinned one; whether that file revokes it is not known.`,
        );
      return "accepted";
    },
  };
}

/**
 * Whether the host may have the right key besides the one that it presented: a fingerprint does not say of which type
 * its key is, so that this type could not be asked for.
 */
export function mayHaveAnother(trust: Trust, presented: Buffer): boolean {
  const verdict = judge(trust, presented);
  return (
    !verdict.accepted &&
    verdict.reason === "pin-mismatch" &&
    trust.pins.every((pin) => "fingerprint" in pin)
  );
}

/** Decides about a presented key. */
export function judge(trust: Trust, presented: Buffer): Verdict {
  const same = trust.known.filter((entry) => entry.key.blob.equals(presented));
  const refuse = (
    reason: "unknown" | "changed" | "revoked" | "pin-mismatch",
    at?: { source: string; line: number },
  ) =>
    ({
      accepted: false,
      reason,
      ...(at && { at: `${at.source} line ${at.line}` }),
      otherTypes: [...new Set(knownTypes(trust))].filter(
        (type) => type !== keyType(presented),
      ),
      authority: trust.known.some((entry) => entry.marker === "cert-authority"),
    }) as const;

  const revoked = same.find((entry) => entry.marker === "revoked");
  if (revoked) return refuse("revoked", revoked);
  if (trust.pins.length > 0) {
    return trust.pins.some((pin) => pinMatches(pin, presented))
      ? { accepted: true, insecure: false }
      : refuse("pin-mismatch");
  }
  if (same.some((entry) => entry.marker === "none"))
    return { accepted: true, insecure: false };
  if (trust.insecure) return { accepted: true, insecure: true };
  const changed = trust.known.find(
    (entry) => entry.marker === "none" && entry.key.type === keyType(presented),
  );
  return changed ? refuse("changed", changed) : refuse("unknown");
}

/** The command that shows the fingerprint of a node's own key of a type. */
export function showOnNode(type: string): string {
  const name = type.replace(/^ssh-/, "").replace(/^ecdsa-.*/, "ecdsa");
  return `ssh-keygen -lf /etc/ssh/ssh_host_${name}_key.pub`;
}

/** The refusal as a person needs it: what was presented, why that is no proof, and how to accept it. */
export function refusal(
  endpoint: Endpoint,
  verdict: Verdict & { accepted: false },
  presented: Buffer,
): PacemakerError {
  const type = keyType(presented) ?? "unknown type";
  const print = fingerprint(presented);
  const shown = `${type} ${print}`;
  const compare = `First compare it on the node's own console: \`${showOnNode(type)}\` must print ${print}.`;
  const pinLine = `hostKeys: { "${endpoint.host}": "${print}" }`;
  const knownLine = `${knownHostsName(endpoint.host, endpoint.port)} ${keyLine({ type, blob: presented })}`;
  return new PacemakerError(
    "trust",
    `${endpoint.label}: ${text()}`,
    endpoint.host,
  );

  function text(): string {
    const at = verdict.at ?? "";
    switch (verdict.reason) {
      case "revoked":
        return (
          `the host key is revoked (${at}): ${shown}. Nothing was sent. Whoever answers there holds a key that ` +
          "was withdrawn; give the node a new host key."
        );
      case "pin-mismatch":
        return (
          `the host key is not the pinned one: the node presents ${shown}. Nothing was sent. Either the node was ` +
          "reinstalled, or something else answers at this address" +
          `. ${compare} Then correct \`${pinLine}\` in the connection.`
        );
      case "changed":
        return (
          `the host key has changed: the node presents ${shown}, and ${at} holds another ${type} key. Nothing was ` +
          `sent. Either the node was reinstalled, or something else answers at this address. ${compare} Then ` +
          `replace that line by\n  ${knownLine}\nor pin the key in the connection:\n  ${pinLine}`
        );
      case "unknown":
        return (
          `the host key is unknown: ${shown}. Nothing was sent.` +
          (verdict.otherTypes.length > 0
            ? ` Only keys of other types are known (${verdict.otherTypes.join(", ")}).`
            : "") +
          (verdict.authority
            ? " A @cert-authority line does not help: host certificates are not supported."
            : "") +
          ` ${compare} Then pin it in the connection:\n  ${pinLine}\nor add it to known_hosts:\n  ${knownLine}`
        );
    }
  }
}
