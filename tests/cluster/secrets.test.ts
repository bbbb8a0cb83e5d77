import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  labConnection,
  makeProject,
  onLab,
  smtpStack,
  succeeded,
} from "./harness";

onLab("bookworm", "secrets of the connection", (lab) => {
  test("from the stack's configuration, they stand in no plain text anywhere", async (t) => {
    const passphrase = "canary-of-the-passphrase";
    const password = "canary-of-the-password";
    const folder = mkdtempSync(join(tmpdir(), "pacemaker-test-key-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, "key");
    copyFileSync(lab().privateKeyPath, file);
    execFileSync("ssh-keygen", ["-q", "-p", "-N", passphrase, "-f", file]);
    const privateKey = readFileSync(file, "utf8");
    const canaries = [
      passphrase,
      password,
      ...privateKey.split("\n").slice(1, -2),
    ];
    assert.ok(canaries.length > 5);

    const { hosts, user, hostKeys } = labConnection(lab());
    const project = await makeProject(t, lab(), {
      program: `new pacemaker.SmtpStack("smtp", { ip, cidrNetmask });`,
      connection: {} as never,
      env: { PACEMAKER_DEBUG: "1" },
    });
    const path = (field: string) => `pacemaker:connection.${field}`;
    await project.configure(
      {
        [path("user")]: user,
        ...Object.fromEntries(
          hosts.flatMap((host, index) => [
            [path(`hosts[${index}]`), host],
            [path(`hostKeys["${host}"]`), hostKeys[host]!],
          ]),
        ),
      },
      {
        [path("privateKey")]: privateKey,
        [path("privateKeyPassword")]: passphrase,
        [path("password")]: password,
      },
    );

    const preview = succeeded(await project.preview(["--diff"]));
    const up = succeeded(await project.up(["--diff"]));
    await smtpStack.serves(lab());
    const refresh = succeeded(await project.refresh(["--diff"]));
    const state = await project.exportText();
    assert.ok(state.includes("192.0.2.11"), "the state can be read at all");
    const clear = await project.exportText(true);
    assert.ok(clear.includes(password), "the state knows the password");
    const destroy = succeeded(await project.destroy(["--diff"]));

    const texts = {
      "the state": state,
      "pulumi preview": preview.output,
      "pulumi up": up.output,
      "pulumi refresh": refresh.output,
      "pulumi destroy": destroy.output,
    };
    assert.match(
      up.output,
      /192\.0\.2\.1\d:22 \d+\.\d{3} s, exit 0: /,
      "debug output is there",
    );
    for (const [where, text] of Object.entries(texts))
      for (const canary of canaries)
        assert.ok(!text.includes(canary), `${where} holds ${canary}`);
  });
});
