/**
 * Random configurations, in all the shapes that Pacemaker allows and people use. Each shape is a piece of its own, with ids
 * that begin with its name, so that any of them go together.
 */
import fc from "fast-check";

/** What a shape adds to the sections of a configuration. */
export interface Piece {
  readonly resources?: string;
  readonly constraints?: string;
  readonly tags?: string;
  readonly acls?: string;
  readonly fencing?: string;
  readonly alerts?: string;
  readonly rscDefaults?: string;
  readonly opDefaults?: string;
  readonly properties?: string;
}

type Shape = fc.Arbitrary<Piece>;

const nv = (id: string, values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(
      ([name, value]) =>
        `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`,
    )
    .join("");

const set = (
  kind: "instance_attributes" | "meta_attributes" | "utilization",
  id: string,
  values: Readonly<Record<string, string>>,
  more = "",
  score?: number,
): string =>
  `<${kind} id="${id}"${score === undefined ? "" : ` score="${score}"`}>${more}${nv(id, values)}</${kind}>`;

/** A rule that is never true, or always, as one likes: on the date, in the past or in the future. */
export const dateRule = (id: string, isTrue: boolean): string =>
  `<rule id="${id}" score="0" boolean-op="and"><date_expression id="${id}-date" operation="lt" ` +
  `end="${isTrue ? "2199" : "2001"}-01-01"/></rule>`;

const dummy = (id: string, inside = "", agent = "Dummy"): string =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="${agent}">${inside}</primitive>`;

const duration = fc.constantFrom(
  "30s",
  "30",
  "PT30S",
  "PT1M",
  "1min",
  "45000ms",
  "2m",
  "1h",
);
const monitor = (id: string, interval: string, timeout: string): string =>
  `<operations><op id="${id}-monitor" name="monitor" interval="${interval}" timeout="${timeout}"/></operations>`;
const node = fc.constantFrom("node-01", "node-02", "node-03");
const score = fc.constantFrom("1", "10", "-5", "100", "-INFINITY");
const word = fc.constantFrom(
  "plain",
  "two words",
  "a&amp;b",
  "&lt;x&gt;",
  "it's",
  "Grüße",
  "&quot;q&quot;",
);

/** Several sets with a score and rules, before and after plain ones. */
const sets: Shape = fc
  .record({
    first: fc.boolean(),
    isTrue: fc.boolean(),
    high: fc.integer({ min: 1, max: 9 }),
    word,
    interval: duration,
    timeout: duration,
  })
  .map(({ first, isTrue, high, word: value, interval, timeout }) => {
    const ruled = set(
      "meta_attributes",
      "sets-ruled",
      { "target-role": "Stopped", "x-ruled": value },
      dateRule("sets-rule", isTrue),
    );
    const plain = set("meta_attributes", "sets-plain", {
      "x-plain": value,
      "resource-stickiness": "5",
    });
    const more = [
      set("instance_attributes", "sets-low", { fake: "low" }, "", 1),
      set("instance_attributes", "sets-high", { fake: value }, "", high),
    ];
    return {
      resources: dummy(
        "sets",
        [
          ...more,
          ...(first ? [ruled, plain] : [plain, ruled]),
          monitor("sets", interval, timeout),
        ].join(""),
      ),
    };
  });

const template: Shape = fc
  .record({ interval: duration, isGrouped: fc.boolean(), word })
  .map(({ interval, isGrouped, word: value }) => {
    const members = [
      `<primitive id="template-one" template="template-of"/>`,
      `<primitive id="template-two" template="template-of">${set("meta_attributes", "template-two-meta", { "x-own": value })}</primitive>`,
    ].join("");
    return {
      resources:
        `<template id="template-of" class="ocf" provider="pacemaker" type="Dummy">` +
        `${set("meta_attributes", "template-of-meta", { "x-from": value })}${monitor("template-of", interval, "20s")}</template>` +
        (isGrouped ? `<group id="template-group">${members}</group>` : members),
    };
  });

/** One's own are others' too. */
const shared: Shape = fc
  .record({ interval: duration, word })
  .map(({ interval, word: value }) => ({
    resources:
      dummy(
        "shared-one",
        set("instance_attributes", "shared-options", { fake: value }) +
          set("meta_attributes", "shared-meta", {
            "x-shared": value,
            "migration-threshold": "3",
          }) +
          `<operations id="shared-operations"><op id="shared-monitor" name="monitor" interval="${interval}"/></operations>`,
      ) +
      dummy(
        "shared-two",
        `<instance_attributes id-ref="shared-options"/><meta_attributes id-ref="shared-meta"/><operations id-ref="shared-operations"/>`,
      ),
  }));

const groups: Shape = fc
  .record({
    count: fc.integer({ min: 1, max: 3 }),
    isCloned: fc.boolean(),
    interleave: fc.boolean(),
    word,
  })
  .map(({ count, isCloned, interleave, word: value }) => {
    const members = Array.from({ length: count }, (_, index) =>
      dummy(
        `groups-${index}`,
        monitor(`groups-${index}`, `${10 + index}s`, "20s"),
      ),
    ).join("");
    const group = `<group id="groups-group">${isCloned ? "" : set("meta_attributes", "groups-meta", { "x-group": value })}${members}</group>`;
    return {
      resources: isCloned
        ? `<clone id="groups-clone">${set("meta_attributes", "groups-clone-meta", { interleave: String(interleave) })}${group}</clone>`
        : group,
    };
  });

const clones: Shape = fc
  .record({
    isPromotable: fc.boolean(),
    max: fc.integer({ min: 1, max: 3 }),
    node,
  })
  .map(({ isPromotable, max, node: where }) => ({
    resources:
      `<clone id="clones">${set("meta_attributes", "clones-meta", { "clone-max": String(max), promotable: String(isPromotable) })}` +
      `${dummy("clones-inner", "", isPromotable ? "Stateful" : "Dummy")}</clone>`,
    constraints: isPromotable
      ? `<rsc_location id="cli-ban-clones-on-${where}" rsc="clones" role="Promoted" node="${where}" score="-INFINITY"/>`
      : "",
  }));

const bundles: Shape = fc
  .record({ replicas: fc.integer({ min: 1, max: 2 }), hasInner: fc.boolean() })
  .map(({ replicas, hasInner }) => ({
    resources:
      `<bundle id="bundle"><meta_attributes id="bundle-meta">${nv("bundle-meta", { "target-role": "Stopped" })}</meta_attributes>` +
      `<podman image="localhost/web:latest" replicas="${replicas}"/><network control-port="3121"><port-mapping id="bundle-port" port="80"/></network>` +
      `<storage><storage-mapping id="bundle-storage" source-dir="/srv" target-dir="/srv"/></storage>` +
      `${hasInner ? dummy("bundle-inner") : ""}</bundle>`,
  }));

const locations: Shape = fc
  .record({
    score,
    node,
    isPattern: fc.boolean(),
    kind: fc.constantFrom("#kind", "#uname", "site"),
    word,
  })
  .map(({ score: value, node: where, isPattern, kind }) => ({
    resources: dummy("located-one") + dummy("located-two"),
    constraints:
      (isPattern
        ? `<rsc_location id="located-pattern" rsc-pattern="^located-(.*)$" node="${where}" score="${value}"/>`
        : `<rsc_location id="located-plain" rsc="located-one" node="${where}" score="${value}" resource-discovery="always"/>`) +
      `<rsc_location id="located-ruled" rsc="located-two"><rule id="located-rule" score="7" boolean-op="or">` +
      `<expression id="located-kind" attribute="${kind}" operation="eq" value="remote"/>` +
      `<expression id="located-defined" attribute="x-site" operation="defined"/></rule></rsc_location>` +
      `<rsc_location id="located-set" node="${where}" score="1"><resource_set id="located-rscs"><resource_ref id="located-one"/>` +
      `<resource_ref id="located-two"/></resource_set></rsc_location>`,
  }));

const constraintSets: Shape = fc
  .record({
    sequential: fc.boolean(),
    kind: fc.constantFrom("Mandatory", "Optional", "Serialize"),
    hasRef: fc.boolean(),
  })
  .map(({ sequential, kind, hasRef }) => ({
    resources: ["one", "two", "three"]
      .map((name) => dummy(`chain-${name}`))
      .join(""),
    constraints:
      `<rsc_colocation id="chain-together" score="50"><resource_set id="chain-set" sequential="${sequential}">` +
      `<resource_ref id="chain-one"/><resource_ref id="chain-two"/></resource_set></rsc_colocation>` +
      `<rsc_order id="chain-order" kind="${kind}">` +
      (hasRef
        ? `<resource_set id-ref="chain-set"/>`
        : `<resource_set id="chain-ordered" require-all="false" sequential="false"><resource_ref id="chain-one"/></resource_set>` +
          `<resource_set id="chain-after"><resource_ref id="chain-three"/></resource_set>`) +
      `</rsc_order>` +
      `<rsc_order id="chain-plain" first="chain-one" then="chain-three" symmetrical="false" kind="Optional"/>` +
      `<rsc_colocation id="chain-beside" rsc="chain-three" with-rsc="chain-two" score="-3"/>`,
  }));

const tickets: Shape = fc
  .record({
    policy: fc.constantFrom("stop", "demote", "freeze"),
    isSet: fc.boolean(),
  })
  .map(({ policy, isSet }) => ({
    resources: dummy("ticketed"),
    constraints: isSet
      ? `<rsc_ticket id="ticket" ticket="site-a" loss-policy="stop"><resource_set id="ticket-set"><resource_ref id="ticketed"/></resource_set></rsc_ticket>`
      : `<rsc_ticket id="ticket" rsc="ticketed" ticket="site-a" loss-policy="${policy === "demote" ? "stop" : policy}"/>`,
  }));

const tags: Shape = fc
  .record({ node, score: fc.constantFrom("3", "-7") })
  .map(({ node: where, score: value }) => ({
    resources: dummy("tagged-one") + dummy("tagged-two"),
    tags: `<tag id="tag"><obj_ref id="tagged-one"/><obj_ref id="tagged-two"/></tag><tag id="tag-other"><obj_ref id="tagged-one"/></tag>`,
    constraints: `<rsc_location id="tag-located" rsc="tag" node="${where}" score="${value}"/>`,
  }));

const acls: Shape = fc
  .record({ kind: fc.constantFrom("read", "write", "deny"), word })
  .map(({ kind, word: value }) => ({
    resources: dummy("permitted"),
    acls:
      `<acl_role id="role" description="${value}"><acl_permission id="role-one" kind="${kind}" reference="permitted"/>` +
      `<acl_permission id="role-two" kind="read" xpath="//primitive[@id='permitted']"/>` +
      `<acl_permission id="role-three" kind="deny" object-type="nvpair" attribute="x-secret"/></acl_role>` +
      `<acl_target id="alice"><role id="role"/></acl_target><acl_group id="wheel"><role id="role"/></acl_group>`,
  }));

const fencing: Shape = fc
  .record({
    how: fc.constantFrom(
      `target="node-01"`,
      `target-pattern="node-.*"`,
      `target-attribute="rack" target-value="1"`,
    ),
  })
  .map(({ how }) => ({
    resources: ["one", "two"]
      .map(
        (name) =>
          `<primitive id="fence-${name}" class="stonith" type="fence_chaos">${set("instance_attributes", `fence-${name}-options`, { pcmk_host_list: "node-01 node-02", passwd: "hush" })}` +
          `${set("meta_attributes", `fence-${name}-meta`, { "target-role": "Stopped" })}</primitive>`,
      )
      .join(""),
    fencing: `<fencing-level id="level-1" ${how} index="1" devices="fence-one,fence-two"/><fencing-level id="level-2" ${how} index="2" devices="fence-two"/>`,
  }));

const alerts: Shape = fc
  .record({ word, timeout: duration })
  .map(({ word: value }) => ({
    alerts:
      `<alert id="alert" path="/usr/local/bin/tell" description="${value}"><select><select_nodes/><select_attributes>` +
      `<attribute id="alert-attribute" name="x-site"/></select_attributes></select>` +
      `${set("meta_attributes", "alert-meta", { timeout: "15s" })}${set("instance_attributes", "alert-options", { to: value })}` +
      `<recipient id="alert-recipient" value="admin@example.com">${set("instance_attributes", "alert-recipient-options", { level: "2" })}</recipient></alert>`,
  }));

const defaults: Shape = fc
  .record({ isTrue: fc.boolean(), interval: duration })
  .map(({ isTrue, interval }) => ({
    rscDefaults: set(
      ...(["meta_attributes", "defaults-ruled", { "x-default": "1" }] as const),
      `<rule id="defaults-rule" boolean-op="and" score="1"><rsc_expression id="defaults-class" class="ocf" provider="pacemaker" type="Dummy"/></rule>`,
    ),
    opDefaults:
      set("meta_attributes", "op-defaults", { timeout: interval }) +
      set(
        "meta_attributes",
        "op-defaults-ruled",
        { "record-pending": String(isTrue) },
        `<rule id="op-defaults-rule" boolean-op="and" score="2"><op_expression id="op-defaults-monitor" name="monitor"/></rule>`,
      ),
  }));

const utilization: Shape = fc
  .record({
    memory: fc.integer({ min: 1, max: 64 }),
    strategy: fc.constantFrom("default", "minimal"),
  })
  .map(({ memory, strategy }) => ({
    resources: dummy(
      "heavy",
      set("utilization", "heavy-use", { memory: String(memory) }),
    ),
    properties: nv("cib-bootstrap-options", { "placement-strategy": strategy }),
  }));

/** Other people's addresses and units, in the spellings that they use. */
const spellings: Shape = fc
  .record({
    mask: fc.constantFrom("255.255.255.0", "24", ""),
    unit: fc.constantFrom(
      `class="systemd" type="chaos-theirs.service"`,
      `class="service" type="chaos-theirs"`,
      `class="systemd" type="chaos-theirs"`,
    ),
    interval: duration,
    isManaged: fc.boolean(),
  })
  .map(({ mask, unit, interval, isManaged }) => ({
    resources:
      `<primitive id="their-ip" class="ocf" provider="heartbeat" type="IPaddr2">` +
      `${set("instance_attributes", "their-ip-options", { ip: "192.0.2.99", ...(mask === "" ? {} : { cidr_netmask: mask }) })}${monitor("their-ip", interval, "20")}</primitive>` +
      `<primitive id="their-unit" ${unit}>${set("meta_attributes", "their-unit-meta", isManaged ? { "x-any": "1" } : { "is-managed": "false" })}${monitor("their-unit", interval, "PT100S")}</primitive>`,
  }));

const operations: Shape = fc
  .record({ interval: duration, word })
  .map(({ word: value }) => ({
    resources: dummy(
      "operated",
      `<operations><op id="operated-10" name="monitor" interval="10s" timeout="20s"><instance_attributes id="operated-deep">` +
        `${nv("operated-deep", { fake: value })}</instance_attributes></op><op id="operated-11" name="monitor" interval="11s" on-fail="restart" role="Started"/>` +
        `<op id="operated-start" name="start" interval="0" timeout="PT2M"><meta_attributes id="operated-start-meta">${nv("operated-start-meta", { "x-op": "1" })}</meta_attributes></op></operations>`,
    ),
  }));

export const shapes = {
  ...{
    sets,
    template,
    shared,
    groups,
    clones,
    bundles,
    locations,
    constraintSets,
    tickets,
    tags,
  },
  ...{ acls, fencing, alerts, defaults, utilization, spellings, operations },
};

/** Puts pieces into a configuration that has neither resources nor constraints. */
export function furnished(empty: string, pieces: readonly Piece[]): string {
  const all = (name: keyof Piece): string =>
    pieces.map((piece) => piece[name] ?? "").join("");
  const section = (name: string, inside: string): string =>
    inside === "" ? "" : `<${name}>${inside}</${name}>`;
  // What runs shall stay where it is, whatever else is started and stopped.
  const stay = set("meta_attributes", "stay", {
    "resource-stickiness": "1000",
  });
  const sections =
    `<resources>${all("resources")}</resources><constraints>${all("constraints")}</constraints>` +
    section("fencing-topology", all("fencing")) +
    section("acls", all("acls")) +
    section("tags", all("tags")) +
    section("alerts", all("alerts")) +
    section("rsc_defaults", stay + all("rscDefaults")) +
    section("op_defaults", all("opDefaults"));
  return empty
    .replace(/<rsc_defaults>[^]*<\/rsc_defaults>/, "")
    .replace("<constraints/>", "")
    .replace("<resources/>", sections)
    .replace(
      "</cluster_property_set>",
      `${all("properties")}</cluster_property_set>`,
    );
}
