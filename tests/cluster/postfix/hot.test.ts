import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  startNode,
  stopNode,
  waitMissed,
  waitOnline,
  type Lab,
} from "../../../lab";
import {
  epoch,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  Prober,
  servesHot,
  succeeded,
} from "../harness";

/** A key and a certificate for mail.example.org, made for tests. */
const [key, cert] = ["key", "cert"].map((what) =>
  readFileSync(
    join(__dirname, "../../outcome/fixtures", `mail.${what}.pem`),
    "utf8",
  ),
);

interface Postfix {
  main: Record<string, unknown>;
  transport?: string;
  standby?: "cold" | "hot";
}

const program = ({
  main,
  transport = "one.example smtp:[192.0.2.1]\n",
  standby = "hot",
}: Postfix) =>
  `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, ...${JSON.stringify(
    {
      standby,
      verify: {
        banner: "mail.example.org",
        ehlo: ["SIZE"],
        certificate: { name: "mail.example.org", days: 14 },
      },
      postfix: {
        main: {
          myhostname: "mail.example.org",
          transport_maps: "$default_database_type:/etc/postfix/transport",
          ...main,
        },
        maps: { transport: { content: transport } },
        tls: { key, cert },
      },
    },
  )} });`;

const masters = (lab: Lab) =>
  onEveryNode(lab, "cat /var/spool/postfix/pid/master.pid");

/** How often each node's master has said that it reloads. */
async function reloads(lab: Lab): Promise<Record<string, number>> {
  const printed = await onEveryNode(
    lab,
    "journalctl -b --no-pager -t postfix/master | grep -c 'reload -- version' || true",
  );
  return Object.fromEntries(
    Object.entries(printed).map(([node, text]) => [node, Number(text)]),
  );
}

const everywhere = (lab: Lab, text: string): Record<string, string> =>
  Object.fromEntries(lab.nodes.map(({ name }) => [name, text]));

// Postfix is asked and told by the same commands on either version; what the cluster does, other files try on both.
onLab(
  "bookworm",
  "a stack that stands by hot, with its configuration",
  (lab) => {
    test("is made with a node down, reloaded everywhere without a failover, and refused what would need one", async (t) => {
      const effective = (names: string) =>
        onEveryNode(lab(), `postconf -hx ${names}`);
      const project = await makeProject(t, lab(), {
        program: program({ main: {} }),
      });
      const component = `urn:pulumi:test::scenario::pacemaker:index:SmtpStack::smtp`;

      // One node is down while the stack is made.
      await stopNode(lab(), "node-03");
      await waitMissed(lab(), "node-03");
      const created = succeeded(await project.up());
      assert.match(
        created.output,
        /warning: smtp_postfix: node-03 has not got these files: it was down/,
      );
      await startNode(lab(), "node-03");
      await waitOnline(lab());
      succeeded(await project.up());
      const node = await eventually("Postfix on all nodes", () =>
        servesHot(lab()),
      );
      assert.deepEqual(
        await effective("myhostname"),
        everywhere(lab(), "mail.example.org\n"),
      );
      const lookUp = `postmap -q one.example "$(postconf -h default_database_type):/etc/postfix/transport"`;
      assert.deepEqual(
        await onEveryNode(lab(), lookUp),
        everywhere(lab(), "smtp:[192.0.2.1]\n"),
      );
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));

      // A parameter and a map: every node reloads, the address stays, and no client is refused.
      const before = await masters(lab());
      const reloadsBefore = await reloads(lab());
      const prober = Prober.every(lab(), 20);
      t.after(() => prober.stop());
      await prober.answered();
      project.writeProgram(
        program({
          main: { message_size_limit: 2048000 },
          transport: "one.example smtp:[192.0.2.2]\n",
        }),
      );
      const version = await epoch(lab());
      const reloaded = succeeded(await project.up());
      assert.deepEqual(reloaded.changes, { same: 5, update: 1 });
      await prober.answered();
      await prober.stop();
      assert.deepEqual(
        prober.answers.filter(({ ok }) => !ok),
        [],
      );
      t.diagnostic(
        `a reload: ${prober.outage().toFixed(2)} s between two banners`,
      );
      assert.equal(await epoch(lab()), version);
      assert.equal(await servesHot(lab()), node);
      assert.deepEqual(await masters(lab()), before);
      assert.deepEqual(
        await effective("message_size_limit"),
        everywhere(lab(), "2048000\n"),
      );
      assert.deepEqual(
        await onEveryNode(lab(), lookUp),
        everywhere(lab(), "smtp:[192.0.2.2]\n"),
      );
      const reloadsNow = await reloads(lab());
      for (const { name } of lab().nodes)
        assert.equal(reloadsNow[name], reloadsBefore[name]! + 1, name);

      // What only a restart brings about is refused in preview, with the reason; nothing is touched.
      const files = await onEveryNode(lab(), "cat /etc/postfix/main.cf");
      const main = { message_size_limit: 2048000 };
      project.writeProgram(
        program({
          main: {
            ...main,
            inet_interfaces: `127.0.0.1, ${lab().floatingAddress}`,
          },
        }),
      );
      failedWith(
        await project.preview(),
        `smtp: postfix: Postfix cannot stand by hot: inet_interfaces names ${lab().floatingAddress}, and where that is not, Postfix cannot bind to it`,
      );
      project.writeProgram(
        program({ main: { ...main, inet_protocols: "ipv4" } }),
      );
      failedWith(
        await project.preview(),
        "smtp_postfix: a change of inet_interfaces or inet_protocols needs a stop and a start of Postfix, which runs on node-01, node-02, node-03 at once.",
      );
      failedWith(
        await project.up(),
        "which runs on node-01, node-02, node-03 at once",
      );
      assert.deepEqual(
        await onEveryNode(lab(), "cat /etc/postfix/main.cf"),
        files,
      );
      assert.deepEqual(await masters(lab()), before);

      // The stack alone, with what it is made of.
      project.writeProgram(program({ main: { message_size_limit: 1024000 } }));
      const target = ["--target", `${component}`, "--target-dependents"];
      const targeted = succeeded(await project.up(target));
      t.diagnostic(`${target.join(" ")}: ${JSON.stringify(targeted.changes)}`);
      assert.deepEqual(
        await effective("message_size_limit"),
        everywhere(lab(), "1024000\n"),
      );
      nothingChanged(await project.up(["--expect-no-changes"]));
      assert.equal(await servesHot(lab()), node);

      // An operator's word stands: a change to cold would take the clone away, and the word with it.
      const pcs = (words: string) =>
        onNode(lab(), node, "/bin/sh", "-ec", words);
      const last = { main: { message_size_limit: 1024000 } };
      await pcs("pcs resource disable smtp_service-clone --wait=60");
      project.writeProgram(program({ ...last, standby: "cold" }));
      failedWith(
        await project.preview(),
        "cannot change how it stands by: smtp_service-clone is disabled by an operator (target-role=Stopped)",
      );
      await pcs("pcs resource enable smtp_service-clone --wait=60");
      await eventually("Postfix on all nodes", () => servesHot(lab()));
      project.writeProgram(program(last));
      nothingChanged(await project.up(["--expect-no-changes"]));

      // What a client meets is looked at after a change of the configuration, too.
      succeeded(await project.destroy());
    });
  },
);
