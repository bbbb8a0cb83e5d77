import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab, Suite } from "../../../lab";
import {
  activeUnits,
  addresses,
  configuration,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
  suitesOr,
  whereAre,
} from "../harness";
import { ours } from "./command";
import { linesBelow } from "./runbook";

/** The units of the usual instance and of the further one, as each Debian has them. */
const units: Record<Suite, { smtp: string; mx: string }> = {
  bookworm: { smtp: "postfix@-", mx: "postfix@postfix-mx" },
  trixie: { smtp: "postfix", mx: "postfix@mx" },
};

const mxAddress = "192.0.2.26";

/** Two stacks side by side, each with an instance of Postfix of its own, behind an address of its own. */
function programOf(suite: Suite, more: Record<string, unknown> = {}): string {
  const stack = (name: "smtp" | "mx", main: Record<string, unknown>) => `
new pacemaker.SmtpStack("${name}", { connection, ip: ${name === "mx" ? `"${mxAddress}"` : "ip"}, cidrNetmask,
  unit: "${units[suite][name]}", verifySync: true, verify: { banner: "${name}.example.org" },
  postfix: {
    main: ${JSON.stringify({
      myhostname: `${name}.example.org`,
      mydestination: ["localhost", `${name}.example.org`],
      myorigin: "localhost",
      defer_transports: "local",
      master_service_disable: "",
      transport_maps: "$default_database_type:$config_directory/transport",
      ...main,
    })},
    master: { "smtp/inet": null, [\`\${${name === "mx" ? `"${mxAddress}"` : "ip"}}:smtp/inet\`]: "n - y - - smtpd" },
    maps: { transport: { content: "${name}.example discard:\\n" } },
  },
});`;
  return stack("smtp", {}) + stack("mx", more);
}

const sh = (lab: Lab, node: string, script: string): Promise<string> =>
  onNode(lab, node, "/bin/sh", "-ec", script);

/** Takes away what the test has made; the lab's reset brings /etc/postfix back. */
const unmake = `
systemctl stop 'postfix@*' || true
systemctl disable --quiet postfix@-.service || true
rm -rf /etc/postfix-mx /var/spool/postfix-mx /var/lib/postfix-mx /etc/systemd/system/postfix@.service
systemctl daemon-reload`;

/** Sends messages to a stack's address, from a node that does not run it. */
const send = (lab: Lab, from: string, ip: string, count: number) =>
  sh(
    lab,
    from,
    `for one in $(seq ${count}); do swaks --silent 2 --server ${ip} --from a@example.net --to root@localhost; done`,
  );

interface Shown {
  nodes: Record<string, { postfix: string; deferred: number }>;
}

/** What our own command shows of an instance. */
async function shown(lab: Lab, instance: string) {
  const args = ["queues", "--json", "--instance", instance];
  const { code, stdout, stderr } = await ours(lab, args);
  assert.equal(code, 0, stderr);
  const { nodes } = JSON.parse(stdout) as Shown;
  return Object.fromEntries(
    Object.entries(nodes).map(([node, { postfix, deferred }]) => [
      node,
      `${postfix} ${deferred}`,
    ]),
  );
}

const master = (lab: Lab, node: string, name: string) =>
  sh(lab, node, `cat /var/spool/${name}/pid/master.pid`);

/** How often a node's instance has reloaded. */
const reloads = (lab: Lab, node: string, name: string) =>
  sh(
    lab,
    node,
    `journalctl -b --no-pager -t ${name}/master | grep -c 'reload -- version' || true`,
  );

for (const suite of suitesOr("trixie"))
  onLab(suite, "several instances of Postfix", (lab) => {
    test("have a stack each: its configuration, its queue, its drain, and no other's", async (t) => {
      const { smtp, mx } = units[suite];
      // Each stack stays where it is until it is moved.
      await sh(
        lab(),
        "node-01",
        "crm_attribute --type rsc_defaults --name resource-stickiness --update 100",
      );
      const before = await configuration(lab());
      t.after(() => onEveryNode(lab(), unmake));
      const make = linesBelow("### To make one");
      for (const node of ["node-01", "node-02"]) await sh(lab(), node, make);
      const project = await makeProject(t, lab(), {
        program: programOf(suite),
      });

      // An instance that a node lacks, and what Debian's units do to each other, are said before anything is done.
      const preview = await project.preview();
      failedWith(
        preview,
        'mx_postfix: there is no instance "' +
          mx.replace("postfix@", "") +
          '" of Postfix on node-03. Make it there ("postmulti -e init"',
      );
      await sh(lab(), "node-03", make);
      const parting = {
        bookworm: [
          "### On Debian 12, before the first of them has a stack",
          `mx_service: postfix must not start ${mx} at boot, but it is all that starts postfix@-.service there`,
        ],
        trixie: [
          "### On Debian 13, where the usual one runs too",
          "mx_service: systemd stops postfix@mx.service wherever postfix.service stops",
        ],
      } as const;
      const [heading, words] = parting[suite];
      assert.ok(
        (await project.preview()).output.replace(/\s+/g, " ").includes(words),
      );
      await onEveryNode(lab(), linesBelow(heading));

      const made = succeeded(await project.up());
      if (suite === "trixie")
        assert.doesNotMatch(made.output, /systemd stops postfix@mx/);
      assert.doesNotMatch(made.output, /not set up alike/);
      nothingChanged(await project.up(["--refresh", "--expect-no-changes"]));
      const at = (stack: string) =>
        whereAre(lab(), [`${stack}_ip`, `${stack}_service`]);
      const home = await at("smtp");
      const names = await onEveryNode(
        lab(),
        `for one in postfix postfix-mx; do
          postconf -c /etc/$one -h myhostname
          postmap -q mx.example "$(postconf -c /etc/$one -h default_database_type):/etc/$one/transport" || echo nothing
        done`,
      );
      for (const { name } of lab().nodes)
        assert.equal(
          names[name],
          "smtp.example.org\nnothing\nmx.example.org\ndiscard:\n",
        );

      // Both on one node, with mail in each.
      const move = async (stack: string, words: string) => {
        await sh(lab(), home, `crm_resource --resource ${stack} ${words}`);
        await sh(lab(), home, "crm_resource --wait --timeout=60");
      };
      if ((await at("mx")) !== home)
        await move("mx-stack", `--move --node ${home}`);
      assert.equal(await at("mx"), home);
      const away = lab().nodes.find(({ name }) => name !== home)!.name;
      await send(lab(), away, lab().floatingAddress, 1);
      await send(lab(), away, mxAddress, 2);
      await eventually("the mail to be deferred", async () => {
        const counts = [await shown(lab(), "-"), await shown(lab(), "mx")];
        assert.deepEqual(
          counts.map((nodes) => nodes[home]),
          ["running 1", "running 2"],
          JSON.stringify({ home, counts }),
        );
        return true;
      });
      assert.deepEqual(
        await shown(lab(), "postfix-mx"),
        await shown(lab(), "mx"),
      );

      // A change of one reloads that one.
      const masters = () =>
        Promise.all(
          ["postfix", "postfix-mx"].map((one) => master(lab(), home, one)),
        );
      const running = await masters();
      const reloaded = () =>
        Promise.all(
          ["postfix", "postfix-mx"].map((one) => reloads(lab(), home, one)),
        );
      const [usual, further] = await reloaded();
      project.writeProgram(programOf(suite, { message_size_limit: 2048000 }));
      const changed = succeeded(await project.up());
      t.diagnostic(`one parameter: ${changed.steps.join(", ")}`);
      assert.deepEqual(await reloaded(), [usual, `${Number(further) + 1}\n`]);
      assert.deepEqual(await masters(), running);

      // The usual one goes elsewhere; the further one does not notice.
      await move("smtp-stack", "--ban");
      assert.notEqual(await at("smtp"), home);
      assert.equal(await at("mx"), home);
      assert.equal(await master(lab(), home, "postfix-mx"), running[1]);
      await move("smtp-stack", "--clear");

      // Then the further one: what lies in its queue is told of, with the command that names it.
      await move("mx-stack", `--clear`);
      await move("mx-stack", "--ban");
      assert.notEqual(await at("mx"), home);
      const refreshed = succeeded(await project.refresh()).output;
      assert.match(
        refreshed,
        new RegExp(
          `mx_service: mail lies on ${home}, where Postfix does not run: 2 messages.*"npx pulumi-pacemaker queues --drain ${home} --instance ${mx.replace("postfix@", "")}"`,
        ),
      );
      assert.match(
        refreshed,
        new RegExp(`smtp_service: mail lies on ${home}.*--drain ${home}"`),
      );

      // It is drained, and the usual one's mail stays where it is.
      await sh(lab(), home, "postconf -c /etc/postfix-mx -e defer_transports=");
      let conflicts = "";
      const drained = await ours(
        lab(),
        ["queues", "--drain", home, "--instance", "mx", "--json"],
        async () => {
          const unit = "pulumi-pacemaker-drain-mx";
          await eventually("the drain to run", async () =>
            (await activeUnits(lab(), [unit]))[home]?.length ? true : undefined,
          );
          const asked = `systemctl show --property=Conflicts --value ${unit}`;
          conflicts = await sh(lab(), home, asked);
        },
      );
      assert.equal(drained.code, 0, drained.stderr);
      const { delivered, remaining } = JSON.parse(drained.stdout) as Record<
        string,
        number
      >;
      assert.deepEqual(
        { delivered, remaining },
        { delivered: 2, remaining: 0 },
      );
      const rivals = conflicts.trim().split(" ");
      assert.ok(rivals.includes(`${mx}.service`), conflicts);
      assert.ok(!rivals.includes(`${smtp}.service`), conflicts);
      assert.equal((await shown(lab(), "mx"))[home], "stopped 0");
      assert.equal((await shown(lab(), "-"))[home], "stopped 1");
      await at("smtp");

      // The other one's mail is no reason to keep this stack, but its own is.
      failedWith(
        await project.destroy(),
        "smtp-stack: mail would lie where no Postfix delivers it",
        `run "npx pulumi-pacemaker queues --drain ${home}"`,
      );
      await sh(lab(), home, "postconf -e defer_transports=");
      const usually = await ours(lab(), ["queues", "--drain", home]);
      assert.equal(usually.code, 0, usually.stderr);
      succeeded(await project.destroy());
      await sh(lab(), home, "crm_resource --clear --resource mx-stack || true");
      assert.equal(await configuration(lab()), before);
      const left = await activeUnits(lab(), [smtp, mx]);
      for (const { name } of lab().nodes) {
        assert.deepEqual(left[name], [], name);
        assert.ok(!(await addresses(lab(), name)).includes(`${mxAddress}/24`));
      }
    });
  });
