import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Connection } from "../connection";
import { PacemakerError } from "../errors";
import {
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

/** Collects what is known of a host; reads the usual files when the connection brings no known_hosts text. */
export function loadTrust(
  connection: Connection,
  endpoint: Endpoint,
  files: readonly string[] = usualFiles(),
): Trust {
  const texts =
    connection.knownHosts === undefined
      ? files.map((file) => ({
          source: file,
          text: readKnownHosts(file, endpoint),
        }))
      : [{ source: "knownHosts", text: connection.knownHosts }];
  const name = knownHostsName(endpoint.host, endpoint.port);
  return {
    pins: pinsOf(connection, endpoint.host),
    known: texts.flatMap(({ source, text }) =>
      parseKnownHosts(text)
        .filter((entry) => entryMatches(entry.hosts, name))
        .map((entry) => ({ ...entry, source })),
    ),
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

/** A file's text; "" when there is no such file. What exists and cannot be read must not pass as "nothing known". */
function readKnownHosts(file: string, endpoint: Endpoint): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? String(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw new PacemakerError(
      "configuration",
      `${endpoint.label}: cannot verify the host key, because ${file} cannot be read (${code}). ` +
        "Make it readable, or set `knownHosts` or `hostKeys` in the connection.",
      endpoint.host,
    );
  }
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
  /** The types of key to ask the host for, before all others. */
  readonly types: readonly string[];
  /** The refusal, where the key is not accepted. */
  verify(presented: Buffer): "accepted" | PacemakerError;
}

/** Verifies by what is known of the host; warns where the user turned that off. */
export function verifierOf(
  trust: Trust,
  endpoint: Endpoint,
  warn: (text: string) => void,
): Verifier {
  return {
    types: knownTypes(trust),
    verify(presented) {
      const verdict = judge(trust, presented);
      if (!verdict.accepted) return refusal(endpoint, verdict, presented);
      if (verdict.insecure)
        warn(
          `${endpoint.label}: the host key is not verified (insecureIgnoreHostKey).`,
        );
      return "accepted";
    },
  };
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
          (verdict.otherTypes.length > 0
            ? ""
            : ", or the pinned fingerprint is of another of its keys") +
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
