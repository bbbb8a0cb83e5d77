/** A whole cluster that was made by hand, of each kind something, is taken over by one program as it stands. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  cib,
  configuration,
  epoch,
  failedWith,
  fenceAgent,
  installFenceAgent,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
  suitesOr,
} from "../harness";
import { all } from "../harness/xml";

/** One object of the cluster: what somebody typed for it, and what a program says of it. */
interface One {
  typed: string;
  kind: string;
  /** Its name in the program is its id in the cluster, unless the inputs say otherwise. */
  name: string;
  inputs: Record<string, unknown>;
}

const one = (
  typed: string,
  kind: string,
  name: string,
  inputs: Record<string, unknown>,
): One => ({ typed, kind, name, inputs });

const dummy = (id: string, more = "", inputs: Record<string, unknown> = {}) =>
  one(
    `pcs resource create ${id} ocf:pacemaker:Dummy ${more}`,
    "Primitive",
    id,
    { agent: "ocf:pacemaker:Dummy", ...inputs },
  );

const letters = ["a", "b", "c"];

const objects: One[] = [
  one(
    "pcs property set no-quorum-policy=freeze cluster-recheck-interval=5min enable-acl=true",
    "ClusterProperties",
    "settings",
    {
      properties: {
        "no-quorum-policy": "freeze",
        "cluster-recheck-interval": "5min",
        "enable-acl": true,
      },
    },
  ),
  one(
    "pcs resource defaults set create id=stay score=1 meta resource-stickiness=100",
    "ResourceDefaults",
    "stay",
    { values: { "resource-stickiness": 100 }, score: 1 },
  ),
  one(
    "pcs resource defaults set create id=office meta migration-threshold=3 rule date-spec hours=8-17 weekdays=1-5",
    "ResourceDefaults",
    "office",
    {
      values: { "migration-threshold": 3 },
      rule: "date-spec hours=8-17 weekdays=1-5",
    },
  ),
  one(
    "pcs resource op defaults set create id=patience meta timeout=45s",
    "OperationDefaults",
    "patience",
    { values: { timeout: "45s" } },
  ),
  one("pcs node attribute node-01 rack=a", "NodeAttributes", "first", {
    node: "node-01",
    attributes: { rack: "a" },
  }),
  one(
    "pcs node attribute node-02 rack=b && pcs node utilization node-02 memory=4096",
    "NodeAttributes",
    "second",
    {
      node: "node-02",
      attributes: { rack: "b" },
      utilization: { memory: 4096 },
    },
  ),
  one(
    `pcs stonith create power ${fenceAgent.name} switch=one password=${fenceAgent.password} pcmk_host_list="node-01 node-02 node-03" op monitor interval=60s`,
    "StonithDevice",
    "power",
    {
      agent: fenceAgent.name,
      options: { switch: "one", password: fenceAgent.password },
      hosts: ["node-01", "node-02", "node-03"],
      operations: { monitor: { interval: "60s" } },
    },
  ),
  ...["node-01", "node-02"].map((node) =>
    one(
      `pcs stonith level add 1 ${node} power`,
      "StonithLevel",
      `level-${node}`,
      { node, level: 1, devices: ["power"] },
    ),
  ),
  ...["mail", "web", "files"].flatMap((name, index) => [
    one(
      `pcs resource create ${name}_ip ocf:heartbeat:IPaddr2 ip=192.0.2.${61 + index} cidr_netmask=24 op monitor interval=30s`,
      "FloatingIp",
      `${name}_ip`,
      { ip: `192.0.2.${61 + index}`, cidrNetmask: 24, group: name },
    ),
    ...letters.map((letter) =>
      dummy(`${name}_${letter}`, "op monitor interval=20s timeout=25s", {
        group: name,
        operations: { monitor: { interval: "20s", timeout: "25s" } },
      }),
    ),
    one(
      `pcs resource group add ${name} ${name}_ip ${letters.map((letter) => `${name}_${letter}`).join(" ")}`,
      "ResourceGroup",
      name,
      { members: [`${name}_ip`, ...letters.map((l) => `${name}_${l}`)] },
    ),
  ]),
  one(
    "pcs resource create unit systemd:cron op monitor interval=30s",
    "SystemdResource",
    "unit",
    { unit: "cron" },
  ),
  dummy("free", "meta priority=5", { meta: { priority: 5 } }),
  dummy("heavy", "&& pcs resource utilization heavy memory=512", {
    utilization: { memory: 512 },
  }),
  dummy("slow", "op_sleep=1 op monitor interval=10s timeout=40s", {
    options: { op_sleep: 1 },
    operations: { monitor: { interval: "10s", timeout: "40s" } },
  }),
  dummy("everywhere"),
  one(
    "pcs resource clone everywhere meta interleave=true",
    "Clone",
    "everywhere-clone",
    { resource: "everywhere", meta: { interleave: true } },
  ),
  one(
    "pcs resource create stateful ocf:pacemaker:Stateful",
    "Primitive",
    "stateful",
    { agent: "ocf:pacemaker:Stateful" },
  ),
  one(
    "pcs resource promotable stateful meta promoted-max=1",
    "Clone",
    "stateful-clone",
    { resource: "stateful", promotable: true, meta: { "promoted-max": 1 } },
  ),
  one(
    "pcs constraint location mail prefers node-01=50",
    "LocationConstraint",
    "location-mail-node-01-50",
    { resource: "mail", node: "node-01", score: 50 },
  ),
  one(
    "pcs constraint location web avoids node-03=20",
    "LocationConstraint",
    "location-web-node-03--20",
    { resource: "web", node: "node-03", score: -20 },
  ),
  one(
    "pcs constraint location slow rule constraint-id=racked score=10 rack eq a or rack eq b",
    "LocationConstraint",
    "racked",
    { resource: "slow", rule: "rack eq a or rack eq b", score: 10 },
  ),
  one(
    "pcs constraint colocation add web with mail -100 id=apart",
    "ColocationConstraint",
    "apart",
    { resource: "web", withResource: "mail", score: -100 },
  ),
  one(
    "pcs constraint colocation set free heavy sequential=false setoptions id=together score=5",
    "ColocationConstraint",
    "together",
    { sets: [{ resources: ["free", "heavy"], sequential: false }], score: 5 },
  ),
  one(
    "pcs constraint order start everywhere-clone then start web id=first-everywhere",
    "OrderConstraint",
    "first-everywhere",
    { first: "everywhere-clone", then: "web" },
  ),
  one(
    "pcs constraint order set free heavy sequential=false set slow setoptions id=sets kind=Optional",
    "OrderConstraint",
    "sets",
    {
      sets: [
        { resources: ["free", "heavy"], sequential: false },
        { resources: ["slow"] },
      ],
      kind: "Optional",
    },
  ),
  one(
    "pcs constraint ticket add berlin free loss-policy=freeze id=ticket",
    "TicketConstraint",
    "ticket",
    { ticket: "berlin", resource: "free", lossPolicy: "freeze" },
  ),
  one("pcs tag create night mail web everywhere-clone slow", "Tag", "night", {
    resources: ["mail", "web", "everywhere-clone", "slow"],
  }),
  one(
    "pcs alert create id=pager path=/bin/true options level=2 meta timeout=20s && pcs alert recipient add pager value=on-call id=pager-first",
    "Alert",
    "pager",
    {
      path: "/bin/true",
      options: { level: 2 },
      meta: { timeout: "20s" },
      recipients: [{ value: "on-call" }],
    },
  ),
  one(
    "pcs acl role create readers read xpath /cib write id mail && pcs acl user create reader readers",
    "AclRole",
    "readers",
    {
      permissions: [
        { access: "read", xpath: "/cib" },
        { access: "write", reference: "mail" },
      ],
      users: ["reader"],
    },
  ),
];

/** What they name of each other they name as a program does: by the object that was made before. */
const declared = (wanted: readonly One[]): string =>
  ["const made = {};"]
    .concat(
      wanted.map(({ kind, name, inputs }) => {
        const text = JSON.stringify(inputs, (key, value: unknown) =>
          key === "group" ? `=${String(value)}` : value,
        ).replace(
          /"(=?)([^"]+)"(?=[,\]}])/g,
          (all, plain: string, id: string) =>
            plain !== ""
              ? JSON.stringify(id)
              : wanted.some((other) => other.name === id)
                ? `made["${id}"].resourceId`
                : all,
        );
        return `made["${name}"] = new pacemaker.${kind}("${name}", { connection, ...${text} });`;
      }),
    )
    .join("\n");

for (const suite of suitesOr("trixie"))
  onLab(suite, "a whole cluster made by hand", (lab) => {
    test("is taken over by one program, untouched; where one thing differs, that is named", async (t) => {
      assert.ok(objects.length >= 40, `${objects.length} objects`);
      await installFenceAgent(lab());
      await onEveryNode(lab(), "systemctl disable --now cron");
      for (const { typed } of objects)
        await onNode(lab(), "node-01", "/bin/sh", "-ec", typed);
      await onNode(lab(), "node-01", "crm_resource", "--wait");
      const version = await epoch(lab());
      const made = await configuration(lab());
      const history = async () =>
        all(await cib(lab()), "lrm_rsc_op")
          .map(({ attributes: { id, call_id } }) => `${id} ${call_id}`)
          .sort();
      const operations = await history();

      const project = await makeProject(t, lab(), {
        program: declared(objects),
      });
      const preview = succeeded(await project.preview());
      assert.doesNotMatch(preview.output, /warning:/);
      const up = succeeded(await project.up());
      t.diagnostic(`${objects.length} objects in ${up.seconds.toFixed(1)} s`);
      assert.deepEqual(up.changes, { create: objects.length + 1 });
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      nothingChanged(await project.up(["--expect-no-changes"]));
      assert.equal(await configuration(lab()), made);
      assert.equal(await epoch(lab()), version);
      assert.deepEqual(await history(), operations);

      // Another program, of which one thing is otherwise than it stands.
      const differing = objects.map((object) =>
        object.name === "mail_b"
          ? { ...object, inputs: { ...object.inputs, options: { fake: "x" } } }
          : object,
      );
      const other = await makeProject(t, lab(), {
        program: declared(differing),
      });
      failedWith(
        await other.preview(),
        "mail_b exists in the cluster and differs from what is declared",
      );
      assert.equal(await epoch(lab()), version);

      await onEveryNode(lab(), "systemctl enable --now cron");
    });
  });
