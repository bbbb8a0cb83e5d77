/** The faults of a drill as texts for a node's shell, each with what takes it back. */
import { instanceFunctions, usualInstance } from "../../postfix/instance";
import { quoteArgv } from "../../ssh/quote";
import type { Kind } from "../../drill/report";

const prelude = `set -eu
export PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
`;

/** The name of what a drill makes on a node: a timer of systemd's, a table of nftables'. */
export const drillName = "pulumi-pacemaker-drill";
const tableName = "pulumi_pacemaker_drill";

interface Place {
  readonly node: string;
  /** The unit of the service, and its instance where it is Postfix. */
  readonly unit?: string | undefined;
  readonly instance?: string | undefined;
}

/** What takes a fault back, on the node itself; it does no harm where there is none. */
export function takeBack(kind: Kind, { node }: Place): string {
  switch (kind) {
    case "standby":
      return quoteArgv([
        ...["crm_attribute", "--node", node, "--name", "standby"],
        ...["--lifetime", "reboot", "--delete"],
      ]);
    case "stop-node":
      return "systemctl start corosync.service && systemctl start pacemaker.service";
    case "cut":
      // Without a semicolon: systemd, where it reads a transient unit again, loses it (252).
      return `nft delete table inet ${tableName} 2>/dev/null || true`;
    case "kill":
      return "true";
  }
}

/** Makes the fault. Before it, the node is told to take it back by itself, whatever becomes of us. */
export function makeFault(kind: Kind, place: Place, seconds: number): string {
  const back = takeBack(kind, place);
  const watch = quoteArgv([
    ...["systemd-run", "--quiet", "--collect", `--unit=${drillName}`],
    `--description=Takes the drill "${kind}" back (pulumi-pacemaker)`,
    ...[`--on-active=${seconds}`, "--timer-property=AccuracySec=1s"],
    ...["/bin/sh", "-c", back],
  ]);
  return `${prelude}
${clearWatch}
${back}
${check(kind)}
${watch}
date +%s.%N
${fault(kind, place)}
`;
}

/** Nothing is begun that could not be done. */
function check(kind: Kind): string {
  return kind === "cut"
    ? `command -v nft >/dev/null || { echo "there is no nft: apt-get install nftables" >&2; exit 5; }`
    : "";
}

function fault(kind: Kind, { node, unit, instance }: Place): string {
  switch (kind) {
    case "standby":
      return quoteArgv([
        ...["crm_attribute", "--node", node, "--name", "standby"],
        ...["--lifetime", "reboot", "--update", "on"],
      ]);
    case "stop-node":
      // As "pcs cluster stop" does: first Pacemaker, which moves away what it runs, then corosync. It takes a while.
      return `systemd-run --quiet --collect --no-block --unit=${drillName}-stop /bin/sh -c 'systemctl stop pacemaker.service && systemctl stop corosync.service'`;
    case "cut":
      return `port=$(sed -n 's/^[[:space:]]*mcastport:[[:space:]]*\\([0-9]*\\).*/\\1/p' /etc/corosync/corosync.conf | head -n 1)
nft -f - <<END
table inet ${tableName} {
  chain in { type filter hook input priority -300; udp dport \${port:-5405} drop; }
  chain out { type filter hook output priority -300; udp dport \${port:-5405} drop; }
}
END`;
    case "kill":
      return instance === undefined
        ? quoteArgv(["systemctl", "kill", "--signal=KILL", `${unit}.service`])
        : `${instanceFunctions}\nkill -KILL $(masterIn "$(queueOf ${instance})")`;
  }
}

const clearWatch = `systemctl stop ${drillName}.timer 2>/dev/null || :
systemctl reset-failed ${drillName}.service 2>/dev/null || :`;

/** Takes the fault back now; the node's own watch goes only once that is done. */
export function endFault(kind: Kind, place: Place): string {
  return `${prelude}
${kind === "stop-node" ? `systemctl stop ${drillName}-stop.service 2>/dev/null || :` : ""}
${takeBack(kind, place)}
${clearWatch}
`;
}

/** What the node's Pacemaker and Postfix have logged since a moment, in seconds since the epoch, and its clock. */
export function readLog(since: number, instance = usualInstance): string {
  return `${prelude}
${instanceFunctions}
name=$(postconf -c "$(configOf ${instance})" -hx syslog_name 2>/dev/null || echo postfix)
journalctl --quiet --output=short-unix --since=@${Math.floor(since)} --identifier=pacemaker-controld --identifier="$name/master" |
  grep -E 'Requesting local execution|Result of|daemon started' || :
`;
}
