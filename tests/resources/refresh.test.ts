import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test from "node:test";
import assert from "node:assert/strict";
import {
  floatingIp,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";

type Properties = Record<string, unknown>;

const person = listen();

const addressesOnly = (...ips: string[]) =>
  JSON.stringify([
    {
      ifname: "eth0",
      addr_info: ips.map((local) => ({ local, prefixlen: 24 })),
    },
  ]);

/** In the kernel's spelling: 192.0.2.25:25, and everywhere:587. */
const listeners =
  "  sl  local_address rem_address   st\n" +
  "   0: 190200C0:0019 00000000:0000 0A\n" +
  "   1: 00000000:024B 00000000:0000 0A\n";

/** Two addresses and a service in a group, and an address that stands alone. */
async function made() {
  const { cluster, connection } = newCluster();
  for (const { units } of cluster.nodes) units.set("postfix", {});
  const member = (id: string, more: Properties): Properties => ({
    connection,
    resourceId: id,
    monitorInterval: "30s",
    group: "mail",
    ...more,
  });
  await floatingIp.create(member("a", { ip: "192.0.2.25", cidrNetmask: 24 }));
  await floatingIp.create(member("b", { ip: "192.0.2.26", cidrNetmask: 24 }));
  await systemdResource.create(member("s", { unit: "postfix" }));
  const mail = await resourceGroup.create({
    connection,
    resourceId: "mail",
    members: ["a", "b", "s"],
    listeningPorts: [25],
  });
  const alone = await floatingIp.create({
    connection,
    resourceId: "c",
    ip: "192.0.2.27",
    cidrNetmask: 24,
    monitorInterval: "30s",
  });
  cluster.log.length = 0;
  const answer = (stdout: string) => {
    for (const node of cluster.nodes)
      node.answer = (argv) =>
        argv[0] === "/usr/bin/env"
          ? { code: 0, stdout, stderr: "" }
          : undefined;
  };
  return { cluster, mail, alone, answer };
}

test("a refresh looks once at each node, and finds what is as it was", async () => {
  const { cluster, mail, alone } = await made();
  const [group, address] = await Promise.all([
    resourceGroup.read("mail", mail.outs),
    floatingIp.read("c", alone.outs),
  ]);
  assert.deepEqual(group.props, mail.outs);
  assert.deepEqual(address.props, alone.outs);
  assert.equal(person.said, "");
  const looks = cluster.log.filter((line) => line.includes("/usr/bin/env"));
  const nodes = new Set([cluster.runsOn("a"), cluster.runsOn("c")]);
  assert.equal(looks.length, nodes.size);
});

test("a port that is closed at one of the addresses is told, and the next run tries again", async () => {
  const { mail, answer } = await made();
  answer(
    `${addressesOnly("192.0.2.25", "192.0.2.26", "192.0.2.27")}\n\n${listeners}`,
  );
  const { props } = await resourceGroup.read("mail", {
    ...mail.outs,
    listeningPorts: [25, 587],
  });
  assert.match(
    person.said,
    /^warning: mail: is Started on node-0\d, but nothing listens on port 25 there at 192\.0\.2\.26: clients are refused\./,
  );
  assert.equal(props?.incomplete, true);
  const { changes } = await resourceGroup.diff("mail", props, mail.outs);
  assert.equal(changes, true);
});

test("an address that is not on its node is told", async () => {
  const { alone, answer } = await made();
  answer(`${addressesOnly("192.0.2.25")}\n\n${listeners}`);
  const { props } = await floatingIp.read("c", alone.outs);
  assert.match(
    person.said,
    /^warning: c: is Started on node-0\d, but 192\.0\.2\.27 is not on any interface there/,
  );
  assert.equal(props?.incomplete, true);
});
