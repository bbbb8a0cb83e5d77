import assert from "node:assert/strict";
import { createHash, generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import {
  failedWith,
  labConnection,
  makeProject,
  nameOf,
  onEveryNode,
  onLab,
} from "./harness";

const silentPort = 2022;

const program = `
const { closed, nobody, silent, unknown, changed, wrong } = connection;
const address = (name, connection) =>
  new pacemaker.FloatingIp(name, { connection, ip, cidrNetmask });
address("closed", closed);
address("nobody", nobody);
address("unknown", unknown);
address("changed", changed);
address("wrong", wrong);
new pacemaker.SmtpStack("silent", { connection: silent, ip, cidrNetmask });
`;

onLab("bookworm", "a cluster that cannot be used", (lab) => {
  test("is an error within 30 s, with host, port, cause and the way out", async (t) => {
    await onEveryNode(
      lab(),
      `nft add table inet test
       nft add chain inet test input '{ type filter hook input priority 0; }'
       nft add rule inet test input tcp dport ${silentPort} drop`,
    );
    const usual = labConnection(lab());
    const [host = "", otherHost = ""] = usual.hosts;
    const hostKey = usual.hostKeys[host]!;
    const print = (key: string) =>
      `SHA256:${createHash("sha256")
        .update(Buffer.from(key.split(" ")[1]!, "base64"))
        .digest("base64")
        .replace(/=+$/, "")}`;
    const { privateKey: strange } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      privateKeyEncoding: { type: "pkcs1", format: "pem" },
      publicKeyEncoding: { type: "spki", format: "pem" },
    });
    const one = { ...usual, hosts: [host], hostKeys: { [host]: hostKey } };
    const connections = {
      closed: { ...usual, port: 2021 },
      nobody: { ...one, hosts: ["192.0.2.99"], hostKeys: {} },
      silent: { ...usual, port: silentPort },
      unknown: { ...one, hostKeys: {} },
      changed: { ...one, hostKeys: { [host]: usual.hostKeys[otherHost]! } },
      wrong: { ...one, privateKey: strange },
    };
    const project = await makeProject(t, lab(), {
      program,
      connection: connections as never,
    });

    const outcome = await project.up(["--continue-on-error"]);
    t.diagnostic(`${outcome.seconds.toFixed(1)} s`);
    failedWith(outcome);
    assert.ok(outcome.seconds < 30, `it took ${outcome.seconds} s`);

    const said = (name: string): string =>
      outcome.diagnostics
        .filter(({ urn, severity }) => {
          return severity === "error" && urn && nameOf(urn) === name;
        })
        .map(({ message }) => message)
        .join("\n");
    for (const address of usual.hosts) {
      assert.match(said("closed"), new RegExp(`${address}:2021: .*refused`));
      const silence = new RegExp(`${address}:${silentPort}: no answer.*5 s`);
      assert.match(said("silent_ip"), silence);
      assert.match(said("silent_service"), silence);
    }
    assert.match(said("nobody"), /192\.0\.2\.99:22: (no answer|host unreach)/);
    assert.match(said("unknown"), new RegExp(`${host}:22: .*key is unknown`));
    assert.ok(said("unknown").includes(print(hostKey)), said("unknown"));
    assert.match(said("unknown"), /hostKeys: \{ "192\.0\.2\.11": "SHA256:/);
    assert.match(said("changed"), /not the pinned one/);
    assert.ok(said("changed").includes(print(hostKey)), said("changed"));
    assert.match(said("wrong"), /192\.0\.2\.11:22: login as "root" refused/);

    const made = (await project.resources()).filter(({ type }) =>
      type.startsWith("pulumi-nodejs:"),
    );
    assert.deepEqual(made, []);
    for (const key of [usual.privateKey, strange]) {
      const secret = key.split("\n")[2]!;
      assert.ok(!outcome.output.includes(secret), "a key was printed");
    }
  });
});
