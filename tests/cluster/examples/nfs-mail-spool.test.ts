/**
 * examples/nfs-mail-spool: what one node has taken, the next one has in its queue. In the export's place is a folder that all nodes of
 * the lab see, which the agent mounts by "bind".
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab";
import {
  addresses,
  banner,
  eventually,
  fenceAgent,
  installFenceAgent,
  onEveryNode,
  onLab,
  onNode,
  shareFolder,
  suitesOr,
  whereAre,
} from "../harness";
import { membersOf } from "../life/observe";
import { exampleLife } from "./life";

const ip = "192.0.2.25";
const members = ["mail_spool", "mail_ip", "mail_postfix"];
const spool = "/var/spool/postfix";
const device = "/srv/mail-spool";

/** The nodes where the queue's file system is mounted. */
async function mounted(lab: Lab): Promise<string[]> {
  const found = await onEveryNode(lab, `findmnt -n ${spool} || true`);
  return Object.keys(found).filter((node) => found[node] !== "");
}

/** The node that has all three, and on which Postfix answers. */
async function serves(lab: Lab): Promise<string> {
  const node = await whereAre(lab, members);
  assert.deepEqual(await mounted(lab), [node]);
  assert.ok((await addresses(lab, node)).includes(`${ip}/24`));
  assert.match(await banner(lab), new RegExp(`^220 ${node}\\.`));
  return node;
}

/** The recipients in the queue of a node's Postfix. */
async function queued(lab: Lab, node: string): Promise<string[]> {
  const lines = (await onNode(lab, node, "postqueue", "-j")).split("\n");
  return lines.filter(Boolean).flatMap((line) => {
    const { recipients } = JSON.parse(line) as {
      recipients: { address: string }[];
    };
    return recipients.map(({ address }) => address);
  });
}

for (const suite of suitesOr("bookworm"))
  onLab(suite, "examples/nfs-mail-spool", (lab) => {
    test("comes up, takes its queue along to another node, and goes", async (t) => {
      await installFenceAgent(lab());
      await shareFolder(t, lab(), device);
      const nodes = lab().nodes.map(({ name }) => name);
      const mount = { mount: spool };
      const address = { address: ip };
      await exampleLife(t, lab(), {
        folder: "nfs-mail-spool",
        config: {
          ...{ ip, device, fstype: "none", mountOptions: "bind" },
          fenceAgent: fenceAgent.name,
          "fenceOptions.switch": "one",
          ...Object.fromEntries(nodes.map((node) => [`plugs.${node}`, node])),
        },
        secrets: { "fenceOptions.password": fenceAgent.password },
        watched: [
          { active: address, holds: mount },
          { active: { program: "postfix" }, holds: address },
        ],
        whileUp: async (project) => {
          const node = await serves(lab());
          assert.deepEqual(await membersOf(lab(), "mail"), members);
          assert.deepEqual(await project.outputs(), {
            activeNode: node,
            endpoint: `${ip}:25`,
          });

          // Nobody can be asked for that domain: the message waits.
          const recipient = "somebody@elsewhere.example";
          await onNode(
            lab(),
            node,
            ...["swaks", "--silent", "2", "--server", "127.0.0.1"],
            ...["--from", "root@lab.example", "--to", recipient],
          );
          assert.deepEqual(await queued(lab(), node), [recipient]);
          await onNode(lab(), node, "pcs", "node", "standby", node);
          const other = await eventually("Postfix elsewhere", async () => {
            const now = await serves(lab());
            return now === node ? undefined : now;
          });
          assert.deepEqual(await queued(lab(), other), [recipient]);
          await onNode(lab(), other, "pcs", "node", "unstandby", node);
          assert.equal(await serves(lab()), other);
        },
      });
      assert.deepEqual(await mounted(lab()), []);
    });
  });
