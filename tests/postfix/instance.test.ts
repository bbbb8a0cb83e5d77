import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { describe } from "node:test";
import {
  byHand,
  folderOf,
  instanceFunctions,
  instanceOf,
  instanceOption,
  servicesOf,
} from "../../provider/src/postfix/instance";

test("a unit of Postfix is told by its name, with its instance", () => {
  const table: Record<string, string | undefined> = {
    ...{ postfix: "-", "postfix.service": "-", "postfix@-": "-" },
    ...{ "postfix@-.service": "-", "postfix@second": "second" },
    ...{ "postfix@out.service": "out" },
    ...{ "postfix@postfix-out.service": "postfix-out" },
    ...{ nginx: undefined, postfixadmin: undefined, "postfix@": undefined },
    ...{ "postfix@a;b": undefined, "postfix-policyd": undefined },
  };
  for (const [unit, instance] of Object.entries(table))
    assert.equal(instanceOf(unit), instance, unit);
});

test("both of Debian's names of an instance stand for one folder, and for the same units", () => {
  assert.equal(folderOf("-"), "/etc/postfix");
  for (const name of ["mx", "postfix-mx"]) {
    assert.equal(folderOf(name), "/etc/postfix-mx");
    assert.deepEqual(servicesOf(name).sort(), [
      "postfix@mx.service",
      "postfix@postfix-mx.service",
    ]);
  }
  assert.deepEqual(servicesOf("-"), ["postfix@-.service", "postfix.service"]);
});

test("commands name the instance, where it is not the usual one", () => {
  assert.equal(instanceOption("-"), "");
  assert.equal(instanceOption("mx"), " --instance mx");
  assert.equal(byHand("-", "/etc/postfix", "postqueue -f"), "postqueue -f");
  assert.equal(
    byHand("mx", "/srv/mx", "postsuper -H ALL"),
    "postsuper -c /srv/mx -H ALL",
  );
});

/** postconf and systemctl as two nodes have them: by the unit on one, by the names on the other. */
const tools = (root: string, unit: string) => ({
  postconf: `case "$*" in
"-h config_directory") echo /etc/postfix;;
"-h multi_instance_directories") echo "${root}/postfix-mx, ${root}/out";;
"-c ${root}/postfix-mx -h multi_instance_name") echo postfix-mx;;
"-c ${root}/out -h multi_instance_name") echo postfix-second;;
*"-h multi_instance_name") echo;;
*) exit 1;;
esac`,
  systemctl: `case "$4" in ${unit}) echo "LANG=C MAIL_CONFIG=${root}/postfix-mx";; *) echo;; esac`,
});

describe("the folder of an instance on a node", () => {
  const root = mkdtempSync(join(tmpdir(), "pacemaker-instance-"));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "postfix-mx"));
  writeFileSync(join(root, "postfix-mx/main.cf"), "");

  const ask = (unit: string, name: string) => {
    const bin = mkdtempSync(join(root, "bin-"));
    for (const [tool, text] of Object.entries(tools(root, unit)))
      writeFileSync(join(bin, tool), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const { stdout, stderr, status } = spawnSync(
      "/bin/sh",
      ["-c", `${instanceFunctions}\nconfigOf "$1"`, "ask", name],
      {
        env: { PATH: `${bin}:${process.env.PATH ?? ""}` },
        encoding: "utf8",
      },
    );
    return { said: stdout.trim(), stderr, status };
  };

  test("is what its unit says, or that of its name among those of the usual one", () => {
    const mx = join(root, "postfix-mx");
    assert.equal(ask("none", "-").said, "/etc/postfix");
    // Debian 13: the unit names the folder.
    assert.equal(ask("postfix@mx.service", "mx").said, mx);
    // Debian 12: the unit names the instance.
    for (const name of ["mx", "postfix-mx"])
      assert.equal(ask("none", name).said, mx, name);
    // A name of its own, and a folder's.
    for (const name of ["second", "postfix-second", "out"])
      assert.equal(ask("none", name).said, join(root, "out"), name);
  });

  test("is not another one's", () => {
    const { said, status, stderr } = ask("none", "m");
    assert.deepEqual([said, status], ["", 1]);
    assert.match(
      stderr,
      /There is no instance m of Postfix here: "postmulti -l"/,
    );
  });
});
