/** Back to what `up` left: nothing configured, nothing running but what a fresh installation runs. */

import { readFileSync } from "node:fs";

import { leaderOf } from "./cgroups";
import { boot, captureOnNode, runOnNode } from "./containers";
import { viewFrom, waitHealthy } from "./health";
import type { Lab } from "./lab";
import { withLock } from "./lock";
import { setLink } from "./network";
import { pristineDir } from "./node-files";
import { baselineFile } from "./paths";
import { nodeInterface } from "./plan";
import { waitUntil } from "./wait";

export async function labReset(lab: Lab): Promise<void> {
  await withLock(lab.name, () => resetLab(lab));
}

async function resetLab(lab: Lab): Promise<void> {
  await reviveNodes(lab);
  await emptyCluster(lab);
  await Promise.all(
    lab.nodes.map((node) => resetNode(lab, node.name, node.address)),
  );
  await waitHealthy(lab.name, lab.nodes, { timeoutMs: 60_000 });
}

/** Every cable in, every node on, every daemon of the cluster running. */
async function reviveNodes(lab: Lab): Promise<void> {
  await Promise.all(
    lab.nodes.map(async (node) => {
      await setLink(lab, node.name, "up");
      if (leaderOf(lab.name, node.name) === undefined) {
        await boot(lab.name, node);
      } else if (!(await viewFrom(lab.name, node.name))) {
        await captureOnNode(lab.name, node.name, [
          ...["systemctl", "start", "--no-block"],
          ...["corosync", "pacemaker", "pcsd", "ssh"],
        ]);
      }
    }),
  );
  await waitHealthy(lab.name, lab.nodes, { timeoutMs: 60_000 }, [22]);
}

/**
 * One replacement of the whole configuration: resources become orphans, which Pacemaker stops and forgets; standby,
 * maintenance mode, constraints, tags and properties go with it.
 */
async function emptyCluster(lab: Lab): Promise<void> {
  const node = lab.nodes[0]?.name ?? "";
  const baseline = readFileSync(baselineFile(lab.name), "utf8");
  await runOnNode(
    lab.name,
    node,
    ["cibadmin", "--replace", "--scope", "configuration", "--xml-pipe"],
    { stdin: baseline },
  );
  try {
    await waitEmpty(lab, node, 20_000);
  } catch {
    // A stop that has failed blocks its resource for ever. Forget it; resetNode stops what it was.
    await captureOnNode(lab.name, node, ["crm_resource", "--cleanup"]);
    await forgetHistory(lab, node);
    await waitEmpty(lab, node, 20_000);
  }
  await forgetHistory(lab, node);
}

async function waitEmpty(
  lab: Lab,
  node: string,
  timeoutMs: number,
): Promise<void> {
  await waitUntil(
    "every resource to stop",
    async () => {
      const view = await viewFrom(lab.name, node);
      if (!view) return `Pacemaker does not answer on ${node}`;
      return view.active.length > 0
        ? `${view.active.join(", ")} still active`
        : undefined;
    },
    { timeoutMs, intervalMs: 50 },
  );
}

/** What the cluster remembers about resources that are gone: operations, failures, transient attributes. */
async function forgetHistory(lab: Lab, node: string): Promise<void> {
  const status = await runOnNode(lab.name, node, [
    ...["cibadmin", "--query", "--scope", "status"],
  ]);
  if (status.includes("<lrm_resource ")) {
    await runOnNode(lab.name, node, [
      ...["cibadmin", "--delete-all", "--force"],
      ...["--xpath", "//node_state/lrm/lrm_resources/lrm_resource"],
    ]);
  }
  const remembered = [
    ...status.matchAll(
      /<nvpair [^>]*name="((?:fail-count|last-failure)-[^"]*)"/g,
    ),
  ].map(([, name]) => name ?? "");
  for (const name of new Set(remembered)) {
    await captureOnNode(lab.name, node, [
      ...["attrd_updater", "--delete", "--name", name, "--all"],
    ]);
  }
}

/** The node's own part. $1 is its address, $2 its interface, $3 the folder of pristine files. */
const nodeScript = `
set -u
rm -rf /run/systemd/system/*.service /run/systemd/system/*.service.d
for unit in postfix postfix@- nginx; do
  rm -rf "/etc/systemd/system/$unit.service" "/etc/systemd/system/$unit.service.d"
done
if ! diff -rq "$3/postfix" /etc/postfix >/dev/null; then
  rm -rf /etc/postfix && cp -a "$3/postfix" /etc/postfix && changed=yes
fi
nft flush ruleset 2>/dev/null
ip -o -4 address show dev "$2" | while read -r _ _ _ address _; do
  [ "\${address%/*}" = "$1" ] || ip address delete "$address" dev "$2"
done
systemctl daemon-reload
systemctl unmask --quiet postfix.service 'postfix@-.service' nginx.service pacemaker.service corosync.service 2>/dev/null
systemctl stop nginx.service 2>/dev/null
systemctl enable --quiet postfix.service corosync.service pacemaker.service pcsd.service ssh.service 2>/dev/null
systemctl disable --quiet nginx.service 2>/dev/null
systemctl reset-failed
[ "\${changed:-no}" = no ] || systemctl stop postfix.service
# A master that something else has started, or killed, makes the unit's own state worthless.
[ -n "$(ss -Hltn 'sport = :25')" ] && systemctl is-active --quiet postfix.service || systemctl stop postfix.service 'postfix@-.service'
systemctl start postfix.service pcsd.service
`;

async function resetNode(
  lab: Lab,
  node: string,
  address: string,
): Promise<void> {
  await runOnNode(lab.name, node, [
    ...["/bin/sh", "-c", nodeScript, "reset"],
    ...[address, nodeInterface, pristineDir],
  ]);
}
