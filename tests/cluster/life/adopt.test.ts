import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type Lab } from "../../../lab";
import {
  suitesOr,
  configuration,
  epoch,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  smtpStack,
  succeeded,
  whereAre,
} from "../harness";
import { byId, membersOf, operationsOf, values } from "./observe";

const agents = {
  bookworm: ["systemd:postfix", "systemd:postfix@-"],
  trixie: ["systemd:postfix"],
};

/** Exactly what people type; returns the node where it runs. */
async function byHand(lab: Lab, agent: string): Promise<string> {
  const node = lab.nodes[0]!.name;
  await onEveryNode(lab, "systemctl stop postfix; systemctl disable postfix");
  const script = `
    pcs resource create smtp_ip ocf:heartbeat:IPaddr2 ip=${lab.floatingAddress} cidr_netmask=24 op monitor interval=30s
    pcs resource create smtp_service ${agent} op monitor interval=30s
    pcs resource group add smtp-stack smtp_ip smtp_service`;
  await onNode(lab, node, "/bin/sh", "-ec", script);
  return running(lab);
}

/** Waits until the stack runs on one node. */
function running(lab: Lab): Promise<string> {
  return eventually("the stack to run on one node", async () => {
    try {
      return await whereAre(lab, smtpStack.members);
    } catch (error) {
      // Pacemaker 2.1 gives a wrapper two seconds, in which its instance may not have started on a busy machine.
      await sleep(3000);
      await onNode(lab, lab.nodes[0]!.name, "crm_resource", "--cleanup");
      throw error;
    }
  });
}

/** Postfix's master on a node: its process, and when it started. */
function master(lab: Lab, node: string): Promise<string> {
  const pid = "$(tr -d ' ' </var/spool/postfix/pid/master.pid)";
  const script = `cut -d ' ' -f 1,2,22 /proc/${pid}/stat`;
  return onNode(lab, node, "/bin/sh", "-ec", script);
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "a stack made by hand", (lab) => {
    for (const agent of agents[suite])
      test(`is taken over untouched, refused where it differs, changed where that is wished (${agent})`, async (t) => {
        const node = await byHand(lab(), agent);
        const process = await master(lab(), node);
        const version = await epoch(lab());
        const taking = await makeProject(t, lab(), {
          program: smtpStack.program,
        });
        const up = succeeded(await taking.up());
        t.diagnostic(`taken over: ${up.seconds.toFixed(1)} s`);
        nothingChanged(await taking.refresh(["--expect-no-changes"]));
        nothingChanged(await taking.up(["--expect-no-changes"]));
        assert.equal(await epoch(lab()), version);
        assert.equal(await master(lab(), node), process);
        assert.equal(await smtpStack.serves(lab()), node);
        if (agent !== agents[suite][0]) {
          succeeded(await taking.destroy());
          assert.equal(await byId(lab(), "smtp-stack"), undefined);
          return;
        }

        const script = `
          pcs resource update smtp_ip cidr_netmask=25 op monitor interval=15s
          pcs resource update smtp_service op monitor interval=1min
          pcs resource group remove smtp-stack smtp_ip
          pcs resource group add smtp-stack smtp_ip`;
        await onNode(lab(), node, "/bin/sh", "-ec", script);
        await running(lab());
        const differing = await configuration(lab());
        const program = (more = "") =>
          `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask${more} });`;
        const other = await makeProject(t, lab(), { program: program() });
        // Pulumi ends a program with the first resource that is refused: whichever that is.
        failedWith(
          await other.up(),
          /smtp_(ip|service) exists in the cluster and differs from what is declared/,
          /its cidr_netmask is 25, declared is 24 - its monitor interval is 15s, declared is 30s|its monitor interval is 1min, declared is 30s/,
          'set adopt to "update"',
        );
        assert.equal(await configuration(lab()), differing);

        other.writeProgram(program(', adopt: "update"'));
        succeeded(await other.up());
        assert.equal(values(await byId(lab(), "smtp_ip")).cidr_netmask, "24");
        for (const id of smtpStack.members)
          assert.ok("monitor 30s" in (await operationsOf(lab(), id)), id);
        assert.deepEqual(
          await membersOf(lab(), "smtp-stack"),
          smtpStack.members,
        );
        await smtpStack.serves(lab());
        nothingChanged(await other.up(["--expect-no-changes"]));
        succeeded(await other.destroy());
      });
  });
