import assert from "node:assert/strict";
import { test } from "node:test";
import { stopNode } from "../../../lab";
import { removePrimitive } from "../../../provider/src/cluster/change/remove";
import { eventually, onLab, onNode, statuses, suitesOr } from "../harness";
import { causes, clusterAs, commandsIn, dummy, meta, modify } from "./causes";

const template = (id: string, name: string, value: string) =>
  `<template id="${id}" class="ocf" provider="pacemaker" type="Dummy">${meta(id, name, value)}</template>`;
const property = (name: string, value: string) =>
  `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="p-${name}" name="${name}" value="${value}"/></cluster_property_set></crm_config>`;
const withdrawn = `which this cluster has not been granted: "crm_ticket --ticket T --grant --force" does (with booth: "booth grant T")`;

for (const suite of suitesOr("bookworm"))
  onLab(suite, "what the named command ends", (lab) => {
    const sh = (script: string, node = "node-01") =>
      onNode(lab(), node, "/bin/sh", "-ec", script);
    const until = (what: string, id: string, role: string, on?: string) =>
      eventually(`${id} to ${what}`, async () => {
        const found = (await statuses(lab())).get(id);
        const isThere = on === undefined || found?.nodes.includes(on);
        return found?.role === role && isThere ? found : undefined;
      });
    /** Looks what is said, and does what it says. */
    const ended = async (id: string, lines: readonly string[]) => {
      assert.deepEqual(await causes(lab(), id), lines, id);
      for (const command of commandsIn(lines)) await sh(command);
    };

    test("what keeps Pacemaker from acting, or from a node", async () => {
      await modify(
        lab(),
        `<resources>${template("tmpl", "is-managed", "false")}<primitive id="templated" template="tmpl"/>
         ${dummy("twice", meta("twice", "multiple-active", "block"))}${dummy("frozen")}
         <clone id="no-clone">${meta("no", "clone-node-max", "0")}${dummy("no")}</clone></resources>`,
      );
      await sh("crm_ticket --ticket T --grant --force");
      await until("start", "twice", "Started");
      await until("start", "frozen", "Started");

      await ended("templated", [
        `templated is unmanaged by the template tmpl (is-managed=false): ` +
          `"cibadmin --delete --force --xpath "//*[@id='tmpl']/meta_attributes/nvpair[@name='is-managed']"" ends it`,
      ]);
      await until("start", "templated", "Started");
      await ended("no", [
        `no-clone runs on no node (clone-node-max=0): "pcs resource meta no-clone clone-node-max=" ends it`,
      ]);
      await until("start", "no", "Started");

      await modify(
        lab(),
        `<rsc_defaults><meta_attributes id="hands-off"><nvpair id="hands-off-m" name="is-managed" value="false"/></meta_attributes></rsc_defaults>
         <resources>${dummy("late")}</resources>`,
      );
      await until("be seen", "late", "Stopped");
      await ended("late", [
        `late is unmanaged by the resource defaults (hands-off) (is-managed=false): ` +
          `"pcs resource defaults set update hands-off meta is-managed=" ends it`,
      ]);
      await until("start", "late", "Started");

      await modify(
        lab(),
        `<constraints><rsc_ticket id="tied" rsc="frozen" ticket="T" loss-policy="freeze"/></constraints>`,
      );
      await sh("crm_ticket --ticket T --revoke --force");
      await eventually("frozen to be left", async () =>
        (await sh("crm_mon --output-as=xml")).match(
          /<resource id="frozen"[^>]* blocked="true"/,
        )
          ? true
          : undefined,
      );
      const left = `frozen is left as it is (loss-policy=freeze of the constraint tied) without the ticket T, ${withdrawn}`;
      assert.deepEqual(await causes(lab(), "frozen"), [left]);
      await assert.rejects(
        removePrimitive(clusterAs(lab()), "frozen", undefined),
        /Pacemaker leaves frozen as it is on node-0\d, and does not stop it. frozen is left as it is \(loss-policy=freeze of the constraint tied\) without the ticket T, which this cluster has not been granted: "crm_ticket --ticket T --grant --force" does \(with booth: "booth grant T"\), and run this again\./,
      );
      for (const command of commandsIn([left])) await sh(command);
      await until("stop", "frozen", "Stopped");

      const [first = ""] = (await statuses(lab())).get("twice")!.nodes;
      const second = lab().nodes.find(({ name }) => name !== first)!.name;
      await sh("touch /run/Dummy-twice.state", second);
      await sh("crm_resource --refresh --resource twice");
      await eventually("twice to be found twice", async () =>
        (await statuses(lab())).get("twice")?.nodes.length === 2
          ? true
          : undefined,
      );
      assert.deepEqual(await causes(lab(), "twice"), [
        `twice is active on ${[first, second].sort().join(" and ")}, and twice says multiple-active=block: ` +
          `stop it by hand on all but one, then "pcs resource refresh twice"`,
      ]);
      await sh("rm /run/Dummy-twice.state", second);
      await sh("pcs resource refresh twice");
      await eventually("twice to be there once", async () =>
        (await statuses(lab())).get("twice")?.nodes.length === 1
          ? true
          : undefined,
      );
    });

    test("a node that was shut down, and one that is lost", async () => {
      await modify(
        lab(),
        `${property("shutdown-lock", "true")}<resources>${dummy("locked")}</resources>
         <constraints><rsc_location id="there" rsc="locked" node="node-03" score="100"/></constraints>`,
      );
      await until("start", "locked", "Started", "node-03");
      await sh("systemctl stop pacemaker", "node-03");
      await until("stop", "locked", "Stopped");
      await ended("locked", [
        "offline: node-03",
        `locked waits for node-03, which was shut down while it ran there (shutdown-lock): start that node, or ` +
          `"crm_resource --refresh --resource locked --node node-03" lets it run elsewhere`,
      ]);
      await until("start", "locked", "Started");
      await sh("systemctl start pacemaker", "node-03");
      await until("go back", "locked", "Started", "node-03");

      // A fencing device that cannot fence: nobody knows whether the node is off.
      await modify(
        lab(),
        `<resources><primitive id="fence" class="stonith" type="fence_none"/></resources>`,
      );
      await sh("crm_attribute --name stonith-enabled --update true");
      await stopNode(lab(), "node-03");
      await eventually("node-03 to be unclean", async () =>
        (await sh("crm_mon --output-as=xml")).match(
          /<node name="node-03"[^>]* unclean="true"/,
        )
          ? true
          : undefined,
      );
      await ended("locked", [
        "offline: node-03",
        `node-03 has to be fenced first (UNCLEAN), and nothing that may run there starts before: see "pcs stonith history"; ` +
          `where node-03 is surely off, "stonith_admin --confirm node-03" says so`,
      ]);
      await eventually("locked to run elsewhere", async () => {
        const found = (await statuses(lab())).get("locked");
        return found?.role === "Started" && !found.nodes.includes("node-03")
          ? true
          : undefined;
      });
    });
  });
