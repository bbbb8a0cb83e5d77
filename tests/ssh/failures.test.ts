import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import type { Connection } from "../../provider/src/connection";
import type { Bounds } from "../../provider/src/ssh/bounds";
import { createPool } from "../../provider/src/ssh/pool";
import {
  answer,
  listen,
  relay,
  startFake,
  type Fake,
  type FakeOptions,
} from "./fake";
import { makeKey, run, scratch } from "./keys";
import { connectionTo, refused, SHORT, until } from "./support";

const PASSWORD = "correct horse";
const address = "127.0.0.1";

/** Runs a test against a fake server and a pool of its own. */
async function withFake(
  options: FakeOptions,
  body: (world: {
    fake: Fake;
    open: (
      more?: Partial<Connection>,
      host?: string,
    ) => ReturnType<ReturnType<typeof createPool>["openHost"]>;
  }) => Promise<void>,
  bounds: Partial<Bounds> = {},
): Promise<void> {
  const fake = await startFake({ password: PASSWORD, ...options });
  const pool = createPool({ ...SHORT, ...bounds });
  const open = (more: Partial<Connection> = {}, host = address) =>
    pool.openHost(
      connectionTo(fake.port, {
        password: PASSWORD,
        hostKeys: { [address]: fake.hostKey.fingerprint },
        ...more,
      }),
      host,
    );
  try {
    await body({ fake, open });
  } finally {
    await pool.closeAll();
    await fake.stop();
  }
}

/** The refusal of a server that is not an ssh server at all. */
async function refusalFrom(
  onSocket: Parameters<typeof listen>[0],
  bounds: Partial<Bounds> = {},
): Promise<{ message: string; connections: number }> {
  const listener = await listen(onSocket);
  const pool = createPool({ ...SHORT, ready: 300, ...bounds });
  const connection = connectionTo(listener.port, { password: PASSWORD });
  try {
    const { message } = await refused(
      pool.openHost(connection, address),
      "connect",
    );
    return {
      message: message.replaceAll(String(listener.port), "PORT"),
      connections: listener.count(),
    };
  } finally {
    await pool.closeAll();
    await listener.stop();
  }
}

const JOURNAL =
  "Look into sshd's journal on the node: `journalctl -u ssh -u sshd`.";

describe("before the login", () => {
  test("connection refused", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const open = createPool(SHORT).openHost(
      connectionTo(port, { password: PASSWORD }),
      address,
    );
    assert.equal(
      (await refused(open, "connect")).message,
      `127.0.0.1:${port}: connection refused (ECONNREFUSED). Is sshd running there, and is this its port?`,
    );
  });

  test("no such host", async () => {
    const connection = connectionTo(22, {
      hosts: ["no-such-host.invalid"],
      password: PASSWORD,
    });
    const open = createPool({ ...SHORT, tcp: 5_000 }).openHost(
      connection,
      "no-such-host.invalid",
    );
    const { message, host } = await refused(open, "connect");
    assert.match(
      message,
      /^no-such-host\.invalid:22: (no such host|the name cannot be resolved now) \(E/,
    );
    assert.equal(host, "no-such-host.invalid");
  });

  test("an address where nothing is", async () => {
    // A documentation address: most networks drop what is sent there; some say so at once.
    const open = createPool({ ...SHORT, tcp: 150 }).openHost(
      connectionTo(22, { hosts: ["192.0.2.1"], password: PASSWORD }),
      "192.0.2.1",
    );
    const { message } = await refused(open, "connect");
    assert.match(
      message,
      /^192\.0\.2\.1:22: (no answer to the TCP connection within 0\.2 s|network unreachable|host unreachable|connection refused)/,
    );
  });

  test("a silent server", async () => {
    const { message } = await refusalFrom(() => {});
    assert.equal(
      message,
      "127.0.0.1:PORT: connected, but no ssh banner within 0.3 s. Is it sshd that listens there, and is the node alive?",
    );
  });

  test("a server that closes at once, and again", async () => {
    const { message, connections } = await refusalFrom(
      (socket) => socket.end(),
      { dropped: [10, 10] },
    );
    assert.equal(
      message,
      "127.0.0.1:PORT: the node closed the connection during banner. sshd does so when too many logins are under way " +
        `(MaxStartups). ${JOURNAL}`,
    );
    assert.equal(connections, 3);
  });

  test("a server that closes after a word", async () => {
    const { message } = await refusalFrom((socket) =>
      socket.end("Not allowed at this time\r\n"),
    );
    assert.match(
      message,
      /closed the connection during banner, saying "Not allowed at this time"\. /,
    );
  });

  test("a server that resets", async () => {
    const { message, connections } = await refusalFrom(
      (socket) => socket.resetAndDestroy(),
      { dropped: [10] },
    );
    assert.match(
      message,
      /the connection was reset( during banner)? \(ECONNRESET\)\. /,
    );
    assert.equal(connections, 2);
  });

  test("a server that closes after its banner: no error arrives, only the close", async () => {
    const { message, connections } = await refusalFrom(
      (socket) => socket.end("SSH-2.0-Fake\r\n"),
      { dropped: [10] },
    );
    assert.equal(
      message,
      `127.0.0.1:PORT: the node closed the connection during key exchange. ${JOURNAL}`,
    );
    assert.equal(connections, 1);
  });

  test("a server that falls silent after its banner", async () => {
    const { message } = await refusalFrom((socket) =>
      socket.write("SSH-2.0-Fake\r\n"),
    );
    assert.equal(
      message,
      `127.0.0.1:PORT: the ssh key exchange did not end within 0.3 s. ${JOURNAL}`,
    );
  });

  test("something else than sshd", async () => {
    const { message } = await refusalFrom((socket) =>
      socket.write("HTTP/1.1 400 Bad Request\r\n\r\nSSH-9.9-x\r\n"),
    );
    assert.match(
      message,
      /^127\.0\.0\.1:PORT: .*(Is it sshd that listens there|sshd's journal)/,
    );
  });

  test("a drop that passes is not noticed", async () => {
    await withFake({}, async ({ fake }) => {
      let drops = 1;
      const onward = await relay(fake.port);
      const front = await listen((socket) => {
        if (drops-- > 0) return void socket.end();
        const through = new (
          socket.constructor as typeof import("node:net").Socket
        )();
        through.connect(onward.port, address);
        socket.pipe(through).pipe(socket);
        through.on("error", () => {});
      });
      const pool = createPool({ ...SHORT, dropped: [10] });
      const hostKeys = { [address]: fake.hostKey.fingerprint };
      await pool.openHost(
        connectionTo(front.port, { password: PASSWORD, hostKeys }),
        address,
      );
      await pool.closeAll();
      await front.stop();
      await onward.stop();
    });
  });

  test("no common algorithm", async () => {
    await withFake(
      { config: { algorithms: { kex: ["diffie-hellman-group14-sha1"] } } },
      async ({ open, fake }) => {
        const { message } = await refused(open(), "configuration");
        assert.equal(
          message,
          `127.0.0.1:${fake.port}: the ssh key exchange failed: Handshake failed: no matching key exchange algorithm. The ` +
            "node's sshd and this program share no algorithm, or what answers there is no sound ssh server; compare with " +
            "`ssh -vv`.",
        );
      },
    );
  });
});

describe("login", () => {
  test("nothing to log in with", async () => {
    await withFake({}, async ({ open, fake }) => {
      const { message } = await refused(
        open({ password: undefined }),
        "configuration",
      );
      assert.equal(
        message,
        `127.0.0.1:${fake.port}: nothing to log in with. Set \`privateKey\`, \`agentSocketPath\` (or SSH_AUTH_SOCK) or ` +
          "`password` in the connection.",
      );
      assert.equal(fake.count(), 0);
    });
  });

  test("a wrong password is sent once, is never tried again, and is in no message", async () => {
    await withFake(
      { methods: ["password", "keyboard-interactive"] },
      async ({ open, fake }) => {
        const { message } = await refused(
          open({ password: "hunter2" }),
          "auth",
        );
        assert.equal(
          message,
          `127.0.0.1:${fake.port}: login as "root" refused. Tried: password. It allows: password, keyboard-interactive. ` +
            'Check `user`, and that the key is in ~/.ssh/authorized_keys of "root" on the node. It is not tried again in ' +
            "this run, so that no account is locked.",
        );
        await refused(open({ password: "hunter2" }), "auth");
        assert.deepEqual(fake.attempts, ["none root", "password root"]);
        // Another password is another identity.
        await open();
      },
      { failureAlone: 0 },
    );
  });

  test("keyboard-interactive gets the password where password is not allowed", async () => {
    const onAuth: FakeOptions["onAuth"] = (context) => {
      if (context.method !== "keyboard-interactive")
        return context.reject(["keyboard-interactive"]);
      context.prompt([{ prompt: "Password: ", echo: false }], (answers) =>
        answers[0] === PASSWORD ? context.accept() : context.reject(),
      );
    };
    await withFake({ onAuth }, async ({ open, fake }) => {
      await open();
      const before = fake.attempts.length;
      const wrong = { password: "hunter2" };
      const { message } = await refused(open(wrong), "auth");
      assert.match(message, /Tried: keyboard-interactive\./);
      assert.doesNotMatch(message, /hunter2/);
      await refused(open(wrong), "auth");
      assert.deepEqual(fake.attempts.slice(before), [
        "none root",
        "keyboard-interactive root",
      ]);
    });
  });

  test("a password that one host has refused is not sent to another", async () => {
    const working = { password: "other", hostKeys: [makeKey()] };
    await withFake({ methods: ["password"] }, async ({ open, fake }) => {
      const second = await startFake({
        ...{ ...working, methods: ["password"] },
        ...{ host: "127.0.0.2", port: fake.port },
      });
      const hosts = [address, "127.0.0.2"];
      const hostKeys = {
        [address]: fake.hostKey.public,
        "127.0.0.2": second.hostKey.public,
      };
      const how = { hosts, hostKeys, password: "hunter2" };
      // At the same time, as all hosts of a cluster are asked.
      const [first, other] = await Promise.all([
        refused(open(how), "auth"),
        refused(open(how, "127.0.0.2"), "auth"),
      ]);
      assert.deepEqual(
        [...fake.attempts, ...second.attempts].filter((one) =>
          one.startsWith("password"),
        ),
        ["password root"],
      );
      const [told, by] = fake.attempts.includes("password root")
        ? [other, address]
        : [first, "127.0.0.2"];
      assert.match(
        told.message,
        new RegExp(
          `Besides: the password was not sent, since ${by.replaceAll(".", "\\.")}:${fake.port} has refused it\\.`,
        ),
      );
      // Where one host has taken it, the refusal of another is its own.
      const third = { ...how, password: PASSWORD };
      await open(third);
      await refused(open(third, "127.0.0.2"), "auth");
      assert.equal(second.attempts.at(-1), "password root");
      await second.stop();
    });
  });

  test("the order of the attempts: private key, agent, password", async () => {
    const folder = scratch();
    const socket = join(folder.path, "agent");
    const agent = spawn("ssh-agent", ["-D", "-a", socket]);
    try {
      await once(agent.stdout, "data");
      run(
        "env",
        [`SSH_AUTH_SOCK=${socket}`, "ssh-add", "-q", "-"],
        makeKey().private,
      );
      const all = ["publickey", "password", "keyboard-interactive"];
      await withFake({ authorized: [], methods: all }, async ({ open }) => {
        const { message } = await refused(
          open({
            privateKey: makeKey().private,
            agentSocketPath: socket,
            password: "hunter2",
          }),
          "auth",
        );
        // The password goes to the server once, whatever the method.
        assert.match(
          message,
          /Tried: publickey \(privateKey, ssh-ed25519\), publickey \(agent\), password\. It allows/,
        );
      });
    } finally {
      agent.kill();
      folder.remove();
    }
  });

  test("a private key in PEM, encrypted or not", async () => {
    for (const passphrase of ["", "open sesame"]) {
      const key = makeKey("rsa", passphrase, ["-m", "PEM"]);
      assert.match(key.private, /^-----BEGIN RSA PRIVATE KEY-----/);
      await withFake({ authorized: [key.public] }, async ({ open }) => {
        await open({
          password: undefined,
          privateKey: key.private,
          ...(passphrase && { privateKeyPassword: passphrase }),
        });
      });
    }
  });

  test("the key first, then the password that the node asks for besides", async () => {
    const key = makeKey();
    const onAuth: FakeOptions["onAuth"] = (context) => {
      if (context.method === "publickey") {
        if (!context.signature) return context.accept();
        return context.reject(["password"], true);
      }
      if (context.method === "password" && context.password === PASSWORD)
        return context.accept();
      context.reject(["publickey"]);
    };
    await withFake({ onAuth }, async ({ open, fake }) => {
      await open({ privateKey: key.private });
      assert.deepEqual(fake.attempts, [
        "none root",
        "publickey root",
        "password root",
      ]);
    });
  });

  test("an expired password", async () => {
    const onAuth: FakeOptions["onAuth"] = (context) => {
      if (context.method !== "password") return context.reject(["password"]);
      context.requestChange("Change it", () => {});
    };
    await withFake({ onAuth }, async ({ open }) => {
      const { message } = await refused(open(), "auth");
      assert.match(message, /Besides: the password has expired\./);
    });
  });

  test("a server that says nothing more during the login", async () => {
    await withFake(
      { onAuth: () => {} },
      async ({ open, fake }) => {
        const { message } = await refused(open(), "connect");
        assert.equal(
          message,
          `127.0.0.1:${fake.port}: the login did not end within 0.3 s. ${JOURNAL}`,
        );
      },
      { ready: 300 },
    );
  });

  test("a server that cuts off after too many keys", async () => {
    const onAuth: FakeOptions["onAuth"] = (context, connection) => {
      if (context.method === "none") return context.reject(["publickey"]);
      const protocol = (
        connection as unknown as {
          _protocol: { disconnect(reason: number): void };
        }
      )._protocol;
      protocol.disconnect(2);
    };
    await withFake({ onAuth }, async ({ open }) => {
      const { message } = await refused(
        open({ privateKey: makeKey().private }),
        "auth",
      );
      assert.match(message, /It ended the login: /);
    });
  });

  test("keys that cannot be read", async () => {
    await withFake({}, async ({ open }) => {
      const cases: [string, RegExp][] = [
        ["~/.ssh/id_ed25519", /privateKey holds a path\. Give the file's text/],
        [
          "-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n",
          /privateKey \(PKCS#8\) holds no RSA, EC or Ed25519 key that can be read\./,
        ],
        [
          generateKeyPairSync("x25519", {
            privateKeyEncoding: { type: "pkcs8", format: "pem" },
            publicKeyEncoding: { type: "spki", format: "pem" },
          }).privateKey,
          /`ssh-keygen -p -f <file>`/,
        ],
        ["nonsense", /privateKey cannot be read \(Unsupported key format\)/],
        [makeKey().public, /holds a public key, .* but there is no agent/],
      ];
      for (const [privateKey, message] of cases) {
        const error = await refused(open({ privateKey }), "configuration");
        assert.match(error.message, message);
        assert.ok(!error.message.includes(privateKey));
      }
    });
  });
});

describe("commands", () => {
  test("no free session: waits, and asks again", async () => {
    let refusals = 2;
    await withFake({ onSession: () => refusals-- <= 0 }, async ({ open }) => {
      assert.equal((await (await open()).exec(["echo", "in"])).stdout, "in\n");
    });
  });

  test("never a free session: nothing ran", async () => {
    await withFake({ onSession: () => false }, async ({ open, fake }) => {
      const { message } = await refused(
        (await open()).exec(["true"]),
        "connect",
      );
      assert.match(
        message,
        /no free session for true within 0\.1 s \(.*\)\. Nothing ran\. Raise MaxSessions/,
      );
      assert.deepEqual(fake.commands, []);
    });
  });

  test("a server that runs no commands", async () => {
    await withFake(
      { onExec: (_command, _accept, reject) => reject() },
      async ({ open }) => {
        const { message } = await refused(
          (await open()).exec(["true"]),
          "configuration",
        );
        assert.match(message, /sshd runs no commands for "root"/);
      },
    );
  });

  test("a command that ends by a signal", async () => {
    const onExec: FakeOptions["onExec"] = (_command, accept) => {
      const channel = accept();
      channel.exit("KILL", false, "");
      channel.end();
    };
    await withFake({ onExec }, async ({ open }) => {
      assert.equal((await (await open()).exec(["true"])).code, 137);
    });
  });

  test("a channel that closes without a word leaves the outcome unknown", async () => {
    await withFake(
      { onExec: (_command, accept) => accept().close() },
      async ({ open }) => {
        const { message } = await refused(
          (await open()).exec(["pcs", "resource", "disable", "x"]),
          "unknown-outcome",
        );
        assert.match(
          message,
          /pcs resource disable x was sent; whether it took effect is unknown\. Run this again: it looks at what is there, and does what is missing\.$/,
        );
      },
    );
  });

  test("a connection lost before the command's start is confirmed: it may run", async () => {
    const world: { fake?: Fake } = {};
    await withFake(
      { onExec: () => world.fake?.cut() },
      async ({ open, fake }) => {
        world.fake = fake;
        const host = await open();
        await refused(host.exec(["true"]), "unknown-outcome");
        assert.equal(fake.commands.length, 1);
      },
    );
  });

  test("a command whose end nobody reports: the outcome is unknown, the next one takes a new connection", async () => {
    const onExec: FakeOptions["onExec"] = (command, accept) => {
      const channel = accept();
      if (!command.includes("hang")) answer(channel, 0, "fine");
    };
    await withFake({ onExec }, async ({ open, fake }) => {
      const host = await open();
      const { message } = await refused(
        host.exec(["hang"], { timeoutSeconds: 0.1 }),
        "unknown-outcome",
      );
      assert.equal(
        message,
        `127.0.0.1:${fake.port}: hang was sent, and no word of its end came within 1.4 s; it may still run, and whether ` +
          "it took effect is unknown. Run this again: it looks at what is there, and does what is missing.",
      );
      assert.equal((await host.exec(["other"])).stdout, "fine");
      assert.equal(fake.count(), 2);
    });
  });

  test("a node that falls silent is noticed in time, also while a command runs, and is not waited for again", async () => {
    const onExec: FakeOptions["onExec"] = (_command, accept) => void accept();
    await withFake(
      { onExec },
      async ({ open, fake }) => {
        const host = await open();
        const command = refused(host.exec(["true"]), "unknown-outcome");
        const read = refused(
          host.exec(["cat", "x"], { reads: true }),
          "connect",
        );
        await until(
          "the commands have arrived",
          () => fake.commands.length === 2,
        );
        const since = performance.now();
        fake.freeze();
        const { message } = await command;
        const took = performance.now() - since;
        assert.ok(took > 500, `given up after ${took} ms already`);
        assert.match(
          message,
          /the connection was lost \(three keepalives stayed without an answer\) after/,
        );
        assert.equal(
          (await read).message,
          `127.0.0.1:${fake.port}: the connection was lost (three keepalives stayed without an answer) under cat x, ` +
            "which changes nothing. Is the node up?",
        );
        // Neither on the way to a repetition, nor for the next command.
        for (const again of [host.exec(["true"]), open()])
          assert.equal(
            (await refused(again, "connect")).message,
            `127.0.0.1:${fake.port}: the connection was given up: three keepalives stayed without an answer. Is the node ` +
              "up, and the network between?",
          );
        assert.equal(fake.count(), 1);
      },
      { keepalive: 200 },
    );
  });

  test("a node that is slow to answer, or sends anything else, is not given up", async () => {
    await withFake(
      {},
      async ({ open, fake }) => {
        const way = await relay(fake.port);
        const host = await open({ port: way.port });
        // Longer than two keepalives without an answer, again and again.
        for (let round = 0; round < 3; round++) {
          way.freeze();
          await new Promise((resolve) => setTimeout(resolve, 500));
          way.thaw();
          assert.equal((await host.exec(["echo", "in"])).stdout, "in\n");
        }
        assert.equal(way.count(), 1);
        await way.stop();
      },
      { keepalive: 200 },
    );
  });

  test("a command that only reads is repeated once where its connection breaks", async () => {
    const world: { fake?: Fake; cuts: number } = { cuts: 0 };
    const onExec: FakeOptions["onExec"] = (_command, accept) =>
      world.cuts-- > 0 ? world.fake?.cut() : answer(accept(), 0, "read");
    await withFake({ onExec }, async ({ open, fake }) => {
      world.fake = fake;
      const host = await open();
      world.cuts = 1;
      const { stdout } = await host.exec(["cat", "x"], { reads: true });
      assert.equal(stdout, "read");
      assert.equal(fake.commands.length, 2);
      world.cuts = 2;
      const error = await refused(
        host.exec(["cat", "x"], { reads: true }),
        "connect",
      );
      assert.match(
        error.message,
        /the connection was lost.* under cat x, which changes nothing\./,
      );
      assert.equal(fake.commands.length, 4);
    });
  });

  test("a command that only reads, and whose end nobody reports, is a time-out", async () => {
    await withFake(
      { onExec: (_command, accept) => void accept() },
      async ({ open, fake }) => {
        const { message } = await refused(
          (await open()).exec(["cat", "x"], {
            reads: true,
            timeoutSeconds: 0.1,
          }),
          "timeout",
        );
        assert.equal(
          message,
          `127.0.0.1:${fake.port}: no word of the end of cat x, which changes nothing, came within 1.4 s. Is the node ` +
            "overloaded?",
        );
      },
    );
  });

  test("a node that answers keepalives stays", async () => {
    await withFake(
      {},
      async ({ open, fake }) => {
        const host = await open();
        await host.exec(["sleep", "0.5"]);
        await host.exec(["true"]);
        assert.equal(fake.count(), 1);
      },
      { keepalive: 60 },
    );
  });

  test("output without end is cut", async () => {
    await withFake({}, async ({ open }) => {
      const { message } = await refused(
        (await open()).exec(["yes"]),
        "unknown-outcome",
      );
      assert.match(message, /yes printed more than 16 MiB and was stopped/);
      const read = await refused(
        (await open()).exec(["yes"], { reads: true }),
        "configuration",
      );
      assert.match(
        read.message,
        /yes, which changes nothing, printed more than 16 MiB and was stopped\./,
      );
    });
  });

  test("the command line: in English and bounded", async () => {
    const onExec: FakeOptions["onExec"] = (_command, accept) =>
      answer(accept(), 0);
    await withFake({ onExec }, async ({ open, fake }) => {
      const host = await open();
      await host.exec(["/usr/sbin/pcs", "status", "xml"]);
      await host.exec(["echo", "a b"], { timeoutSeconds: 5 });
      await host.exec(["cibadmin", "-p"], { stdin: "secret" });
      assert.deepEqual(fake.commands, [
        "env LC_ALL=C timeout -k 1 30 /usr/sbin/pcs status xml",
        "env LC_ALL=C timeout -k 1 5 echo 'a b'",
        "env LC_ALL=C timeout -k 1 30 cibadmin -p",
      ]);
      await assert.rejects(
        host.exec(["true"], { timeoutSeconds: 0 }),
        TypeError,
      );
    });
  });
});
