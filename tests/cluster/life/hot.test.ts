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
