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
import { allDone, waitUntil } from "./wait";

export async function labReset(lab: Lab): Promise<void> {
  await withLock(lab.name, () => resetLab(lab));
}

async function resetLab(lab: Lab): Promise<void> {
  await reviveNodes(lab);
  await emptyCluster(lab);
  await allDone(
    lab.nodes.map((node) => resetNode(lab, node.name, node.address)),
  );
  await waitHealthy(lab.name, lab.nodes, { timeoutMs: 120_000 });
}

/** Every cable in, every node on, every daemon of the cluster running. */
async function reviveNodes(lab: Lab): Promise<void> {
  await allDone(
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
  await waitHealthy(lab.name, lab.nodes, { timeoutMs: 120_000 }, [22]);
}

/**
 * One replacement of the whole configuration: resources become orphans, which Pacemaker stops and forgets; standby,
 * maintenance mode, constraints, tags and properties go with it.
 */
async function emptyCluster(lab: Lab): Promise<void> {
  const node = lab.nodes[0]?.name ?? "";
  await pushBaseline(lab, node);
  if (await waitEmpty(lab, node)) return forgetHistory(lab, node);
  // A stop that has failed blocks its resource for ever. Forget it; resetNode stops what it was.
  await captureOnNode(lab.name, node, ["crm_resource", "--cleanup"]);
  await forgetHistory(lab, node);
  await pushBaseline(lab, node); // the cleanup leaves a property behind
  if (await waitEmpty(lab, node)) return forgetHistory(lab, node);
  throw new Error(`Lab ${lab.name} cannot be emptied: start it anew.`);
}

async function pushBaseline(lab: Lab, node: string): Promise<void> {
  await runOnNode(
    lab.name,
    node,
    ["cibadmin", "--replace", "--scope", "configuration", "--xml-pipe"],
    { stdin: readFileSync(baselineFile(lab.name), "utf8") },
  );
}

/** Whether everything has stopped, and not rather got stuck. */
async function waitEmpty(lab: Lab, node: string): Promise<boolean> {
  let stuck = false;
  await waitUntil(
    "every resource to stop",
    async () => {
      const view = await viewFrom(lab.name, node);
      if (!view) return `Pacemaker does not answer on ${node}`;
      stuck =
        view.active.length > 0 && view.active.length === view.blocked.length;
      if (stuck) return undefined;
      if (view.active.length > 0) {
        return `${view.active.join(", ")} still active`;
      }
      const status = await queryStatus(lab, node);
      const left = status.split("<lrm_resource ").length - 1;
      return left > 0 ? `${left} are stopped and not forgotten yet` : undefined;
    },
    // Hundreds of resources take longer, and are told apart from a cluster that does nothing any more.
    { timeoutMs: 40_000, sinceChange: true, intervalMs: 50 },
  );
  return !stuck;
}

function queryStatus(lab: Lab, node: string): Promise<string> {
  return runOnNode(lab.name, node, [
    ...["cibadmin", "--query", "--scope", "status"],
  ]);
}

/**
 * What the cluster remembers about what is gone: operations, failures, transient attributes, tickets, and the containers of
 * bundles, which are nodes to Pacemaker and make crm_verify warn of each configuration without them.
 */
async function forgetHistory(lab: Lab, node: string): Promise<void> {
  const status = await queryStatus(lab, node);
  const past: [RegExp, string][] = [
    [/<lrm_resource /, "//node_state/lrm/lrm_resources/lrm_resource"],
    [
      /<node_state [^>]*remote_node="true"/,
      "//node_state[@remote_node='true']",
    ],
    [/<ticket_state /, "//status/tickets/ticket_state"],
  ];
  for (const [found, xpath] of past) {
    if (!found.test(status)) continue;
    await runOnNode(lab.name, node, [
      ...["cibadmin", "--delete-all", "--force", "--xpath", xpath],
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

/**
 * The node's own part. $1 is its address, $2 its interface, $3 the folder of pristine files. Most of the time there is
 * little to do, and systemctl takes 100 ms or more for what it changes: so look first.
 */
const nodeScript = `
set -u
export SYSTEMCTL_SKIP_SYSV=1
wanted="postfix.service corosync.service pacemaker.service pcsd.service ssh.service"
reload=no
for unit in postfix postfix@- nginx pacemaker corosync pcsd; do
  for dir in /etc/systemd/system /run/systemd/system; do
    for path in "$dir/$unit.service" "$dir/$unit.service.d"; do
      if [ -e "$path" ] || [ -L "$path" ]; then rm -rf "$path"; reload=yes; fi
    done
  done
done
[ $reload = no ] || systemctl daemon-reload
for unit in $wanted; do
  systemctl is-enabled --quiet $unit || systemctl enable --quiet $unit
done
if systemctl is-enabled --quiet nginx.service; then systemctl disable --quiet nginx.service; fi
systemctl reset-failed
if systemctl is-active --quiet nginx.service; then systemctl stop nginx.service; fi

nft flush ruleset 2>/dev/null
ip -o -4 address show dev "$2" | while read -r _ _ _ address _; do
  [ "\${address%/*}" = "$1" ] || ip address delete "$address" dev "$2"
done

fresh=yes
if ! diff -rq "$3/postfix" /etc/postfix >/dev/null; then
  rm -rf /etc/postfix
  cp -a "$3/postfix" /etc/postfix
  fresh=no
fi
find /var/spool/postfix/incoming /var/spool/postfix/maildrop /var/spool/postfix/active /var/spool/postfix/deferred \\
  /var/spool/postfix/hold -type f -delete
# The unit's own word is not enough: something else may have started the master, or killed it.
systemctl is-active --quiet postfix.service || fresh=no
[ -n "$(ss -Hltn 'sport = :25')" ] || fresh=no
if [ $fresh = no ]; then
  systemctl stop postfix.service 'postfix@-.service' 2>/dev/null
  [ -z "$(ss -Hltn 'sport = :25')" ] || postfix stop 2>/dev/null
  systemctl start postfix.service || exit
fi
systemctl start $wanted
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
