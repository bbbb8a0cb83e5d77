import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  eventually,
  failedWith,
  labConnection,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  smtpStack,
  statuses,
  succeeded,
  whereAre,
} from "../harness";
import { membersOf } from "./observe";
import { address, makeUnit, programOf, service } from "./programs";

const stackOf = (name: string, more = "", options = "{}") => `
const second = new pacemaker.FloatingIp("second", { connection, ip: "192.0.2.26", cidrNetmask, group: "smtp-stack" });
const smtp = new pacemaker.SmtpStack("${name}", { connection, ip, cidrNetmask, ${more} }, ${options});
`;

onLab("bookworm", "what changes hands", (lab) => {
  test("units and addresses, whichever is declared first", async (t) => {
    const before = await configuration(lab());
    for (const unit of ["life-one", "life-two", "life-three"])
      await makeUnit(t, lab(), unit);
    const project = await makeProject(t, lab(), {
      program: programOf(
        service("old", "life-one"),
        address("old_ip", 31),
        service("older", "life-two"),
      ),
    });
    succeeded(await project.up());
    project.writeProgram(
      programOf(
        service("new", "life-one"),
        address("new_ip", 31),
        service("old", "life-three"),
        address("old_ip", 32),
        service("older", "life-two"),
      ),
    );
    succeeded(await project.preview());
    const outcome = succeeded(await project.up());
    assert.deepEqual(outcome.changes, { create: 2, update: 2, same: 2 });
    for (const id of ["new", "old", "older", "new_ip", "old_ip"])
      await eventually(id, () => whereAre(lab(), [id]));
    nothingChanged(await project.up(["--expect-no-changes"]));
    project.writeProgram(
      programOf(
        service("newest", "life-two"),
        service("new", "life-one"),
        address("new_ip", 31),
        service("old", "life-three"),
        address("old_ip", 32),
        service("older", "life-two"),
      ),
    );
    failedWith(
      await project.preview(),
      "the cluster's resource older manages systemd:life-two already",
    );
    succeeded(await project.destroy());
    assert.equal(await configuration(lab()), before);
  });

  test("a stack takes a second address, another name, and is looked at after a failover", async (t) => {
    assert.equal(labConnection(lab()).hosts.length, 3);
    const project = await makeProject(t, lab(), { program: stackOf("smtp") });
    const waits =
      "second: its group smtp-stack does not name it among its members";
    const alone = succeeded(await project.up());
    assert.ok(alone.output.includes(waits), alone.output);
    const again = nothingChanged(await project.up());
    assert.ok(again.output.includes(waits), again.output);
    assert.equal((await statuses(lab())).get("second")?.role, "Stopped");

    const members = `members: [{ id: second.resourceId, place: "before" }]`;
    project.writeProgram(stackOf("smtp", members));
    const taken = succeeded(await project.up());
    assert.ok(!taken.output.includes(waits), taken.output);
    const order = ["smtp_ip", "second", "smtp_service"];
    assert.deepEqual(await membersOf(lab(), "smtp-stack"), order);
    const node = await whereAre(lab(), order);

    const aliases = `{ aliases: [{ name: "smtp" }] }`;
    project.writeProgram(stackOf("mail", members));
    failedWith(await project.preview(), "idPrefix");
    project.writeProgram(
      stackOf("mail", `${members}, idPrefix: "smtp"`, aliases),
    );
    nothingChanged(await project.up(["--expect-no-changes"]));

    const others = lab()
      .nodes.map(({ name }) => name)
      .filter((name) => name !== node);
    const configure = (value: string) =>
      Promise.all(
        others.map((name) =>
          onNode(lab(), name, "postconf", "-e", `inet_interfaces=${value}`),
        ),
      );
    await configure("loopback-only");
    await onNode(lab(), node, "pcs", "node", "standby", node);
    const now = await eventually("the failover", async () => {
      const found = await whereAre(lab(), order);
      return found === node ? undefined : found;
    });
    const refreshed = succeeded(await project.refresh());
    assert.match(
      refreshed.output.replace(/\s+/g, " "),
      /smtp-stack: is Started on node-0\d, but nothing listens on port 25 there at 192\.0\.2\.25, 192\.0\.2\.26: clients are refused/,
    );
    failedWith(await project.up(), "nothing listens on port 25 there");
    await configure("all");
    // By Pacemaker: whoever restarts it behind its back races with its monitor.
    await onNode(
      lab(),
      now,
      ...["crm_resource", "--restart", "--resource", "smtp_service"],
    );
    succeeded(await project.up());
    await smtpStack.serves(lab());
    nothingChanged(await project.refresh());
    nothingChanged(await project.up(["--expect-no-changes"]));
    await onNode(lab(), node, "pcs", "node", "unstandby", node);
    succeeded(await project.destroy());
  });
});
