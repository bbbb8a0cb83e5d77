import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { execOnNode, type Lab } from "../../../lab";
import { createPool } from "../../../provider/src/ssh/pool";
import { refused } from "../../ssh/support";
import {
  configuration,
  eventually,
  failedWith,
  labConnection,
  makeProject,
  onEveryNode,
  onNode,
  smtpStack,
  statuses,
  succeeded,
} from "../harness";
import { intoLab, onTransportLab, privateKey, writeOn } from "./lab";

/** The sudoers lines that the documentation gives: for a user in haclient, and what another one needs besides. */
function documented(): [string, string] {
  const file = join(__dirname, "../../../docs/connection.md");
  const blocks = readFileSync(file, "utf8").matchAll(
    /^```sudoers\n([^]*?)^```$/gm,
  );
  const [units = "", tools = ""] = [...blocks].map(([, text]) => text ?? "");
  assert.match(units, /^Defaults:pulumi user_command_timeouts\npulumi ALL=/);
  assert.match(tools, /^pulumi ALL=/);
  return [units, tools];
}

async function sudoers(lab: Lab, text: string): Promise<void> {
  const file = "/etc/sudoers.d/transport";
  for (const { name } of lab.nodes) {
    await writeOn(lab, name, file, text);
    await onNode(lab, name, "chmod", "440", file);
    await onNode(lab, name, "visudo", "-cf", file);
  }
}

/** Makes the user of the documentation, who accepts the lab's key. */
async function addUser(lab: Lab): Promise<void> {
  await onEveryNode(
    lab,
    `useradd --create-home --shell /bin/bash --groups haclient pulumi
     cp -r /home/operator/.ssh /home/pulumi/
     chown -R pulumi: /home/pulumi/.ssh`,
  );
}

async function removeUser(lab: Lab): Promise<void> {
  await onEveryNode(
    lab,
    `rm -f /etc/sudoers.d/transport
     loginctl terminate-user pulumi 2>/dev/null || true
     pkill -KILL -u pulumi || true
     if id -u pulumi >/dev/null 2>&1; then userdel --force --remove pulumi 2>/dev/null; fi`,
  );
}

onTransportLab("users other than root", (lab) => {
  const as = (user: string) => ({ ...labConnection(lab()), user });

  test("a member of haclient without sudo can do all that needs no systemctl", async (t) => {
    const before = await configuration(lab());
    const address = (interval: string) =>
      `new pacemaker.FloatingIp("plain", { connection, ip, cidrNetmask, monitorInterval: "${interval}" });`;
    const project = await makeProject(t, lab(), {
      connection: as("operator"),
      program: address("30s"),
      env: { PACEMAKER_DEBUG: "1" },
    });
    const created = succeeded(await project.up());
    assert.deepEqual(created.changes, { create: 2 });
    assert.equal((await statuses(lab())).get("plain")?.role, "Started");
    assert.doesNotMatch(created.output, /sudo /);
    project.writeProgram(address("20s"));
    assert.equal(succeeded(await project.up()).changes.update, 1);

    project.writeProgram(
      `new pacemaker.SystemdResource("mail", { connection, unit: "postfix" });`,
    );
    const refused = await project.up(["--continue-on-error"]);
    failedWith(
      refused,
      '"operator" may not run /usr/bin/systemctl as root: ',
      "operator ALL=(root) NOPASSWD: /usr/bin/systemctl disable",
    );
    // The address went all the same, and of the service nothing came to be.
    assert.equal(await configuration(lab()), before);
  });

  test("one with the documented sudoers lines, and no more, can do all; one with sudo for all, too", async (t) => {
    const before = await configuration(lab());
    t.after(() => removeUser(lab()));
    const [units, tools] = documented();
    await removeUser(lab());
    await addUser(lab());
    await sudoers(lab(), units);
    const project = await makeProject(t, lab(), {
      connection: as("pulumi"),
      program: smtpStack.program,
    });
    succeeded(await project.up());
    const node = await smtpStack.serves(lab());
    await smtpStack.unitsAreOff(lab(), [node]);

    await onEveryNode(lab(), "gpasswd --delete pulumi haclient");
    failedWith(
      await project.refresh(),
      '"pulumi" may not run /usr/sbin/crm_node as root: ',
      "pulumi ALL=(root) NOPASSWD: /usr/sbin/crm_node --name",
    );
    await sudoers(lab(), units + tools);
    project.writeProgram(
      smtpStack.program.replace(
        "cidrNetmask }",
        'cidrNetmask, monitorInterval: "20s" }',
      ),
    );
    // A preview needs no more than the update: looking ahead reads by sudo, and works on a copy without.
    const { output } = succeeded(await project.preview());
    for (const id of ["smtp_ip", "smtp_service"])
      assert.match(
        output,
        new RegExp(
          `foreseen: ${id}: this change will not stop, restart or move anything`,
        ),
      );
    assert.equal(succeeded(await project.up()).changes.update, 2);

    const { env } = project;
    const { ip, cidrNetmask } = JSON.parse(env.LAB ?? "") as object & {
      ip: string;
      cidrNetmask: number;
    };
    env.LAB = JSON.stringify({ connection: as("deploy"), ip, cidrNetmask });
    succeeded(await project.up());
    // sudo has told root by mail of what it refused, and a destroy would leave that behind.
    await onEveryNode(
      lab(),
      "postsuper -d ALL maildrop incoming active deferred hold",
    );
    succeeded(await project.destroy());
    await smtpStack.isGone(lab(), before);
  });

  test("what sudo runs is ended on the node at its bound, whoever keeps it", async (t) => {
    t.after(() => removeUser(lab()));
    await removeUser(lab());
    await addUser(lab());
    const [defaults = ""] = documented()[0].split("\n");
    const sleeps = "pulumi ALL=(root) NOPASSWD: /usr/bin/sleep";
    await sudoers(lab(), `${defaults}\n${sleeps}\n`);
    const { name, address } = lab().nodes[0]!;
    const way = await intoLab(lab(), address);
    const pool = createPool();
    t.after(async () => {
      await pool.closeAll();
      await way.stop();
    });
    // The one has sudo keep the bound, the other may run everything, but not that.
    for (const [index, user] of ["pulumi", "deploy"].entries()) {
      const host = await pool.openHost(
        {
          hosts: ["127.0.0.1"],
          port: way.port,
          user,
          privateKey: privateKey(lab()),
          hostKeys: { "127.0.0.1": lab().hostKeys[address]! },
        },
        "127.0.0.1",
      );
      const argv = ["/usr/bin/sleep", `3${index}.125`];
      const runs = async () =>
        (await execOnNode(lab(), name, ["pgrep", "-fx", argv.join(" ")])).code;
      const error = await refused(
        host.exec(argv, { rights: "root", timeoutSeconds: 2 }),
        "timeout",
      );
      assert.match(error.message, /did not end within 2 s and was stopped on/);
      assert.equal(await runs(), 1, `${user}'s command still runs`);

      // The connection breaks under it, and nobody waits.
      const lost = refused(
        host.exec(argv, { rights: "root", timeoutSeconds: 3 }),
        "unknown-outcome",
      );
      await eventually("the command", async () =>
        (await runs()) === 0 ? true : undefined,
      );
      way.cut();
      await lost;
      await eventually("its end", async () =>
        (await runs()) === 1 ? true : undefined,
      );
    }
  });
});
