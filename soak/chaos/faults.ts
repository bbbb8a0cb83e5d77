/** The faults of a round: each strikes once, and can be healed whether it has struck or not. */
import {
  cutNode,
  execOnNode,
  healNode,
  startNode,
  stopNode,
  type Lab,
} from "../../lab";
import { cibText } from "../../tests/cluster/harness/cluster";
import { family } from "../../tests/cluster/life/interrupt";
import { ownId } from "./stacks";

export const faultKinds = [
  "kill CLI",
  "kill provider",
  "kill ssh sessions",
  "kill sshd",
  "kill pacemaker-based",
  "kill pacemaker-controld",
  "kill pacemaker-execd",
  "kill pacemakerd",
  "kill corosync",
  "power off",
  "cut link",
  "fill /tmp",
  "stop sshd",
  "stop pacemaker-based",
  "standby",
  "ban",
  "write by hand",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Scene {
  readonly lab: Lab;
  /** The node that is struck. */
  readonly node: string;
  /** Another one, which is not. */
  readonly other: string;
  /** The process of the CLI that is struck; 0 where it has not started. */
  readonly cli: number;
}

/** Tells, in words, what it did; undefined where there was nothing to strike. It never throws for a node that is off. */
type Strike = (scene: Scene) => Promise<string | undefined>;
type Heal = (scene: Omit<Scene, "cli">) => Promise<void>;

interface Fault {
  readonly strike: Strike;
  readonly heal?: Heal;
}

const shell = async (
  lab: Lab,
  node: string,
  script: string,
): Promise<string> => {
  const { stdout } = await execOnNode(lab, node, ["/bin/sh", "-c", script], {
    timeoutMs: 60_000,
  });
  return stdout.trim();
};

/** Ends a daemon of the cluster at once; what watches it may start it again. */
const killDaemon = (name: string): Fault => ({
  async strike({ lab, node }) {
    // The node's own processes alone are seen there.
    const pids = await shell(
      lab,
      node,
      `pids=$(pidof ${name}) && kill -KILL $pids && echo $pids`,
    );
    return pids === "" ? undefined : `${name} (${pids}) on ${node}`;
  },
});

/** The daemon and all that it has forked: a session that is open hangs too. */
const sshds = "pids=$(pidof sshd sshd-session sshd-auth)";

const endFamily = (
  cli: number,
  matches: (argv: string[]) => boolean,
): string | undefined => {
  if (cli === 0) return undefined;
  const killed = family(cli).filter(({ pid, argv }) => {
    if (!matches(argv)) return false;
    try {
      return process.kill(pid, "SIGKILL");
    } catch {
      return false; // it has ended since
    }
  });
  return killed.length > 0
    ? `process ${killed.map(({ pid }) => pid).join(", ")}`
    : undefined;
};

const filler = "/tmp/chaos-filler";
const handmade = "hand";

export const faults: Record<FaultKind, Fault> = {
  "kill CLI": {
    strike: async ({ cli }) =>
      endFamily(cli, ([program]) => program?.split("/").at(-1) === "pulumi"),
  },
  "kill provider": {
    strike: async ({ cli }) =>
      endFamily(cli, (argv) =>
        argv.some((word) => word.includes("dynamic-provider")),
      ),
  },
  "kill ssh sessions": {
    async strike({ lab }) {
      const established = "ss -Htnp state established '( sport = :22 )'";
      const killed = await Promise.all(
        lab.nodes.map(({ name }) =>
          shell(
            lab,
            name,
            `for pid in $(${established} | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u); do kill -KILL "$pid" && echo "$pid"; done`,
          ),
        ),
      );
      const count = killed.join("\n").split("\n").filter(Boolean).length;
      return count > 0 ? `${count} processes of sshd` : undefined;
    },
  },
  "kill sshd": {
    async strike({ lab, node }) {
      const pids = await shell(
        lab,
        node,
        `${sshds}; kill -KILL $pids && echo $pids`,
      );
      return pids === "" ? undefined : `sshd (${pids}) on ${node}`;
    },
    async heal({ lab, node }) {
      await shell(lab, node, "systemctl reset-failed ssh; systemctl start ssh");
    },
  },
  "kill pacemaker-based": killDaemon("pacemaker-based"),
  "kill pacemaker-controld": killDaemon("pacemaker-controld"),
  "kill pacemaker-execd": killDaemon("pacemaker-execd"),
  "kill pacemakerd": killDaemon("pacemakerd"),
  "kill corosync": killDaemon("corosync"),
  "power off": {
    async strike({ lab, node }) {
      await stopNode(lab, node);
      return node;
    },
    heal: ({ lab, node }) => startNode(lab, node),
  },
  "cut link": {
    async strike({ lab, node }) {
      await cutNode(lab, node);
      return node;
    },
    heal: ({ lab, node }) => healNode(lab, node),
  },
  "fill /tmp": {
    async strike({ lab, node }) {
      const left = await shell(
        lab,
        node,
        `dd if=/dev/zero of=${filler} bs=1M count=4096 2>/dev/null; df --output=avail /tmp | tail -1`,
      );
      return `${node}, ${left} KB left`;
    },
    async heal({ lab, node }) {
      await shell(lab, node, `rm -f ${filler}`);
    },
  },
  "stop sshd": {
    async strike({ lab, node }) {
      const pids = await shell(
        lab,
        node,
        `${sshds}; kill -STOP $pids && echo $pids`,
      );
      return pids === "" ? undefined : `sshd (${pids}) on ${node}`;
    },
    async heal({ lab, node }) {
      await shell(lab, node, `${sshds} && kill -CONT $pids`);
    },
  },
  "stop pacemaker-based": {
    async strike({ lab, node }) {
      const pid = await shell(
        lab,
        node,
        "pid=$(pidof pacemaker-based) && kill -STOP $pid && echo $pid",
      );
      return pid === "" ? undefined : `pacemaker-based (${pid}) on ${node}`;
    },
    async heal({ lab, node }) {
      await shell(lab, node, "pid=$(pidof pacemaker-based) && kill -CONT $pid");
    },
  },
  standby: {
    async strike({ lab, node, other }) {
      await shell(lab, other, `pcs node standby ${node}`);
      return node;
    },
    async heal({ lab, node, other }) {
      await shell(lab, other, `pcs node unstandby ${node}`);
    },
  },
  ban: {
    async strike({ lab, node, other }) {
      const text = await cibText(lab, other).catch(() => "");
      const ids = [...text.matchAll(/<(?:primitive|group) id="([^"]+)"/g)]
        .map(([, id]) => id!)
        .filter((id) => ownId.test(id));
      if (ids.length === 0) return undefined;
      await shell(
        lab,
        other,
        ids
          .map((id) => `crm_resource --ban --resource ${id} --node ${node}`)
          .join("; "),
      );
      return `${ids.join(", ")} from ${node}`;
    },
    async heal({ lab, node, other }) {
      await shell(
        lab,
        other,
        `cibadmin --query --xpath '//rsc_location[starts-with(@id,"cli-ban-")]' 2>/dev/null |
          grep -o 'id="cli-ban-[^"]*"' | cut -d'"' -f2 |
          while read -r id; do cibadmin --delete --xml-text "<rsc_location id='$id'/>"; done; : ${node}`,
      );
    },
  },
  "write by hand": {
    async strike({ lab, other }) {
      // Resources that never run, an attribute and a property, by pcs and by cibadmin, for some seconds.
      await shell(
        lab,
        other,
        `for n in 1 2 3; do
          cibadmin --create --scope resources --xml-text '<primitive id="${handmade}_'$n'" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="${handmade}_'$n'-meta"><nvpair id="${handmade}_'$n'-role" name="target-role" value="Stopped"/></meta_attributes></primitive>'
          pcs resource meta ${handmade}_$n x-by=hand
          cibadmin --create --scope constraints --xml-text '<rsc_location id="${handmade}-prefers-'$n'" rsc="${handmade}_'$n'" node="'$(crm_node --name)'" score="1"/>'
          pcs property set x-hand-$n=1 --force
        done`,
      );
      return `three resources on ${other}`;
    },
    async heal({ lab, other }) {
      await shell(
        lab,
        other,
        `for n in 1 2 3; do
          cibadmin --delete --xml-text '<rsc_location id="${handmade}-prefers-'$n'"/>'
          cibadmin --delete --xml-text '<primitive id="${handmade}_'$n'"/>'
          crm_attribute --type crm_config --name x-hand-$n --delete
        done; exit 0`,
      );
    },
  },
};
