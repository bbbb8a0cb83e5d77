import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { waitOnline, type Lab } from "../../../lab";
import {
  suitesOr,
  banner,
  configuration,
  eventually,
  makeProject,
  onEveryNode,
  onLab,
  onNode,
  smtpStack,
  succeeded,
} from "../harness";
import { ours } from "./command";
import { linesBelow } from "./runbook";

interface Report {
  from: string;
  to: string;
  outageMs: number;
  sessionsReset: number;
  phases: Record<string, number>;
  mail?: Record<string, unknown>;
  bounds: Record<string, number>;
}

async function drill(lab: Lab, ...args: string[]): Promise<Report> {
  const run = await ours(lab, ["drill", "--json", ...args]);
  assert.equal(run.code, 0, run.stderr);
  return JSON.parse(run.stdout) as Report;
}

/** Everything that a drill may have left: on the nodes, and in what the cluster knows. */
async function nothingLeft(lab: Lab): Promise<void> {
  const left = await onEveryNode(
    lab,
    `systemctl list-units --all --plain --no-legend 'pulumi-pacemaker*'
     nft list tables | grep pulumi || true
     crm_attribute --node "$(crm_node --name)" --name standby --lifetime reboot --query --quiet 2>/dev/null || true`,
  );
  for (const [node, text] of Object.entries(left))
    assert.equal(text.trim(), "", `${node}: ${text}`);
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "failover drills", (lab) => {
    test("each kind is survived and reported, everything is put back, and what would not be survived is refused", async (t) => {
      const project = await makeProject(t, lab(), {
        program: `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, monitorInterval: "5s" });`,
      });
      succeeded(await project.up());
      const first = await smtpStack.serves(lab());
      const before = await configuration(lab());

      // A standby, with mail, and a picture.
      const svg = join(tmpdir(), `drill-${process.pid}.svg`);
      t.after(() => rmSync(svg, { force: true }));
      const planned = await drill(
        lab(),
        ...["--svg", svg, "--mail-to", "root@lab.example", "--mails", "8"],
      );
      assert.equal(planned.from, first);
      assert.notEqual(planned.to, first);
      assert.ok(planned.outageMs > 500 && planned.outageMs < 60_000);
      assert.ok(planned.sessionsReset >= 1);
      const parts = Object.keys(planned.phases);
      assert.deepEqual(parts, ["detect", "stop", "address", "start", "banner"]);
      const { sent, accepted, refused, unanswered, delivered, queued } =
        planned.mail as Record<string, number> & { queued: object };
      assert.equal(sent, accepted! + refused! + unanswered!);
      const waiting = Object.values(queued).reduce((sum, one) => sum + one, 0);
      assert.ok(accepted! > 0, JSON.stringify(planned.mail));
      assert.equal(accepted, delivered! + waiting);
      assert.match(readFileSync(svg, "utf8"), /^<svg [^]*<title>stop: /);
      await nothingLeft(lab());
      t.diagnostic(`standby: ${JSON.stringify(planned)}`);

      // What bounds a cut, set as docs/postfix.md has it: corosync takes it over as it runs, on every node.
      const token = (value: string) =>
        onNode(
          lab(),
          "node-01",
          ...`pcs cluster config update totem token=${value}`.split(" "),
        );
      t.after(() => token(""));
      await token("2000");
      const bounds = { tokenMs: 2650, consensusMs: 3180 };

      for (const kind of ["stop-node", "cut", "kill"]) {
        const report = await drill(lab(), "--kind", kind);
        if (kind === "cut")
          assert.deepEqual(report.bounds, { ...report.bounds, ...bounds });
        t.diagnostic(`${kind}: ${JSON.stringify(report)}`);
        assert.equal(report.to === report.from, kind === "kill", kind);
        assert.ok(report.outageMs > 200, `${kind}: ${report.outageMs}`);
        await smtpStack.serves(lab());
        await nothingLeft(lab());
      }
      assert.equal(await configuration(lab()), before);

      // An operator's ban of the others: the simulation says that the stack would run nowhere.
      const node = await smtpStack.serves(lab());
      for (const { name } of lab().nodes)
        if (name !== node)
          await onNode(
            lab(),
            node,
            "pcs",
            "resource",
            "ban",
            "smtp-stack",
            name,
          );
      const banned = await ours(lab(), ["drill"]);
      assert.equal(banned.code, 1);
      assert.match(
        banned.stderr,
        /smtp-stack: no drill "standby": by Pacemaker's own simulation smtp_ip, smtp_service would run nowhere without/,
      );
      await onNode(lab(), node, "pcs", "resource", "clear", "smtp-stack");

      // An operator at work.
      const other = lab().nodes.find(({ name }) => name !== node)!.name;
      await onNode(lab(), node, "pcs", "node", "standby", other);
      const busy = await ours(lab(), ["drill"]);
      assert.match(
        busy.stderr,
        new RegExp(`${other} is offline, in standby or in maintenance`),
      );
      await onNode(lab(), node, "pcs", "node", "unstandby", other);

      // What a person runs on a node where a fault was left, by what docs/postfix.md says.
      for (const [fault, way] of [
        [
          `crm_attribute --node ${other} --name standby --lifetime reboot --update on`,
          `crm_attribute --node ${other} --name standby --lifetime reboot --delete`,
        ],
        [
          "nft add table inet pulumi_pacemaker_drill",
          "nft delete table inet pulumi_pacemaker_drill",
        ],
        ["pcs cluster stop", "pcs cluster start"],
      ] as const) {
        await onNode(lab(), other, "/bin/sh", "-ec", fault);
        await onNode(lab(), other, "/bin/sh", "-ec", way);
      }
      await waitOnline(lab());
      const status = await onNode(lab(), other, "pcs", "status");
      assert.match(status, /Online: \[ node-01 node-02 node-03 \]/);
      await nothingLeft(lab());

      // One that is interrupted puts back what it did; one that is killed leaves that to the node.
      const stopped = await ours(lab(), ["drill"], async (child) => {
        await eventually(
          "the standby",
          async () =>
            (await onNode(lab(), other, "crm_mon", "-1")).includes("standby") ||
            undefined,
        );
        child.kill("SIGINT");
      });
      assert.equal(stopped.code, 1);
      assert.match(
        stopped.stderr,
        /the drill was interrupted. What it had done is taken back/,
      );
      await nothingLeft(lab());
      const killed = await ours(
        lab(),
        ["drill", "--seconds", "10", "--kind", "cut"],
        async (child) => {
          await eventually(
            "the cut",
            async () =>
              ((await onEveryNode(lab(), "nft list tables")) &&
                Object.values(await onEveryNode(lab(), "nft list tables")).some(
                  (text) => text.includes("pulumi"),
                )) ||
              undefined,
          );
          child.kill("SIGKILL");
        },
      );
      assert.equal(killed.stdout, "");
      await eventually(
        "the node to take the cut back",
        () => nothingLeft(lab()).then(() => true),
        90,
      );
      await eventually("the stack to be served", () => smtpStack.serves(lab()));
      succeeded(await project.destroy());
    });
  });

/** A session that is open when the master is killed, and then asks for what other processes answer. */
const session = `
import os, socket, time
wire = socket.create_connection(("ADDRESS", 25)).makefile("rwb", buffering=0)
def answer():
    line = wire.readline()
    while line[3:4] == b"-": line = wire.readline()
    return line
assert answer().startswith(b"220")
wire.write(b"EHLO client.lab.example\\r\\n")
assert answer().startswith(b"250")
open("/run/session-is-open", "w").close()
while not os.path.exists("/run/master-is-killed"): time.sleep(0.05)
try:
    wire.write(b"MAIL FROM:<>\\r\\nRCPT TO:<root@lab.example>\\r\\n")
    wire.read()
except OSError: pass
`;

onLab("bookworm", "a killed master", (lab) => {
  test("goes unseen while a session is open, but for what docs/postfix.md has a person set", async (t) => {
    const project = await makeProject(t, lab(), {
      program: `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, monitorInterval: "5s" });`,
    });
    succeeded(await project.up());
    const node = await smtpStack.serves(lab());
    const client = lab().nodes.find(({ name }) => name !== node)!.name;
    const clear = "rm -f /run/session-is-open /run/master-is-killed";
    t.after(() => onNode(lab(), client, "/bin/sh", "-c", clear));
    const state = () =>
      onNode(lab(), node, "/bin/sh", "-c", "systemctl is-active postfix@-; :");
    const kill = async (): Promise<void> => {
      await onNode(lab(), client, "/bin/sh", "-c", clear);
      const text = session.replace("ADDRESS", lab().floatingAddress);
      const unit = ["systemd-run", "--quiet", "--collect", "--unit=session"];
      await onNode(lab(), client, ...unit, "python3", "-c", text);
      await eventually("the session", () =>
        onNode(lab(), client, "ls", "/run/session-is-open"),
      );
      const master = "kill -KILL $(cat /var/spool/postfix/pid/master.pid)";
      await onNode(lab(), node, "/bin/sh", "-ec", master);
      await onNode(lab(), client, "touch", "/run/master-is-killed");
    };

    await kill();
    // Three of the monitor's intervals.
    await sleep(15_000);
    assert.equal(await state(), "active\n");
    await assert.rejects(banner(lab(), 2));
    await onNode(lab(), node, "pkill", "-KILL", "-x", "smtpd");
    await eventually("Postfix to run again", () => banner(lab(), 2), 60);
    await eventually("the stack to be served", () => smtpStack.serves(lab()));

    await onEveryNode(lab(), linesBelow("### A killed master on Debian 12"));
    await onNode(lab(), node, "pcs", "resource", "restart", "smtp_service");
    await eventually("Postfix with its main process", async () =>
      (await smtpStack.serves(lab())) === node ? true : undefined,
    );
    await kill();
    await eventually(
      "systemd to see it",
      async () => (await state()) !== "active\n" || undefined,
      5,
    );
    await eventually("Postfix to run again", () => banner(lab(), 2), 30);
    succeeded(await project.destroy());
  });
});
