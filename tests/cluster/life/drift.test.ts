import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lab } from "../../../lab";
import {
  suitesOr,
  configuration,
  epoch,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  succeeded,
  whereAre,
} from "../harness";
import { remoteCommands } from "./commands";
import { byId, membersOf, operationsOf, values } from "./observe";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const members = ["web_ip", "web_service", "web_last"];

for (const suite of suitesOr("trixie"))
  onLab(suite, "what others have changed by hand", (lab) => {
    test("is shown by refresh and mended by up: that, and nothing else", async (t) => {
      await makeUnit(t, lab(), "life-one");
      const meta = { "migration-threshold": 5 };
      const project = await makeProject(t, lab(), {
        program: programOf(
          address("web_ip", 31, { ...web, options: { arp_count: 3 }, meta }),
          service("web_service", "life-one", {
            ...web,
            timeouts: { start: "60s" },
          }),
          address("web_last", 32, web),
          group("web", members),
          address("alone", 33),
        ),
        env: { PACEMAKER_DEBUG: "1" },
      });
      const pcs = (script: string) =>
        onNode(lab(), "node-01", "/bin/sh", "-ec", script);
      succeeded(await project.up());

      // Other spellings, pcs's own defaults, and what was never declared, are no drift. One look serves all.
      await pcs(`
      pcs resource update web_ip op monitor interval=30
      pcs resource update web_service op start interval=0s timeout=1min op stop interval=0s timeout=77
      pcs resource meta web_ip is-managed=true
      pcs resource update web_ip arp_interval=300`);
      const version = await epoch(lab());
      const calm = nothingChanged(
        await project.refresh(["--expect-no-changes"]),
      );
      nothingChanged(await project.up(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);
      const asked = remoteCommands(calm);
      t.diagnostic(`refresh of 5 resources: ${asked.join("; ")}`);
      assert.equal(asked.filter((line) => /cibadmin/.test(line)).length, 1);
      assert.equal(asked.filter((line) => /crm_mon/.test(line)).length, 1);
      const { stop } = defaults(await operationsOf(lab(), "web_last"));

      // A changed option, interval, order and meta attribute; a resource that is gone.
      const theirs = await inAnyOrder(lab());
      await pcs(`
      pcs resource update web_ip cidr_netmask=25 arp_count=4
      pcs resource meta web_ip migration-threshold=
      pcs resource update web_service op monitor interval=45s
      pcs resource group remove web web_ip
      pcs resource group add web --after web_service web_ip
      pcs resource delete alone`);
      const shown = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.deepEqual(shown.changes, { same: 2, update: 3, create: 1 });
      for (const words of [
        /cidrNetmask *: 25 => 24/,
        /arp_count *: "4" => 3/,
        /monitorInterval: "45s" => "30s"/,
        /\+ migration-threshold: 5/,
      ])
        assert.match(shown.output, words);
      succeeded(await project.refresh());
      const mended = succeeded(await project.up());
      assert.deepEqual(mended.changes, { same: 2, update: 3, create: 1 });
      await whereAre(lab(), members);
      assert.deepEqual(await membersOf(lab(), "web"), members);
      assert.deepEqual(await inAnyOrder(lab()), theirs);
      const timeouts = await operationsOf(lab(), "web_service");
      assert.equal(timeouts["start 0s"], "1min");
      assert.equal(timeouts["stop 0s"], "77");
      const kept = values(await byId(lab(), "web_ip"));
      assert.equal(kept.arp_interval, "300");
      assert.ok(stop);

      // A group, and a member, that are gone.
      await pcs(`
      pcs resource ungroup web
      pcs resource delete web_last`);
      const lost = succeeded(await project.refresh());
      assert.equal(lost.changes.delete, 2);
      const again = succeeded(await project.up());
      assert.deepEqual(again.changes, { same: 4, create: 2 });
      assert.deepEqual(await membersOf(lab(), "web"), members);
      await whereAre(lab(), members);
      succeeded(await project.destroy());
    });
  });

/** The configuration; a resource that is made again stands in another place. */
async function inAnyOrder(lab: Lab): Promise<string[]> {
  return (await configuration(lab)).split("\n").sort();
}

function defaults(operations: Record<string, string | undefined>) {
  return { start: operations["start 0s"], stop: operations["stop 0s"] };
}
