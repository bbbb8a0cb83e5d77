/** What the product says of resources that do not run, asked as its user's commands ask, and how a test makes such causes. */
import assert from "node:assert/strict";
import { execOnNode, type Lab } from "../../../lab";
import { lookForCauses } from "../../../provider/src/cluster/outcome/causes";
import { explainNotStarted } from "../../../provider/src/cluster/outcome/explain";
import {
  clusterOf,
  type Cluster,
} from "../../../provider/src/cluster/nodes/members";
import { observe } from "../../../provider/src/cluster/transaction/observe";

/** The lab's cluster, as a user's commands reach it, without ssh between. */
export function clusterAs(lab: Lab, user = "root"): Cluster {
  return clusterOf({ hosts: ["node-01"], user }, async () => ({
    address: "node-01",
    label: "node-01:22",
    exec: async (argv, { stdin } = {}) =>
      execOnNode(
        lab,
        "node-01",
        user === "root"
          ? argv
          : ["/usr/sbin/runuser", "--user", user, "--", ...argv],
        { timeoutMs: 60_000, ...(stdin === undefined ? {} : { stdin }) },
      ),
  }));
}

export const dummy = (id: string, inner = "", attributes = "") =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"${attributes}>${inner}</primitive>`;
export const meta = (id: string, name: string, value: string, rule = "") =>
  `<meta_attributes id="${id}-meta">${rule}<nvpair id="${id}-${name}" name="${name}" value="${value}"/></meta_attributes>`;

/** What is said below "waited for", without its first lines, which say how it is. */
export async function causes(lab: Lab, ...ids: string[]): Promise<string[]> {
  const cluster = clusterAs(lab);
  const { status, cib } = await observe(cluster);
  const evidence = await lookForCauses(cluster);
  assert.ok(evidence);
  return explainNotStarted(status, cib, ids, evidence)
    .split("\n")
    .map((line) => line.replace(/^- /, ""))
    .slice(ids.length);
}

/** Adds to the configuration, in one change. */
export async function modify(lab: Lab, sections: string): Promise<void> {
  const done = await execOnNode(
    lab,
    "node-01",
    ["cibadmin", "--modify", "--allow-create", "--xml-pipe"],
    {
      stdin: `<configuration>${sections}</configuration>`,
      timeoutMs: 60_000,
    },
  );
  assert.equal(done.code, 0, done.stderr);
}

/** The commands that the lines give, each once. */
export function commandsIn(lines: readonly string[]): string[] {
  const command =
    /"((?:pcs|cibadmin|crm_\w+|stonith_admin) .*?)"(?=[ ,;:)]|$)/g;
  const found = lines.flatMap((line) =>
    [...line.matchAll(command)].map(([, text = ""]) => text),
  );
  return [...new Set(found)];
}
