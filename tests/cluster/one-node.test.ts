/** The smallest cluster, and the other family of addresses. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { labDown, type Lab } from "../../lab";
import {
  bringUp,
  configuration,
  makeProject,
  nothingChanged,
  onNode,
  remembered,
  smtpStack,
  succeeded,
  whereAre,
} from "./harness";

const suite = "trixie";

interface Link {
  addr_info: { family: string; local: string; prefixlen: number }[];
}

/** The IPv6 addresses with their prefixes on the node's interface, as `ip` says in JSON. */
async function addresses6(lab: Lab, node: string): Promise<string[]> {
  const argv = ["ip", "-6", "-json", "address", "show", "dev", "eth0"];
  const links = JSON.parse(await onNode(lab, node, ...argv)) as Link[];
  return links
    .flatMap(({ addr_info }) => addr_info ?? [])
    .map(({ local, prefixlen }) => `${local}/${prefixlen}`);
}

describe(`a cluster of one node (${suite})`, { concurrency: false }, () => {
  let lab: Lab;
  before(
    async () => {
      lab = await bringUp(suite, 1);
    },
    { timeout: 12 * 60_000 },
  );
  after(() => labDown(lab.name), { timeout: 60_000 });

  test("runs an SmtpStack, and is as before when it is gone", async (t) => {
    const clean = await configuration(lab);
    const project = await makeProject(t, lab, { program: smtpStack.program });
    succeeded(await project.up());
    assert.equal(await smtpStack.serves(lab), "node-01");
    nothingChanged(await project.up(["--expect-no-changes"]));
    succeeded(await project.destroy());
    await smtpStack.isGone(lab, clean);
  });

  test("holds an IPv6 address", async (t) => {
    const clean = await configuration(lab);
    const project = await makeProject(t, lab, {
      // No node has an address in that network, so that no route names the interface.
      program: `
const floating = new pacemaker.FloatingIp("six", {
  connection, ip: "2001:db8::25", cidrNetmask: 64, nic: "eth0",
});
exports.activeNode = floating.activeNode;
`,
    });
    succeeded(await project.up());
    assert.deepEqual(await project.outputs(), { activeNode: "node-01" });
    assert.equal(await whereAre(lab, ["six"]), "node-01");
    const held = await addresses6(lab, "node-01");
    assert.ok(held.includes("2001:db8::25/64"), held.join(", "));
    nothingChanged(await project.up(["--expect-no-changes"]));

    succeeded(await project.destroy());
    assert.equal(await configuration(lab), clean);
    assert.deepEqual(await remembered(lab), []);
    const left = await addresses6(lab, "node-01");
    assert.ok(!left.includes("2001:db8::25/64"), left.join(", "));
  });
});
