import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  failedWith,
  labConnection,
  makeProject,
  onEveryNode,
  onLab,
  succeeded,
  watchArguments,
} from "../harness";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const program = (interval: string) =>
  `{ const connection = undefined; // the stack's configuration has it
  ${programOf(
    address("web_ip", 31, { ...web, monitorInterval: interval }),
    service("web_service", "life-one", web),
    group("web", ["web_ip", "web_service"]),
  )} }`;

onLab("bookworm", "secrets of the stack", (lab) => {
  test("are in no plan, log, state, error, and in no process's arguments", async (t) => {
    await makeUnit(t, lab(), "life-one");
    const folder = mkdtempSync(join(tmpdir(), "pacemaker-test-key-"));
    t.after(() => rmSync(folder, { recursive: true }));
    const key = join(folder, "key");
    copyFileSync(lab().privateKeyPath, key);
    const passphrase = "canary-of-the-passphrase";
    execFileSync("ssh-keygen", ["-q", "-p", "-N", passphrase, "-f", key]);
    const privateKey = readFileSync(key, "utf8");
    const password = "canary-of-the-password";
    const canaries = [
      ...[passphrase, password],
      ...privateKey.split("\n").slice(1, -2),
    ];
    const { hosts, user, hostKeys } = labConnection(lab());
    const project = await makeProject(t, lab(), {
      program: program("30s"),
      connection: {} as never,
      env: { PACEMAKER_DEBUG: "1", PULUMI_EXPERIMENTAL: "true" },
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
    // Beyond 3, the CLI calls it very verbose, and writes every value of every program into its log by itself.
    const log = ["-v=3", "--logtostderr"];
    const texts = new Map<string, string>();
    const seen = watchArguments(t, lab(), canaries);
    const plan = join(folder, "plan.json");
    const preview = await project.preview(["--diff", `--save-plan=${plan}`]);
    texts.set("preview", succeeded(preview).output);
    texts.set("plan", readFileSync(plan, "utf8"));

    // A start that fails keeps what was made, and how it was made, in the state.
    const broken = "/etc/systemd/system/life-one.service.d";
    await onEveryNode(
      lab(),
      `mkdir ${broken}
      printf '[Service]\\nExecStartPre=/bin/false\\n' >${broken}/broken.conf
      systemctl daemon-reload`,
    );
    const words = "web_service failed to start";
    const partly = failedWith(await project.up(["--diff", ...log]), words);
    texts.set("partial failure", partly.output);
    texts.set("state after it", await project.exportText());
    const kept = (await project.resources(true)).find(
      ({ initErrors }) => (initErrors ?? []).length > 0,
    );
    assert.equal(kept?.id, "web");
    const properties = JSON.stringify(kept.outputs);
    assert.ok(properties.includes(password), "it knows the connection");
    texts.set(
      "refresh after it",
      succeeded(await project.refresh(["--diff", ...log])).output,
    );
    texts.set("state after its refresh", await project.exportText());
    await onEveryNode(lab(), `rm -r ${broken}; systemctl daemon-reload`);

    const up = succeeded(await project.up(["--diff", ...log]));
    assert.deepEqual(up.changes, { same: 3, update: 1 }, up.output);
    texts.set("up", up.output);
    texts.set("state", await project.exportText());

    await onEveryNode(lab(), "systemctl stop ssh");
    project.writeProgram(program("20s"));
    texts.set("error", failedWith(await project.up(log)).output);
    texts.set("state after an error", await project.exportText());
    await onEveryNode(lab(), "systemctl start ssh");
    texts.set("destroy", succeeded(await project.destroy(log)).output);
    const looks = await seen.stop();
    for (const [node, { count, found }] of Object.entries(looks)) {
      assert.ok(count > 20, `${count} looks on ${node}`);
      assert.deepEqual(found, [], node);
    }

    for (const where of ["partial failure", "up", "destroy"])
      assert.match(
        texts.get(where)!,
        /pacemaker: \S+:22 \d+\.\d{3} s, exit 0: \S*cibadmin /,
        `debug output of ${where}`,
      );
    assert.match(texts.get("up")!, /"level":"INFO"|^I\d{4} /m, "a log");
    const leaks = [...texts].flatMap(([where, text]) =>
      canaries
        .map((canary) => [canary, text.indexOf(canary)] as const)
        .filter(([, at]) => at >= 0)
        .map(
          ([canary, at]) =>
            `${where}: ${text.slice(Math.max(0, at - 300), at + canary.length)}`,
        ),
    );
    assert.deepEqual(leaks, []);
  });
});
