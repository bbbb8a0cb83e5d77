import test from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { portOf, userOf } from "../../provider/src/connection";
import { connectionSchema } from "../../provider/src/connectionSchema";
import { makeKey } from "./keys";

const key = makeKey();

/** The problems found, as "path: message". */
function problems(input: unknown): string[] {
  const result = connectionSchema.safeParse(input);
  return (result.error?.issues ?? []).map(
    (issue) => `${issue.path.join(".")}: ${issue.message}`,
  );
}

test("what the user wrote stays as it is, without defaults", () => {
  const inputs = [
    { hosts: ["192.0.2.11"] },
    {
      hosts: [
        "node-01.example.org",
        "192.0.2.12",
        "2001:db8::1",
        "fe80::1%eth0",
        "node_1",
      ],
      port: 2222,
      user: "deploy",
      privateKey: key.private,
      privateKeyPassword: "x",
      password: "y",
      agentSocketPath: "/run/agent",
      hostKeys: {
        "192.0.2.12": key.public,
        "2001:db8::1": [key.fingerprint, `${key.public} comment`],
      },
      knownHosts: "",
      insecureIgnoreHostKey: false,
      sudo: true,
      proxy: { hosts: ["jump"], proxy: { hosts: ["outer"] } },
    },
  ];
  for (const input of inputs) {
    const parsed = connectionSchema.parse(input);
    assert.deepEqual(parsed, input);
    assert.deepEqual(JSON.parse(JSON.stringify(parsed)), input);
  }
});

test("the defaults in use", () => {
  assert.equal(portOf({ hosts: ["a"] }), 22);
  assert.equal(userOf({ hosts: ["a"] }), "root");
});

test("each mistake is named at its property", () => {
  const wanted =
    'must be a hostname, an IPv4 or an IPv6 address, such as "192.0.2.11"';
  const text =
    "must be the text of a key line or of a fingerprint, or a list of such texts";
  const hosts = ["a"];
  const table: [unknown, string[]][] = [
    [{}, ["hosts: Invalid input: expected array, received undefined"]],
    [{ hosts: [] }, ["hosts: must be at least one address"]],
    [{ hosts: ["a", "b", "A"] }, ['hosts.2: "A" is listed twice']],
    [{ hosts: [""] }, [`hosts.0: ${wanted}`]],
    [{ hosts: ["192.0.2.256"] }, [`hosts.0: ${wanted}`]],
    [{ hosts: ["a b"] }, [`hosts.0: ${wanted}`]],
    [{ hosts: ["-a"] }, [`hosts.0: ${wanted}`]],
    [{ hosts: ["a:22"] }, [`hosts.0: ${wanted}; the port goes into \`port\``]],
    [
      { hosts: ["root@a"] },
      [`hosts.0: ${wanted}; the user goes into \`user\``],
    ],
    [
      { hosts: ["[2001:db8::1]"] },
      [
        `hosts.0: ${wanted}; write an IPv6 address without brackets, and the port in \`port\``,
      ],
    ],
    [{ hosts, port: 0 }, ["port: must be a port from 1 to 65535"]],
    [{ hosts, port: 65536 }, ["port: must be a port from 1 to 65535"]],
    [{ hosts, port: 22.5 }, ["port: must be a whole number from 1 to 65535"]],
    [{ hosts, user: "a b" }, ["user: must be a login name without blanks"]],
    [{ hosts, user: "" }, ["user: must be a login name without blanks"]],
    [
      { hosts, privateKey: "" },
      ["privateKey: must be the text of a private key"],
    ],
    [{ hosts, hostKey: "x" }, [': Unrecognized key: "hostKey"']],
    [
      { hosts, hostKeys: { b: key.public } },
      ['hostKeys.b: "b" is not in hosts (a); name it as it is written there'],
    ],
    [
      { hosts, hostKeys: { a: "nonsense" } },
      [
        'hostKeys.a: must be a public key line such as "ssh-ed25519 AAAA..." or a fingerprint such as "SHA256:..."',
      ],
    ],
    [
      { hosts, hostKeys: { a: [key.public, "SHA256:x"] } },
      [
        'hostKeys.a.1: a fingerprint is "SHA256:" and 43 characters, as `ssh-keygen -lf` prints it',
      ],
    ],
    [
      { hosts, hostKeys: { a: [] } },
      ["hostKeys.a: must be at least one key line or fingerprint"],
    ],
    [{ hosts, hostKeys: { a: 1 } }, [`hostKeys.a: ${text}`]],
    [{ hosts, hostKeys: { a: { host: 5 } } }, [`hostKeys.a: ${text}`]],
    [{ hosts, hostKeys: { a: null } }, [`hostKeys.a: ${text}`]],
    [{ hosts, hostKeys: { a: [key.public, 5] } }, [`hostKeys.a.1: ${text}`]],
    [{ hosts: ["host"], hostKeys: { host: 5 } }, [`hostKeys.host: ${text}`]],
    [
      { hosts, proxy: { hosts: ["a:22"] } },
      [`proxy.hosts.0: ${wanted}; the port goes into \`port\``],
    ],
    [
      { hosts, proxy: { hosts: ["b"], hostKeys: { a: key.public } } },
      [
        'proxy.hostKeys.a: "a" is not in hosts (b); name it as it is written there',
      ],
    ],
  ];
  for (const [input, expected] of table)
    assert.deepEqual(problems(input), expected);
});

test("no message holds a secret", () => {
  const secret = fc.string({ minLength: 6 }).map((text) => `s3cr3t-${text}`);
  fc.assert(
    fc.property(
      secret,
      fc.constantFrom("privateKey", "privateKeyPassword", "password"),
      (text, name) => {
        for (const bad of [
          { [name]: [text] },
          { [name]: text, port: -1 },
          { [name]: { text } },
        ]) {
          const result = connectionSchema.safeParse({ hosts: ["a"], ...bad });
          assert.ok(!result.success);
          assert.ok(!JSON.stringify(result.error).includes("s3cr3t-"));
          assert.ok(!result.error.message.includes("s3cr3t-"));
        }
      },
    ),
  );
});
