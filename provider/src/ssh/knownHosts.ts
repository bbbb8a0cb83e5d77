import { createHmac } from "node:crypto";
import { parseKey, type HostKey } from "./hostKey";

/** A line of a known_hosts file (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). */
export interface KnownHost {
  /** The line's number, from 1. */
  line: number;
  marker: "none" | "revoked" | "cert-authority";
  /** The first field as written: patterns separated by commas, or one hashed name. */
  hosts: string;
  key: HostKey;
}

/** The entries of a known_hosts text. Lines that ssh would skip are skipped. */
export function parseKnownHosts(text: string): KnownHost[] {
  return text.split("\n").flatMap((line, index) => {
    const entry = parseLine(line, index + 1);
    return entry ? [entry] : [];
  });
}

function parseLine(text: string, line: number): KnownHost | undefined {
  // Blanks as ssh knows them; any other character belongs to a name.
  const words = text.replace(/^[ \t]+|[ \t\r]+$/g, "").split(/[ \t]+/);
  if (words[0] === "" || words[0]?.startsWith("#")) return undefined;
  let marker: KnownHost["marker"] = "none";
  if (words[0]?.startsWith("@")) {
    if (words[0] === "@revoked") marker = "revoked";
    else if (words[0] === "@cert-authority") marker = "cert-authority";
    else return undefined;
    words.shift();
  }
  const [hosts, type, base64] = words;
  if (hosts === undefined || type === undefined || base64 === undefined)
    return undefined;
  const key = parseKey(type, base64);
  return key && { line, marker, hosts, key };
}

/** The name under which known_hosts files list a host. */
export function knownHostsName(host: string, port: number): string {
  const name = host.toLowerCase();
  return port === 22 ? name : `[${name}]:${port}`;
}

/** Whether an entry is about the host of this name (see knownHostsName). */
export function entryMatches(hosts: string, name: string): boolean {
  return hosts.startsWith("|")
    ? hashMatches(hosts, name)
    : patternsMatch(hosts, name);
}

function hashMatches(field: string, name: string): boolean {
  const [empty, magic, salt, hash, rest] = field.split("|");
  if (empty !== "" || magic !== "1" || !salt || !hash || rest !== undefined)
    return false;
  const key = Buffer.from(salt, "base64");
  if (key.length !== 20) return false;
  return createHmac("sha1", key)
    .update(name)
    .digest()
    .equals(Buffer.from(hash, "base64"));
}

/** ssh's pattern list: some pattern must match, and no negated one. */
function patternsMatch(list: string, name: string): boolean {
  let matched = false;
  for (const pattern of list.toLowerCase().split(",")) {
    const negated = pattern.startsWith("!");
    if (!globMatches(negated ? pattern.slice(1) : pattern, name)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

/** `*` is any run of characters, `?` is any one; linear in time for every pattern. */
function globMatches(pattern: string, text: string): boolean {
  let p = 0;
  let t = 0;
  let star = -1;
  let mark = 0;
  while (t < text.length) {
    if (pattern[p] === "*") {
      star = p++;
      mark = t;
    } else if (
      p < pattern.length &&
      (pattern[p] === "?" || pattern[p] === text[t])
    ) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[p] === "*") p++;
  return p === pattern.length;
}
