import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connection } from "../../provider/src/connection";
import { endpointOf } from "../../provider/src/ssh/endpoint";
import {
  algorithmsFor,
  fingerprint,
  parseKey,
  parsePin,
} from "../../provider/src/ssh/hostKey";
import {
  judge,
  knownTypes,
  loadTrust,
  refusal,
  verifierOf,
  type Verdict,
} from "../../provider/src/ssh/trust";
import { makeKey, scratch, type KeyPair } from "./keys";
import { refused } from "./support";

const ed25519 = makeKey();
const other = makeKey();
const rsa = makeKey("rsa");
const address = "192.0.2.11";

const blob = (key: KeyPair): Buffer =>
  Buffer.from(key.public.split(" ")[1] ?? "", "base64");
const trustOf = (more: Partial<Connection>, files: string[] = []) => {
  const connection = { hosts: [address], ...more };
  return loadTrust(connection, endpointOf(connection, address), files);
};
const verdictOn = (key: KeyPair, more: Partial<Connection>): Verdict =>
  judge(trustOf({ knownHosts: "", ...more }), blob(key));
const reasonOf = (verdict: Verdict) =>
  verdict.accepted ? "accepted" : verdict.reason;

test("fingerprints are ssh-keygen's", () => {
  for (const key of [ed25519, rsa])
    assert.equal(fingerprint(blob(key)), key.fingerprint);
});

test("which keys are accepted", () => {
  const known = (key: KeyPair, marker = "") => ({
    knownHosts: `${marker}${address} ${key.public}\n`,
  });
  const pinned = (...pins: string[]) => ({ hostKeys: { [address]: pins } });
  const table: [string, Partial<Connection>, string][] = [
    ["nothing known", {}, "unknown"],
    ["pinned line", pinned(ed25519.public), "accepted"],
    [
      "pinned line with comment",
      pinned(`${ed25519.public} root@node-01`),
      "accepted",
    ],
    ["pinned fingerprint", pinned(ed25519.fingerprint), "accepted"],
    ["one of several", pinned(rsa.fingerprint, ed25519.public), "accepted"],
    ["another pinned", pinned(other.public), "pin-mismatch"],
    [
      "another pinned, this one known",
      { ...pinned(other.public), ...known(ed25519) },
      "pin-mismatch",
    ],
    [
      "another pinned, check off",
      { ...pinned(other.public), insecureIgnoreHostKey: true },
      "pin-mismatch",
    ],
    ["known", known(ed25519), "accepted"],
    ["another known", known(other), "changed"],
    ["another type known", known(rsa), "unknown"],
    [
      "both known",
      { knownHosts: known(other).knownHosts + known(ed25519).knownHosts },
      "accepted",
    ],
    ["revoked", known(ed25519, "@revoked "), "revoked"],
    [
      "revoked and pinned",
      { ...known(ed25519, "@revoked "), ...pinned(ed25519.public) },
      "revoked",
    ],
    [
      "revoked, check off",
      { ...known(ed25519, "@revoked "), insecureIgnoreHostKey: true },
      "revoked",
    ],
    ["another revoked", known(other, "@revoked "), "unknown"],
    ["authority", known(ed25519, "@cert-authority "), "unknown"],
    ["check off", { insecureIgnoreHostKey: true }, "accepted"],
    [
      "check off, another known",
      { ...known(other), insecureIgnoreHostKey: true },
      "accepted",
    ],
  ];
  for (const [name, more, expected] of table)
    assert.equal(reasonOf(verdictOn(ed25519, more)), expected, name);
});

test("only an unverified acceptance is called insecure", () => {
  const insecureIgnoreHostKey = true;
  assert.deepEqual(verdictOn(ed25519, { insecureIgnoreHostKey }), {
    accepted: true,
    insecure: true,
  });
  assert.deepEqual(
    verdictOn(ed25519, {
      insecureIgnoreHostKey,
      hostKeys: { [address]: ed25519.public },
    }),
    {
      accepted: true,
      insecure: false,
    },
  );
});

test("an unverified acceptance is warned of, a verified one is not", () => {
  const warnings = (more: Partial<Connection>): string[] => {
    const found: string[] = [];
    const trust = trustOf({ knownHosts: "", ...more });
    const endpoint = endpointOf({ hosts: [address] }, address);
    const { verify } = verifierOf(trust, endpoint, (text) => found.push(text));
    assert.equal(verify(blob(ed25519)), "accepted");
    return found;
  };
  const insecureIgnoreHostKey = true;
  assert.deepEqual(warnings({ insecureIgnoreHostKey }), [
    "192.0.2.11:22: the host key is not verified (insecureIgnoreHostKey).",
  ]);
  const hostKeys = { [address]: ed25519.public };
  assert.deepEqual(warnings({ insecureIgnoreHostKey, hostKeys }), []);
});

describe("refusals", () => {
  const message = (key: KeyPair, more: Partial<Connection>): string => {
    const verdict = verdictOn(key, more);
    assert.ok(!verdict.accepted);
    const error = refusal(
      endpointOf({ hosts: [address] }, address),
      verdict,
      blob(key),
    );
    assert.equal(error.kind, "trust");
    return error.message;
  };

  test("changed", () => {
    assert.equal(
      message(ed25519, { knownHosts: `\n${address} ${other.public}\n` }),
      `192.0.2.11:22: the host key has changed: the node presents ssh-ed25519 ${ed25519.fingerprint}, and knownHosts ` +
        "line 2 holds another ssh-ed25519 key. Nothing was sent. Either the node was reinstalled, or something else " +
        "answers at this address. First compare it on the node's own console: " +
        `\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` must print ${ed25519.fingerprint}. Then replace that line ` +
        `by\n  192.0.2.11 ${ed25519.public}\nor pin the key in the connection:\n  ` +
        `hostKeys: { "192.0.2.11": "${ed25519.fingerprint}" }`,
    );
  });

  test("pinned otherwise", () => {
    assert.equal(
      message(ed25519, { hostKeys: { [address]: other.fingerprint } }),
      `192.0.2.11:22: the host key is not the pinned one: the node presents ssh-ed25519 ${ed25519.fingerprint}. Nothing ` +
        "was sent. Either the node was reinstalled, or something else answers at this address. First compare it on the node's own console: " +
        `\`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` must print ${ed25519.fingerprint}. Then correct ` +
        `\`hostKeys: { "192.0.2.11": "${ed25519.fingerprint}" }\` in the connection.`,
    );
  });

  test("revoked", () => {
    assert.equal(
      message(rsa, { knownHosts: `@revoked * ${rsa.public}\n` }),
      `192.0.2.11:22: the host key is revoked (knownHosts line 1): ssh-rsa ${rsa.fingerprint}. Nothing was sent. ` +
        "Whoever answers there holds a key that was withdrawn; give the node a new host key.",
    );
  });

  test("unknown, with what is known besides", () => {
    const text = message(ed25519, {
      knownHosts: `${address} ${rsa.public}\n@cert-authority * ${other.public}\n`,
    });
    assert.match(
      text,
      /Only keys of other types are known \(ssh-rsa\)\. A @cert-authority line does not help: /,
    );
  });
});

describe("the usual files", () => {
  test("are read in order; those that are missing hold nothing", () => {
    const folder = scratch();
    const files = [
      join(folder.path, "missing"),
      join(folder.path, "one"),
      join(folder.path, "one", "below"),
    ];
    writeFileSync(files[1] as string, `${address} ${rsa.public}\n`);
    assert.deepEqual(knownTypes(trustOf({}, files)), ["ssh-rsa"]);
    assert.equal(trustOf({}, files).known[0]?.source, files[1]);
    folder.remove();
  });

  test("one that cannot be read is an error, not nothing", async () => {
    const folder = scratch();
    const file = join(folder.path, "known_hosts");
    // A folder in its place: not even root can read that.
    mkdirSync(file);
    chmodSync(file, 0o700);
    const { message } = await refused(
      (async () => trustOf({}, [file]))(),
      "configuration",
    );
    assert.equal(
      message,
      `192.0.2.11:22: cannot verify the host key, because ${file} cannot be read (EISDIR). Make it readable, or set ` +
        "`knownHosts`, or this host's key in `hostKeys`, in the connection.",
    );
    // A pin needs no file; but the file might have revoked the key, and that is said.
    const endpoint = endpointOf({ hosts: [address] }, address);
    const hostKeys = { [address]: ed25519.public };
    const warnings: string[] = [];
    const pinned = verifierOf(trustOf({ hostKeys }, [file]), endpoint, (text) =>
      warnings.push(text),
    );
    assert.equal(pinned.verify(blob(ed25519)), "accepted");
    assert.deepEqual(warnings, [
      `192.0.2.11:22: ${file} (EISDIR) cannot be read. The host key is the pinned one; whether that file revokes it is ` +
        "not known.",
    ]);
    // What can be read counts all the same.
    const revoking = join(folder.path, "revoking");
    writeFileSync(revoking, `@revoked * ${ed25519.public}\n`);
    assert.equal(
      reasonOf(judge(trustOf({ hostKeys }, [file, revoking]), blob(ed25519))),
      "revoked",
    );
    // A pin for another host is none for this one; with knownHosts, no file is read.
    const more = { hosts: [address, "b"], hostKeys: { b: rsa.public } };
    await refused((async () => trustOf(more, [file]))(), "configuration");
    trustOf({ knownHosts: "" }, [file]);
    folder.remove();
  });
});

test("algorithms of known keys come first, and the others stay", () => {
  assert.deepEqual(algorithmsFor(["ssh-rsa"]).slice(0, 4), [
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-rsa",
    "ssh-ed25519",
  ]);
  assert.equal(algorithmsFor([])[0], "ssh-ed25519");
  assert.deepEqual(
    algorithmsFor(["ssh-rsa"]).sort(),
    algorithmsFor(["unheard-of"]).sort(),
  );
});

test("a key and its type must fit", () => {
  const [type = "", base64 = ""] = rsa.public.split(" ");
  assert.ok(parseKey(type, base64));
  assert.equal(parseKey("ssh-ed25519", base64), undefined);
  assert.equal(parseKey(type, base64.slice(0, 4)), undefined);
  assert.equal(parseKey(type, `${base64}!`), undefined);
});

test("no part of a key passes as a key", () => {
  const keys = [
    ed25519,
    rsa,
    ...["256", "384", "521"].map((bits) => makeKey("ecdsa", "", ["-b", bits])),
  ];
  for (const { public: line } of keys) {
    assert.ok("key" in parsePin(line), line);
    const start = line.indexOf(" ") + 1;
    for (let end = start; end < line.length; end++)
      assert.ok("problem" in parsePin(line.slice(0, end)), line.slice(0, end));
    // Whole characters of base64, but bytes after the key.
    const [type = "", base64 = ""] = line.split(" ");
    const longer = Buffer.concat([
      Buffer.from(base64, "base64"),
      Buffer.alloc(4),
    ]);
    assert.ok("problem" in parsePin(`${type} ${longer.toString("base64")}`));
  }
});

test("what cannot be pinned says what would be right", () => {
  const problem = (text: string) => {
    const pin = parsePin(text);
    return "problem" in pin ? pin.problem : assert.fail(`"${text}" was taken`);
  };
  assert.match(problem("SHA256:short"), /43 characters/);
  assert.match(
    problem(Array.from({ length: 16 }, () => "aa").join(":")),
    /MD5/,
  );
  assert.match(
    problem(`192.0.2.11 ${ed25519.public}`),
    /without the host in front/,
  );
  assert.match(problem("ssh-ed25519"), /not a whole key/);
  assert.match(problem("ssh-ed25519 AAAA"), /not a whole key/);
  assert.match(problem(ed25519.private), /a private key does not belong here/);
  assert.match(problem("nonsense"), /must be a public key line/);
  assert.match(problem(""), /must be a public key line/);
});
