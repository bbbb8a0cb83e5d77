import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Lab } from "../../../lab";
import { parseCib, type Cib } from "../../../provider/src/model/cib";
import {
  cibText,
  eventually,
  failedWith,
  makeProject,
  onEveryNode,
  onLab,
  onNode,
  statuses,
  succeeded,
  whereAre,
} from "../harness";

const unit = "/etc/systemd/system/broken.service";

/** A service that is installed everywhere and starts nowhere. */
async function breakService(t: TestContext, lab: Lab): Promise<void> {
  const text = "[Service]\\nExecStart=/bin/false\\nType=oneshot\\n";
  await onEveryNode(
    lab,
    `printf '${text}' >${unit} && systemctl daemon-reload`,
  );
  t.after(() =>
    onEveryNode(lab, `rm -f ${unit}; systemctl daemon-reload`).then(
      () => undefined,
    ),
  );
}

const program = (members: string[], rollback = true) => `
const common = { connection, group: "web", rollback: ${rollback} };
const made = {
  address: new pacemaker.FloatingIp("address", { ...common, ip, cidrNetmask }),
  service: new pacemaker.SystemdResource("service", { ...common, unit: "broken" }),
};
new pacemaker.ResourceGroup("web", {
  connection, rollback: ${rollback}, members: ${JSON.stringify(members)}.map((name) => made[name].resourceId),
});
`;

const read = async (lab: Lab): Promise<Cib> => parseCib(await cibText(lab));

/** Operators who work on while the group is on its way: on a property, on a member, and on a constraint. */
async function operate(lab: Lab): Promise<void> {
  await eventually(
    "the service to fail",
    async () => {
      const text = await onNode(
        lab,
        lab.nodes[1]!.name,
        ...["crm_mon", "-1", "--output-as=xml"],
      );
      return /<failure /.test(text) ? true : undefined;
    },
    120,
  );
  const node = lab.nodes[1]!.name;
  await onNode(
    lab,
    node,
    ...["crm_attribute", "--type", "crm_config"],
    ...["--name", "operator", "--update", "here"],
  );
  await onNode(
    lab,
    node,
    ...["crm_resource", "--resource", "service", "--meta"],
    ...["--set-parameter", "operator", "--parameter-value", "here"],
  );
  await onNode(
    lab,
    node,
    ...["cibadmin", "--create", "--scope", "constraints", "--xml-text"],
    `<rsc_location id="operator" rsc="address" node="${node}" score="10"/>`,
  );
}

/** Whether all that the operators did is there. */
function assertOperated(cib: Cib): void {
  assert.equal(cib.primitives.get("service")?.meta.operator, "here");
  assert.ok(cib.references.some(({ id }) => id === "operator"));
  assert.match(cib.text, /name="operator" value="here"/);
}

/** A member that waits for its group, as before the group was made. */
function assertStaged(cib: Cib, id: string): void {
  const found = cib.primitives.get(id);
  assert.equal(found?.group, undefined);
  assert.equal(found?.meta["target-role"], "Stopped", id);
  assert.equal(found?.meta["pulumi-staged"], "web", id);
}

onLab("bookworm", "a start that fails, with rollback", (lab) => {
  test("create: the group is undone, the members wait as before, operators' changes stay", async (t) => {
    await breakService(t, lab());
    const project = await makeProject(t, lab(), {
      program: program(["address", "service"]),
    });
    const [outcome] = await Promise.all([project.up(), operate(lab())]);
    failedWith(
      outcome,
      "waited for web to start",
      "service failed to start",
      "rollback: web is no longer in the cluster; nothing else was undone.",
    );
    const cib = await read(lab());
    assert.ok(!cib.groups.has("web"));
    for (const id of ["address", "service"]) assertStaged(cib, id);
    assertOperated(cib);
    for (const [id, { role }] of await statuses(lab()))
      assert.equal(role, "Stopped", id);
    const names = (await project.resources()).map(({ urn }) => urn);
    assert.ok(!names.some((urn) => urn.endsWith("::web")), names.join(", "));

    // Mended, the same program goes on from there.
    await onEveryNode(
      lab(),
      `sed -i 's,/bin/false,/bin/sleep infinity,; s,oneshot,simple,' ${unit} && systemctl daemon-reload`,
    );
    succeeded(await project.up());
    await whereAre(lab(), ["address", "service"]);
    assertOperated(await read(lab()));
  });

  test("update: the group is as it was and runs, operators' changes stay", async (t) => {
    await breakService(t, lab());
    const project = await makeProject(t, lab(), {
      program: program(["address"]),
    });
    succeeded(await project.up());
    const node = await whereAre(lab(), ["address"]);
    project.writeProgram(program(["address", "service"]));
    const [outcome] = await Promise.all([project.up(), operate(lab())]);
    failedWith(
      outcome,
      "waited for web to start",
      "rollback: web is as it was before; nothing else was undone.",
    );
    const cib = await read(lab());
    assert.deepEqual(cib.groups.get("web")?.members, ["address"]);
    assertStaged(cib, "service");
    assertOperated(cib);
    t.diagnostic(`on ${node}, then on ${await whereAre(lab(), ["address"])}`);
    const members = (await project.resources()).find(({ urn }) =>
      urn.endsWith("::web"),
    )?.outputs?.members;
    assert.deepEqual(members, ["address"]);
  });

  test("without rollback, what was made stays for the next update", async (t) => {
    await breakService(t, lab());
    const project = await makeProject(t, lab(), {
      program: program(["address", "service"], false),
    });
    const words = failedWith(await project.up(), "waited for web to start");
    assert.doesNotMatch(words.output, /rollback/);
    const cib = await read(lab());
    assert.deepEqual(cib.groups.get("web")?.members, ["address", "service"]);
  });
});
