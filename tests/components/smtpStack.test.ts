import { endProgram, isSecret, startProgram, valueOf } from "./mocks";
import test, { afterEach, describe } from "node:test";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { FloatingIp, SmtpStack, type SmtpStackArgs } from "pulumi-pacemaker";

const address = { ip: "192.0.2.25", cidrNetmask: 24 };
const secrets = ["privateKey", "privateKeyPassword", "password"] as const;

afterEach(endProgram);

/** The stack, when all of it is registered and made. */
async function make(
  args: Partial<SmtpStackArgs>,
  options?: pulumi.ComponentResourceOptions,
): Promise<SmtpStack> {
  const stack = new SmtpStack("smtp", { ...address, ...args }, options);
  await Promise.all(
    [stack.floatingIp, stack.service, stack.group].map((one) =>
      valueOf(one.resourceId),
    ),
  );
  return stack;
}

test("an address, a service and their group", async () => {
  const { connection, registered, named, cluster } = startProgram();
  const stack = await make({ connection });
  assert.deepEqual(
    registered.map(({ type, name }) => [type, name]),
    [
      ["pacemaker:index:SmtpStack", "smtp"],
      ["pulumi-nodejs:dynamic/pacemaker:FloatingIp", "smtp_ip"],
      ["pulumi-nodejs:dynamic/pacemaker:SystemdResource", "smtp_service"],
      ["pulumi-nodejs:dynamic/pacemaker:ResourceGroup", "smtp-stack"],
    ],
  );
  const [ip, service, group] = ["smtp_ip", "smtp_service", "smtp-stack"].map(
    (name) => {
      const { __provider: text, ...inputs } = named(name).inputs;
      // What check takes away.
      delete inputs.__program;
      delete inputs.__groups;
      delete inputs.__called;
      assert.equal(typeof text, "string");
      return inputs;
    },
  );
  assert.deepEqual(ip, {
    connection,
    resourceId: "smtp_ip",
    ip: "192.0.2.25",
    cidrNetmask: 24,
    group: "smtp-stack",
  });
  assert.deepEqual(service, {
    connection,
    resourceId: "smtp_service",
    unit: "postfix",
    followWrapper: true,
    group: "smtp-stack",
  });
  assert.deepEqual(group, {
    connection,
    resourceId: "smtp-stack",
    members: ["smtp_ip", "smtp_service"],
    listeningPorts: [25],
  });
  assert.deepEqual(
    cluster.group("smtp-stack")?.members.map((member) => member.id),
    ["smtp_ip", "smtp_service"],
  );
  assert.equal(await valueOf(stack.activeNode), "node-01");
});

test("the three are the stack's children", async () => {
  const { connection } = startProgram();
  const stack = await make({ connection });
  const parent = "urn:pulumi:stack::project::pacemaker:index:SmtpStack";
  assert.equal(await valueOf(stack.urn), `${parent}::smtp`);
  for (const child of [stack.floatingIp, stack.service, stack.group])
    assert.ok(
      (await valueOf(child.urn)).startsWith(`${parent}$pulumi-nodejs:dynamic/`),
      await valueOf(child.urn),
    );
});

test("what is given goes where it belongs", async () => {
  const { connection, named } = startProgram({ preview: true });
  new SmtpStack("mail", {
    connection,
    ip: pulumi.output("2001:db8::25"),
    cidrNetmask: Promise.resolve(64),
    nic: "eth1",
    unit: "exim4",
    monitorInterval: "10s",
  });
  await endProgram();
  assert.equal(named("mail_ip").inputs.nic, "eth1");
  assert.equal(named("mail_ip").inputs.ip, "2001:db8::25");
  assert.equal(named("mail_ip").inputs.cidrNetmask, 64);
  assert.equal(named("mail_ip").inputs.monitorInterval, "10s");
  assert.equal(named("mail_service").inputs.monitorInterval, "10s");
  assert.equal(named("mail_service").inputs.unit, "exim4");
  assert.equal(named("mail_service").inputs.followWrapper, false);
  assert.equal("monitorInterval" in named("mail-stack").inputs, false);
});

for (const [ip, cidrNetmask, whole, endpoint] of [
  ["192.0.2.25", 24, "192.0.2.25/24", "192.0.2.25:25"],
  ["2001:db8::25", 64, "2001:db8::25/64", "[2001:db8::25]:25"],
] as const)
  test(`address and endpoint of ${ip}`, async () => {
    const { connection } = startProgram({ preview: true });
    const stack = new SmtpStack("smtp", { connection, ip, cidrNetmask });
    assert.equal(await valueOf(stack.address), whole);
    assert.equal(await valueOf(stack.endpoint), endpoint);
  });

test("the component's own arguments are not in the state", async () => {
  const { connection, named } = startProgram({ preview: true });
  await make({ connection: { ...connection, password: "SECRET" } });
  assert.deepEqual(named("smtp").inputs, {});
});

const children = ["smtp_ip", "smtp_service", "smtp-stack"];

describe("the connection is secret in each of the three", () => {
  for (const field of secrets)
    test(`with ${field}`, async () => {
      const { connection, named } = startProgram({ preview: true });
      await make({ connection: { ...connection, [field]: "SECRET" } });
      for (const name of children) {
        assert.ok(named(name).secret.includes("connection"), name);
        assert.deepEqual(named(name).inputs.connection, {
          ...connection,
          [field]: "SECRET",
        });
      }
    });

  for (const field of secrets)
    test(`with the proxy's ${field}`, async () => {
      const { connection, named } = startProgram({ preview: true });
      const proxy = { hosts: ["jump"], [field]: "SECRET" };
      await make({ connection: { ...connection, proxy } });
      for (const name of children)
        assert.ok(named(name).secret.includes("connection"), name);
    });

  test("given as an Output, or as a Promise", async () => {
    for (const wrap of [
      <Value>(value: Value) => pulumi.output(value),
      <Value>(value: Value) => Promise.resolve(value),
    ]) {
      await endProgram();
      const { connection, named } = startProgram({ preview: true });
      await make({
        connection: wrap({ ...connection, password: "SECRET" }) as never,
      });
      for (const name of children) {
        assert.ok(named(name).secret.includes("connection"), name);
        assert.deepEqual(named(name).inputs.connection, {
          ...connection,
          password: "SECRET",
        });
      }
    }
  });

  test("from the stack's configuration", async () => {
    const { cluster } = startProgram({ preview: true });
    const connection = {
      ...cluster.connection,
      user: "from-config",
      password: "SECRET",
    };
    const { named } = startProgram({
      preview: true,
      config: { "pacemaker:connection": connection },
    });
    await make({});
    for (const name of children) {
      assert.ok(named(name).secret.includes("connection"), name);
      assert.deepEqual(named(name).inputs.connection, connection);
    }
  });
});

test("a connection without secrets is not hidden", async () => {
  const { connection, named } = startProgram({ preview: true });
  const stack = await make({ connection });
  for (const name of children) assert.deepEqual(named(name).secret, []);
  assert.equal(await isSecret(stack.address), false);
});

test("a given connection wins over the configuration's", async () => {
  const { connection, named } = startProgram({
    preview: true,
    config: { "pacemaker:connection": { hosts: ["elsewhere"] } },
  });
  await make({ connection });
  assert.deepEqual(named("smtp_ip").inputs.connection, connection);
});

test("no connection at all", () => {
  startProgram();
  const text = (name: string) => ({
    message:
      `${name}: there is no connection. Give it as the input "connection", or for the whole stack: ` +
      `pulumi config set --path 'pacemaker:connection.hosts[0]' ADDRESS, and so on for each node.`,
  });
  assert.throws(() => new SmtpStack("smtp", address), text("smtp"));
  assert.throws(() => new FloatingIp("web", { ip: "192.0.2.80" }), text("web"));
});

test("an id may be chosen", async () => {
  const { connection, named } = startProgram();
  const ip = new FloatingIp("web", {
    connection,
    ip: "192.0.2.80",
    resourceId: "vip",
  });
  assert.equal(await valueOf(ip.resourceId), "vip");
  assert.equal(await valueOf(ip.activeNode), "node-01");
  assert.equal(named("web").inputs.resourceId, "vip");
});

test("in preview nothing is changed in the cluster, and activeNode is not known yet", async () => {
  const { connection, cluster, registered } = startProgram({ preview: true });
  const stack = new SmtpStack("smtp", { ...address, connection });
  assert.equal(await valueOf(stack.floatingIp.ip), "192.0.2.25");
  await endProgram();
  assert.equal(registered.length, 4);
  assert.deepEqual(cluster.commits, []);
  assert.deepEqual(
    cluster.log.filter((line) => /patch|systemctl (stop|disable)/.test(line)),
    [],
  );
});

test("further members start before Postfix or after it", async () => {
  const { connection, named, cluster } = startProgram();
  const further = (name: string, last: number) =>
    new FloatingIp(name, {
      connection,
      ip: `192.0.2.${last}`,
      group: "smtp-stack",
    });
  const [a, b, c] = [further("a", 31), further("b", 32), further("c", 33)];
  await make({
    connection,
    members: [
      a!.resourceId,
      { id: b!.resourceId, place: "before" },
      { id: c!.resourceId },
    ],
  });
  const order = ["smtp_ip", "b", "smtp_service", "a", "c"];
  assert.deepEqual(named("smtp-stack").inputs.members, order);
  assert.deepEqual(
    cluster.group("smtp-stack")?.members.map((member) => member.id),
    order,
  );
});

test("idPrefix keeps the ids of a stack that has another name", async () => {
  const { connection, registered, cluster } = startProgram();
  const stack = new SmtpStack("mail", {
    ...address,
    connection,
    idPrefix: "smtp",
  });
  await valueOf(stack.group.resourceId);
  assert.deepEqual(
    registered.map(({ name, inputs }) => [name, inputs.resourceId]),
    [
      ["mail", undefined],
      ["mail_ip", "smtp_ip"],
      ["mail_service", "smtp_service"],
      ["mail-stack", "smtp-stack"],
    ],
  );
  assert.deepEqual(
    cluster.group("smtp-stack")?.members.map((member) => member.id),
    ["smtp_ip", "smtp_service"],
  );
});

test("hot, Postfix is in a clone, and the members have what they need for it", async () => {
  const { connection, named, cluster } = startProgram();
  await make({ connection, standby: "hot", timeouts: { stop: "20s" } });
  const { standby, meta, addresses, timeouts } = named("smtp_service").inputs;
  assert.equal(standby, "hot");
  assert.deepEqual(meta, {
    "migration-threshold": 1,
    "failure-timeout": "60s",
  });
  assert.deepEqual(addresses, ["192.0.2.25"]);
  assert.deepEqual(timeouts, { stop: "20s" });
  assert.equal(named("smtp-stack").inputs.standby, "hot");
  assert.deepEqual(cluster.primitive("smtp_service")?.clone, {
    interleave: "true",
  });
  assert.equal(cluster.group("smtp-stack"), undefined);
});

test("the ports to look at are the stack's own, and all its parts are looked at from outside", async () => {
  const { connection, named } = startProgram({ preview: true });
  const verify = { banner: "mail.example.org", from: ["passive" as const] };
  const ports = { listeningPorts: [25, 587] };
  new SmtpStack("smtp", { ...address, connection, verify, ...ports });
  await endProgram();
  for (const part of ["smtp_ip", "smtp_service", "smtp-stack"])
    assert.deepEqual(named(part).inputs.verify, verify, part);
  assert.deepEqual(named("smtp-stack").inputs.listeningPorts, [25, 587]);
});
