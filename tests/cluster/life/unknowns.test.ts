import assert from "node:assert/strict";
import { test } from "node:test";
import {
  makeProject,
  nothingChanged,
  onLab,
  succeeded,
  whereAre,
} from "../harness";
import { makeUnit } from "./programs";

/** Everything that can be given is an output of a resource that is not there in the first preview. */
const program = (version: number) => `
class Source extends pulumi.dynamic.Resource {
  constructor(name, text) {
    super({
      create: async (inputs) => ({ id: "source", outs: { ...inputs, made: JSON.parse(inputs.text) } }),
      update: async (id, olds, news) => ({ outs: { ...news, made: JSON.parse(news.text) } }),
      diff: async (id, olds, news) => ({ changes: olds.text !== news.text }),
    }, name, { text, made: undefined });
  }
}
const plain = {
  version: ${version}, port: 22, password: "none", connection,
  ids: ["web_ip", "web_service", "web", "alone"],
  ips: ["192.0.2.31", "192.0.2.32"], cidrNetmask: 24, nic: "eth0",
  interval: "20s", count: "3", threshold: 5, timeout: "70s", unit: "life-one",
  adopt: "update", no: false, timeouts: { start: "70s", stop: "80s", monitor: "25s" },
};
const { made } = new Source("source", JSON.stringify(plain));
const hosts = connection.hosts.map((_, index) => made.connection.hosts[index]);
const login = {
  port: made.port, user: made.connection.user,
  privateKey: made.connection.privateKey, password: made.password,
};
// Whole fields, the values inside of them, and all of it.
const deep = {
  ...login, hosts: made.connection.hosts.apply((all) => all.slice(0, 2)).apply((some) => [...some, connection.hosts[2]]),
  hostKeys: made.connection.hostKeys,
};
const deeper = {
  ...login, hosts,
  hostKeys: Object.fromEntries(connection.hosts.map((host) => [host, made.connection.hostKeys[host]])),
};
const jumping = {
  ...deeper, proxy: {
    ...login, hosts: [hosts[0]],
    hostKeys: { [connection.hosts[0]]: made.connection.hostKeys[connection.hosts[0]] },
  },
};
const manners = { adopt: made.adopt, rollback: made.no };
const common = { ...manners, group: made.ids[2], monitorInterval: made.interval };
const address = new pacemaker.FloatingIp("address", {
  ...common, connection: deep, resourceId: made.ids[0], ip: made.ips[0], cidrNetmask: made.cidrNetmask, nic: made.nic,
  options: { arp_count: made.count }, meta: { "migration-threshold": made.threshold },
  timeouts: { start: made.timeouts.start, stop: made.timeouts.stop, monitor: made.timeouts.monitor },
});
const service = new pacemaker.SystemdResource("service", {
  ...common, connection: deeper, resourceId: made.ids[1], unit: made.unit, followWrapper: made.no,
  timeouts: made.timeouts, meta: made.apply(({ threshold }) => ({ "migration-threshold": threshold })),
});
new pacemaker.ResourceGroup("group", {
  ...manners, connection: made.connection, resourceId: made.ids[2], members: [made.ids[0], service.resourceId],
  meta: made.apply(({ threshold }) => ({ "migration-threshold": threshold })), listeningPorts: made.apply(() => []),
}, { dependsOn: [address] });
new pacemaker.FloatingIp("alone", {
  connection: jumping, resourceId: made.ids[3], ip: made.ips[1],
  options: made.apply(({ count }) => ({ arp_count: count })),
});
`;

onLab("bookworm", "inputs that are not known yet", (lab) => {
  test("neither fail nor replace in preview, at any depth", async (t) => {
    await makeUnit(t, lab(), "life-one");
    const project = await makeProject(t, lab(), { program: program(1) });
    const first = succeeded(await project.preview());
    assert.deepEqual(first.changes, { create: 6 });
    succeeded(await project.up());
    await whereAre(lab(), ["web_ip", "web_service"]);
    nothingChanged(await project.up(["--expect-no-changes"]));

    // What the source will make is not known before it is updated: each resource may change, and stays what it is.
    project.writeProgram(program(2));
    const later = succeeded(await project.preview());
    assert.deepEqual(later.changes, { same: 1, update: 5 }, later.output);
    const up = succeeded(await project.up());
    assert.deepEqual(up.changes, { same: 5, update: 1 });
    succeeded(await project.destroy());
  });
});
