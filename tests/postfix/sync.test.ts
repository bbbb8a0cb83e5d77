import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { differences, type Setup } from "../../provider/src/postfix/sync";

const certificate = readFileSync(
  join(__dirname, "../outcome/fixtures/mail.cert.pem"),
  "utf8",
);

function setup(node: string, more: Partial<Setup> = {}): Setup {
  return {
    version: "3.7.11",
    names: [node, `${node}.example.org`],
    main: { myhostname: `${node}.example.org`, relayhost: "[192.0.2.1]" },
    master: { "smtp/inet": "smtp inet n - y - - smtpd" },
    files: { "/etc/aliases": { sha256: "a".repeat(64), certificates: [] } },
    ...more,
  };
}

function found(...changes: Partial<Setup>[]): string[] {
  const nodes = ["node-01", "node-02", "node-03"];
  return differences(
    new Map(nodes.map((node, index) => [node, setup(node, changes[index])])),
  );
}

test("nodes that differ in their own names alone are alike", () => {
  assert.deepEqual(found(), []);
});

test("what differs is told by parameter, service and file, with the nodes", () => {
  const { main } = setup("node-02");
  assert.deepEqual(
    found(
      {},
      {
        version: "3.7.10",
        main: { ...main, relayhost: "[192.0.2.2]", mynetworks: "10.0.0.0/8" },
      },
      {
        master: { "smtp/inet": "smtp inet n - n - - smtpd" },
        files: { "/etc/aliases": { sha256: "b".repeat(64), certificates: [] } },
      },
    ),
    [
      "the version of Postfix: 3.7.11 on node-01, node-03; 3.7.10 on node-02",
      'main.cf, mynetworks: nothing on node-01, node-03; "10.0.0.0/8" on node-02',
      'main.cf, relayhost: "[192.0.2.1]" on node-01, node-03; "[192.0.2.2]" on node-02',
      'master.cf, smtp/inet: "smtp inet n - y - - smtpd" on node-01, node-02; "smtp inet n - n - - smtpd" on node-03',
      "/etc/aliases: content aaaaaaaaaaaa on node-01, node-02; content bbbbbbbbbbbb on node-03",
    ],
  );
});

test("a file that one node lacks, and a certificate by its fingerprint and its end", () => {
  const files = {
    "/etc/ssl/mail.pem": {
      sha256: "c".repeat(64),
      certificates: [certificate],
    },
  };
  const [aliases, pem, ...more] = found({}, { files }, { files });
  assert.deepEqual(more, []);
  assert.equal(
    aliases,
    "/etc/aliases: content aaaaaaaaaaaa on node-01; nothing on node-02, node-03",
  );
  assert.match(
    pem!,
    /^\/etc\/ssl\/mail\.pem: nothing on node-01; the certificate ([0-9A-F]{2}:){5}[0-9A-F]{2}\.\.\. until .* GMT on node-02, node-03$/,
  );
});

test("a table in main.cf itself, which may hold a password, is not shown", () => {
  const { main } = setup("node-01");
  const table = { ...main, smtp_sasl_password_maps: "static:me:SECRET" };
  const [line, ...more] = found({ main: table });
  assert.deepEqual(more, []);
  assert.equal(
    line,
    "main.cf, smtp_sasl_password_maps: another value on node-01; nothing on node-02, node-03",
  );
});
