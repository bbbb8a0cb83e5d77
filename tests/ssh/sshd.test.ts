import test, { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  type RSAKeyPairOptions,
} from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import type { Connection } from "../../provider/src/connection";
import { createPool } from "../../provider/src/ssh/pool";
import { relay } from "./fake";
import { makeKey, run, scratch } from "./keys";
import { startSshd, type Sshd } from "./sshd";
import { connectionTo, refused, SHORT, until } from "./support";

const address = "127.0.0.1";
const identity = makeKey();

/** Keys as node makes them, in PKCS#8; encrypted, where there is a passphrase. */
const pkcs8Keys = (["rsa", "ec", "ed25519"] as const).flatMap((type) =>
  ["", "open sesame"].map((passphrase) => {
    const options = {
      modulusLength: 2048,
      namedCurve: "P-384",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: {
        type: "pkcs8",
        format: "pem",
        ...(passphrase && { cipher: "aes-256-cbc", passphrase }),
      },
    } as const;
    const { privateKey, publicKey } = generateKeyPairSync(
      type as "rsa",
      options as RSAKeyPairOptions<"pem", "pem">,
    );
    // ssh-keygen reads no Ed25519 key of this kind, public or private.
    const line =
      type === "ed25519"
        ? ed25519Line(createPublicKey(publicKey))
        : converted(publicKey);
    return { type, passphrase, privateKey, line: line.trim() };
  }),
);

function converted(publicKey: string): string {
  const folder = scratch();
  const file = join(folder.path, "key");
  writeFileSync(file, publicKey);
  const line = run("ssh-keygen", ["-i", "-m", "PKCS8", "-f", file]);
  folder.remove();
  return line;
}

function ed25519Line(key: KeyObject): string {
  const { x = "" } = key.export({ format: "jwk" });
  const head = Buffer.from("\0\0\0\x0bssh-ed25519\0\0\0\x20");
  const blob = Buffer.concat([head, Buffer.from(x, "base64url")]);
  return `ssh-ed25519 ${blob.toString("base64")}`;
}

describe("what only a real sshd does", () => {
  const pool = createPool({
    ...SHORT,
    tcp: 5_000,
    ready: 10_000,
    noSession: [50, 100, 200, 400, 800, 1600],
    dropped: [200, 400, 800],
  });
  const servers: Record<string, Sshd> = {};
  const home = scratch();
  writeFileSync(join(home.path, ".bashrc"), "echo Welcome!\n");
  const configs = {
    plain: [],
    rsa: [],
    oneSession: ["MaxSessions 1"],
    oneLogin: ["MaxStartups 1:100:1"],
    noForwarding: ["AllowTcpForwarding no"],
    forced: ["ForceCommand echo forced"],
    noSessions: ["MaxSessions 0"],
    strict: ["MaxAuthTries 3"],
    chatty: [`SetEnv HOME=${home.path}`],
  };
  before(async () => {
    const rsa = makeKey("rsa");
    await Promise.all(
      Object.entries(configs).map(async ([name, config]) => {
        const hostKey = name === "rsa" ? rsa : undefined;
        servers[name] = await startSshd({
          authorized: [
            identity.public,
            ...(name === "plain" ? pkcs8Keys.map(({ line }) => line) : []),
          ],
          config,
          hostKey,
        });
      }),
    );
  });
  after(async () => {
    await pool.closeAll();
    await Promise.all(Object.values(servers).map((server) => server.stop()));
    home.remove();
  });
  const server = (name: keyof typeof configs): Sshd =>
    servers[name] ?? assert.fail(name);
  const to = (name: keyof typeof configs, more: Partial<Connection> = {}) => {
    const { port, user, hostKey } = server(name);
    return connectionTo(port, {
      user,
      privateKey: identity.private,
      hostKeys: { [address]: hostKey.fingerprint },
      ...more,
    });
  };

  test("private keys in PKCS#8 log in, encrypted or not", async () => {
    for (const { type, passphrase, privateKey, line } of pkcs8Keys) {
      assert.match(privateKey, /BEGIN (ENCRYPTED )?PRIVATE KEY/);
      const how = (more: Partial<Connection>) =>
        pool.openHost(to("plain", { privateKey, ...more }), address);
      const host = await how(
        passphrase ? { privateKeyPassword: passphrase } : {},
      );
      assert.equal((await host.exec(["true"])).code, 0, `${type} ${line}`);
      if (!passphrase) continue;
      const { message } = await refused(how({}), "configuration");
      assert.match(message, /privateKey is encrypted\./);
      const wrong = await refused(
        how({ privateKeyPassword: "hunter2" }),
        "configuration",
      );
      assert.match(wrong.message, /does not open privateKey\./);
    }
  });

  test("a jump through one sshd to another", async () => {
    const host = await pool.openHost(
      to("rsa", { proxy: to("plain") }),
      address,
    );
    assert.equal(
      (await host.exec(["cat"], { stdin: "x".repeat(1_000_000) })).stdout
        .length,
      1_000_000,
    );
  });

  test("a jump host that must not forward", async () => {
    const { message } = await refused(
      pool.openHost(to("rsa", { proxy: to("noForwarding") }), address),
      "configuration",
    );
    assert.match(
      message,
      /the jump host's sshd does not forward\. Allow it there: `AllowTcpForwarding yes`\./,
    );
  });

  test("a jump host from which the node does not answer", async () => {
    const connection = connectionTo(1, {
      privateKey: identity.private,
      proxy: to("plain"),
    });
    const { message } = await refused(
      pool.openHost(connection, address),
      "connect",
    );
    assert.match(
      message,
      /the jump host cannot reach it: .*Connection refused/,
    );
  });

  test("MaxSessions 1: commands at once wait for each other", async () => {
    const host = await pool.openHost(to("oneSession"), address);
    const results = await Promise.all(
      Array.from({ length: 4 }, (_, index) =>
        host.exec(["echo", String(index)]),
      ),
    );
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      ["0\n", "1\n", "2\n", "3\n"],
    );
  });

  test("MaxSessions 0: nothing ran", async () => {
    const quick = createPool(SHORT);
    const host = await quick.openHost(to("noSessions"), address);
    await refused(host.exec(["true"]), "connect");
    await quick.closeAll();
  });

  test("MaxStartups: logins that are dropped come back", async () => {
    const users = Array.from({ length: 4 }, (_, index) =>
      to("oneLogin", { knownHosts: `# ${index}` }),
    );
    const hosts = await Promise.all(
      users.map((connection) => pool.openHost(connection, address)),
    );
    assert.equal(hosts.length, 4);
  });

  test("sshd's own MaxStartups, with 25 logins at once and the bounds of every day", async () => {
    const daily = createPool();
    const connections = Array.from({ length: 25 }, (_, index) =>
      to("plain", { knownHosts: `# ${index}` }),
    );
    const told = await Promise.allSettled(
      connections.map((connection) => daily.openHost(connection, address)),
    );
    // More are under way at once than any program of ours has; who is dropped three times is told why.
    for (const one of told)
      if (one.status === "rejected")
        assert.match(String(one.reason), /MaxStartups/);
    const through = told.filter(({ status }) => status === "fulfilled").length;
    assert.ok(through >= 20, `${through} of 25 came through`);
    await daily.closeAll();
  });

  test("a flood is ended on the node, and not only no longer listened to", async () => {
    const host = await pool.openHost(to("plain"), address);
    const argv = ["yes", "flood-of-the-test"];
    await refused(host.exec(argv), "unknown-outcome");
    await until(
      "it has ended",
      () => spawnSync("pgrep", ["-fx", argv.join(" ")]).status === 1,
    );
  });

  test("an answer does not wait for a full packet", async () => {
    // With Nagle's algorithm and delayed acknowledgements, each command takes 40 ms and more.
    const host = await pool.openHost(to("plain"), address);
    const setNoDelay = Socket.prototype.setNoDelay;
    const calls: unknown[] = [];
    Socket.prototype.setNoDelay = function (on) {
      calls.push(on);
      return setNoDelay.call(this, on);
    };
    try {
      const second = await pool.openHost(
        to("plain", { knownHosts: "# again" }),
        address,
      );
      await Promise.all([host.exec(["true"]), second.exec(["true"])]);
    } finally {
      Socket.prototype.setNoDelay = setNoDelay;
    }
    assert.deepEqual(calls, [true]);
  });

  test("a real bash that prints in ~/.bashrc is told in words", async () => {
    // As bash does it for sshd: it reads the file for each command, and prints before the command does.
    const host = await pool.openHost(to("chatty"), address);
    const { message } = await refused(
      host.exec(["true"], { rights: "root" }),
      "configuration",
    );
    assert.match(
      message,
      /the login shell of "\w+" prints "Welcome!\\n" before every command's output/,
    );
  });

  test("more keys in the agent than sshd lets try", async () => {
    const folder = scratch();
    const agentSocketPath = join(folder.path, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", agentSocketPath]);
    try {
      await once(agent.stdout, "data");
      for (let count = 0; count < 5; count++) {
        run(
          "env",
          [`SSH_AUTH_SOCK=${agentSocketPath}`, "ssh-add", "-q", "-"],
          makeKey().private,
        );
      }
      const connection = to("strict", {
        privateKey: undefined,
        agentSocketPath,
      });
      const { message } = await refused(
        pool.openHost(connection, address),
        "auth",
      );
      assert.match(
        message,
        /Tried: publickey \(agent\)\. .*It ended the login: Too many authentication failures\./,
      );
      assert.match(
        message,
        /Every key of the agent counts as an attempt: set `privateKey`/,
      );
    } finally {
      agent.kill();
      folder.remove();
    }
  });

  test("the keepalive is a request that sshd answers", async () => {
    const alive = createPool({ ...SHORT, keepalive: 150 });
    const host = await alive.openHost(to("plain"), address);
    assert.equal((await host.exec(["sleep", "1"])).code, 0);
    await alive.closeAll();
  });

  test("a command that outlives its connection ends by itself at its bound", async () => {
    const way = await relay(server("plain").port);
    const host = await pool.openHost(
      { ...to("plain"), port: way.port },
      address,
    );
    const runs = () => spawnSync("pgrep", ["-f", "^sleep 9.125"]).status === 0;
    const lost = refused(
      host.exec(["sleep", "9.125"], { timeoutSeconds: 2 }),
      "unknown-outcome",
    );
    await until("it runs", runs);
    await way.stop();
    await lost;
    assert.ok(runs(), "it ended with the connection");
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await until("it has ended", () => !runs());
  });

  test("a server that is stopped meanwhile", async () => {
    const once = await startSshd({ authorized: [identity.public] });
    const pool = createPool({ ...SHORT, failureAlone: 0 });
    const { port, user, hostKey } = once;
    const connection = connectionTo(port, {
      user,
      privateKey: identity.private,
      hostKeys: { [address]: hostKey.public },
    });
    const host = await pool.openHost(connection, address);
    await host.exec(["true"]);
    await pool.closeAll();
    await once.stop();
    await refused(host.exec(["true"]), "connect");
  });
});
