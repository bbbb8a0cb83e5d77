import test, { after } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  entryMatches,
  knownHostsName,
  parseKnownHosts,
} from "../../provider/src/ssh/knownHosts";
import { makeKey, scratch } from "./keys";

const key = makeKey().public;
const keys = [
  key,
  makeKey("rsa").public,
  makeKey("ecdsa").public,
  makeKey("ecdsa", "", ["-b", "521"]).public,
];
const folder = scratch();
after(() => folder.remove());

const hashed = (name: string): string => {
  const salt = randomBytes(20);
  const hash = createHmac("sha1", salt).update(name).digest("base64");
  return `|1|${salt.toString("base64")}|${hash}`;
};

/** The lines of a known_hosts text that are about a name, as ssh-keygen finds them. */
function foundBySsh(text: string, name: string): string[] {
  const file = join(folder.path, "known_hosts");
  writeFileSync(file, text);
  // Only with -l does it look at the keys.
  const { stdout } = spawnSync("ssh-keygen", ["-l", "-F", name, "-f", file], {
    encoding: "utf8",
  });
  return [
    ...stdout.matchAll(/^# Host .* found: line (\d+)(?: (CA|REVOKED))?/gm),
  ].map(([, line, marker]) => `${line} ${marker ?? ""}`.trim());
}

function foundByUs(text: string, name: string): string[] {
  const marks = { none: "", revoked: "REVOKED", "cert-authority": "CA" };
  return parseKnownHosts(text)
    .filter((entry) => entryMatches(entry.hosts, name))
    .map((entry) => `${entry.line} ${marks[entry.marker]}`.trim());
}

test("lines as they occur", () => {
  const text = [
    "# a comment",
    "",
    `node-01,192.0.2.11 ${key} a comment`,
    `  [node-01]:2222\t${key}`,
    `*.example.org,!bad.example.org ${key}`,
    `@revoked node-0? ${key}`,
    `@cert-authority * ${key}`,
    `@unknown node-01 ${key}`,
    `${hashed("node-01")} ${key}\r`,
    "node-01 ssh-ed25519 not-base64!",
    "node-01 ssh-ed25519",
    `node-01 ${key.replace("ssh-ed25519", "ssh-rsa")}`,
  ].join("\n");
  assert.deepEqual(foundByUs(text, "node-01"), ["3", "6 REVOKED", "7 CA", "9"]);
  assert.deepEqual(foundByUs(text, "[node-01]:2222"), ["4", "7 CA"]);
  assert.deepEqual(foundByUs(text, "good.example.org"), ["5", "7 CA"]);
  assert.deepEqual(foundByUs(text, "bad.example.org"), ["7 CA"]);
});

test("a name has its port when that is not 22", () => {
  assert.equal(knownHostsName("Node-01", 22), "node-01");
  assert.equal(knownHostsName("2001:DB8::1", 22), "2001:db8::1");
  assert.equal(knownHostsName("2001:db8::1", 2222), "[2001:db8::1]:2222");
});

/**
 * The wanted difference: OpenSSH ends a marker at the first space of the line, so that with a tab after the marker it
 * skips the line, and a key that somebody has revoked passes.
 */
const withSpaces = (text: string) => text.replace(/^(\s*@\S+)\t/gm, "$1 ");

test("a tab after a marker is a blank like any other", () => {
  const text = `@revoked\ta ${key}\n`;
  assert.deepEqual(foundByUs(text, "a"), ["1 REVOKED"]);
  assert.deepEqual(foundBySsh(text, "a"), []);
  assert.deepEqual(foundBySsh(withSpaces(text), "a"), ["1 REVOKED"]);
});

test("the same lines as ssh-keygen -F, for all files", () => {
  const label = fc.constantFrom("a", "b", "ab", "a-1", "1", "A", "aB");
  const host = fc
    .array(label, { minLength: 1, maxLength: 3 })
    .map((labels) => labels.join("."));
  const name = fc.oneof(
    host,
    host.map((text) => `[${text}]:2222`),
    fc.constantFrom("192.0.2.1", "2001:db8::1", "[2001:db8::1]:2222"),
  );
  const pattern = fc
    .tuple(
      fc.constantFrom("", "", "!"),
      name,
      fc.nat(30),
      fc.nat(30),
      fc.constantFrom("*", "?", "**", "*?"),
    )
    .map(([negation, text, from, length, glob]) => {
      const start = from % (text.length + 1);
      const wild = length % 3 === 0;
      return (
        negation +
        (wild
          ? text.slice(0, start) + glob + text.slice(start + (length % 4))
          : text)
      );
    });
  const hosts = fc.oneof(
    {
      weight: 3,
      arbitrary: fc
        .array(pattern, { minLength: 1, maxLength: 4 })
        .map((list) => list.join(",")),
    },
    { weight: 1, arbitrary: name.map((text) => hashed(text.toLowerCase())) },
    {
      weight: 1,
      arbitrary: fc.constantFrom("|1|", "|1|YQ==|YQ==", "|2|a|b", "*"),
    },
  );
  const line = fc
    .tuple(
      fc.constantFrom(
        ...["", "", "", "@revoked ", "@cert-authority "],
        ...["@revoked\t", "@revoked  ", " ", "\t"],
      ),
      hosts,
      fc.constantFrom(" ", " ", "\t", "  "),
      fc.constantFrom(...keys),
      fc.constantFrom("", "", " a comment", " ", "\t", "\r", " \r"),
    )
    .map((parts) => parts.join(""));
  const [type = "", base64 = ""] = key.split(" ");
  const malformed = fc.constantFrom(
    ...["", "# x", "a", "a ssh-ed25519", "@revoked", "@revoked a", "@other a"],
    ...[`@other a ${key}`, `@revokeda ${key}`, `\u00a0a ${key}`, `\fa ${key}`],
    ...[`a ${type}`, `a ${base64}`, `a ${type} ${base64.slice(0, -4)}`],
    ...[`a ssh-rsa ${base64}`, `a ${type} ${base64.slice(0, -1)}`],
    ...[`a ${type} ${base64}AAAA`, `a ssh-nothing ${base64}`],
  );
  const file = fc.array(
    fc.oneof(
      { weight: 6, arbitrary: line },
      { weight: 2, arbitrary: malformed },
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(file, name, (lines, wanted) => {
      const text = lines.join("\n") + "\n";
      // ssh looks for names in lower case; ssh-keygen does so for what it is given, too.
      assert.deepEqual(
        foundByUs(text, wanted.toLowerCase()),
        foundBySsh(withSpaces(text), wanted.toLowerCase()),
      );
    }),
    { numRuns: 150 },
  );
});

test("no text makes the parser fail", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string(), (text, name) => {
      for (const entry of parseKnownHosts(text))
        entryMatches(entry.hosts, name);
    }),
  );
});
