import assert from "node:assert/strict";
import { test } from "node:test";
import type { Lab } from "../../../lab";
import {
  configuration,
  epoch,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  statuses,
  succeeded,
  suitesOr,
  whereAre,
} from "../harness";
import { byId, values } from "./observe";
import { address, group, makeUnit, programOf, service } from "./programs";

const pcs = (lab: Lab, script: string) =>
  onNode(lab, "node-01", "/bin/sh", "-ec", script);

/** The lines of the configuration that are about what others made. */
const theirs = async (lab: Lab, id: string): Promise<string> => {
  const lines = (await configuration(lab)).split("\n");
  const start = lines.findIndex((line) => line.includes(` id="${id}"`));
  const margin = /^ */.exec(lines[start] ?? "")![0];
  const end = lines.findIndex(
    (line, index) => index > start && !line.startsWith(`${margin} `),
  );
  return lines.slice(start, end).join("\n");
};

const dummy = `class="ocf" provider="pacemaker" type="Dummy"`;

for (const suite of suitesOr("trixie"))
  onLab(suite, "a cluster that is not the plain one", (lab) => {
    test("rules, templates, shared sets, roles and permissions of others are kept", async (t) => {
      await makeUnit(t, lab(), "life-one");
      await makeUnit(t, lab(), "life-two");
      await pcs(
        lab(),
        `cibadmin --create --scope resources --xml-text '<template id="kind" ${dummy}><meta_attributes id="kind-m"><nvpair id="kind-m-1" name="migration-threshold" value="5"/></meta_attributes></template>'
         cibadmin --create --scope resources --xml-text '<primitive id="templated" template="kind"/>'
         cibadmin --create --scope resources --xml-text '<primitive id="mask_ip" class="ocf" provider="heartbeat" type="IPaddr2"><instance_attributes id="mask-i"><nvpair id="mask-i-1" name="ip" value="192.0.2.73"/><nvpair id="mask-i-2" name="cidr_netmask" value="255.255.255.0"/></instance_attributes><operations><op id="mask-m" name="monitor" interval="PT30S"/></operations></primitive>'`,
      );
      const web = { group: "web" };
      const project = await makeProject(t, lab(), { program: "" });
      const write = (unit: string, threshold = 3) =>
        project.writeProgram(
          programOf(
            address("mask_ip", 73),
            address("web_ip", 72, {
              ...web,
              meta: { "migration-threshold": threshold },
            }),
            service("web_service", unit, web),
            group("web", ["web_ip", "web_service"]),
          ),
        );
      write("life-one");
      succeeded(await project.up());
      assert.equal(
        values(await byId(lab(), "mask_ip")).cidr_netmask,
        "255.255.255.0",
      );
      assert.doesNotMatch(
        await theirs(lab(), "web_service"),
        /<meta_attributes/,
        "an empty set stays behind",
      );
      nothingChanged(await project.refresh(["--expect-no-changes"]));

      // The operator's hand: a rule's roles before and behind, a role of their own, a shared set, a permission.
      const rule = (id: string) =>
        `<meta_attributes id="${id}" score="1"><rule id="${id}-r" score="INFINITY"><date_expression id="${id}-e" operation="gt" start="2099-01-01"/></rule><nvpair id="${id}-1" name="target-role" value="Stopped"/></meta_attributes>`;
      await pcs(
        lab(),
        `cibadmin --modify --xml-text '<primitive id="web_service">${rule("night")}</primitive>'
         cibadmin --modify --xml-text '<primitive id="web_ip">${rule("late")}</primitive>'
         cibadmin --create --scope resources --xml-text '<primitive id="shares" ${dummy}><meta_attributes id-ref="web_ip-meta_attributes"/></primitive>'
         pcs resource create last ocf:pacemaker:Dummy meta target-role=Started
         pcs resource group add web last
         pcs acl role create watcher read id web_service`,
      );
      await eventually("all to run", () =>
        whereAre(lab(), ["web_ip", "web_service", "last"]),
      );
      const hand = await Promise.all(
        ["night", "late", "last", "templated", "kind"].map((id) =>
          theirs(lab(), id),
        ),
      );
      const shares = (await statuses(lab())).get("shares");

      // What is to be changed stops and starts with those after it, and a value goes where nobody else reads it.
      write("life-two", 4);
      succeeded(await project.up());
      await eventually("all to run again", () =>
        whereAre(lab(), ["web_ip", "web_service", "last"]),
      );
      assert.deepEqual(
        await Promise.all(
          ["night", "late", "last", "templated", "kind"].map((id) =>
            theirs(lab(), id),
          ),
        ),
        hand,
      );
      assert.deepEqual((await statuses(lab())).get("shares"), shares);
      const effective = async (id: string) =>
        (
          await pcs(
            lab(),
            `crm_resource --resource ${id} --meta --get-parameter migration-threshold`,
          )
        ).trim();
      assert.equal(await effective("web_ip"), "4");
      assert.equal(await effective("shares"), "3");
      assert.doesNotMatch(await configuration(lab()), /pulumi-/);
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));

      // What others refer to is not taken away.
      project.writeProgram(
        programOf(
          address("mask_ip", 73),
          service("web_service", "life-two", web),
          group("web", ["web_service"]),
        ),
      );
      failedWith(
        await project.up(),
        "[conflict] web_ip holds web_ip-meta_attributes, to which shares refers (id-ref)",
      );
      write("life-two", 4);
      succeeded(await project.up());
      await pcs(
        lab(),
        "cibadmin --delete --xpath '//primitive[@id=\"shares\"]/meta_attributes'",
      );
      const gone = succeeded(await project.destroy());
      assert.match(
        gone.output,
        /web_service: is named by the ACL role watcher/,
      );
      const left = await configuration(lab());
      assert.doesNotMatch(
        left,
        /web_ip|web_service|mask_ip|"(night|late)|pulumi-/,
      );
      for (const id of ["last", "templated", "kind"])
        assert.equal(
          (await theirs(lab(), id)).trim(),
          hand[
            ["night", "late", "last", "templated", "kind"].indexOf(id)
          ]!.trim(),
        );
      await eventually("the others to run", () => whereAre(lab(), ["last"]));
      await whereAre(lab(), ["templated"]);
      await whereAre(lab(), ["shares"]);
    });

    test("a group whose members are made from a template is taken over, changed and dissolved", async (t) => {
      await makeUnit(t, lab(), "life-one");
      await pcs(
        lab(),
        `cibadmin --create --scope resources --xml-text '<template id="unit" class="systemd" type="life-one"><operations><op id="unit-m" name="monitor" interval="30s"/></operations></template>'
         cibadmin --create --scope resources --xml-text '<primitive id="t_service" template="unit"/>'
         pcs resource create t_ip ocf:heartbeat:IPaddr2 ip=192.0.2.74 cidr_netmask=24 op monitor interval=30s
         pcs resource group add t t_ip
         pcs resource group add t t_service`,
      );
      await eventually("all to run", () =>
        whereAre(lab(), ["t_ip", "t_service"]),
      );
      const version = await epoch(lab());
      const project = await makeProject(t, lab(), { program: "" });
      const write = (interval: string) =>
        project.writeProgram(
          programOf(
            address("t_ip", 74, { group: "t" }),
            service("t_service", "life-one", {
              group: "t",
              monitorInterval: interval,
              ...(interval === "30s"
                ? {}
                : { meta: { "migration-threshold": 2 } }),
            }),
            group("t", ["t_ip", "t_service"]),
          ),
        );
      write("30s");
      succeeded(await project.up());
      assert.equal(await epoch(lab()), version);
      write("20s");
      succeeded(await project.up());
      assert.match(await theirs(lab(), "unit"), /interval="30s"/);
      assert.match(await theirs(lab(), "t_service"), /interval="20s"/);
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      // While constraints name every member, none may be missing for a moment.
      await pcs(
        lab(),
        `pcs constraint location t_ip prefers node-01=5
         pcs constraint location t_service prefers node-02=5`,
      );
      succeeded(await project.destroy());
      assert.doesNotMatch(await configuration(lab()), /t_service|t_ip|<group/);
    });
  });

// What is there decides, not the version.
onLab("bookworm", "a cluster with clones", (lab) => {
  test("what is part of a clone is refused in preview, and nothing is touched", async (t) => {
    await makeUnit(t, lab(), "demo-one");
    await makeUnit(t, lab(), "demo-two");
    await makeUnit(t, lab(), "demo-three");
    await pcs(
      lab(),
      `pcs resource create demo systemd:demo-one clone
       pcs resource create in_ip ocf:heartbeat:IPaddr2 ip=192.0.2.71 cidr_netmask=24
       pcs resource create in_service systemd:demo-two
       pcs resource group add inner in_ip in_service
       pcs resource clone inner clone-max=1
       cibadmin --create --scope resources --xml-text '<bundle id="box"><meta_attributes id="box-m"><nvpair id="box-m-1" name="target-role" value="Stopped"/></meta_attributes><podman image="any" replicas="1"/><network ip-range-start="192.0.2.90"/><primitive id="boxed" class="systemd" type="demo-three"/></bundle>'`,
    );
    await eventually("the clone to run", async () =>
      (await statuses(lab())).get("demo")?.role === "Started"
        ? true
        : undefined,
    );
    const before = await configuration(lab());
    const version = await epoch(lab());
    const project = await makeProject(t, lab(), { program: "" });
    for (const [declared, words] of [
      [service("demo", "demo-one"), "demo is part of the clone demo-clone"],
      [
        address("in_ip", 71, { group: "inner" }),
        "in_ip is part of the clone inner-clone",
      ],
      [
        service("in_service", "demo-two", { adopt: "update" }),
        "in_service is part of the clone inner-clone",
      ],
      [
        address("other_ip", 71),
        "other_ip: the cluster's resource in_ip holds the address 192.0.2.71 already. It is in the clone inner-clone",
      ],
      [
        group("inner", ["in_ip", "in_service"]),
        "inner is part of the clone inner-clone",
      ],
      [
        service("boxed", "demo-three"),
        "boxed is part of the bundle box, which runs it in containers",
      ],
      [
        address("free_ip", 77, { group: "box" }),
        "free_ip: the cluster's configuration uses the id of its group, box, already, for a <bundle>",
      ],
    ] as const) {
      project.writeProgram(programOf(declared));
      failedWith(await project.preview(), "[conflict] ", words);
    }
    failedWith(
      await project.up(),
      "free_ip: the cluster's configuration uses the id of its group, box,",
    );
    // Its container has a systemd of its own, and is no node that could be asked.
    project.writeProgram(programOf(service("other", "demo-three")));
    assert.deepEqual(
      succeeded(await project.preview()).diagnostics.filter(
        ({ severity }) => severity === "warning",
      ),
      [],
    );
    assert.equal(await configuration(lab()), before);
    assert.equal(await epoch(lab()), version);
  });
});
