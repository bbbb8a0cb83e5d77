import test, { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  commandLine,
  needsSudo,
  parseWho,
  sudoersLines,
  sudoRefusal,
  timedOut,
} from "../../provider/src/ssh/command";
import type { ExecOptions, Rights } from "../../provider/src/ssh/exec";
import { createPool } from "../../provider/src/ssh/pool";
import { startFake, type Fake } from "./fake";
import { scratch } from "./keys";
import { connectionTo, refused, SHORT } from "./support";

test("when sudo is needed", () => {
  const root = { uid: 0, groups: ["root"] };
  const member = { uid: 1000, groups: ["users", "haclient"] };
  const other = { uid: 1000, groups: ["users"] };
  const table: [Rights, typeof root, boolean | undefined, boolean][] = [
    ["none", root, undefined, false],
    ["root", root, undefined, false],
    ["root", root, true, false],
    ["none", member, undefined, false],
    ["cluster", member, undefined, false],
    ["root", member, undefined, true],
    ["none", other, undefined, false],
    ["cluster", other, undefined, true],
    ["root", other, undefined, true],
    ["none", other, true, true],
    ["cluster", member, true, true],
    ["root", other, false, false],
    ["cluster", other, false, false],
  ];
  for (const [rights, login, setting, expected] of table) {
    assert.equal(
      needsSudo(rights, login, setting),
      expected,
      `${rights} ${JSON.stringify(login)} ${setting}`,
    );
  }
});

test("sudo stands next to the command, and keeps its bound, or has it kept", () => {
  const argv = ["/usr/sbin/pcs", "status"];
  assert.equal(
    commandLine(argv, "sudo", 29.5, 5),
    "env LC_ALL=C sudo -n -T 30 -- /usr/sbin/pcs status",
  );
  assert.equal(
    commandLine(argv, "sudo timeout", 29.5, 5),
    "env LC_ALL=C sudo -n -- /usr/bin/timeout -k 5 29.5 /usr/sbin/pcs status",
  );
});

test("variables come before the command, and none changes the language of its messages", () => {
  assert.equal(
    commandLine(["/usr/bin/systemctl", "stop", "a"], "plain", 30, 5, {
      SYSTEMCTL_SKIP_SYSV: "1",
      LC_ALL: "de_DE.UTF-8",
    }),
    "env SYSTEMCTL_SKIP_SYSV=1 LC_ALL=C timeout -k 5 30 /usr/bin/systemctl stop a",
  );
});

test("who the login user is", () => {
  assert.deepEqual(parseWho("pacemaker-login\n1000\nusers haclient\n"), {
    login: { uid: 1000, groups: ["users", "haclient"] },
    before: "",
  });
  assert.equal(
    parseWho("hello\npacemaker-login\n0\nroot\n")?.before,
    "hello\n",
  );
  assert.equal(
    parseWho("This account is currently not available.\n"),
    undefined,
  );
});

test("sudo's refusals, and what only looks like one", () => {
  const password = "sudo: a password is required\n";
  assert.equal(sudoRefusal(1, "", password), "a password is required");
  assert.equal(
    sudoRefusal(
      1,
      "",
      "Sorry, user deploy is not allowed to execute '/usr/sbin/pcs' as root on node-01.\n",
    ),
    "Sorry, user deploy is not allowed to execute '/usr/sbin/pcs' as root on node-01.",
  );
  assert.equal(
    sudoRefusal(
      1,
      "",
      `sudo: unable to resolve host node-01: Name or service not known\n${password}`,
    ),
    "a password is required",
  );
  assert.equal(
    sudoRefusal(
      1,
      "",
      "sudo: unable to resolve host node-01\nError: resource 'x' does not exist\n",
    ),
    undefined,
  );
  for (const words of [
    "sudo: sorry, you must have a tty to run sudo\n",
    "deploy is not in the sudoers file.\n",
    "sudo: sorry, you are not allowed set a command timeout\n",
    "sudo: account validation failure, is your account locked?\n",
  ])
    assert.equal(sudoRefusal(1, "", words), words.trim().replace("sudo: ", ""));
  // Warnings, after which the command ran and ended by 1 itself.
  for (const words of [
    "sudo: setrlimit(RLIMIT_CORE): Operation not permitted\n",
    "sudo: unable to send audit message: Operation not permitted\n",
  ])
    assert.equal(sudoRefusal(1, "", words), undefined);
  assert.equal(sudoRefusal(1, "some output", password), undefined);
  assert.equal(sudoRefusal(0, "", password), undefined);
  assert.equal(
    sudoRefusal(127, "", "env: 'sudo': No such file or directory\n"),
    "there is no sudo on the node",
  );
});

test("sudoers lines name the whole command, as sudoers spells it", () => {
  assert.deepEqual(
    sudoersLines(
      "deploy",
      ["/usr/bin/systemctl", "stop", "a:b,c@-.service"],
      "",
    ),
    [
      "Defaults:deploy user_command_timeouts",
      "deploy ALL=(root) NOPASSWD: /usr/bin/systemctl stop a\\:b\\,c@-.service",
    ],
  );
  assert.deepEqual(
    sudoersLines(
      "deploy",
      ["/bin/x"],
      "sorry, you must have a tty to run sudo",
    ),
    [
      "Defaults:deploy !requiretty, user_command_timeouts",
      'deploy ALL=(root) NOPASSWD: /bin/x ""',
    ],
  );
  assert.equal(
    sudoersLines("deploy", ["/bin/x", "a\nb"], "")[1],
    "deploy ALL=(root) NOPASSWD: /bin/x",
  );
});

test("a timeout is ours only when the time is over, and the code is its keeper's", () => {
  assert.equal(timedOut(124, 30_010, 30, "plain"), true);
  assert.equal(timedOut(137, 35_000, 30, "plain"), true);
  assert.equal(timedOut(124, 12_000, 30, "plain"), false);
  assert.equal(timedOut(1, 31_000, 30, "plain"), false);
  assert.equal(timedOut(124, 30_010, 30, "sudo timeout"), true);
  assert.equal(timedOut(143, 30_010, 30, "sudo"), true);
  assert.equal(timedOut(129, 30_010, 29.5, "sudo"), true);
  assert.equal(timedOut(129, 29_600, 29.5, "sudo"), false);
  assert.equal(timedOut(124, 30_010, 30, "sudo"), false);
});

test("README has the sudoers lines that docs/connection.md has", () => {
  const lines = (file: string) => {
    const text = readFileSync(join(__dirname, "../..", file), "utf8");
    return [...text.matchAll(/^```sudoers\n([^]*?)^```$/gm)]
      .map(([, block]) => block)
      .join("");
  };
  assert.match(lines("README.md"), /^Defaults:pulumi [^]*cibadmin/);
  assert.equal(lines("README.md"), lines("docs/connection.md"));
});

describe("on a node", () => {
  const folder = scratch();
  const pool = createPool(SHORT);
  let fake: Fake;
  let asked = 0;

  const stub = (name: string, text: string) => {
    writeFileSync(join(folder.path, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(folder.path, name), 0o755);
  };
  /** Logs in as a user of the stubs' making. Each name is a login of its own. */
  const exec = async (
    user: string,
    argv: string[],
    options?: ExecOptions,
    sudo?: boolean,
  ) => {
    const connection = connectionTo(fake.port, {
      user,
      sudo,
      password: "x",
      hostKeys: { "127.0.0.1": fake.hostKey.public },
    });
    return (await pool.openHost(connection, "127.0.0.1")).exec(argv, options);
  };

  before(async () => {
    stub(
      "id",
      `case "$1" in -u) echo 1000 ;; *) echo users $GROUPS_STUB ;; esac`,
    );
    stub(
      "sudo",
      `[ "$1 $2 $3 $4" = "-n -T 30 --" ] || exit 9; shift 4; echo "by sudo: $*"`,
    );
    fake = await startFake({
      onAuth: (context) => context.accept(),
      onSession: () => ++asked > 0,
      env: { PATH: `${folder.path}:${process.env.PATH}` },
    });
  });
  after(async () => {
    await pool.closeAll();
    await fake.stop();
    folder.remove();
  });

  test("sudo is put in front where the user has less than is needed; the user is asked for once", async () => {
    const before = fake.commands.length;
    const all = await Promise.all([
      exec("deploy", ["echo", "a"], { rights: "root" }),
      exec("deploy", ["echo", "b"], { rights: "cluster" }),
      exec("deploy", ["echo", "c"]),
    ]);
    assert.deepEqual(
      all.map(({ stdout }) => stdout),
      ["by sudo: echo a\n", "by sudo: echo b\n", "c\n"],
    );
    assert.equal(fake.commands.length - before, 4);
  });

  test("the connection's sudo says always, or never", async () => {
    assert.equal(
      (await exec("deploy", ["echo", "a"], {}, true)).stdout,
      "by sudo: echo a\n",
    );
    assert.equal(
      (await exec("deploy", ["echo", "a"], { rights: "root" }, false)).stdout,
      "a\n",
    );
  });

  test("sudo that keeps no bound has it kept, and is asked once per connection", async () => {
    stub(
      "sudo",
      `echo "$*" >>"${folder.path}/asked"
       [ "$2" = -T ] && { echo "sudo: sorry, you are not allowed set a command timeout" >&2; exit 1; }
       shift 2; exec "$@"`,
    );
    for (const word of ["a", "b"])
      assert.equal(
        (await exec("all", ["echo", word], { rights: "root" })).stdout,
        `${word}\n`,
      );
    assert.deepEqual(
      readFileSync(join(folder.path, "asked"), "utf8").split("\n"),
      [
        "-n -T 30 -- echo a",
        "-n -- /usr/bin/timeout -k 1 30 echo a",
        "-n -- /usr/bin/timeout -k 1 30 echo b",
        "",
      ],
    );
  });

  test("sudo's refusal says what to add to sudoers", async () => {
    stub("sudo", `echo "sudo: a password is required" >&2; exit 1`);
    const error = await refused(
      exec("deploy", ["/usr/sbin/pcs", "status"], { rights: "root" }),
      "rights",
    );
    assert.equal(
      error.message,
      `127.0.0.1:${fake.port}: "deploy" may not run /usr/sbin/pcs as root: a password is required. Let it, by these ` +
        "lines in /etc/sudoers.d/pacemaker on every node:\n  Defaults:deploy user_command_timeouts\n" +
        "  deploy ALL=(root) NOPASSWD: /usr/sbin/pcs status\nor log in as root. docs/connection.md has all the lines " +
        "that a program needs.",
    );
  });

  test("a command that sudo does not find is a result, as without sudo", async () => {
    stub("sudo", `echo "sudo: pcs: command not found" >&2; exit 1`);
    assert.equal((await exec("deploy", ["pcs"], { rights: "root" })).code, 127);
  });

  test("a login shell that prints is named", async () => {
    stub("env", `echo "Welcome!"; exec /usr/bin/env "$@"`);
    const error = await refused(
      exec("chatty", ["true"], { rights: "root" }),
      "configuration",
    );
    assert.match(
      error.message,
      /the login shell of "chatty" prints "Welcome!\\n" before every command's output/,
    );
    stub("env", `echo "This account is currently not available."; exit 1`);
    const nologin = await refused(
      exec("nologin", ["true"], { rights: "root" }),
      "configuration",
    );
    assert.match(
      nologin.message,
      /cannot find out who the login user is: `id` gave "This account is/,
    );
    stub("env", `exec /usr/bin/env "$@"`);
  });
});
