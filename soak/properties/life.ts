/** What we do with ours on a configuration: the steps, as Pulumi would have the handlers do them, and what came of each. */
import fc from "fast-check";
import type { Piece } from "./shapes";
import { dateRule } from "./shapes";
import { differenceOf, marksIn, restOf, statesOf } from "./rest";
import type { Call, PaperCluster } from "./simulated";

export const changes = [
  "options",
  "meta",
  "operations",
  "reorder",
  "leave and join",
] as const;
export type Change = (typeof changes)[number];

export interface Life {
  /** How ours stands in the configuration before; undefined: not at all. */
  readonly found?: keyof typeof foundAs;
  readonly adopt: boolean;
  readonly changes: readonly Change[];
  readonly isGrouped: boolean;
}

const ip = (
  inside: string,
  attributes = `class="ocf" provider="heartbeat" type="IPaddr2"`,
): string => `<primitive id="own_ip" ${attributes}>${inside}</primitive>`;
const options = (mask: string): string =>
  `<instance_attributes id="own_ip-options"><nvpair id="own_ip-options-ip" name="ip" value="192.0.2.31"/>` +
  `<nvpair id="own_ip-options-mask" name="cidr_netmask" value="${mask}"/></instance_attributes>`;
const monitor = `<operations><op id="own_ip-monitor" name="monitor" interval="PT30S" timeout="20"/></operations>`;
const meta = (id: string, name: string, before = ""): string =>
  `<meta_attributes id="${id}">${before}<nvpair id="${id}-${name}" name="${name}" value="7"/></meta_attributes>`;

export const foundAs = {
  plain: { resources: ip(options("24") + monitor) },
  "dotted mask": { resources: ip(options("255.255.255.0") + monitor) },
  "rule first": {
    resources: ip(
      options("24") +
        meta(
          "own_ip-ruled",
          "migration-threshold",
          dateRule("own_ip-rule", false),
        ) +
        meta("own_ip-meta", "x-kept") +
        monitor,
    ),
  },
  "rule last": {
    resources: ip(
      options("24") +
        meta("own_ip-meta", "x-kept") +
        meta(
          "own_ip-ruled",
          "migration-threshold",
          dateRule("own_ip-rule", true),
        ) +
        monitor,
    ),
  },
  "a set that others share": {
    resources:
      ip(options("24") + meta("own_ip-meta", "x-shared") + monitor) +
      `<primitive id="sharer" class="ocf" provider="pacemaker" type="Dummy"><meta_attributes id-ref="own_ip-meta"/></primitive>`,
  },
  "a set of others": {
    resources:
      `<primitive id="sharer" class="ocf" provider="pacemaker" type="Dummy">${meta("sharer-meta", "x-shared")}</primitive>` +
      ip(`${options("24")}<meta_attributes id-ref="sharer-meta"/>${monitor}`),
  },
  template: {
    resources:
      `<template id="mould" class="ocf" provider="heartbeat" type="IPaddr2">${monitor.replaceAll("own_ip", "mould")}</template>` +
      ip(options("24"), `template="mould"`),
  },
  "somebody's group": {
    resources: `<group id="theirs"><primitive id="theirs-first" class="ocf" provider="pacemaker" type="Dummy"/>${ip(options("24") + monitor)}</group>`,
  },
  clone: {
    resources: `<clone id="cloned">${ip(options("24") + monitor)}</clone>`,
  },
  "cloned group": {
    resources: `<clone id="cloned"><group id="theirs">${ip(options("24") + monitor)}</group></clone>`,
  },
  "named by others": {
    resources:
      ip(options("24") + monitor) +
      `<primitive id="namer" class="ocf" provider="pacemaker" type="Dummy"/>`,
    constraints:
      `<rsc_colocation id="named-beside" rsc="own_ip" with-rsc="namer" score="10"/>` +
      `<rsc_order id="named-after" first="namer" then="own_ip" kind="Optional"/>` +
      `<rsc_location id="named-pattern" rsc-pattern="^own_" node="node-02" score="2"/>` +
      `<rsc_location id="named-ban" rsc="own_ip" role="Started" node="node-03" score="-INFINITY"/>`,
    tags: `<tag id="named-tag"><obj_ref id="own_ip"/><obj_ref id="namer"/></tag>`,
    acls: `<acl_role id="named-role"><acl_permission id="named-may" kind="write" reference="own_ip"/><acl_permission id="named-path" kind="read" xpath="//primitive[@id='own_ip']"/></acl_role>`,
  },
} satisfies Record<string, Piece>;

export const lives: fc.Arbitrary<Life> = fc.record({
  found: fc.option(
    fc.constantFrom(...(Object.keys(foundAs) as (keyof typeof foundAs)[])),
    { nil: undefined },
  ),
  adopt: fc.boolean(),
  changes: fc.shuffledSubarray([...changes], { maxLength: 3 }),
  isGrouped: fc.boolean(),
});

/** Plays it; gives, in words, what does not hold, and what was refused. */
export async function live(
  cluster: PaperCluster,
  life: Life,
): Promise<{ wrong: string[]; refused: string[]; steps: string[] }> {
  const wrong: string[] = [];
  const refused: string[] = [];
  const steps: string[] = [];
  const first = await cluster.text();
  const rest = restOf(first);
  const states = statesOf(await cluster.status());
  const connection = cluster.connection();
  const adopt = life.adopt ? { adopt: "update" } : {};
  const made = new Map<
    string,
    { kind: Call["kind"]; state: Record<string, unknown> }
  >();

  const step = async (
    what: string,
    kind: Call["kind"],
    verb: "create" | "update" | "delete",
    inputs: Record<string, unknown>,
  ): Promise<boolean> => {
    const id = String(inputs.resourceId);
    const before = await cluster.text();
    const state = made.get(id)?.state;
    let error: string | undefined;
    let checked: Record<string, unknown> = inputs;
    if (verb !== "delete") {
      const answer = await cluster.call({
        kind,
        verb: "check",
        inputs: { connection, ...inputs },
        ...(state ? { state } : {}),
      });
      if ("error" in answer) error = answer.error;
      else {
        const { inputs: good, failures } = answer.value as {
          inputs: Record<string, unknown>;
          failures: { reason: string }[];
        };
        checked = good;
        if (failures.length > 0)
          error = failures.map(({ reason }) => reason).join("; ");
      }
    }
    if (error === undefined) {
      const answer = await cluster.call({
        kind,
        verb,
        inputs: checked,
        ...(state ? { state } : {}),
      });
      if ("error" in answer) error = answer.error;
      else if (verb === "delete") made.delete(id);
      else made.set(id, { kind, state: answer.value });
    }
    steps.push(
      `${what}${error === undefined ? "" : `: ${error.split("\n")[0]}`}`,
    );
    const now = await cluster.text();
    if (error !== undefined) {
      refused.push(`${what}: ${error}`);
      if (!/^\[conflict\]/.test(error)) wrong.push(`${what} failed: ${error}`);
      if (configurationOf(now) !== configurationOf(before))
        wrong.push(`${what} was refused, and has changed the configuration`);
    }
    const [restNow, statesNow] = [
      restOf(now),
      statesOf(await cluster.status()),
    ];
    if (restNow !== rest)
      wrong.push(
        `${what}: the rest has changed:\n${differenceOf(rest, restNow)}`,
      );
    if (statesNow !== states)
      wrong.push(
        `${what}: the state of others has changed:\n${differenceOf(states, statesNow)}`,
      );
    return error === undefined;
  };

  const group = life.isGrouped ? { group: "own-group" } : {};
  let address: Record<string, unknown> = {
    resourceId: "own_ip",
    ip: "192.0.2.31",
    cidrNetmask: 24,
    ...adopt,
    ...group,
  };
  const service = { resourceId: "own_service", unit: "chaos-ours", ...group };
  let members = ["own_ip", "own_service"];
  const inGroup = () => ({ resourceId: "own-group", members });
  const isMade =
    (await step("create own_ip", "floatingIp", "create", address)) &&
    (await step("create own_service", "systemdResource", "create", service)) &&
    (!life.isGrouped ||
      (await step("create own-group", "resourceGroup", "create", inGroup())));
  for (const change of isMade ? life.changes : []) {
    if (change === "options") address = { ...address, ip: "192.0.2.32" };
    if (change === "meta")
      address = {
        ...address,
        meta: { "migration-threshold": "5", "x-ours": "a b" },
      };
    if (change === "operations")
      address = {
        ...address,
        monitorInterval: "20s",
        timeouts: { start: "33s", monitor: "44s" },
      };
    if (["options", "meta", "operations"].includes(change))
      await step(change, "floatingIp", "update", address);
    else if (life.isGrouped && change === "reorder") {
      members = [...members].reverse();
      await step(change, "resourceGroup", "update", inGroup());
    } else if (life.isGrouped) {
      const alone = { ...address };
      delete alone.group;
      const all = members;
      await step("leave: own_ip", "floatingIp", "update", alone);
      members = ["own_service"];
      await step("leave: own-group", "resourceGroup", "update", inGroup());
      members = all;
      await step("join: own_ip", "floatingIp", "update", address);
      await step("join: own-group", "resourceGroup", "update", inGroup());
    }
  }
  if (isMade && marksIn(await cluster.text()).length > 0)
    wrong.push(`marks are left: ${marksIn(await cluster.text()).join(", ")}`);
  for (const [id, { kind }] of [...made].reverse())
    await step(`delete ${id}`, kind, "delete", { resourceId: id });
  const last = await cluster.text();
  const verdict = await cluster.verify();
  if (verdict.trim() !== "") wrong.push(`crm_verify: ${verdict}`);
  if (made.size === 0 && marksIn(last).length > 0)
    wrong.push(`marks are left at the end: ${marksIn(last).join(", ")}`);
  return { wrong, refused, steps };
}

const configurationOf = (cib: string): string =>
  /<configuration>[^]*<\/configuration>/.exec(cib)?.[0] ?? "";
