import assert from "node:assert/strict";
import test from "node:test";

import { parseHierarchies } from "../../lab/cgroups";
import { listeningPorts, mountsBelow } from "../../lab/containers";
import { parseCrmMon } from "../../lab/health";

test("hybrid cgroups: one unified hierarchy beside the old ones", () => {
  assert.deepEqual(
    parseHierarchies(
      [
        "25 1 0:23 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
        "26 25 0:24 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset",
        "27 25 0:25 / /sys/fs/cgroup/systemd rw,relatime - cgroup cgroup rw,name=systemd",
        "28 25 0:26 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw",
        "29 1 0:27 / /proc rw - proc proc rw",
      ].join("\n"),
    ),
    [
      { mount: "/sys/fs/cgroup/cpuset", unified: false, cpuset: true },
      { mount: "/sys/fs/cgroup/systemd", unified: false, cpuset: false },
      { mount: "/sys/fs/cgroup/unified", unified: true, cpuset: false },
    ],
  );
});

test("unified cgroups: the one hierarchy", () => {
  assert.deepEqual(
    parseHierarchies(
      "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate",
    ),
    [{ mount: "/sys/fs/cgroup", unified: true, cpuset: false }],
  );
});

test("mounts below a folder come deepest first", () => {
  const line = (path: string) => `40 1 0:30 / ${path} rw - overlay overlay rw`;
  assert.deepEqual(
    mountsBelow(
      ["/lab/a/root", "/lab/a/root/proc", "/lab/ab/root", "/lab/a"]
        .map(line)
        .join("\n"),
      "/lab/a",
    ),
    ["/lab/a/root/proc", "/lab/a/root"],
  );
});

test("ports that someone listens on, in both families", () => {
  const head =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when";
  const tcp = `${head}
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000
   1: 0B0200C0:8E5A 010200C0:0019 01 00000000:00000000 00:00000000 00000000`;
  const tcp6 = `${head}
   0: 00000000000000000000000000000000:08B0 00000000000000000000000000000000:0000 0A 00000000:00000000`;
  assert.deepEqual(listeningPorts(tcp, tcp6), new Set([22, 2224]));
});

test("crm_mon: quorum, who is online, what is active or stuck", () => {
  const view = parseCrmMon(`<pacemaker-result>
    <summary><current_dc present="true" name="node-01" id="1" with_quorum="true"/></summary>
    <nodes>
      <node name="node-01" id="1" online="true" standby="false" pending="false"/>
      <node name="node-02" id="2" online="true" standby="false" pending="true"/>
      <node name="node-03" id="3" online="false" standby="false" pending="false"/>
    </nodes>
    <resources>
      <group id="g"><resource id="ip" role="Started" active="true" blocked="false">
        <node name="node-01" id="1" cached="true"/></resource></group>
      <resource id="stuck" role="Started" active="true" orphaned="true" blocked="true"/>
      <resource id="idle" role="Stopped" active="false" blocked="false"/>
    </resources></pacemaker-result>`);
  assert.deepEqual(view, {
    quorum: true,
    dc: "node-01",
    online: ["node-01"],
    active: ["ip", "stuck"],
    blocked: ["stuck"],
  });
});

test("crm_mon: no coordinator yet", () => {
  const view = parseCrmMon(
    '<summary><current_dc present="false"/></summary><nodes/>',
  );
  assert.equal(view.quorum, false);
  assert.deepEqual(view.online, []);
});
