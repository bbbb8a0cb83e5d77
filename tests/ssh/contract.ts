import test, { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import fc from "fast-check";
import type { Connection } from "../../provider/src/connection";
import { createPool } from "../../provider/src/ssh/pool";
import { relay, type Listener } from "./fake";
import { makeKey, run, scratch, type KeyPair } from "./keys";
import { connectionTo, refused, SHORT } from "./support";

/** A server that lets `user` in by the given public key. */
export interface Node {
  port: number;
  user: string;
  hostKey: KeyPair;
  stop(): Promise<void>;
}

/** What every ssh server must look like through this layer. */
export function contract(
  name: string,
  start: (authorized: string[]) => Promise<Node>,
): void {
  describe(name, () => {
    const pool = createPool({
      ...SHORT,
      tcp: 5_000,
      ready: 10_000,
      guard: 5_000,
    });
    const identity = makeKey();
    let node: Node;
    let wire: Listener;

    before(async () => {
      node = await start([identity.public, encrypted.public]);
      wire = await relay(node.port);
    });
    after(async () => {
      await pool.closeAll();
      await wire.stop();
      await node.stop();
    });

    const encrypted = makeKey("ed25519", "open sesame", ["-a", "1"]);
    const address = "127.0.0.1";
    const connection = (more: Partial<Connection> = {}) =>
      connectionTo(wire.port, {
        user: node.user,
        privateKey: identity.private,
        hostKeys: { [address]: node.hostKey.fingerprint },
        ...more,
      });
    const open = (more: Partial<Connection> = {}) =>
      pool.openHost(connection(more), address);

    test("a command's code, output and input", async () => {
      const host = await open();
      assert.equal(host.address, address);
      assert.deepEqual(
        await host.exec(["sh", "-c", "cat; echo wrong >&2; exit 3"], {
          stdin: "grüße\n",
        }),
        {
          code: 3,
          stdout: "grüße\n",
          stderr: "wrong\n",
        },
      );
    });

    test("a command without input finds it closed", async () => {
      assert.deepEqual(await (await open()).exec(["cat"]), {
        code: 0,
        stdout: "",
        stderr: "",
      });
    });

    test("a command that is not there is a result", async () => {
      assert.equal((await (await open()).exec(["/no/such/program"])).code, 127);
    });

    test("a command that a signal ends has 128 and its number", async () => {
      assert.equal(
        (await (await open()).exec(["sh", "-c", "kill -TERM $$"])).code,
        143,
      );
    });

    test("messages are in English", async () => {
      assert.equal(
        (await (await open()).exec(["sh", "-c", "echo $LC_ALL"])).stdout,
        "C\n",
      );
    });

    test("1 MiB goes in and comes out", async () => {
      const stdin = "0123456789abcde\n".repeat(65_536);
      const { code, stdout } = await (await open()).exec(["cat"], { stdin });
      assert.equal(code, 0);
      assert.ok(stdout === stdin, `${stdout.length} characters came back`);
    });

    test("input that the command does not read hurts nobody", async () => {
      assert.equal(
        (await (await open()).exec(["true"], { stdin: "x".repeat(4_000_000) }))
          .code,
        0,
      );
    });

    test("every argument arrives as it is", async () => {
      const host = await open();
      const args = fc.array(
        fc
          .string({ unit: "binary" })
          .map((text) => Buffer.from(text.replaceAll("\0", "")).toString()),
        {
          minLength: 1,
          maxLength: 50,
        },
      );
      const hostile = [
        "",
        "'",
        "$(id)",
        "`id`",
        "a\nb",
        "\\",
        "!",
        "~",
        "-n",
        "*",
        "# x",
        "ü",
        '"',
        "a'b'c",
        "=",
        "{a,b}",
      ];
      await fc.assert(
        fc.asyncProperty(args, async (words) => {
          const { stdout } = await host.exec(["printf", "%s\\0", ...words]);
          assert.deepEqual(stdout.split("\0").slice(0, -1), words);
        }),
        { numRuns: 5, examples: [[hostile]] },
      );
    });

    test("100 commands at once share a connection, and each gets its own answer", async () => {
      const before = wire.count();
      const hosts = await Promise.all(
        Array.from({ length: 100 }, () =>
          open({ hostKeys: { [address]: node.hostKey.public } }),
        ),
      );
      const results = await Promise.all(
        hosts.map((host, index) => host.exec(["echo", String(index)])),
      );
      assert.deepEqual(
        results.map(({ stdout }) => stdout),
        results.map((_, index) => `${index}\n`),
      );
      assert.equal(wire.count() - before, 1);
    });

    test("a command is stopped on the node at its bound", async () => {
      const host = await open();
      const error = await refused(
        host.exec(["sleep", "7.25"], { timeoutSeconds: 0.3 }),
        "timeout",
      );
      assert.equal(
        error.message,
        `127.0.0.1:${wire.port}: sleep 7.25 did not end within 0.3 s and was stopped on the node. Is it overloaded?`,
      );
      assert.equal((await host.exec(["pgrep", "-f", "^sleep 7.25"])).code, 1);
    });

    test("a command's own 124, which is Pacemaker's for a timeout, is a result", async () => {
      assert.equal(
        (await (await open()).exec(["sh", "-c", "exit 124"])).code,
        124,
      );
    });

    test("a process left behind does not hold the command open", async () => {
      const { code, stdout } = await (
        await open()
      ).exec(["sh", "-c", "sleep 2 & echo started"]);
      assert.deepEqual({ code, stdout }, { code: 0, stdout: "started\n" });
    });

    test("an unknown host key is refused, with its fingerprint and how to accept it", async () => {
      const error = await refused(open({ hostKeys: undefined }), "trust");
      const at = `127.0.0.1:${wire.port}`;
      const { fingerprint } = node.hostKey;
      assert.equal(
        error.message,
        `${at}: the host key is unknown: ssh-ed25519 ${fingerprint}. Nothing was sent. First compare it on the node's ` +
          `own console: \`ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\` must print ${fingerprint}. Then pin it in ` +
          `the connection:\n  hostKeys: { "127.0.0.1": "${fingerprint}" }\nor add it to known_hosts:\n` +
          `  [127.0.0.1]:${wire.port} ${node.hostKey.public}`,
      );
      assert.equal(error.host, address);
    });

    test("a known_hosts line is enough", async () => {
      const knownHosts = `[127.0.0.1]:${wire.port} ${node.hostKey.public}\n`;
      await (await open({ hostKeys: undefined, knownHosts })).exec(["true"]);
    });

    test("a known_hosts line for another port is not", async () => {
      const knownHosts = `127.0.0.1 ${node.hostKey.public}\n`;
      await refused(open({ hostKeys: undefined, knownHosts }), "trust");
    });

    test("a changed host key is refused, and the message says so", async () => {
      const other = makeKey();
      const knownHosts = `[127.0.0.1]:${wire.port} ${other.public}\n`;
      const error = await refused(
        open({ hostKeys: undefined, knownHosts }),
        "trust",
      );
      assert.match(
        error.message,
        /the host key has changed: .* knownHosts line 1 holds another ssh-ed25519 key/,
      );
      const pinned = await refused(
        open({ hostKeys: { [address]: other.fingerprint } }),
        "trust",
      );
      assert.match(pinned.message, /the host key is not the pinned one/);
    });

    test("a key that is not authorized is refused, tried once and never again", async () => {
      const stranger = makeKey();
      const tries = wire.count();
      const error = await refused(
        open({ privateKey: stranger.private }),
        "auth",
      );
      assert.match(
        error.message,
        /login as "\w+" refused\. Tried: publickey \(privateKey, ssh-ed25519\)\. It allows: publickey/,
      );
      await refused(open({ privateKey: stranger.private }), "auth");
      assert.equal(wire.count() - tries, 1);
    });

    test("an encrypted key opens with its passphrase only", async () => {
      const privateKey = encrypted.private;
      await (
        await open({ privateKey, privateKeyPassword: "open sesame" })
      ).exec(["true"]);
      const without = await refused(open({ privateKey }), "configuration");
      assert.match(
        without.message,
        /privateKey is encrypted\. Set `privateKeyPassword`/,
      );
      const wrong = await refused(
        open({ privateKey, privateKeyPassword: "hunter2" }),
        "configuration",
      );
      assert.match(
        wrong.message,
        /privateKeyPassword does not open privateKey/,
      );
      assert.doesNotMatch(wrong.message, /hunter2/);
    });

    test("the agent's key logs in; a public key as privateKey chooses among its keys", async () => {
      const folder = scratch();
      const agentSocketPath = join(folder.path, "agent");
      const agent = spawn("ssh-agent", ["-D", "-a", agentSocketPath]);
      try {
        await once(agent.stdout, "data");
        const env = { ...process.env, SSH_AUTH_SOCK: agentSocketPath };
        for (const key of [
          ...Array.from({ length: 7 }, () => makeKey()),
          identity,
        ]) {
          run(
            "env",
            [`SSH_AUTH_SOCK=${env.SSH_AUTH_SOCK}`, "ssh-add", "-q", "-"],
            key.private,
          );
        }
        const host = await open({
          privateKey: identity.public,
          agentSocketPath,
        });
        assert.equal((await host.exec(["true"])).code, 0);
      } finally {
        agent.kill();
        folder.remove();
      }
    });

    test("a missing agent is mentioned when the login fails", async () => {
      const privateKey = makeKey().private;
      const error = await refused(
        open({ privateKey, agentSocketPath: "/no/agent" }),
        "auth",
      );
      assert.match(
        error.message,
        /Tried: publickey \(privateKey, .*\), publickey \(agent\)\..* Besides: the ssh agent: /,
      );
    });

    test("a connection cut during a command leaves its outcome unknown; the next one runs", async () => {
      const host = await open();
      const command = host.exec(["sh", "-c", "sleep 3; echo 'a b'"]);
      const check = refused(command, "unknown-outcome");
      await new Promise((resolve) => setTimeout(resolve, 300));
      wire.cut();
      const error = await check;
      assert.match(
        error.message,
        /the connection was lost.* after sh -c 'sleep 3; .* was sent; whether it took effect is unknown\. Run this again: /,
      );
      assert.equal((await host.exec(["echo", "again"])).stdout, "again\n");
    });

    test("a connection that closed while idle is replaced unnoticed", async () => {
      const host = await open();
      await host.exec(["true"]);
      wire.cut();
      await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal((await host.exec(["echo", "again"])).stdout, "again\n");
      wire.cut();
      assert.equal((await host.exec(["echo", "at once"])).stdout, "at once\n");
    });
  });
}
