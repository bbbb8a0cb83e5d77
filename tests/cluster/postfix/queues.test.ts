import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { test } from "node:test";
import { type Lab } from "../../../lab";
import {
  suitesOr,
  epoch,
  eventually,
  failedWith,
  labConnection,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  smtpStack,
  succeeded,
} from "../harness";
import { ours, oursIn } from "./command";

const program = (more = "") => `
const smtp = new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask${more} });
exports.queues = smtp.queues;
`;

interface Queue {
  active: number;
  deferred: number;
  hold: number;
  incoming: number;
  oldestSeconds: number;
}

const empty: Queue = {
  ...{ active: 0, deferred: 0, hold: 0, incoming: 0, oldestSeconds: 0 },
};

/** Hands in messages that a node's Postfix can deliver, in a while. */
async function leaveMail(lab: Lab, node: string, count: number) {
  const script = `for one in $(seq ${count}); do
    printf 'Subject: queued\\n\\nhello\\n' | sendmail root@localhost; done`;
  await onNode(lab, node, "/bin/sh", "-ec", script);
  await eventually(`${count} messages to be deferred on ${node}`, async () => {
    const printed = await onNode(lab, node, "postqueue", "-j");
    return (
      printed.split('"queue_name": "deferred"').length > count || undefined
    );
  });
}

/** Runs what docs/postfix.md tells a person to run on a node. */
const byHand = (lab: Lab, node: string, command: string) =>
  onNode(lab, node, ...command.split(" "));

/** What a node's drain would leave. */
const leftOf = (lab: Lab, node: string) =>
  onNode(
    lab,
    node,
    "/bin/sh",
    "-c",
    "systemctl is-active pulumi-pacemaker-drain; ls -d /run/pulumi-pacemaker* 2>/dev/null; pgrep -cx master; true",
  );

for (const suite of suitesOr("trixie"))
  onLab(suite, "mail queues", (lab) => {
    test("mail on a passive node is told of, not left by mistake, and delivered by a drain", async (t) => {
      const postconf = (...words: string[]) =>
        onEveryNode(
          lab(),
          `postconf ${words.join(" ")}; postfix reload 2>/dev/null || true`,
        );
      await postconf("-e", "local_transport=retry:later");
      const project = await makeProject(t, lab(), {
        program: program(),
        env: { PACEMAKER_DEBUG: "1" },
      });
      succeeded(await project.up());
      const first = await smtpStack.serves(lab());
      const allEmpty = Object.fromEntries(
        lab().nodes.map(({ name }) => [name, empty]),
      );
      assert.deepEqual((await project.outputs()).queues, allEmpty);

      await leaveMail(lab(), first, 3);
      const ids = await onNode(
        lab(),
        first,
        "/bin/sh",
        "-c",
        "cd /var/spool/postfix/deferred && find . -type f -printf '%f\\n'",
      );
      await onNode(lab(), first, "postsuper", "-h", ids.split("\n")[0]!);
      await onNode(lab(), first, "pcs", "resource", "ban", "smtp-stack", first);
      const passive = first;
      await eventually(
        "the stack on another node",
        async () => (await smtpStack.serves(lab())) !== passive || undefined,
      );

      // A preview looks, though the state knows of no mail yet; refresh brings the numbers.
      const warning = new RegExp(
        `mail lies on ${passive}, where Postfix does not run: 3 messages \\(2 deferred, 1 on hold\\), the oldest \\d+ s old.*--drain ${passive}`,
      );
      assert.match(succeeded(await project.preview()).output, warning);
      const quiet = nothingChanged(await project.up(["--expect-no-changes"]));
      assert.doesNotMatch(quiet.output, /mail lies/);
      assert.doesNotMatch(
        quiet.output,
        /queue_directory/,
        "an up with nothing to change asks no node",
      );
      assert.match(succeeded(await project.refresh()).output, warning);
      // The program's own output follows with the next up, which has nothing to change for it.
      nothingChanged(await project.up(["--expect-no-changes"]));
      const queues = JSON.parse(
        succeeded(await project.pulumi(["stack", "output", "queues", "--json"]))
          .stdout,
      ) as Record<string, Queue>;
      const { oldestSeconds, ...counts } = queues[passive]!;
      assert.deepEqual(counts, {
        active: 0,
        deferred: 2,
        hold: 1,
        incoming: 0,
      });
      assert.ok(oldestSeconds > 0 && oldestSeconds < 600, `${oldestSeconds} s`);

      // Nothing that would strand it is done; nothing is touched.
      const version = await epoch(lab());
      failedWith(
        await project.destroy(),
        "smtp-stack: mail would lie where no Postfix delivers it",
        `on ${passive} 3 messages (2 deferred, 1 on hold)`,
        `queues --drain ${passive}`,
        'set strandedMail to "leave"',
        "Nothing was changed",
      );
      project.writeProgram(program(', unit: "nginx"'));
      failedWith(
        await project.preview(),
        "smtp_service: mail would lie where no Postfix delivers it",
      );
      assert.equal(await epoch(lab()), version);
      await smtpStack.serves(lab());

      // The table, as an operator sees it.
      const shown = await ours(lab(), ["queues"]);
      assert.equal(shown.code, 0, shown.stderr);
      assert.match(
        shown.stdout,
        new RegExp(`^${passive} +stopped +0 +2 +1 +0 +\\d`, "m"),
      );
      assert.match(shown.stdout, /^node-0\d +runs +0 +0 +0 +0 +-$/m);
      // In the project's folder, the connection is that of the state, unless the stack's configuration has one.
      const names = (text: string) => text.match(/^node-0\d/gm);
      const all = lab().nodes.map(({ name }) => name);
      const inProject = await oursIn(project, ["queues"]);
      assert.match(inProject.stdout, /^node-0\d +stopped +0 +2 +1 +0 +\d/m);
      assert.deepEqual(names(inProject.stdout), all);
      const asked = ["config", "get", "pacemaker:connection"];
      assert.notEqual((await project.pulumi(asked)).code, 0);
      assert.match(await project.exportText(), /"connection": \{/);
      const two = labConnection(lab()).hosts.slice(0, 2);
      await project.configure(
        {
          "pacemaker:connection.user": lab().user,
          ...Object.fromEntries(
            two.flatMap((host, index) => [
              [`pacemaker:connection.hosts[${index}]`, host],
              [
                `pacemaker:connection.hostKeys["${host}"]`,
                lab().hostKeys[host]!,
              ],
            ]),
          ),
        },
        {
          "pacemaker:connection.privateKey": labConnection(lab()).privateKey,
        },
      );
      succeeded(await project.pulumi(asked));
      const configured = await oursIn(project, ["queues"]);
      assert.deepEqual(names(configured.stdout), all.slice(0, 2));
      succeeded(await project.pulumi(["config", "rm", "pacemaker:connection"]));

      // A drain that is interrupted puts everything back; a killed one is cleaned up after by the next.
      const refused = await ours(lab(), [
        "queues",
        "--drain",
        await smtpStack.serves(lab()),
      ]);
      assert.equal(refused.code, 1);
      assert.match(
        refused.stderr,
        /Postfix runs there, and delivers its queue itself/,
      );
      const clean = "inactive\n0\n";
      assert.equal(await leftOf(lab(), passive), clean);
      const killed = await ours(
        lab(),
        ["queues", "--drain", passive, "--seconds", "60"],
        async (child) => {
          await eventually(
            "the drain to run",
            async () =>
              (await leftOf(lab(), passive)).startsWith("active") || undefined,
          );
          child.kill("SIGKILL");
        },
      );
      assert.equal(killed.stdout, "");
      assert.match(
        await leftOf(lab(), passive),
        /^active\n\/run\/pulumi-pacemaker-drain\n1\n/,
      );
      assert.match(
        (await ours(lab(), ["queues", "--drain", passive])).stderr,
        /another drain is under way there|Postfix runs there/,
      );
      await onNode(
        lab(),
        passive,
        "systemctl",
        "kill",
        "--signal=KILL",
        "pulumi-pacemaker-drain",
      );
      // systemd goes on to clean up for a moment once the master is gone: until then a drain is under way.
      await eventually(
        "systemd to have done with the killed drain",
        async () =>
          /^failed\n(.*\n)?0\n$/.test(await leftOf(lab(), passive)) ||
          undefined,
      );
      // One is ended at once, by hand.
      await ours(
        lab(),
        ["queues", "--drain", passive, "--seconds", "60"],
        async () => {
          await eventually(
            "the drain to run",
            async () =>
              (await leftOf(lab(), passive)).startsWith("active") || undefined,
          );
          await byHand(lab(), passive, "systemctl stop pulumi-pacemaker-drain");
        },
      );
      assert.equal(await leftOf(lab(), passive), clean);
      const held = await ours(lab(), ["queues", "--drain", passive, "--json"]);
      assert.notEqual(held.stdout, "", held.stderr);
      assert.deepEqual(
        { ...JSON.parse(held.stdout), before: 0, after: 0 },
        {
          node: passive,
          delivered: 0,
          bounced: 0,
          remaining: 3,
          before: 0,
          after: 0,
        },
      );
      assert.equal(held.code, 1);
      assert.equal(await leftOf(lab(), passive), clean);

      // Once it can be delivered, it is; also where Postfix itself would not start without the stack's address.
      await postconf("-X", "local_transport");
      await byHand(lab(), passive, "postsuper -H ALL");
      const own = `inet_interfaces=127.0.0.1,${lab().floatingAddress}`;
      await onNode(lab(), passive, "postconf", "-e", own);
      const drained = await ours(lab(), ["queues", "--drain", passive]);
      assert.equal(drained.stdout, `${passive}: 3 delivered, 0 left.\n`);
      assert.equal(drained.code, 0);
      assert.equal(await leftOf(lab(), passive), clean);
      await onNode(lab(), passive, "postconf", "-X", "inet_interfaces");
      await smtpStack.serves(lab());

      // With "leave", mail stays where it is, and a warning says so.
      await postconf("-e", "local_transport=retry:later");
      const now = await smtpStack.serves(lab());
      await leaveMail(lab(), now, 1);
      await byHand(lab(), now, "postqueue -f");
      project.writeProgram(program(', strandedMail: "leave"'));
      const before = await epoch(lab());
      succeeded(await project.up());
      assert.equal(await epoch(lab()), before);
      const gone = succeeded(await project.destroy());
      assert.match(
        gone.output,
        new RegExp(
          `leaves mail on ${now}, which no Postfix delivers now: 1 message`,
        ),
      );
    });

    test("a drain ends in order by Ctrl-C, and by a failover in its middle; each message is delivered once", async (t) => {
      const project = await makeProject(t, lab(), { program: program() });
      succeeded(await project.up());
      const node = await smtpStack.serves(lab());
      const sh = (script: string) =>
        onNode(lab(), node, "/bin/sh", "-ec", script);
      await sh("postconf -e local_transport=retry:later; postfix reload");
      await leaveMail(lab(), node, 5);
      const deferred = "cd /var/spool/postfix/deferred && find . -type f";
      const ids = (await sh(`${deferred} -printf '%f\\n'`)).trim().split("\n");
      assert.equal(ids.length, 5);
      /** The messages by their deliveries, in the log of the node. */
      const sent = async (): Promise<string[]> => {
        const log = await sh(
          "journalctl -b --no-pager -o cat | grep 'status=sent' || :",
        );
        return ids.filter((id) => log.includes(`${id}: to=`));
      };
      await onNode(lab(), node, "pcs", "node", "standby", node);
      await eventually(
        "the stack on another node",
        async () => (await smtpStack.serves(lab())) !== node || undefined,
      );
      await onNode(lab(), node, "pcs", "node", "unstandby", node);
      // One after the other, so that there is time for what comes between.
      await sh(
        "postconf -X local_transport; postconf -e local_destination_rate_delay=5s",
      );
      const drainUntil = (during: (child: ChildProcess) => Promise<void>) =>
        ours(lab(), ["queues", "--drain", node], during);
      const more = (than: number) =>
        eventually("one more to be delivered", async () =>
          (await sent()).length > than ? true : undefined,
        );

      const interrupted = await drainUntil(async (child) => {
        await more(0);
        child.kill("SIGINT");
      });
      assert.match(
        interrupted.stdout,
        new RegExp(
          `^${node}: \\d delivered, what remains: .* Ended early: it was interrupted\\.\\n$`,
        ),
      );
      assert.equal(interrupted.code, 1);
      assert.equal(await leftOf(lab(), node), "inactive\n0\n");
      const before = (await sent()).length;
      assert.ok(before < 4, `${before} were delivered by then`);

      // Pacemaker starts Postfix there: the drain makes room, and Postfix goes on with the queue.
      const others = lab().nodes.filter(({ name }) => name !== node);
      const overtaken = await drainUntil(async () => {
        await more(before);
        for (const { name } of others)
          await onNode(lab(), node, "pcs", "node", "standby", name);
        await eventually("Postfix there", async () =>
          (await smtpStack.serves(lab())) === node ? true : undefined,
        );
      });
      assert.match(
        overtaken.stdout,
        /Ended early: Postfix was started there, which goes on with it\./,
      );
      assert.match(
        await leftOf(lab(), node),
        /^(inactive|failed)\n1\n$/,
        "the master that is left is the stack's",
      );
      await eventually(
        "each to be delivered",
        async () => ((await sent()).length === ids.length ? true : undefined),
        60,
      );
      const log = await sh(
        "journalctl -b --no-pager -o cat | grep 'status=sent'",
      );
      for (const id of ids)
        assert.equal(log.split(`${id}: to=`).length - 1, 1, `${id}: ${log}`);
      for (const { name } of others)
        await onNode(lab(), node, "pcs", "node", "unstandby", name);
      succeeded(await project.destroy());
    });
  });
