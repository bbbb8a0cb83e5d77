import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
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
/** A command that takes less has not waited for a start, which would have been for 300 s; a busy machine takes its time for the rest. */
const quick = 100;

onLab("bookworm", "what operators do", (lab) => {
  test("is left as it is, and said where it hinders", async (t) => {
    await makeUnit(t, lab(), "life-one");
    const project = await makeProject(t, lab(), { program: "" });
    const write = (interval: string, last = 31) =>
      project.writeProgram(
        programOf(
          address("web_ip", last, { ...web, monitorInterval: interval }),
          service("web_service", "life-one", web),
          group("web", members),
        ),
      );
    const pcs = (script: string) =>
      onNode(lab(), "node-01", "/bin/sh", "-ec", script);
    const before = await configuration(lab());
    /** The configuration without what differs by the program's own change. */
    const theirs = async () =>
      (await configuration(lab()))
        .replace(/(<op id="web_ip-monitor)[^>]*/, "$1")
        .replace(/(<nvpair id="web_ip-instance_attributes-ip")[^>]*/, "$1")
        // What "pcs resource enable" leaves behind.
        .replace(/\n( *)<meta_attributes [^>]*>(?!\n\1 )/g, "");
    write("30s");
    succeeded(await project.up());
    const node = await whereAre(lab(), members);
    const [passive, other] = lab()
      .nodes.map(({ name }) => name)
      .filter((name) => name !== node) as [string, string];

    // Their nodes, constraints, tags and resources.
    await pcs(`
      pcs resource create theirs ocf:heartbeat:IPaddr2 ip=192.0.2.61 cidr_netmask=24
      pcs resource create last ocf:heartbeat:IPaddr2 ip=192.0.2.62 cidr_netmask=24
      pcs resource group add theirs-too last
      pcs node standby ${passive}
      pcs resource ban web ${other}
      pcs constraint location web_service prefers ${node}=50
      pcs constraint order web then theirs
      pcs constraint location theirs avoids ${passive}
      pcs tag create mixed web_ip theirs
      pcs tag create ours web_service`);
    const hand = await theirs();
    write("20s");
    succeeded(await project.up());
    assert.equal(await theirs(), hand);
    nothingChanged(await project.refresh(["--expect-no-changes"]));
    nothingChanged(await project.up(["--expect-no-changes"]));
    assert.equal(await theirs(), hand);

    // A member, then the group, disabled: changed all the same, and left disabled.
    for (const [disabled, stopped, interval] of [
      ["web_service", "web_service", "21s"],
      ["web", "web_ip", "22s"],
    ] as const) {
      await pcs(`pcs resource disable ${disabled}`);
      await eventually(`${stopped} to stop`, async () =>
        (await statuses(lab())).get(stopped)?.role === "Stopped"
          ? true
          : undefined,
      );
      write(interval);
      const told = succeeded(await project.up());
      assert.match(
        told.output,
        new RegExp(
          `${disabled} is disabled by an operator \\(target-role=Stopped\\); left so`,
        ),
      );
      assert.ok(told.seconds < quick, `${told.seconds} s`);
      assert.equal(
        values(await byId(lab(), disabled))["target-role"],
        "Stopped",
      );
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      await pcs(`pcs resource enable ${disabled}`);
      await eventually("the group", () => whereAre(lab(), members));
    }
    assert.equal(await theirs(), hand);

    // Unmanaged, and maintenance mode: what needs no restart works; what does is reported, not waited for.
    for (const [begin, end, words, last] of [
      [
        "pcs resource unmanage web_ip web_service",
        "pcs resource manage web_ip web_service",
        "unmanaged",
        32,
      ],
      [
        "pcs property set maintenance-mode=true",
        "pcs property set maintenance-mode=false",
        "maintenance mode",
        33,
      ],
    ] as const) {
      await pcs(begin);
      const frozen = await theirs();
      write("23s", last - 1);
      succeeded(await project.up());
      write("23s", last);
      const hindered = failedWith(await project.up(), words);
      assert.ok(hindered.seconds < quick, `${hindered.seconds} s`);
      assert.equal(await theirs(), frozen);
      await pcs(end);
      succeeded(await project.up());
      assert.equal(await whereAre(lab(), members), node);
    }

    // Nowhere to run: said at once.
    await pcs(`pcs node standby ${node}`);
    await eventually("the group to stop", async () =>
      (await statuses(lab())).get("web_ip")?.role === "Stopped"
        ? true
        : undefined,
    );
    write("24s", 33);
    const nowhere = failedWith(
      await project.up(),
      "in standby: ",
      `web is banned from ${other} by the constraint cli-ban-web-on-${other}`,
    );
    assert.ok(nowhere.seconds < quick, `${nowhere.seconds} s`);
    await pcs(`pcs node unstandby ${node}`);
    succeeded(await project.up());

    // Gone with what named it, and with nothing else.
    const gone = succeeded(await project.destroy());
    for (const words of [
      /web_service: is named by .*location-web_service-\S+/,
      /web_ip: is named by the tag mixed/,
      /web: is named by .*cli-ban-web-on-/,
    ])
      assert.match(gone.output, words);
    const left = await configuration(lab());
    assert.doesNotMatch(left, /"web|web_/);
    assert.match(left, /<obj_ref id="theirs"/);
    assert.match(left, /<rsc_location [^>]*rsc="theirs"/);
    assert.match(left, /<primitive [^>]*id="theirs"/);
    assert.match(left, /name="standby" value="on"/);
    assert.notEqual(left, before);
  });
});
