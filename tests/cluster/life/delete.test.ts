import assert from "node:assert/strict";
import { test } from "node:test";
import {
  suitesOr,
  configuration,
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
import { byId, membersOf } from "./observe";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const members = ["web_ip", "web_service"];

for (const suite of suitesOr("trixie"))
  onLab(suite, "a destroy", (lab) => {
    test("never calls gone what runs, nor lost what is out of reach", async (t) => {
      const before = await configuration(lab());
      await makeUnit(t, lab(), "life-stuck", [
        ...["[Unit]", "RefuseManualStop=yes"],
      ]);
      const project = await makeProject(t, lab(), {
        program: programOf(
          address("web_ip", 31, web),
          service("web_service", "life-stuck", web),
          group("web", members),
        ),
      });
      const pcs = (script: string) =>
        onNode(lab(), "node-01", "/bin/sh", "-ec", script);
      succeeded(await project.up());
      const node = await whereAre(lab(), members);
      const kept = async () =>
        (await project.resources())
          .filter(({ type }) => type.startsWith("pulumi-nodejs:"))
          .map(({ id }) => id)
          .toSorted();
      const all = ["web", ...members];

      // Out of reach.
      await onEveryNode(
        lab(),
        "systemctl stop ssh.socket ssh 2>/dev/null || true",
      );
      const lost = failedWith(
        await project.destroy(),
        "192.0.2.11",
        "192.0.2.13",
      );
      assert.ok(lost.seconds < 40, `${lost.seconds} s`);
      await onEveryNode(lab(), "systemctl start ssh");
      assert.deepEqual(await kept(), all);

      // A stop that fails.
      failedWith(
        await project.destroy(),
        `web_service could not be stopped and is blocked on ${node}`,
        /web_service failed to stop on/,
        'then "pcs resource cleanup web_service", and run this again',
      );
      assert.deepEqual(await kept(), all);
      assert.deepEqual(await membersOf(lab(), "web"), members);
      const status = (await statuses(lab())).get("web_service");
      assert.deepEqual(status?.nodes, [node]);

      // What it has stopped is started again, as the message has it, and what Pacemaker left alone is in its hands again.
      succeeded(await project.up(["--refresh"]));
      assert.equal(await whereAre(lab(), members), node);
      const back = (await statuses(lab())).get("web_service");
      assert.deepEqual([back?.failed, back?.blocked], [false, false]);
      failedWith(
        await project.destroy(),
        "Stopped for it, and left so: web_ip, web_service.",
        `"pulumi up --refresh" starts what is still declared`,
      );

      // Thrown out of the configuration by hand meanwhile: it still runs, and that is an error still.
      await pcs(
        "pcs resource ungroup web; cibadmin --delete --xml-text '<primitive id=\"web_service\"/>'",
      );
      await eventually("it to be an orphan", async () =>
        (await byId(lab(), "web_service-monitor-interval-30s")) === undefined
          ? true
          : undefined,
      );
      failedWith(
        await project.destroy(),
        `web_service is no longer in the configuration, but still runs on ${node}`,
      );
      assert.ok((await kept()).includes("web_service"));

      // The way out, as the message has it.
      await onEveryNode(
        lab(),
        "sed -i /RefuseManualStop/d /etc/systemd/system/life-stuck.service; systemctl daemon-reload; systemctl stop life-stuck",
      );
      await pcs("pcs resource cleanup web_service");
      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
      assert.deepEqual(await kept(), []);
    });
  });

onLab("bookworm", "a destroy of what others have taken away", (lab) => {
  test("finds absent what is absent, and leaves what is in somebody else's group", async (t) => {
    const before = await configuration(lab());
    const pcs = (script: string) =>
      onNode(lab(), "node-01", "/bin/sh", "-ec", script);
    const project = await makeProject(t, lab(), {
      program: programOf(
        ...[address("web_ip", 31, web), address("web_last", 32, web)],
        group("web", ["web_ip", "web_last"]),
        address("alone", 33),
      ),
    });
    succeeded(await project.up());
    await pcs(`
        pcs resource delete alone
        pcs resource group remove web web_last
        pcs resource group add theirs web_last`);
    failedWith(
      await project.destroy(),
      "web_last is a member of the group theirs, which is not the one declared for it (web)",
      '"pcs resource group remove theirs web_last"',
    );
    assert.deepEqual(await membersOf(lab(), "theirs"), ["web_last"]);
    await pcs("pcs resource group remove theirs web_last");
    succeeded(await project.destroy());
    assert.equal(await configuration(lab()), before);
    assert.deepEqual(await project.resources(), []);
  });
});
