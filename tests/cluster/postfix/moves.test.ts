import assert from "node:assert/strict";
import { test } from "node:test";
import {
  eventually,
  makeProject,
  onLab,
  onNode,
  succeeded,
  whereAre,
} from "../harness";

const members = ["mail_ip", "mail_service"];

const program = (stickiness: number) => `
const common = { connection, group: "mail" };
const address = new pacemaker.FloatingIp("mail_ip", { ...common, ip, cidrNetmask });
const service = new pacemaker.SystemdResource("mail_service", { ...common, unit: "postfix", followWrapper: true });
new pacemaker.ResourceGroup("mail", {
  connection, members: [address.resourceId, service.resourceId], meta: { "resource-stickiness": ${stickiness} } });
`;

// Postfix says the same of itself on either version.
onLab("bookworm", "a change that moves Postfix", (lab) => {
  test("is told before, where the other node's Postfix would not answer, or as somebody else", async (t) => {
    const project = await makeProject(t, lab(), { program: program(1000) });
    succeeded(await project.up());
    const node = await whereAre(lab(), members);
    const other = lab().nodes.find(({ name }) => name !== node)!.name;
    const sh = (where: string, script: string) =>
      onNode(lab(), where, "/bin/sh", "-ec", script);
    await sh(node, `pcs constraint location mail prefers ${other}=100`);
    await sh(
      other,
      `postconf -e inet_interfaces=loopback-only 'smtpd_banner=the other one'`,
    );
    project.writeProgram(program(0));
    const preview = succeeded(await project.preview()).output;
    t.diagnostic(preview);
    assert.match(
      preview,
      new RegExp(
        `foreseen: mail: this change will move .* ${node} to ${other}`,
      ),
    );
    assert.match(
      preview,
      new RegExp(
        `warning: mail_service: goes to ${other} with this change, and would not answer there: inet_interfaces is "loopback-only", ` +
          `which leaves out ${lab().floatingAddress.replaceAll(".", "\\.")}: set it to all, or name the address\\.`,
      ),
    );
    assert.match(
      preview,
      new RegExp(
        `foreseen: mail_service: on ${other} Postfix greets with "the other one", on ${node} with "${node}\\.`,
      ),
    );
    assert.equal(await whereAre(lab(), members), node);

    await sh(
      other,
      `postconf -e inet_interfaces=all 'smtpd_banner=${node}.lab.example ESMTP Postfix (Debian/GNU)'`,
    );
    const mended = succeeded(await project.preview()).output;
    assert.match(mended, /this change will move/);
    assert.doesNotMatch(mended, /would not answer|greets with/);
    succeeded(await project.up());
    await eventually("Postfix on the other node", async () =>
      (await whereAre(lab(), members)) === other ? true : undefined,
    );
    succeeded(await project.destroy());
  });
});
