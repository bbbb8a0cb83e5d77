import test, { after, describe } from "node:test";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { createPool } from "../../provider/src/ssh/pool";
import { answer, listen, startFake, type FakeOptions } from "./fake";
import { makeKey, scratch } from "./keys";
import { connectionTo, refused, SHORT, until } from "./support";

const address = "127.0.0.1";
const password = "correct horse";

test("at most four commands run at once on a connection, and all of them run", async () => {
  let now = 0;
  let most = 0;
  const onExec: FakeOptions["onExec"] = (_command, accept) => {
    most = Math.max(most, ++now);
    const channel = accept();
    setTimeout(() => {
      now--;
      answer(channel, 0);
    }, 5);
  };
  const fake = await startFake({ password, onExec });
  const pool = createPool(SHORT);
  const host = await pool.openHost(
    connectionTo(fake.port, {
      password,
      hostKeys: { [address]: fake.hostKey.public },
    }),
    address,
  );
  await Promise.all(Array.from({ length: 40 }, () => host.exec(["true"])));
  assert.equal(most, 4);
  assert.equal(fake.commands.length, 40);
  await pool.closeAll();
  await fake.stop();
});

test("who shares a connection: the same endpoint, identity and trust", async () => {
  const fake = await startFake({
    password,
    onAuth: (context) => context.accept(),
  });
  const pool = createPool(SHORT);
  const base = connectionTo(fake.port, {
    password,
    hostKeys: { [address]: fake.hostKey.public },
  });
  const same = { ...base, hosts: [address, "192.0.2.2"], sudo: true };
  const others = [
    { ...base, user: "admin" },
    { ...base, password: "other" },
    { ...base, hostKeys: { [address]: fake.hostKey.fingerprint } },
  ];
  await Promise.all(
    [base, base, same].map((connection) => pool.openHost(connection, address)),
  );
  assert.equal(fake.count(), 1);
  await Promise.all(
    others.map((connection) => pool.openHost(connection, address)),
  );
  assert.equal(fake.count(), 4);
  await pool.closeAll();
  // Closed is closed on both sides; and a new call connects anew.
  await pool.openHost(base, address);
  assert.equal(fake.count(), 5);
  await pool.closeAll();
  await fake.stop();
});

test("a failure to connect stands for a while, then it is tried again", async () => {
  let silent = true;
  const fake = await startFake({
    password,
    onAuth: (context) => !silent && context.accept(),
  });
  const pool = createPool({
    ...SHORT,
    ready: 500,
    failureAlone: 400,
  });
  const connection = connectionTo(fake.port, {
    password,
    hostKeys: { [address]: fake.hostKey.public },
  });
  const open = () => pool.openHost(connection, address);
  await Promise.all([refused(open(), "connect"), refused(open(), "connect")]);
  silent = false;
  await refused(open(), "connect");
  assert.equal(fake.count(), 1);
  await new Promise((resolve) => setTimeout(resolve, 410));
  await open();
  assert.equal(fake.count(), 2);
  await pool.closeAll();
  await fake.stop();
});

test("a failure to connect stands longer while another host works, which is asked meanwhile", async () => {
  const other = "127.0.0.2";
  const [fake, working] = [
    await startFake({ password, onAuth: () => undefined }),
    await startFake({ password }),
  ];
  // The same port on another address of the loopback.
  const front = await listen(
    (socket) => {
      const onward = connect(working.port, address);
      onward.on("error", () => socket.destroy());
      socket.pipe(onward).pipe(socket);
    },
    other,
    fake.port,
  );
  const bounds = { ready: 500, failureAlone: 0, failure: 60_000 };
  const pool = createPool({ ...SHORT, ...bounds });
  const connection = connectionTo(fake.port, {
    password,
    hosts: [address, other],
    hostKeys: {
      [address]: fake.hostKey.public,
      [other]: working.hostKey.public,
    },
  });
  const open = (host: string) => pool.openHost(connection, host);
  await refused(open(address), "connect");
  await refused(open(address), "connect");
  assert.equal(fake.count(), 2, "nothing else works: it is tried again");
  await open(other);
  await refused(open(address), "connect");
  assert.equal(fake.count(), 2, "another works: it is not");
  await pool.closeAll();
  await front.stop();
  await working.stop();
  await fake.stop();
});

test("who waits for a turn on a connection that hangs goes elsewhere", async () => {
  let hangs = true;
  const onExec: FakeOptions["onExec"] = (_command, accept) => {
    const channel = accept();
    if (!hangs) answer(channel, 0, "fine");
  };
  const fake = await startFake({ password, onExec });
  const pool = createPool(SHORT);
  const host = await pool.openHost(
    connectionTo(fake.port, {
      password,
      hostKeys: { [address]: fake.hostKey.public },
    }),
    address,
  );
  const hanging = Array.from({ length: 4 }, (_, index) =>
    refused(
      host.exec([`hang-${index}`], { timeoutSeconds: 0.1 }),
      "unknown-outcome",
    ),
  );
  await until("they hang", () => fake.commands.length === 4);
  const waiting = Array.from({ length: 8 }, () => host.exec(["next"]));
  hangs = false;
  await Promise.all(hanging);
  for (const { stdout } of await Promise.all(waiting))
    assert.equal(stdout, "fine");
  assert.equal(fake.count(), 2);
  await pool.closeAll();
  await fake.stop();
});

test("a wrong host key stands for the process's life", async () => {
  const fake = await startFake({ password });
  const pool = createPool({ ...SHORT, failureAlone: 0 });
  const connection = connectionTo(fake.port, {
    password,
    hostKeys: { [address]: makeKey().public },
  });
  await refused(pool.openHost(connection, address), "trust");
  await refused(pool.openHost(connection, address), "trust");
  assert.equal(fake.count(), 1);
  await pool.closeAll();
  await fake.stop();
});

test("the host key of a known type is asked for, where the node has several", async () => {
  const rsa = makeKey("rsa");
  const ed25519 = makeKey();
  const ecdsa = makeKey("ecdsa");
  const fake = await startFake({ password, hostKeys: [ed25519, rsa, ecdsa] });
  const pool = createPool(SHORT);
  for (const key of [rsa, ed25519, ecdsa]) {
    await pool.openHost(
      connectionTo(fake.port, {
        password,
        hostKeys: { [address]: key.public },
      }),
      address,
    );
    await pool.openHost(
      connectionTo(fake.port, {
        password,
        knownHosts: `[${address}]:${fake.port} ${key.public}\n`,
      }),
      address,
    );
  }
  await pool.closeAll();
  await fake.stop();
});

test("a pinned fingerprint of any of the node's keys is found, before any login", async () => {
  const hostKeys = [makeKey(), makeKey("rsa"), makeKey("ecdsa")];
  const fake = await startFake({ password, hostKeys });
  const pool = createPool(SHORT);
  const pinned = (...pins: string[]) =>
    pool.openHost(
      connectionTo(fake.port, { password, hostKeys: { [address]: pins } }),
      address,
    );
  for (const { fingerprint } of hostKeys) await pinned(fingerprint);
  assert.equal(
    fake.attempts.filter((one) => one === "password root").length,
    3,
  );
  const [attempts, connections] = [fake.attempts.length, fake.count()];
  const { message } = await refused(pinned(makeKey().fingerprint), "trust");
  assert.match(
    message,
    new RegExp(
      `the node presents ssh-ed25519 ${hostKeys[0]!.fingerprint.replace(/[+]/g, "\\+")}\\. Nothing was sent`,
    ),
  );
  // Each of its keys was looked at, and nobody logged in.
  assert.equal(fake.count() - connections, 4);
  assert.equal(fake.attempts.length, attempts);
  // A pinned key says its type: then it is asked for at once.
  await refused(pinned(makeKey().public, makeKey().fingerprint), "trust");
  assert.equal(fake.count() - connections, 5);
  await pool.closeAll();
  await fake.stop();
});

describe("jump hosts", () => {
  const closers: (() => Promise<void>)[] = [];
  after(async () => {
    for (const close of closers.reverse()) await close();
  });
  const start = async (options: FakeOptions = {}) => {
    const fake = await startFake({
      password,
      hostKeys: [makeKey()],
      ...options,
    });
    closers.push(fake.stop);
    return fake;
  };
  const to = (fake: Awaited<ReturnType<typeof start>>, more = {}) =>
    connectionTo(fake.port, {
      password,
      hostKeys: { [address]: fake.hostKey.public },
      ...more,
    });
  const newPool = () => {
    const pool = createPool(SHORT);
    closers.push(pool.closeAll);
    return pool;
  };

  test("two hops, each verified by its own settings, shared by the nodes behind", async () => {
    const [outer, inner, node1, node2] = await Promise.all([
      start(),
      start(),
      start(),
      start(),
    ]);
    const pool = newPool();
    const proxy = to(inner, { proxy: to(outer) });
    const hosts = await Promise.all(
      [node1, node2].map((node) => pool.openHost(to(node, { proxy }), address)),
    );
    const results = await Promise.all(
      hosts.map((host) => host.exec(["cat"], { stdin: "x".repeat(300_000) })),
    );
    assert.deepEqual(
      results.map(({ stdout }) => stdout.length),
      [300_000, 300_000],
    );
    assert.deepEqual([outer.count(), inner.count(), node1.count()], [1, 1, 1]);

    const wrong = to(inner, {
      proxy: to(outer),
      hostKeys: { [address]: makeKey().public },
    });
    const error = await refused(
      pool.openHost(to(node1, { proxy: wrong }), address),
      "trust",
    );
    assert.match(
      error.message,
      new RegExp(
        `^jump host 127\\.0\\.0\\.1:${inner.port}: the host key is not the pinned one`,
      ),
    );
    const behind = to(node1, {
      proxy,
      hostKeys: { [address]: makeKey().public },
    });
    await refused(pool.openHost(behind, address), "trust");
  });

  test("the first jump host that answers", async () => {
    const [jump, node] = await Promise.all([start(), start()]);
    const proxy = to(jump, { hosts: ["no-such-host.invalid", address] });
    await (
      await newPool().openHost(to(node, { proxy }), address)
    ).exec(["true"]);
  });

  test("a jump host that hangs costs a head start, when it is connected to and later", async () => {
    const [jump, node, other] = await Promise.all([
      start({ host: "127.0.0.2" }),
      start(),
      start(),
    ]);
    let silent = true;
    const first = await listen(
      (socket) => {
        if (silent) return;
        const onward = connect(jump.port, "127.0.0.2");
        onward.on("error", () => socket.destroy());
        socket.pipe(onward).pipe(socket);
      },
      address,
      jump.port,
    );
    closers.push(first.stop);
    const proxy = connectionTo(jump.port, {
      password,
      hosts: [address, "127.0.0.2"],
      hostKeys: {
        [address]: jump.hostKey.public,
        "127.0.0.2": jump.hostKey.public,
      },
    });
    const bounds = { headStart: 200, failureAlone: 0, failure: 0 };
    const pool = createPool({ ...SHORT, ...bounds });
    closers.push(pool.closeAll);
    const since = performance.now();
    await pool.openHost(to(node, { proxy }), address);
    const took = performance.now() - since;
    assert.ok(took >= 190 && took < SHORT.ready, `${took} ms`);
    assert.equal(jump.count(), 1);

    silent = false;
    const later = createPool({ ...SHORT, ...bounds });
    closers.push(later.closeAll);
    await later.openHost(to(node, { proxy }), address);
    assert.equal(first.count(), 2);
    first.freeze();
    await later.openHost(to(other, { proxy }), address);
    assert.equal(jump.count(), 3);
  });

  test("no jump host answers", async () => {
    const node = await start();
    const proxy = connectionTo(1, { password });
    const { message } = await refused(
      newPool().openHost(to(node, { proxy }), address),
      "connect",
    );
    assert.match(
      message,
      /^no jump host can be reached: 127\.0\.0\.1:1: connection refused \(ECONNREFUSED\)/,
    );
  });

  test("a jump host that does not reach the node", async () => {
    const jump = await start();
    const connection = connectionTo(1, { password, proxy: to(jump) });
    const { message } = await refused(
      newPool().openHost(connection, address),
      "connect",
    );
    assert.match(
      message,
      new RegExp(
        `^127\\.0\\.0\\.1:1 \\(through 127\\.0\\.0\\.1:${jump.port}\\): the jump host cannot reach it: `,
      ),
    );
  });

  test("a jump host that goes away takes its nodes along; the next command comes back", async () => {
    const [jump, node] = await Promise.all([start(), start()]);
    const host = await newPool().openHost(
      to(node, { proxy: to(jump) }),
      address,
    );
    const command = refused(host.exec(["sleep", "1"]), "unknown-outcome");
    await until("the command has arrived", () => node.commands.length === 1);
    jump.cut();
    await command;
    assert.equal((await host.exec(["echo", "back"])).stdout, "back\n");
    assert.equal(jump.count(), 2);
  });

  test("IPv6", async () => {
    const [jump, node] = await Promise.all([
      start({ host: "::1" }),
      start({ host: "::1" }),
    ]);
    const at = (fake: typeof jump, more = {}) =>
      to(fake, {
        hosts: ["::1"],
        hostKeys: { "::1": fake.hostKey.public },
        ...more,
      });
    const pool = newPool();
    await (await pool.openHost(at(node), "::1")).exec(["true"]);
    await (
      await pool.openHost(at(node, { proxy: at(jump) }), "::1")
    ).exec(["true"]);
    const error = await refused(
      pool.openHost(at(node, { hostKeys: {} }), "::1"),
      "trust",
    );
    assert.match(
      error.message,
      new RegExp(`^\\[::1\\]:${node.port}: the host key is unknown`),
    );
  });
});

describe("the process", () => {
  const folder = scratch();
  after(() => folder.remove());

  /** Runs a program that has `host`, and gives what it printed once it has ended by itself. */
  async function program(
    name: string,
    body: string,
    env: NodeJS.ProcessEnv = {},
    jump = false,
  ) {
    const fake = await startFake({ password });
    const connection = connectionTo(fake.port, {
      password,
      hostKeys: { [address]: fake.hostKey.public },
    });
    const file = join(folder.path, `${name}.ts`);
    writeFileSync(
      file,
      `import { openHost } from ${JSON.stringify(resolve("provider/src/ssh/index.ts"))};
       (async () => {
         const host = await openHost(${JSON.stringify(jump ? { ...connection, proxy: connection } : connection)}, "${address}");
         ${body}
       })();`,
    );
    const child = spawn(process.execPath, ["--import", "tsx", file], {
      env: { ...process.env, ...env },
    });
    const printed = { out: "", err: "" };
    child.stdout.on("data", (chunk) => (printed.out += chunk));
    child.stderr.on("data", (chunk) => (printed.err += chunk));
    const timer = setTimeout(() => child.kill(), 10_000);
    const [code] = await once(child, "close");
    clearTimeout(timer);
    await fake.stop();
    return { code, ...printed };
  }

  test("ends by itself while connections are open and idle", async () => {
    const body = `await host.exec(["true"]); console.log("last");`;
    assert.deepEqual(await program("idle", body), {
      code: 0,
      out: "last\n",
      err: "",
    });
    assert.deepEqual(await program("jump", body, {}, true), {
      code: 0,
      out: "last\n",
      err: "",
    });
  });

  test("lives while a command runs, through jump hosts too", async () => {
    const running = `console.log((await host.exec(["sh", "-c", "sleep 0.3; echo done"])).stdout);`;
    assert.equal((await program("running", running)).out, "done\n\n");
    assert.equal(
      (await program("runningJump", running, {}, true)).out,
      "done\n\n",
    );
  });

  test("PACEMAKER_DEBUG=1 shows each command on stderr, and never its input", async () => {
    const body = `await host.exec(["sh", "-c", "cat >&2; exit 3"], { stdin: "secret" });`;
    const { err } = await program("debug", body, { PACEMAKER_DEBUG: "1" });
    assert.match(
      err,
      /^pacemaker: 127\.0\.0\.1:\d+ \d+\.\d{3} s, exit 3: sh -c 'cat >&2; exit 3'\n$/,
    );
  });
});
