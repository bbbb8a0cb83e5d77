/** A stack that stands by hot, and what must be true of it. */
import assert from "node:assert/strict";
import type { Lab } from "../../../lab";
import { activeUnits, addresses, listens, onNode } from "./cluster";
import { all, parseXml } from "./xml";

/** Postfix's real unit. */
export const hotUnits = { bookworm: "postfix@-", trixie: "postfix" };

/** The node that holds the address, once Postfix runs on all of the nodes given and answers there. */
export async function servesHot(
  lab: Lab,
  nodes = lab.nodes.map(({ name }) => name),
): Promise<string> {
  const text = await onNode(
    lab,
    "node-01",
    "crm_mon",
    "-1r",
    "--output-as=xml",
  );
  const found = all(parseXml(text), "resource").map((one) => ({
    ...one.attributes,
    nodes: all(one, "node").map(({ attributes }) => attributes.name ?? ""),
  })) as { id?: string; role?: string; nodes: string[] }[];
  const on = (id: string) =>
    found
      .filter((one) => one.id === id && one.role === "Started")
      .flatMap((one) => one.nodes)
      .sort();
  assert.deepEqual(on("smtp_service"), [...nodes].sort());
  const [node = "", ...others] = on("smtp_ip");
  assert.deepEqual(others, []);
  assert.deepEqual(all(parseXml(text), "failure"), []);
  const active = await activeUnits(lab, [hotUnits[lab.suite]]);
  for (const { name } of lab.nodes) {
    const isOn = nodes.includes(name);
    assert.deepEqual(active[name], isOn ? [hotUnits[lab.suite]] : [], name);
  }
  assert.ok(
    (await addresses(lab, node)).includes(
      `${lab.floatingAddress}/${lab.cidrNetmask}`,
    ),
  );
  assert.ok(await listens(lab, node, 25));
  return node;
}
