/**
 * Everything that the package says to a cluster's configuration, by what it is for: made by the plans themselves, of
 * configurations as they may be. docs/commands.md has a row for each; pcs's own are recorded in several of its versions.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  isFencing,
  parseCib,
  type Cib,
  type Primitive,
} from "../../provider/src/model/cib";
import { returnTo } from "../../provider/src/model/place";
import {
  narrowed,
  narrowingMeta,
  stopCommand,
  unstage,
} from "../../provider/src/model/staging";
import {
  dissolve,
  forget,
  leaveTags,
  takeAway,
  takeAwayByXml,
  takeOut,
  takeOutOfClone,
} from "../../provider/src/model/taking";
import { setMarks } from "../../provider/src/model/writing";
import {
  changeType,
  cibadminWord,
  forFencing,
  forgetFailures,
  createStandIn,
  type PcsCommand,
} from "../../provider/src/pcs/commands";
import { planRole, removeRole } from "../../provider/src/plan/aclRole";
import { planAlert, removeAlert } from "../../provider/src/plan/alert";
import { planClone, planNoClone } from "../../provider/src/plan/clone";
import { planProperties } from "../../provider/src/plan/clusterProperties";
import {
  planConstraint,
  planNoConstraint,
  type DeclaredConstraint,
} from "../../provider/src/plan/constraint";
import {
  planDefaults,
  removeDefaults,
  type DeclaredDefaults,
} from "../../provider/src/plan/defaults";
import { planGroup } from "../../provider/src/plan/group";
import { planNode } from "../../provider/src/plan/nodeAttributes";
import {
  planPrimitive,
  takenOver,
  type Declared,
} from "../../provider/src/plan/primitive";
import { planMembers } from "../../provider/src/plan/standby";
import { planLevel, removeLevel } from "../../provider/src/plan/stonithLevel";
import { planTag, removeTag } from "../../provider/src/plan/tag";

/** A configuration that holds one of each. Ids end in a digit, which no word of a command does. */
export const startText = readFileSync(
  join(__dirname, "fixtures/start.xml"),
  "utf8",
);
const start = parseCib(startText);

function changed(from: string | RegExp, to: string, of = startText): Cib {
  const text = of.replace(from, to);
  if (text === of) throw new Error(`start.xml has no ${String(from)}`);
  return parseCib(text);
}

/** The same, with a primitive that is made from a template. */
const templated = changed(
  `<primitive id="alone-1"`,
  `<template id="template-1" class="ocf" provider="pacemaker" type="Dummy"><operations>` +
    `<op id="template-1-monitor" name="monitor" interval="10s"/></operations></template>` +
    `<primitive id="made-1" template="template-1"/><primitive id="alone-1"`,
);

const primitive = (id: string, more: Partial<Declared> = {}): Declared => ({
  id,
  agents: ["ocf:pacemaker:Dummy"],
  options: {},
  operations: {},
  meta: {},
  ...more,
});

const update = (cib: Cib, id: string, more: Partial<Declared>): PcsCommand[] =>
  planPrimitive(cib, primitive(id, more), takenOver);

/** The same, with a role that one user has. */
const guarded = changed(
  "</tags>",
  `</tags><acls><acl_role id="role-1"><acl_permission id="role-1-read" kind="read" xpath="/cib"/></acl_role>` +
    `<acl_target id="user-1"><role id="role-1"/></acl_target></acls>`,
);
const role = {
  ...{ id: "role-1", users: ["user-1"], groups: [] },
  permissions: [{ access: "read", xpath: "/cib" }] as const,
};

/** The same, with an alert. */
const alerted = changed(
  "</tags>",
  `</tags><alerts><alert id="alert-1" path="/a"><instance_attributes id="alert-1-options"><nvpair id="alert-1-x" name="x" value="1"/>` +
    `</instance_attributes><recipient id="recipient-1" value="a"/></alert></alerts>`,
);

const tagged = { id: "tag-1", resources: ["named-1", "third-1"] };

const on = (cib: Cib, commands: readonly PcsCommand[]): Said => ({
  to: cib.text,
  commands,
});

const found = (cib: Cib, id: string): Primitive => cib.primitives.get(id)!;

const group = (members: readonly string[], meta = {}) => ({
  id: "group-1",
  members,
  meta,
});

const hot = {
  id: "mail-1",
  members: ["address-1", "unit-1"],
  meta: {},
  standby: "hot" as const,
};
const standing = changed(
  /<primitive id="unit-1".*>/,
  `<clone id="unit-1-clone"><primitive id="unit-1" class="systemd" type="nginx"/></clone>`,
  startText.replace(
    "<constraints>",
    `<constraints><rsc_colocation id="c-1" rsc="address-1" with-rsc="unit-1-clone" score="INFINITY"/>` +
      `<rsc_order id="o-1" first="unit-1-clone" then="address-1"/>`,
  ),
);

let count = 0;
const constraint = (
  kind: DeclaredConstraint["kind"],
  attributes: Record<string, string>,
) => planConstraint(start, { kind, id: `new-${(count += 1)}`, attributes });

const defaults = (
  of: "resources" | "operations",
  id: string,
  more: Partial<DeclaredDefaults> = {},
  previous?: DeclaredDefaults,
) => planDefaults(start, { of, id, values: {}, ...more }, previous, true);

const level = (id: string, devices: string[], previous?: string[]) =>
  planLevel(
    start,
    { id, target: { node: "node-02" }, level: 1, devices },
    previous && {
      id,
      target: { node: "node-01" },
      level: 1,
      devices: previous,
    },
    true,
    () => true,
  );

const node = (
  cib: Cib,
  attributes: Record<string, string>,
  utilization: Record<string, string>,
) =>
  planNode(cib, {
    ...{ what: "new-1", node: "node-01", adopts: true },
    ...{ attributes, utilization, modes: { standby: true } },
  }).commands;

const properties = (cib: Cib, values: Record<string, string>, gone = {}) =>
  planProperties(
    cib,
    { what: "new-1", values, adopts: true },
    { values: gone, before: {} },
  ).commands;

const twoSets = changed(
  "</crm_config>",
  `<cluster_property_set id="more-1"/></crm_config>`,
);

const marked = changed(
  `<primitive id="second-1" class="ocf" provider="pacemaker" type="Dummy"/>`,
  `<primitive id="second-1" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id="m-1">` +
    Object.entries(narrowingMeta("group-1"))
      .map(
        ([name, value], index) =>
          `<nvpair id="m-1-${index}" name="${name}" value="${value}"/>`,
      )
      .join("") +
    `</meta_attributes></primitive>`,
);

export interface Said {
  /** The configuration that it is said to. */
  readonly to: string;
  /** In the words in which they reach a node. */
  readonly commands: readonly PcsCommand[];
}

const spelled = (commands: readonly PcsCommand[]): readonly PcsCommand[] =>
  commands.map((command) =>
    forFencing(command, (id) => isFencing(start.primitives.get(id))),
  );

/** By what it is for. */
export const said: Readonly<Record<string, Said>> = Object.fromEntries(
  Object.entries<readonly PcsCommand[] | Said>({
    "a primitive is made": planPrimitive(
      start,
      primitive("new-1", {
        options: { state: "/run/new" },
        operations: { monitor: { interval: "30s" }, start: { timeout: "90s" } },
        meta: { priority: "1" },
        utilization: { memory: "64" },
        group: "group-1",
      }),
    ),
    "a fencing device is made": planPrimitive(
      start,
      primitive("new-1", {
        agents: ["stonith:fence_lab"],
        options: { switch: "a" },
        operations: { monitor: { interval: "30s" } },
        meta: { priority: "1" },
      }),
    ),
    "options change": [
      ...update(start, "alone-1", { options: { state: "/run/other" } }),
    ],
    "options change, where there are several sets, a shared one, or a template":
      on(templated, [
        ...update(start, "several-1", { options: { fake: "b" } }),
        ...planPrimitive(start, primitive("several-1"), {
          ...takenOver,
          options: { state: "" },
        }),
        ...update(templated, "made-1", { options: { fake: "b" } }),
      ]),
    "a fencing device's options, operations or meta attributes change": [
      ...planPrimitive(
        start,
        primitive("device-1", {
          agents: ["stonith:fence_lab"],
          options: { switch: "b" },
          operations: { monitor: { interval: "20s" } },
          meta: { priority: "1" },
        }),
        takenOver,
      ),
    ],
    "an operation changes": [
      ...update(start, "alone-1", {
        operations: { monitor: { interval: "20s" }, stop: { timeout: "9s" } },
      }),
    ],
    "an operation changes, where there are several of its name, or something is nested in it":
      update(start, "several-1", {
        operations: { monitor: { interval: "30s" } },
      }),
    "an operation changes that a template has": on(
      templated,
      update(templated, "made-1", {
        operations: { monitor: { interval: "30s" } },
      }),
    ),
    "meta attributes change": [
      ...update(start, "alone-1", { meta: { priority: "1" } }),
      ...planGroup(
        start,
        group(["first-1", "second-1", "third-1"], { priority: "1" }),
        group([]),
      ),
      ...planClone(
        start,
        { id: "clone-1", content: "cloned-1", meta: { interleave: "true" } },
        { meta: {} },
      ),
    ],
    "meta attributes change, where there are several sets, a shared one, or a template":
      [
        ...update(start, "several-1", { meta: { priority: "2" } }),
        ...planClone(
          start,
          { id: "mixed-1", content: "content-1", meta: { priority: "2" } },
          { meta: { interleave: "true" } },
        ),
      ],
    "what it takes of a node's capacity changes": update(start, "alone-1", {
      utilization: { memory: "64" },
    }),
    "a service gets another unit": [changeType("unit-1", "systemd", "other")],
    "a primitive goes that nothing names": [takeAway(start, "alone-1")],
    "a primitive goes that something names, or out of a group": [
      ...leaveTags(start, "named-1"),
      takeAway(start, "named-1"),
      ...leaveTags(start, "third-1"),
      takeAway(start, "third-1"),
    ],
    "a fencing device goes": [takeAway(start, "device-1")],
    "a primitive goes, where any primitive has a template": on(
      templated,
      takeAwayByXml(templated, "named-1"),
    ),
    "a group is made": planGroup(start, {
      id: "new-1",
      members: ["alone-1", "address-1"],
      meta: { priority: "1" },
    }),
    "a member comes, goes, or moves in its group": [
      ...planGroup(
        start,
        group(["alone-1", "third-1", "second-1", "first-1"]),
        group([]),
      ),
      ...takeOut(start, start.groups.get("group-1")!, ["second-1"]),
    ],
    "a replaced member returns to its place": [
      ...planPrimitive(start, primitive("new-1", { group: "group-1" })),
      ...returnTo(start, "new-1", {
        ...group(["first-1", "new-1", "second-1", "third-1"]),
        disabled: ["new-1"],
      }),
    ],
    "a group goes": dissolve(start, start.groups.get("group-1")!),
    "a group goes, where any primitive has a template": on(
      templated,
      dissolve(templated, templated.groups.get("group-1")!),
    ),
    "a clone is made": planClone(
      start,
      { id: "new-1", content: "alone-1", meta: { interleave: "true" } },
      undefined,
    ),
    "a clone goes": planNoClone(start, "clone-1"),
    "a clone goes, where any primitive has a template": on(
      templated,
      takeOutOfClone(templated, templated.clones.get("clone-1")!),
    ),
    "a stack comes to stand by hot": planMembers(start, hot, undefined),
    "a hot stack becomes a group": on(
      standing,
      planMembers(
        standing,
        { id: "mail-1", members: hot.members, meta: {} },
        hot,
      ),
    ),
    "a constraint is made": [
      ...constraint("location", {
        rsc: "alone-1",
        node: "node-01",
        score: "INFINITY",
      }),
      ...constraint("colocation", { rsc: "alone-1", "with-rsc": "named-1" }),
      ...constraint("order", { first: "alone-1", then: "named-1" }),
      ...constraint("ticket", { rsc: "alone-1", ticket: "site" }),
    ],
    "a constraint changes": planConstraint(
      start,
      {
        kind: "location",
        id: "location-1",
        attributes: { rsc: "named-1", node: "node-01", score: "20" },
      },
      { attributes: {} },
    ),
    "a constraint goes": planNoConstraint(start, "location", "location-1"),
    "constraints and permissions go with what they name": forget("named-1"),
    "a fencing level is made or changes": level("new-1", ["device-1"]),
    "a fencing level goes, or gets another node or number": [
      ...level("new-1", ["device-1"], ["device-1"]),
      ...removeLevel(start, {
        ...{ id: "level-1", target: { node: "node-01" } },
        ...{ level: 1, devices: [] },
      }),
    ],
    "a tag is made, or names more": planTag(start, tagged, undefined, true),
    "a tag names less": planTag(
      start,
      tagged,
      { id: "tag-1", resources: ["second-1"] },
      true,
    ),
    "a tag goes": removeTag(start, {
      id: "tag-1",
      resources: ["named-1", "second-1"],
    }).commands,
    "a role is made, or changes": on(
      guarded,
      planRole(
        guarded,
        { ...role, permissions: [{ access: "write", xpath: "//node" }] },
        role,
        true,
      ),
    ),
    "a user or a group gets a role": on(
      guarded,
      planRole(
        guarded,
        { ...role, users: ["user-1", "user-2"], groups: ["users-1"] },
        role,
        true,
      ),
    ),
    "a user loses a role, and goes with the last one": on(
      guarded,
      planRole(guarded, { ...role, users: [] }, role, true),
    ),
    "a role goes, from all who have it": on(
      guarded,
      removeRole(guarded, "role-1"),
    ),
    "an alert is made, or changes": on(
      alerted,
      planAlert(
        alerted,
        {
          ...{ id: "alert-1", path: "/a", options: { y: "1" }, meta: {} },
          recipients: [{ value: "b", options: {}, meta: {} }],
        },
        {
          ...{ id: "alert-1", path: "/a", options: { x: "1" }, meta: {} },
          recipients: [{ value: "a", options: {}, meta: {} }],
        },
        true,
      ),
    ),
    "an alert goes": on(alerted, removeAlert(alerted, "alert-1")),
    "cluster properties": properties(
      start,
      { "no-quorum-policy": "freeze" },
      { "stonith-enabled": "false" },
    ),
    "cluster properties, where there are several sets": on(
      twoSets,
      properties(
        twoSets,
        { "no-quorum-policy": "freeze" },
        { "stonith-enabled": "false" },
      ),
    ),
    "a set of defaults is made": [
      ...defaults("resources", "new-1", {
        values: { "resource-stickiness": "100" },
        rule: "resource ocf:heartbeat:IPaddr2",
        score: "1",
      }),
      ...defaults("operations", "new-2", {
        values: { timeout: "60s" },
        rule: "op monitor",
      }),
    ],
    "values of a set of defaults change": [
      ...defaults("resources", "stay-1", {
        values: { "resource-stickiness": "100" },
      }),
      ...defaults("operations", "patience-1", { values: { timeout: "60s" } }),
    ],
    "the score of a set of defaults changes": defaults("resources", "stay-1", {
      score: "5",
    }),
    "the rule of a set of defaults changes": defaults("resources", "stay-1", {
      rule: "resource ocf:heartbeat:IPaddr2",
    }),
    "a set of defaults goes": [
      ...removeDefaults(start, "resources", "stay-1"),
      ...removeDefaults(start, "operations", "patience-1"),
    ],
    "attributes, modes and capacity of a node": node(
      start,
      { rack: "a" },
      { memory: "4096" },
    ),
    "what is to wait or to stop gets our marks": stopCommand(start, "alone-1"),
    "the same, where other meta attributes would hide them": [
      setMarks(start, found(start, "several-1"), {
        "target-role": "Stopped",
        "pulumi-staged": "several-1",
      }),
    ],
    "our marks go": on(marked, [
      ...unstage(["alone-1", "named-1"]),
      ...narrowed(marked, ["second-1"]),
    ]),
    "preview, on its copy alone": [
      createStandIn("new-1"),
      ...forgetFailures("alone-1"),
    ],
  }).map(([what, one]) => [
    what,
    "to" in one
      ? { to: one.to, commands: spelled(one.commands) }
      : { to: startText, commands: spelled(one) },
  ]),
);

/** The words that make it what it is, without what it is about: `pcs resource update op`, `cibadmin --modify <op>`. */
export function formOf(command: readonly string[]): string {
  const [first = "", verb = ""] = command;
  if (first !== cibadminWord)
    return ["pcs", ...command.filter(isWord)].join(" ");
  const xml = command.find((word) => word.startsWith("<"));
  return [first, verb, ...(xml === undefined ? [] : [pathOf(xml)])].join(" ");
}

/** Names of operations are none of pcs's words. */
const operations = ["monitor", "start", "stop"];

function isWord(word: string): boolean {
  return /^(--)?[a-z]+(-[a-z]+)*$/.test(word) && !operations.includes(word);
}

/** `<a><b>`: what stands in what, as far as it is said once. */
function pathOf(xml: string): string {
  const names = [...xml.matchAll(/<([\w-]+)[^>]*?(\/?)>/g)];
  const end = names.findIndex(([, , slash]) => slash === "/");
  return names
    .slice(0, end < 0 ? 1 : end + 1)
    .map(([, name]) => `<${name}>`)
    .join("");
}
