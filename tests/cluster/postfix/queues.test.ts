import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lab } from "../../../lab";
import {
  suitesOr,
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
      const queues = (await project.outputs()).queues as Record<string, Queue>;
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
      const inProject = await oursIn(project, ["queues"]);
      assert.match(inProject.stdout, /^node-0\d +stopped +0 +2 +1 +0 +\d/m);

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

      // Once it can be delivered, it is.
      await postconf("-X", "local_transport");
      await byHand(lab(), passive, "postsuper -H ALL");
      const drained = await ours(lab(), ["queues", "--drain", passive]);
      assert.equal(drained.stdout, `${passive}: 3 delivered, 0 left.\n`);
      assert.equal(drained.code, 0);
      assert.equal(await leftOf(lab(), passive), clean);
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
  });
