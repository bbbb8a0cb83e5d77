import assert from "node:assert/strict";
import { test } from "node:test";
import {
  suitesOr,
  configuration,
  eventually,
  failedWith,
  makeProject,
  onLab,
  onNode,
  statuses,
  succeeded,
  whereAre,
} from "../harness";
import { byId, values } from "./observe";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const members = ["web_ip", "web_service"];
/** How long a command may take that has nothing to wait for, on a machine with much else to do. */
const quick = 25;

for (const suite of suitesOr("trixie"))
  onLab(suite, "what would stop resources", (lab) => {
    test("is refused where an operator keeps them, and keeps what is disabled", async (t) => {
      await makeUnit(t, lab(), "life-one");
      await makeUnit(t, lab(), "life-two");
      const project = await makeProject(t, lab(), { program: "" });
      const write = (unit: string, ip: string, solo: string) =>
        project.writeProgram(
          programOf(
            address("web_ip", 31, { ...web, resourceId: ip }),
            service("web_service", unit, web),
            group("web", ["web_ip", "web_service"]),
            address("solo_ip", 41, { group: "solo", resourceId: solo }),
            group("solo", ["solo_ip"]),
          ),
        );
      const pcs = (script: string) =>
        onNode(lab(), "node-01", "/bin/sh", "-ec", script);
      write("life-one", "web_ip", "solo_ip");
      succeeded(await project.up());
      const node = await whereAre(lab(), members);

      for (const [begin, end, words, attempts] of [
        [
          "pcs property set maintenance-mode=true",
          "pcs property set maintenance-mode=false",
          "because the cluster is in maintenance mode",
          ["unit", "destroy"],
        ],
        [
          `pcs node maintenance ${node}`,
          `pcs node unmaintenance ${node}`,
          `because ${node} is in maintenance`,
          ["replace"],
        ],
        [
          "pcs resource unmanage web_service",
          "pcs resource manage web_service",
          "because web_service is unmanaged",
          ["destroy"],
        ],
      ] as const) {
        await pcs(begin);
        await eventually("the cluster to know it", async () =>
          (await statuses(lab())).get("web_service")?.managed === false
            ? true
            : undefined,
        );
        for (const attempt of attempts) {
          write(
            attempt === "unit" ? "life-two" : "life-one",
            attempt === "replace" ? "other_ip" : "web_ip",
            "solo_ip",
          );
          const hindered = failedWith(
            await (attempt === "destroy" ? project.destroy() : project.up()),
            words,
          );
          assert.ok(hindered.seconds < quick, `${hindered.seconds} s`);
        }
        write("life-one", "web_ip", "solo_ip");
        for (const id of members)
          assert.ok(!("target-role" in values(await byId(lab(), id))), id);
        await pcs(end);
        // What was destroyed meanwhile is made again.
        succeeded(await project.up(["--refresh"]));
        assert.equal(await whereAre(lab(), members), node);
      }

      // Disabled: changed and replaced all the same, and left disabled.
      await pcs("pcs resource disable web_service");
      await eventually("it to stop", async () =>
        (await statuses(lab())).get("web_service")?.role === "Stopped"
          ? true
          : undefined,
      );
      write("life-two", "other_ip", "solo_ip");
      succeeded(await project.up());
      assert.equal((await statuses(lab())).get("web_service")?.role, "Stopped");
      assert.deepEqual(values(await byId(lab(), "web_service")), {
        "target-role": "Stopped",
      });
      await pcs("pcs resource enable web_service");

      // A group of one: what an operator has said of it is not lost unsaid.
      await pcs(`
        pcs resource disable solo
        pcs tag create theirs solo
        pcs tag create theirs-too web
        pcs resource ban solo ${node}`);
      write("life-two", "other_ip", "solo2_ip");
      failedWith(
        await project.up(),
        "solo is disabled by an operator (target-role=Stopped), and would be lost with its last member solo_ip",
      );
      await pcs("pcs resource enable solo");
      const replaced = succeeded(await project.up());
      assert.match(
        replaced.output,
        /solo: is named by .*cli-ban-solo-on-\S+, the tag theirs/,
      );
      assert.equal(await byId(lab(), "theirs"), undefined);
      assert.ok(await byId(lab(), "solo2_ip"));
      succeeded(await project.destroy());
      assert.doesNotMatch(await configuration(lab()), /web|solo|other_ip/);
    });
  });
