import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { suites, type Lab } from "../../../lab";
import {
  bootedUnits,
  configuration,
  epoch,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  hotUnits,
  onEveryNode,
  onLab,
  onNode,
  Prober,
  Sampler,
  servesHot,
  smtpStack,
  succeeded,
  suitesOr,
  type Project,
} from "../harness";
import { all, parseXml } from "../harness/xml";
import { processOf } from "./observe";
import { Operations } from "./operations";

const programOf = (standby: string, more = "") => `
const smtp = new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask, standby: "${standby}"${more} });
exports.activeNode = smtp.activeNode;
exports.endpoint = smtp.endpoint;
`;

/** Fails nowhere, and leaves no failed operation. */
async function sampled(
  test: TestContext,
  lab: Lab,
  what: string,
  work: () => Promise<void>,
): Promise<void> {
  const sampler = await Sampler.start(lab);
  test.after(() => sampler.stop());
  await work();
  await sampler.stop();
  assert.deepEqual(sampler.unserved(), [], what);
  const failures = await onNode(
    lab,
    "node-01",
    "crm_mon",
    "-1r",
    "--output-as=xml",
  );
  assert.deepEqual(all(parseXml(failures), "failure"), [], what);
}

/** The messages in each node's queue. */
const queued = (lab: Lab) =>
  onEveryNode(
    lab,
    "find /var/spool/postfix/deferred /var/spool/postfix/hold /var/spool/postfix/active /var/spool/postfix/incoming /var/spool/postfix/maildrop -type f | wc -l",
  );

for (const suite of suites)
  onLab(suite, "a stack that stands by hot", (lab) => {
    if (suitesOr("trixie").includes(suite))
      test("runs on every node, moves only the address, changes to cold and back without a stop, and goes in order", async (t) => {
        const before = await configuration(lab());
        const project: Project = await makeProject(t, lab(), {
          program: programOf("hot"),
        });
        let node = "";
        await sampled(t, lab(), "created", async () => {
          const up = succeeded(await project.up());
          t.diagnostic(`up ${up.seconds.toFixed(1)} s`);
          node = await servesHot(lab());
        });
        assert.deepEqual(await project.outputs(), {
          activeNode: node,
          endpoint: `${lab().floatingAddress}:25`,
        });
        const booted = await bootedUnits(lab(), "postfix");
        for (const { name } of lab().nodes) assert.deepEqual(booted[name], []);
        const version = await epoch(lab());
        nothingChanged(await project.up(["--expect-no-changes"]));
        nothingChanged(await project.refresh(["--expect-no-changes"]));
        assert.equal(await epoch(lab()), version);
        const hot = await configuration(lab());

        await sampled(t, lab(), "moved", async () => {
          const prober = Prober.every(lab(), 20);
          t.after(() => prober.stop());
          await prober.answered(node);
          await onNode(lab(), node, "pcs", "node", "standby", node);
          const rest = lab().nodes.flatMap(({ name }) =>
            name === node ? [] : [name],
          );
          const other = await eventually("the address elsewhere", () =>
            servesHot(lab(), rest),
          );
          await prober.answered(other);
          await prober.stop();
          t.diagnostic(
            `planned move: ${prober.outage().toFixed(2)} s without a banner`,
          );
          await onNode(lab(), other, "pcs", "node", "unstandby", node);
          assert.equal(
            await eventually("Postfix on all nodes", () => servesHot(lab())),
            other,
          );
          node = other;
        });

        // Mail that waits on a node which serves nobody: nothing of what follows may touch it.
        const passive = lab().nodes.find(({ name }) => name !== node)!.name;
        await onNode(
          lab(),
          passive,
          ...["/bin/sh", "-c"],
          "postconf -e defer_transports=smtp && postfix reload; echo text | sendmail someone@mail.example",
        );
        await eventually("the message in a queue", async () =>
          Number((await queued(lab()))[passive]) === 1 ? true : undefined,
        );
        const mail = await queued(lab());
        const process = await processOf(lab(), node, hotUnits[suite]);
        const prober = Prober.every(lab(), 20);
        t.after(() => prober.stop());
        await prober.answered(node);
        const operations = await Operations.watch(lab());
        project.writeProgram(programOf("cold"));
        assert.match(
          failedWith(await project.preview(), "smtp-stack").output,
          new RegExp(`no Postfix delivers it: on ${passive} 1 message`),
        );
        const leave = `, strandedMail: "leave"`;
        for (const [standby, wanted] of [
          ["cold", smtpStack.madeFrom(before, suite)],
          ["hot", hot],
        ] as const)
          await sampled(t, lab(), `changed to ${standby}`, async () => {
            project.writeProgram(programOf(standby, leave));
            const preview = succeeded(await project.preview());
            t.diagnostic(preview.output);
            const changed = succeeded(await project.up());
            t.diagnostic(`to ${standby}: ${changed.seconds.toFixed(1)} s`);
            if (standby === "cold") await smtpStack.serves(lab());
            else assert.equal(await servesHot(lab()), node);
            assert.deepEqual(
              (await configuration(lab())).split("\n").sort(),
              wanted.split("\n").sort(),
            );
            nothingChanged(await project.up(["--expect-no-changes"]));
          });
        await prober.stop();
        const outage = prober.outage();
        t.diagnostic(`${(await operations.words()).join(", ")}; ${outage} s`);
        assert.equal(await processOf(lab(), node, hotUnits[suite]), process);
        assert.deepEqual(
          (await operations.words()).filter((line) => line.includes(node)),
          [],
          "something was stopped or started where it serves",
        );
        assert.deepEqual(await queued(lab()), mail);

        await sampled(t, lab(), "destroyed", async () => {
          const gone = succeeded(await project.destroy());
          t.diagnostic(`destroy ${gone.seconds.toFixed(1)} s`);
        });
        await smtpStack.isGone(lab(), before);
        assert.deepEqual(await queued(lab()), mail);
        await onNode(lab(), passive, "postconf", "-X", "defer_transports");
        await onNode(lab(), passive, "postsuper", "-d", "ALL");
      });

    if (suitesOr("bookworm").includes(suite))
      test("a change between the two that fails is undone, while clients are served", async (t) => {
        const rollback = ", rollback: true";
        const project: Project = await makeProject(t, lab(), {
          program: programOf("cold", rollback),
        });
        succeeded(await project.up());
        // Where pcs takes the last meta attribute away, it leaves their set.
        const found = async (): Promise<string> =>
          inAnyOrder(await configuration(lab())).replace(
            /^ *<meta_attributes id="smtp_service-meta_attributes">\n/m,
            "",
          );
        const cold = await found();
        const node = await smtpStack.serves(lab());
        const process = await processOf(lab(), node, hotUnits[suite]);
        const other = lab().nodes.find(({ name }) => name !== node)!.name;
        const prober = Prober.every(lab(), 20);
        t.after(() => prober.stop());
        await prober.answered(node);

        // To hot, where Postfix does not start on one of the nodes.
        const folder = `/etc/systemd/system/${hotUnits[suite]}.service.d`;
        await onNode(
          lab(),
          other,
          ...["/bin/sh", "-ec"],
          `mkdir -p ${folder}; printf '[Service]\\nExecStartPre=/bin/false\\n' >${folder}/broken.conf; systemctl daemon-reload`,
        );
        project.writeProgram(programOf("hot", rollback));
        const failed = failedWith(await project.up(), "smtp-stack", other);
        t.diagnostic(failed.output);
        await smtpStack.serves(lab());
        const undone = inAnyOrder(await configuration(lab()));
        assert.match(undone, /<group id="smtp-stack">/);
        assert.doesNotMatch(undone, /<clone |<rsc_/);
        await onNode(
          lab(),
          other,
          ...["/bin/sh", "-ec"],
          `rm -r ${folder}; systemctl daemon-reload`,
        );
        project.writeProgram(programOf("cold", rollback));
        succeeded(await project.up());
        assert.equal(await found(), cold);
        nothingChanged(await project.up(["--refresh", "--expect-no-changes"]));

        // To cold, where what is declared with it is not reached.
        project.writeProgram(programOf("hot", rollback));
        succeeded(await project.up());
        assert.equal(await servesHot(lab()), node);
        const hot = await found();
        project.writeProgram(
          programOf("cold", `${rollback}, listeningPorts: [25, 26]`),
        );
        const closed = failedWith(await project.up(), "smtp-stack", "port 26");
        t.diagnostic(closed.output);
        await eventually("Postfix on all nodes", () => servesHot(lab()));
        assert.match(
          await configuration(lab()),
          /<clone id="smtp_service-clone">/,
        );
        project.writeProgram(programOf("hot", rollback));
        succeeded(await project.up());
        assert.equal(await found(), hot);
        nothingChanged(await project.up(["--refresh", "--expect-no-changes"]));

        await prober.answered(node);
        await prober.stop();
        t.diagnostic(`${prober.outage().toFixed(2)} s without a banner`);
        assert.equal(await processOf(lab(), node, hotUnits[suite]), process);
        succeeded(await project.destroy());
      });

    if (suitesOr("trixie").includes(suite))
      test("changes beside a template, which pcs 0.12 stumbles over", async (t) => {
        const sh = (script: string) =>
          onNode(lab(), "node-01", "/bin/sh", "-ec", script);
        const dummy = `class="ocf" provider="pacemaker" type="Dummy"`;
        await sh(
          `cibadmin --create --scope resources --xml-text '<template id="kind" ${dummy}/>'
        cibadmin --create --scope resources --xml-text '<primitive id="templated" template="kind"/>'`,
        );
        const before = await configuration(lab());
        const project = await makeProject(t, lab(), { program: "" });
        for (const standby of ["hot", "cold", "hot"]) {
          project.writeProgram(programOf(standby));
          succeeded(await project.up());
          if (standby === "hot") await servesHot(lab());
          else await smtpStack.serves(lab());
          assert.match(
            await configuration(lab()),
            /<primitive id="templated" template="kind">/,
          );
          nothingChanged(await project.up(["--expect-no-changes"]));
        }
        succeeded(await project.destroy());
        assert.equal(await configuration(lab()), before);
        await sh(
          `pcs resource disable templated --wait
        cibadmin --delete --xpath '//primitive[@id="templated"]'
        cibadmin --delete --xpath '//template[@id="kind"]'`,
        );
      });

    // Nothing in it depends on Pacemaker's version.
    if (suite !== "bookworm") return;
    test("is refused where Postfix cannot, and kept as declared whatever others do", async (t) => {
      const before = await configuration(lab());
      const project: Project = await makeProject(t, lab(), { program: "" });
      const second = `, members: [{ id: second.resourceId, place: "before" }]`;
      project.writeProgram(`
const second = new pacemaker.FloatingIp("smtp_ip2", { connection, ip: "192.0.2.26", cidrNetmask: 24, group: "smtp-stack" });
${programOf("hot", second)}`);
      const sh = (node: string, script: string) =>
        onNode(lab(), node, "/bin/sh", "-ec", script);

      await sh(
        "node-02",
        `postconf -e inet_interfaces=127.0.0.1,${lab().floatingAddress}`,
      );
      failedWith(
        await project.preview(),
        `on node-02: inet_interfaces names ${lab().floatingAddress}, and where that is not, Postfix cannot bind to it`,
      );
      await sh("node-02", "postconf -X inet_interfaces");
      assert.equal(
        (await configuration(lab())).includes("smtp_service"),
        false,
      );

      // A node in standby has none; it gets one when it is back.
      await sh("node-01", "pcs node standby node-03");
      succeeded(await project.up());
      await servesHot(lab(), ["node-01", "node-02"]);
      await sh("node-01", "pcs node unstandby node-03");
      await eventually("Postfix on all nodes", () => servesHot(lab()));
      const made = inAnyOrder(await configuration(lab()));
      assert.match(made, /colocation-smtp_ip2-smtp_ip-INFINITY/);
      nothingChanged(await project.up(["--refresh", "--expect-no-changes"]));

      // What others change is shown, and mended.
      for (const script of [
        `pcs resource meta smtp_service-clone interleave=false
        pcs constraint delete order-smtp_service-clone-smtp_ip-mandatory
        pcs constraint delete colocation-smtp_ip-smtp_service-clone-INFINITY`,
        `pcs resource unclone smtp_service`,
      ]) {
        await sh("node-01", script);
        const mended = succeeded(await project.up(["--refresh"]));
        t.diagnostic(`${script}: ${mended.steps.join(", ")}`);
        assert.equal(inAnyOrder(await configuration(lab())), made, script);
        await servesHot(lab());
      }

      if (suite !== "bookworm") {
        succeeded(await project.destroy());
        assert.equal(await configuration(lab()), before);
        return;
      }
      // Replaced by force, it stands by as before.
      await sampled(t, lab(), "replaced", async () => {
        for (const [flag, name] of [
          ["--target-replace", "smtp_service"],
          ["--target-replace", "smtp_ip"],
          ["--replace", "smtp-stack"],
        ] as const) {
          const { urn } = (await project.resources()).find((one) =>
            one.urn.endsWith(`::${name}`),
          )!;
          const outcome = succeeded(await project.up([flag, urn]));
          t.diagnostic(`${flag} ${name}: ${outcome.steps.join(", ")}`);
          assert.equal(inAnyOrder(await configuration(lab())), made, name);
          await servesHot(lab());
        }
      });

      // What was made by hand in the same words is taken over untouched.
      const others = (await project.resources()).filter(
        ({ type }) => !/Stack$|providers/.test(type),
      );
      for (const { urn } of others.reverse())
        succeeded(
          await project.pulumi([
            "state",
            "delete",
            urn,
            "--yes",
            "--force",
            "--stack",
            "test",
          ]),
        );
      const kept = await epoch(lab());
      succeeded(await project.up());
      assert.equal(await epoch(lab()), kept);
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
    });
  });

/** What is made again stands in another place. */
function inAnyOrder(text: string): string {
  return text.split("\n").sort().join("\n");
}
