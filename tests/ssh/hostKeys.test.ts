import test, { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Connection } from "../../provider/src/connection";
import { run } from "../../provider/src/cli/run";
import { endpointOf } from "../../provider/src/ssh/endpoint";
import { createPool } from "../../provider/src/ssh/pool";
import { presentedKey } from "../../provider/src/ssh/presented";
import { listen, startFake } from "./fake";
import { makeKey } from "./keys";
import { startSshd, type Sshd } from "./sshd";
import { connectionTo, refused, SHORT } from "./support";

async function command(...argv: string[]) {
  let stdout = "";
  let stderr = "";
  const code = await run(argv, {
    out: (text) => void (stdout += text),
    err: (text) => void (stderr += text),
  });
  return { code, stdout, stderr };
}

/** The hostKeys of the program's part of what was printed. */
function pasted(stdout: string): Record<string, string> {
  const [, body = ""] = /^hostKeys: (\{[^]*?\n\}),$/m.exec(stdout) ?? [];
  return new Function(`return ${body}`)() as Record<string, string>;
}

describe("host-keys", () => {
  const identity = makeKey();
  let sshd: Sshd;
  before(async () => {
    sshd = await startSshd({ authorized: [identity.public] });
  });
  after(() => sshd.stop());

  test("prints what a connection then accepts, and logs in nowhere", async () => {
    const { code, stdout, stderr } = await command(
      ...["host-keys", "--port", String(sshd.port), "127.0.0.1"],
    );
    assert.equal(code, 0);
    const { public: line, fingerprint } = sshd.hostKey;
    assert.equal(
      stdout,
      "// In a program, as part of the connection:\n" +
        `hostKeys: {\n    "127.0.0.1": "${line}",\n},\n\n` +
        "# Or in the stack's configuration:\n" +
        `pulumi config set --path 'pacemaker:connection.hostKeys["127.0.0.1"]' '${line}'\n`,
    );
    assert.match(stderr, /NOT VERIFIED: .*node's own console/s);
    assert.ok(
      stderr.includes(
        `127.0.0.1  ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub  must print  ${fingerprint}\n`,
      ),
      stderr,
    );
    assert.doesNotMatch(sshd.log(), /Accepted|Failed|Invalid user|for user/);

    const pool = createPool(SHORT);
    const connection: Connection = connectionTo(sshd.port, {
      user: sshd.user,
      privateKey: identity.private,
      hostKeys: pasted(stdout),
    });
    await (await pool.openHost(connection, "127.0.0.1")).exec(["true"]);
    await pool.closeAll();
  });

  test("names the hosts that do not answer, and prints the others", async () => {
    const { code, stdout, stderr } = await command(
      ...["host-keys", `--port=${sshd.port}`],
      ...["no-such-host.invalid", "127.0.0.1", "::1"],
    );
    assert.equal(code, 1);
    assert.deepEqual(Object.keys(pasted(stdout)), ["127.0.0.1"]);
    assert.match(
      stderr,
      /^connect: no-such-host\.invalid:\d+: (no such host|the name cannot be resolved now) \(E/m,
    );
    assert.match(stderr, /^connect: \[::1\]:\d+: .* \(E/m);
  });

  test("prints nothing to paste when no host answers", async () => {
    const { code, stdout, stderr } = await command(
      ...["host-keys", "--port", "1", "127.0.0.1"],
    );
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    assert.match(stderr, /^\nconnect: 127\.0\.0\.1:1: connection refused/);
    assert.doesNotMatch(stderr, /NOT VERIFIED/);
  });

  test("is a program that ends by itself, with help and exit codes", async () => {
    const main = join(__dirname, "../../provider/src/cli/main.ts");
    const start = (...argv: string[]) =>
      promisify(execFile)(process.execPath, ["--import", "tsx", main, ...argv]);
    const [help, keys, wrong] = await Promise.all([
      start("--help"),
      start("host-keys", "--port", String(sshd.port), "127.0.0.1"),
      start("host-keys").catch((error: unknown) => error as { code: number }),
    ]);
    assert.match(help.stdout, /^Usage: pulumi-pacemaker host-keys /);
    assert.ok(keys.stdout.includes(sshd.hostKey.public));
    assert.equal((wrong as { code: number }).code, 2);
  });
});

test("a wrong command line says what is wrong, and asks nobody", async () => {
  const see = "\nSee: pulumi-pacemaker --help\n";
  const wanted =
    'must be a hostname, an IPv4 or an IPv6 address, such as "192.0.2.11"';
  const table: [string[], string][] = [
    [[], "a command is missing: host-keys, queues, drill or preview"],
    [["host-key", "a"], 'there is no command "host-key"'],
    [["host-keys"], "host-keys needs at least one HOST"],
    [["host-keys", "root@a"], `root@a: ${wanted}; the user goes into \`user\``],
    [["host-keys", "a", "b", "a"], 'a: "a" is listed twice'],
    [
      ["host-keys", "--port", "0", "a"],
      "--port 0: must be a port from 1 to 65535",
    ],
    [["preview", "--json", "--markdown"], "give one of --json and --markdown"],
    [
      ["preview", "--max-disruption", "much"],
      "--max-disruption much: must be one of none, reload, restart, move, stop",
    ],
    [
      ["preview", "--survives", "none"],
      "--survives none: must be a whole number from 0 to 2",
    ],
    [
      ["preview", "--host", "127.0.0.1", "--plan", "/no/such"],
      "ENOENT: no such file or directory, open '/no/such'",
    ],
    [
      ["preview", "--host", "127.0.0.1", "--plan", "/dev/null"],
      "what /dev/null holds cannot be read: Unexpected end of JSON input",
    ],
  ];
  for (const [argv, text] of table)
    assert.deepEqual(await command(...argv), {
      code: 2,
      stdout: "",
      stderr: `pulumi-pacemaker: ${text}${see}`,
    });
  for (const port of ["", "ssh", "22.5", "1e9"])
    assert.equal((await command("host-keys", "--port", port, "a")).code, 2);
  const { code, stderr } = await command("host-keys", "--user", "x", "a");
  assert.equal(code, 2);
  assert.match(stderr, /^pulumi-pacemaker: Unknown option '--user'/);
});

test("what the config commands set reaches a shell as it is written", async () => {
  const fake = await startFake({ host: "::1" });
  const { stdout } = await command(
    ...["host-keys", "--port", String(fake.port), "::1"],
  );
  await fake.stop();
  const line = stdout.split("\n").find((text) => text.startsWith("pulumi "));
  const printed = spawnSync("sh", [
    "-c",
    `pulumi() { printf '%s\\n' "$@"; }; ${line}`,
  ]);
  assert.deepEqual(printed.stdout.toString().trim().split("\n"), [
    ...["config", "set", "--path", 'pacemaker:connection.hostKeys["::1"]'],
    fake.hostKey.public,
  ]);
});

describe("the presented key", () => {
  const key = (port: number, bounds = SHORT) =>
    presentedKey(endpointOf(connectionTo(port), "127.0.0.1"), bounds);

  test("is of the type that a login prefers", async () => {
    const keys = { rsa: makeKey("rsa"), ecdsa: makeKey("ecdsa") };
    for (const [hostKeys, expected] of [
      [[keys.rsa, keys.ecdsa, makeKey()], "ssh-ed25519"],
      [[keys.rsa, keys.ecdsa], "ecdsa-sha2-nistp256"],
      [[keys.rsa], "ssh-rsa"],
    ] as const) {
      const fake = await startFake({ hostKeys: [...hostKeys] });
      const { type, line, fingerprint } = await key(fake.port);
      assert.equal(type, expected);
      const own = hostKeys.find((one) => one.public === line);
      assert.equal(own?.fingerprint, fingerprint);
      assert.deepEqual(fake.attempts, []);
      await fake.stop();
    }
  });

  test("is waited for in bounded time", async () => {
    const silent = await listen(() => {});
    const { message } = await refused(
      key(silent.port, { ...SHORT, ready: 200 }),
      "connect",
    );
    assert.match(message, /connected, but no ssh banner within 0\.2 s/);
    await silent.stop();
  });

  test("of a server without a common algorithm is an error", async () => {
    const fake = await startFake({
      config: { algorithms: { kex: ["diffie-hellman-group14-sha1"] } },
    });
    await refused(key(fake.port), "configuration");
    await fake.stop();
  });
});
