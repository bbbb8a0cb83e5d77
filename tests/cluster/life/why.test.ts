import assert from "node:assert/strict";
import { test } from "node:test";
import { transact } from "../../../provider/src/cluster/transaction/transact";
import type { PacemakerError } from "../../../provider/src/errors";
import { setMeta } from "../../../provider/src/pcs/commands";
import { observe } from "../../../provider/src/cluster/transaction/observe";
import { eventually, onLab, onNode, statuses, suitesOr } from "../harness";
import { causes, clusterAs, commandsIn, dummy, meta, modify } from "./causes";

const nodes = "node-01, node-02 and node-03";

const expired = `<rule id="RULE" score="INFINITY" boolean-op="and"><date_expression id="RULE-date" operation="OP" WHEN="2020-01-01"/></rule>`;
const rule = (id: string, operation: "gt" | "lt") =>
  expired
    .replaceAll("RULE", id)
    .replace("OP", operation)
    .replace("WHEN", operation === "gt" ? "start" : "end");

const stateful = (id: string) =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Stateful"/>`;

/** Resources that stand beside each other, each of them kept from running by something else. */
const resources = [
  ...["banned", "by_kind", "by_attribute", "pat_one", "avoids"].map((id) =>
    dummy(id),
  ),
  ...["ticketed", "exclusive", "tagged", "in_set", "expired", "free"].map(
    (id) => dummy(id),
  ),
  dummy("off", meta("off", "target-role", "Stopped")),
  ...["beside", "after", "set_beside", "set_after"].map((id) => dummy(id)),
  `<template id="tmpl" class="ocf" provider="pacemaker" type="Dummy">${meta("tmpl", "target-role", "Stopped")}</template>`,
  `<primitive id="templated" template="tmpl"/>`,
  dummy(
    "ruled",
    meta("ruled", "target-role", "Stopped", rule("ruled-rule", "gt")),
  ),
  dummy(
    "unruled",
    meta("unruled", "target-role", "Stopped", rule("unruled-rule", "lt")),
  ),
  `<clone id="none-clone">${meta("none", "clone-max", "0")}${dummy("none")}</clone>`,
  `<clone id="all-clone">${dummy("all")}</clone>`,
  ...["with_none", "without_all", "with_promoted"].map((id) => dummy(id)),
  `<clone id="unpromoted-clone">${meta("unpromoted", "promotable", "true").replace("</meta", `<nvpair id="unpromoted-max" name="promoted-max" value="0"/></meta`)}${stateful("unpromoted")}</clone>`,
  `<group id="grp">${dummy("grp_one")}${dummy("grp_two")}${dummy("grp_three")}</group>`,
  `<group id="lax">${dummy("lax_one")}${dummy("lax_two", meta("lax_two", "critical", "false"))}</group>`,
  dummy("fails", meta("fails", "migration-threshold", "3")),
].join("");

const location = (id: string, more: string, inner = "") =>
  `<rsc_location id="${id}" ${more}>${inner}</rsc_location>`;
const everywhere = (
  id: string,
  more: string,
  inner = "",
  score = "-INFINITY",
) =>
  ["1", "2", "3"]
    .map((n) =>
      location(
        `${id}-${n}`,
        `${more} node="node-0${n}" score="${score}"`,
        inner.replaceAll("ID", `${id}-${n}`),
      ),
    )
    .join("");
const ruled = (id: string, operator: string, ...expressions: string[]) =>
  location(
    id,
    `rsc="${id.replace("-rule", "")}"`,
    `<rule id="${id}-r" score="-INFINITY" boolean-op="${operator}">` +
      expressions
        .map((one, at) => one.replace(" ", ` id="${id}-${at}" `))
        .join("") +
      "</rule>",
  );

/** As pcs writes them. */
const constraints = [
  everywhere("ban", `rsc="banned"`),
  location("ban-free", `rsc="free" node="node-01" score="-INFINITY"`),
  everywhere("ban-pattern", `rsc-pattern="^pat"`),
  everywhere("avoid", `rsc="avoids"`, "", "-50"),
  everywhere("ban-tag", `rsc="marked"`),
  everywhere(
    "ban-set",
    "",
    `<resource_set id="ID-set"><resource_ref id="in_set"/></resource_set>`,
  ),
  ruled(
    "by_kind-rule",
    "and",
    `<expression attribute="#kind" operation="eq" value="cluster"/>`,
  ),
  ruled(
    "by_attribute-rule",
    "or",
    `<expression attribute="rack" operation="not_defined"/>`,
    `<expression attribute="rack" operation="eq" value="r1"/>`,
  ),
  ruled(
    "expired-rule",
    "and",
    `<date_expression operation="lt" end="2020-01-01"/>`,
    `<expression attribute="#uname" operation="defined"/>`,
  ),
  location(
    "only",
    `rsc="exclusive" node="node-01" score="-INFINITY" resource-discovery="exclusive"`,
  ),
  `<rsc_ticket id="ticket-T1" rsc="ticketed" ticket="T1"/>`,
  `<rsc_colocation id="colo" rsc="beside" with-rsc="off" score="INFINITY"/>`,
  `<rsc_order id="order" first="off" then="after"/>`,
  `<rsc_colocation id="colo-set" score="INFINITY"><resource_set id="colo-set-1"><resource_ref id="set_beside"/></resource_set><resource_set id="colo-set-2"><resource_ref id="off"/></resource_set></rsc_colocation>`,
  `<rsc_order id="order-set" kind="Mandatory"><resource_set id="order-set-1"><resource_ref id="off"/></resource_set><resource_set id="order-set-2"><resource_ref id="set_after"/></resource_set></rsc_order>`,
  `<rsc_colocation id="colo-none" rsc="with_none" with-rsc="none-clone" score="INFINITY"/>`,
  `<rsc_colocation id="apart" rsc="without_all" with-rsc="all-clone" score="-INFINITY"/>`,
  `<rsc_colocation id="colo-promoted" rsc="with_promoted" with-rsc="unpromoted-clone" with-rsc-role="PROMOTED" score="INFINITY"/>`,
  everywhere("ban-two", `rsc="grp_two"`),
].join("");

for (const suite of suitesOr("bookworm"))
  onLab(suite, "why a resource is not started", (lab) => {
    const sh = (script: string) =>
      onNode(lab(), "node-01", "/bin/sh", "-ec", script);
    const why = (...ids: string[]) => causes(lab(), ...ids);
    const patch = (sections: string) =>
      modify(
        lab(),
        sections.replaceAll(
          "PROMOTED",
          suite === "bookworm" ? "Master" : "Promoted",
        ),
      );
    /** What the messages say ends it. Constraints go all at once: a start of pcs takes as long as all of them. */
    const end = async (lines: readonly string[]) => {
      const commands = commandsIn(lines);
      const isPart = (one: string) => one.startsWith("pcs constraint delete ");
      const ids = commands.filter(isPart).map((one) => one.split(" ").at(-1));
      const parts =
        ids.length > 0 ? [`pcs constraint delete ${ids.join(" ")}`] : [];
      await sh(
        [...commands.filter((one) => !isPart(one)), ...parts].join("\n"),
      );
    };
    /** Blocked actions stay planned for ever. */
    const idle = () =>
      eventually("the cluster to be idle", async () => {
        const printed = await sh(
          `dc=$(crmadmin --dc_lookup | sed 's/.* //'); crmadmin --status $dc
           crm_simulate --live-check --simulate --output-as=xml`,
        );
        const plansMore = printed
          .split("\n")
          .some((line) => /<rsc_action (?!.*blocked="true")/.test(line));
        return printed.includes("S_IDLE") && !plansMore ? true : undefined;
      });
    const stopped = (id: string) =>
      eventually(`${id} to stop`, async () =>
        (await statuses(lab())).get(id)?.role === "Stopped" ? true : undefined,
      );

    test("each cause is named with its object and its end", async () => {
      await patch(`
        <resources>${resources}</resources>
        <tags><tag id="marked"><obj_ref id="tagged"/></tag></tags>
        <constraints>${constraints}</constraints>`);
      await idle();
      // A member that is not critical: its group stays where it is.
      const here = (await statuses(lab())).get("lax_one")!.nodes[0]!;
      const others = lab()
        .nodes.map(({ name }) => name)
        .filter((name) => name !== here);
      await patch(
        `<constraints>${location("ban-lax", `rsc="lax_two" node="${here}" score="-INFINITY"`)}${location("lax-here", `rsc="lax_one" node="${here}" score="INFINITY"`)}</constraints>`,
      );
      await sh(
        `for node in node-01 node-02 node-03; do
           crm_attribute --type status --node $node --name 'fail-count-fails#monitor_10000' --update 3 &
         done; wait`,
      );
      await stopped("fails");
      await idle();
      const ends = (id: string) =>
        `left so. "pcs constraint delete ${id}" ends it`;
      const eachBan = (id: string, by: string, more = "") =>
        ["1", "2", "3"].map(
          (n) =>
            `${id} is banned from node-0${n} by the constraint ${by}-${n}${more}; ${ends(`${by}-${n}`)}`,
        );
      const disabled = `off is disabled by an operator (target-role=Stopped); left so. "pcs resource enable off" ends it`;
      const expected: Record<string, string[]> = {
        banned: eachBan("banned", "ban"),
        by_kind: [
          `by_kind is banned from ${nodes} by the rule of the constraint by_kind-rule (#kind eq cluster); ${ends("by_kind-rule")}`,
        ],
        by_attribute: [
          `by_attribute is banned from ${nodes} by the rule of the constraint by_attribute-rule (not_defined rack or rack eq r1); ${ends("by_attribute-rule")}`,
        ],
        pat_one: eachBan("pat_one", "ban-pattern", " (rsc-pattern ^pat)"),
        avoids: ["1", "2", "3"].map(
          (n) =>
            `avoids is kept from node-0${n} by the constraint avoid-${n} (score -50); ${ends(`avoid-${n}`)}`,
        ),
        tagged: eachBan("tagged", "ban-tag"),
        in_set: eachBan("in_set", "ban-set"),
        expired: [],
        free: [],
        ticketed: [
          `ticketed needs the ticket T1 (constraint ticket-T1), which this cluster has not been granted: ` +
            `"crm_ticket --ticket T1 --grant --force" does (with booth: "booth grant T1")`,
        ],
        exclusive: [
          `exclusive is banned from node-01 by the constraint only; ${ends("only")}`,
          `exclusive is kept from node-02 and node-03 because resource-discovery is exclusive in only; ${ends("only")}`,
        ],
        off: [disabled],
        beside: [
          `beside runs only where off does, and that is Stopped (constraint colo): "pcs constraint delete colo" parts them`,
          disabled,
        ],
        after: [
          `after starts only after off, and that is Stopped (constraint order): "pcs constraint delete order" parts them`,
          disabled,
        ],
        set_beside: [
          `set_beside runs only where off does, and that is Stopped (constraint colo-set): "pcs constraint delete colo-set" parts them`,
          disabled,
        ],
        set_after: [
          `set_after starts only after off, and that is Stopped (constraint order-set): "pcs constraint delete order-set" parts them`,
          disabled,
        ],
        templated: [
          `templated is disabled by the template tmpl (target-role=Stopped); left so. ` +
            `"cibadmin --delete --force --xpath "//*[@id='tmpl']/meta_attributes/nvpair[@name='target-role']"" ends it`,
        ],
        ruled: [
          `ruled is disabled by a rule of ruled (target-role=Stopped); left so. ` +
            `"cibadmin --delete --force --xpath "//*[@id='ruled']/meta_attributes/nvpair[@name='target-role']"" ends it`,
        ],
        unruled: [],
        with_none: [
          `with_none runs only where none-clone does, and none in it is Stopped (constraint colo-none): "pcs constraint delete colo-none" parts them`,
          `none-clone runs on at most 0 of the nodes (clone-max=0): "pcs resource meta none-clone clone-max=" ends it`,
        ],
        without_all: [
          `without_all is kept from ${nodes}, because all-clone runs there (constraint apart): "pcs constraint delete apart" lets it run beside it`,
        ],
        with_promoted: [
          `with_promoted runs only where unpromoted-clone does, and that is promoted nowhere (constraint colo-promoted): ` +
            `"pcs constraint delete colo-promoted" parts them`,
          `unpromoted-clone is promoted on at most 0 of the nodes (promoted-max=0): "pcs resource meta unpromoted-clone promoted-max=" ends it`,
        ],
        grp_one: [],
        grp_three: [
          ...eachBan("grp_two", "ban-two"),
          `grp_three comes after grp_two in the group grp, and that is Stopped`,
        ],
        lax_two: [
          `lax_two is banned from ${here} by the constraint ban-lax; ${ends("ban-lax")}`,
          `lax_two is kept from ${others.join(" and ")}, because the group lax runs on ${here} and does not move for a member that is ` +
            `not critical (critical=false): "pcs resource meta lax_two critical=" lets it`,
        ],
        fails: [
          `fails is kept from ${nodes} by its failures there (fail-count 3, migration-threshold 3): "pcs resource cleanup fails" forgets them`,
        ],
      };
      for (const [id, lines] of Object.entries(expected))
        assert.deepEqual(await why(id), lines, id);
      await end(Object.values(expected).flat());
      await idle();
      const ended = await statuses(lab());
      for (const [id, lines] of Object.entries(expected))
        if (lines.length > 0)
          assert.notEqual(ended.get(id)?.role, "Stopped", id);

      // What holds for all of them at once, seen on one that is free.
      for (const [sections, undo, lines] of [
        [
          `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="opt-in" name="symmetric-cluster" value="false"/></cluster_property_set></crm_config>`,
          `//nvpair[@id='opt-in']`,
          [
            `free is banned from node-01 by the constraint ban-free; ${ends("ban-free")}`,
            `free is kept from node-02 and node-03 because symmetric-cluster is false and no location constraint lets it run there: ` +
              `"pcs constraint location free prefers NODE=0" does`,
          ],
        ],
        [
          `<rsc_defaults><meta_attributes id="all-off"><nvpair id="all-off-role" name="target-role" value="Stopped"/></meta_attributes></rsc_defaults>`,
          `//meta_attributes[@id='all-off']`,
          [
            `free is disabled by the resource defaults (all-off) (target-role=Stopped); left so. ` +
              `"pcs resource defaults set update all-off meta target-role=" ends it`,
          ],
        ],
        ...["only-green", "migrate-on-red", "progressive"].map(
          (strategy) =>
            [
              `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="health" name="node-health-strategy" value="${strategy}"/></cluster_property_set></crm_config>
           <nodes>${["2", "3"].map((n) => `<node id="${n}" uname="node-0${n}"><instance_attributes id="health-${n}"><nvpair id="health-${n}-disk" name="#health-disk" value="red"/></instance_attributes></node>`).join("")}</nodes>`,
              `//nvpair[@id='health']`,
              [
                `free is banned from node-01 by the constraint ban-free; ${ends("ban-free")}`,
                ...["node-02", "node-03"].map(
                  (name) =>
                    `${name} is unhealthy: #health-disk is red there (node-health-strategy=${strategy}). Mend what it watches, or ` +
                    `"crm_attribute --node ${name} --name '#health-disk' --delete" ends it`,
                ),
              ],
            ] as const,
        ),
        [
          `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="reckon" name="placement-strategy" value="utilization"/></cluster_property_set></crm_config>
           <resources>${dummy("free", `<utilization id="free-use"><nvpair id="free-use-mem" name="mem" value="8"/></utilization>`)}</resources>`,
          `//nvpair[@id='reckon']`,
          [
            `free is banned from node-01 by the constraint ban-free; ${ends("ban-free")}`,
            `free needs mem=8, and 0 of 0 is left on ${nodes} (placement-strategy=utilization): ` +
              `"pcs node utilization NODE mem=..." raises it, "pcs resource utilization" lowers the need`,
          ],
        ],
      ] as const) {
        await patch(sections);
        await stopped("free");
        assert.deepEqual(await why("free"), lines);
        const ends = lines
          .filter((line) => !line.includes("ban-free"))
          .map((line) => line.replace("NODE", "node-02").replace("...", "64"));
        await end(ends);
        await eventually("free to start", async () =>
          (await statuses(lab())).get("free")?.role === "Started"
            ? true
            : undefined,
        );
        await sh(
          `cibadmin --delete --force --xpath "${undo}" || [ $? -eq 105 ]`,
        );
      }
    });

    test("a user in haclient whom an ACL forbids it is told so", async () => {
      const advice =
        `operator is in the group haclient, so it is an ACL of the cluster that forbids it ("pcs acl" shows them). ` +
        `Give it a role that may: "pcs acl role create pulumi write xpath /cib", then "pcs acl user create operator pulumi" ` +
        `("pcs acl role assign pulumi to user operator" where it has roles already); or let it use sudo.`;
      const refused = async (work: Promise<unknown>, words: string) => {
        const error = await work.then(
          () => assert.fail("it was allowed"),
          (thrown: PacemakerError) => thrown,
        );
        assert.equal(error.kind, "rights");
        assert.match(error.message, /^cibadmin|^.usr.sbin.cibadmin/);
        assert.ok(error.message.includes(words), error.message);
        assert.ok(error.message.endsWith(advice), error.message);
      };
      const permission = (scope: string) =>
        `<acls><acl_role id="reader"><acl_permission id="reader-read" kind="read" xpath="${scope}"/></acl_role>` +
        `<acl_target id="operator"><role id="reader"/></acl_target></acls>`;
      await patch(
        `<crm_config><cluster_property_set id="cib-bootstrap-options"><nvpair id="acls-on" name="enable-acl" value="true"/></cluster_property_set></crm_config>
         <resources>${dummy("free")}</resources>${permission("/cib")}`,
      );
      const cluster = () => clusterAs(lab(), "operator");
      await refused(
        transact(cluster(), "change free", () => [
          setMeta("free", { priority: "1" }),
        ]),
        "Permission denied",
      );
      // A part alone: no absence may be read out of it.
      await patch(permission("//nodes"));
      await refused(observe(cluster()), "hidden");
      await sh(`cibadmin --delete --xml-text '<acl_target id="operator"/>'`);
      await refused(observe(cluster()), "Permission denied");
    });
  });
