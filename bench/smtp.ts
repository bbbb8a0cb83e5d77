/** The main job, an address and Postfix beside it, in all the ways that people have. */
import { labReset, type Lab } from "../lab";
import { Prober } from "../tests/cluster/harness/prober";
import { smtpStack } from "../tests/cluster/harness/stack";
import { ansible } from "./ansible";
import type { Way } from "./measure";
import { BenchProject } from "./project";
import { onAll, ssh, sshUntil } from "./ssh";

export const units = { bookworm: "postfix@-", trixie: "postfix" } as const;

/** Starts Postfix and its address on one node, as Pacemaker's own XML has it. */
const patch = (lab: Lab) =>
  `<group id="smtp-stack">` +
  `<primitive id="smtp_ip" class="ocf" provider="heartbeat" type="IPaddr2">` +
  `<instance_attributes id="smtp_ip-options"><nvpair id="smtp_ip-ip" name="ip" value="${lab.floatingAddress}"/>` +
  `<nvpair id="smtp_ip-cidr_netmask" name="cidr_netmask" value="${lab.cidrNetmask}"/></instance_attributes>` +
  `<operations><op id="smtp_ip-monitor" name="monitor" interval="30s"/></operations></primitive>` +
  `<primitive id="smtp_service" class="systemd" type="${units[lab.suite]}">` +
  `<operations><op id="smtp_service-monitor" name="monitor" interval="30s"/></operations></primitive></group>`;

/**
 * The commands of the job by hand, in order. The unit is the real one: Pacemaker looks 2 s after it has started Debian 12's
 * empty wrapper, and on a busy machine that one then still waits for Postfix, which counts as failed on every node.
 */
export async function byHand(lab: Lab): Promise<void> {
  const node = lab.nodes[0]!.name;
  await ssh(lab, node, "pcs status");
  for (const { name } of lab.nodes)
    await ssh(lab, name, "systemctl stop postfix; systemctl disable postfix");
  const monitor = "op monitor interval=30s";
  await ssh(
    lab,
    node,
    `pcs resource create smtp_ip ocf:heartbeat:IPaddr2 ip=${lab.floatingAddress} cidr_netmask=${lab.cidrNetmask} ${monitor}`,
  );
  await ssh(
    lab,
    node,
    `pcs resource create smtp_service systemd:${units[lab.suite]} ${monitor}`,
  );
  await ssh(
    lab,
    node,
    "pcs resource group add smtp-stack smtp_ip smtp_service",
  );
  await sshUntil(
    lab,
    node,
    "pcs status resources",
    (text) => (text.match(/Started/g) ?? []).length === 2,
  );
  await onAll(lab, "ip -4 address show; ss -lntp");
}

/** As somebody would who knows pcs well: all nodes at once, one file, one push. */
async function byScript(lab: Lab): Promise<void> {
  const node = lab.nodes[0]!.name;
  await onAll(
    lab,
    `systemctl disable --now postfix; systemctl stop ${units[lab.suite]}`,
  );
  const monitor = "op monitor interval=30s";
  await ssh(
    lab,
    node,
    "sh -se",
    `f=$(mktemp)
pcs cluster cib "$f"
cp "$f" "$f.old"
pcs -f "$f" resource create smtp_ip ocf:heartbeat:IPaddr2 ip=${lab.floatingAddress} cidr_netmask=${lab.cidrNetmask} ${monitor}
pcs -f "$f" resource create smtp_service systemd:${units[lab.suite]} ${monitor}
pcs -f "$f" resource group add smtp-stack smtp_ip smtp_service
pcs cluster cib-push "$f" diff-against="$f.old"
rm "$f" "$f.old"
`,
  );
}

/** Measures from here to the first 220, and, where the work itself is longer, to its end. */
async function timed(
  lab: Lab,
  name: string,
  work: () => Promise<void>,
): Promise<Record<string, number>> {
  const prober = new Prober(lab);
  try {
    const started = Date.now();
    const answered = prober.answered(undefined, 240);
    answered.catch(() => undefined);
    await work();
    const done = Date.now();
    const served = (await answered).t * 1000;
    return {
      [name]: (served - started) / 1000,
      [`${name}, to its end`]: (Math.max(done, served) - started) / 1000,
    };
  } finally {
    await prober.stop();
  }
}

export async function smtpWays(
  lab: Lab,
  cleanUp: (() => void)[],
  say: (line: string) => void,
): Promise<Way[]> {
  const ours = await BenchProject.make(lab, smtpStack.program, cleanUp);
  const empty = await BenchProject.make(lab, "", cleanUp);
  const playbook = await ansible(lab, cleanUp, say);
  const way = (name: string, work: () => Promise<void>): Way => ({
    name,
    run: () => timed(lab, name, work),
  });
  const ways: Way[] = [
    {
      name: "ours",
      async run() {
        const prober = new Prober(lab);
        try {
          const answered = prober.answered(undefined, 240);
          answered.catch(() => undefined);
          const started = Date.now();
          const { outcome, notes } = await ours.run("up");
          const served = (await answered).t * 1000;
          return {
            "ours, first handler to 220": (served - notes.began) / 1000,
            "ours, to 220": (served - started) / 1000,
            "ours, the handlers": notes.span,
            "ours, whole up": outcome.seconds,
          };
        } finally {
          await prober.stop();
          ours.forget();
        }
      },
    },
    {
      name: "an empty up",
      async run() {
        const { outcome } = await empty.run("up");
        empty.forget();
        return { "an empty up": outcome.seconds };
      },
    },
    way("by hand", () => byHand(lab)),
    way("script", () => byScript(lab)),
    ...(playbook ? [way("Ansible", playbook.smtp)] : []),
    {
      name: "raw patch",
      async run() {
        // The limit: nothing is left to do but the patch. The real unit stops after its wrapper, unless it is named.
        await onAll(
          lab,
          `systemctl disable --quiet --now postfix; systemctl stop ${units[lab.suite]}`,
        );
        return timed(lab, "raw patch", async () => {
          await ssh(
            lab,
            lab.nodes[0]!.name,
            "cibadmin --create --scope resources --xml-pipe",
            patch(lab),
          );
        });
      },
    },
  ];
  return ways.map(({ name, run }) => ({
    name,
    async run() {
      if (name !== "an empty up") await labReset(lab);
      return run();
    },
  }));
}
