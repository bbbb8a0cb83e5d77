import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  makeProject,
  nothingChanged,
  onLab,
  Sampler,
  smtpStack,
  succeeded,
} from "./harness";

const parts = `
const common = { connection, group: "smtp-stack" };
const makeIp = () =>
  new pacemaker.FloatingIp("smtp_ip", { ...common, ip, cidrNetmask });
const makeService = () =>
  new pacemaker.SystemdResource("smtp_service", { ...common, unit: "postfix", followWrapper: true });
const makeGroup = (members) =>
  new pacemaker.ResourceGroup("smtp-stack", { connection, members, listeningPorts: [25] });
`;

const orders = {
  "an SmtpStack": smtpStack.program,
  "the service first, ids as outputs": `${parts}
const service = makeService();
const address = makeIp();
makeGroup([address.resourceId, service.resourceId]);
`,
  // Pulumi knows of no dependency: it creates, and deletes, all three at the same time.
  "the group first, ids as texts": `${parts}
makeGroup(["smtp_ip", "smtp_service"]);
makeService();
makeIp();
`,
};

onLab("bookworm", "the order of the steps in a program", (lab) => {
  const made = new Map<string, string>();

  for (const [order, program] of Object.entries(orders))
    test(`${order}: up and destroy keep the cluster's order`, async (t) => {
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), { program });
      const sampler = await Sampler.start(lab());
      t.after(() => sampler.stop());

      succeeded(await project.up());
      await smtpStack.serves(lab());
      made.set(order, await configuration(lab()));
      nothingChanged(await project.preview(["--expect-no-changes"]));
      succeeded(await project.destroy());

      await sampler.stop();
      await smtpStack.isGone(lab(), before);
      assert.deepEqual(sampler.neverTakenOver(), []);
      assert.deepEqual(sampler.misplacements(), []);
    });

  test("every order makes the same configuration", () => {
    const [first, ...others] = [...made.values()];
    assert.equal(made.size, Object.keys(orders).length);
    for (const other of others) assert.equal(other, first);
  });
});
