import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test from "node:test";
import assert from "node:assert/strict";
import {
  clone,
  clusterProperties,
  floatingIp,
  locationConstraint,
  nodeAttributes,
  primitive,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import { transact } from "../../provider/src/cluster/transaction/transact";
import { isDeclared } from "../../provider/src/resources/program";

const person = listen();

const said =
  `warning: b: its group web does not name it among its members, so nothing starts it there: it waits, stopped. Add its ` +
  `resourceId to the members of web (an SmtpStack takes further ones as its own members).\n`;

function declarations() {
  const { cluster, connection } = newCluster();
  const address = (id: string, last: number) => ({
    connection,
    resourceId: id,
    ip: `192.0.2.${last}`,
    monitorInterval: "30s",
    group: "web",
  });
  return {
    cluster,
    a: address("a", 31),
    b: address("b", 32),
    web: { connection, resourceId: "web", members: ["a"] },
  };
}

for (const order of [
  ["b", "web"],
  ["web", "b"],
] as const)
  test(`a member that its group does not name is told so in each run, asked about as ${order.join(", ")}`, async () => {
    for (const isUnchanged of [false, true]) {
      const { cluster, ...inputs } = declarations();
      await floatingIp.create(inputs.a);
      cluster.log.length = 0;
      person.said = "";
      for (const one of order) {
        const olds = isUnchanged ? inputs[one] : {};
        const kind = one === "b" ? floatingIp : resourceGroup;
        const { failures } = await kind.check(olds, inputs[one]);
        assert.deepEqual(failures, []);
      }
      await resourceGroup.check(inputs.web, inputs.web);
      assert.equal(person.said, said);
      if (isUnchanged) assert.deepEqual(cluster.log, []);
    }
  });

test("one that it names is not", async () => {
  const { a, web } = declarations();
  await floatingIp.create(a);
  await floatingIp.check(a, a);
  await resourceGroup.check(web, web);
  assert.equal(person.said, "");
});

const without =
  `warning: b: its group web is not declared in this program, and nothing else starts it: it waits, stopped, until a ` +
  `ResourceGroup (or an SmtpStack) of that id names it among its members. Declare the group, or mend the id.\n`;

test("a member whose group nobody declares is told so in each run, while it waits", async () => {
  const { b, web } = declarations();
  let runs = 0;
  const check = async (isNew: boolean, groups: string[]) => {
    person.said = "";
    // Each run is a process of its own, and looks by itself.
    const connection = { ...b.connection, user: `run-${(runs += 1)}` };
    const wanted = { ...b, connection };
    const given = { ...wanted, __groups: JSON.stringify(groups) };
    const { inputs } = await floatingIp.check(isNew ? {} : wanted, given);
    assert.deepEqual(inputs, wanted);
    return person.said;
  };
  assert.equal(await check(true, ["web"]), "");
  assert.equal(await check(true, ["other"]), without);
  await floatingIp.create(b);
  assert.equal(await check(false, []), without);
  assert.equal(await check(false, ["other"]), without);
  // Another program's group has taken it.
  await resourceGroup.create({ ...web, members: ["b"] });
  assert.equal(await check(false, []), "");
});

test("a clone of what knows of one node alone is refused, whichever is asked about last", async () => {
  const asked = async (
    ...declared: [kind: typeof primitive, inputs: object, olds?: object][]
  ) => {
    const { connection } = newCluster();
    const said: string[] = [];
    for (const [kind, inputs, olds = {}] of declared) {
      const given = { connection, ...inputs };
      const had = { connection, ...olds };
      const { failures } = await kind.check(
        (Object.keys(olds).length > 0 ? had : {}) as never,
        given as never,
      );
      said.push(...failures.map(({ reason }) => reason));
    }
    return said;
  };
  const address = {
    resourceId: "ip",
    ip: "192.0.2.31",
    monitorInterval: "30s",
  };
  const unit = { resourceId: "web", unit: "nginx", monitorInterval: "30s" };
  const group = { resourceId: "all", members: ["a", "ip"] };
  const of = (resource: string) => ({ resourceId: "many", resource });
  const noAddress = (where: string) => [
    `[validation] many: ip${where} is a FloatingIp, and a clone would put its one address on several nodes at once. Declare a ` +
      `FloatingIp for each of the nodes instead (examples/active-active), or a Primitive with agent "ocf:heartbeat:IPaddr2" ` +
      `where the nodes are to share the address.`,
  ];
  const noUnit = [
    `[validation] many: web is a SystemdResource, which runs its unit on one node, and stops and disables it on the others. ` +
      `Declare a Primitive with agent "systemd:nginx" instead, and clone that.`,
  ];
  // What stands in the state is not looked at again.
  const ip = [floatingIp, address, address] as const;
  const service = [systemdResource, unit, unit] as const;
  const web = [resourceGroup, group, group] as const;
  assert.deepEqual(await asked([...ip], [clone, of("ip")]), noAddress(""));
  assert.deepEqual(await asked([...service], [clone, of("web")]), noUnit);
  const grouped = noAddress(", a member of all,");
  assert.deepEqual(await asked([...ip], [...web], [clone, of("all")]), grouped);
  // Some other resource's clone, and one that was there before, are nobody's business.
  assert.deepEqual(await asked([...ip], [clone, of("x"), of("x")]), []);
  const old = [clone, of("ip"), of("ip")] as const;
  assert.deepEqual(await asked([...ip], [...old]), []);
  assert.deepEqual(await asked([...old], [floatingIp, address]), noAddress(""));
});

test("two resources of one id are refused, of one kind or of two; one that is asked about again is not", async () => {
  const { connection } = newCluster();
  const common = { connection, resourceId: "demo" };
  const dummy = { ...common, agent: "ocf:pacemaker:Dummy" };
  const unit = { ...common, unit: "nginx" };
  const reasons = async (
    kind: typeof primitive,
    inputs: object,
    name: string,
    olds: object = inputs,
  ) => {
    const given = { ...inputs, __called: name };
    const { failures } = await kind.check(olds as never, given as never);
    return failures.map(({ reason }) => reason);
  };
  assert.deepEqual(await reasons(primitive, dummy, '"a"'), []);
  assert.deepEqual(await reasons(primitive, dummy, '"a"'), []);
  const refused = (names: string) => [
    `[validation] demo: two resources of this program have this id, ${names}, and each would undo the other. Give one of ` +
      `them another resourceId, or take one away.`,
  ];
  assert.deepEqual(
    await reasons(primitive, dummy, '"b"'),
    refused('Primitive "a" and Primitive "b"'),
  );
  assert.deepEqual(
    await reasons(systemdResource, unit, '"a"', {}),
    refused('Primitive "a" and SystemdResource "a"'),
  );
  // What is the id of nothing in the configuration may be anything's, but once of its kind.
  const properties = { ...common, properties: { "no-quorum-policy": "stop" } };
  assert.deepEqual(await reasons(clusterProperties, properties, '"a"'), []);
  assert.equal((await reasons(clusterProperties, properties, '"b"')).length, 1);
  const node = { ...common, node: "node-01", attributes: { rack: "a" } };
  assert.deepEqual(await reasons(nodeAttributes, node, '"a"'), []);
  // In another cluster, the same id is another object's.
  const elsewhere = { ...dummy, connection: newCluster().connection };
  assert.deepEqual(await reasons(primitive, elsewhere, '"b"'), []);
  // The id that it gives up is free.
  const renamed = { ...dummy, resourceId: "other" };
  assert.deepEqual(await reasons(primitive, renamed, '"a"'), []);
  assert.deepEqual(await reasons(primitive, dummy, '"b"'), []);
});

test("what an object names, and the program declares, is known before it is asked about, and kept in no state", async () => {
  const { connection } = newCluster();
  const constraint = {
    connection,
    resourceId: "c",
    resource: "spool",
    node: "node-01",
    score: "5",
  };
  assert.deepEqual(
    await locationConstraint.check({}, { ...constraint, __own: `["spool"]` }),
    { inputs: constraint, failures: [] },
  );
  const cluster = clusterOf(connection);
  assert.equal(isDeclared(cluster, "spool"), true);
  assert.equal(isDeclared(cluster, "c"), true);
  assert.equal(isDeclared(cluster, "node-01"), false);
});

test("what is asked about is made in one transaction, though each begins a while after the last", async () => {
  const { cluster, connection } = newCluster();
  const all = Array.from({ length: 8 }, (_, index) => ({
    connection,
    resourceId: `r${index}`,
    ip: `192.0.2.${31 + index}`,
    monitorInterval: "30s",
    group: "later",
  }));
  for (const one of all) await floatingIp.check({}, one);
  const made: Promise<unknown>[] = [];
  for (const one of all) {
    made.push(floatingIp.create(one));
    await new Promise((done) => setTimeout(done, 150));
  }
  await Promise.all(made);
  assert.equal(cluster.commits.length, 1);
});

test("a member that is taken away right after it was made, by a tool that writes the whole configuration back, is made again", async () => {
  const { cluster, a, web } = declarations();
  await floatingIp.create(a);
  const someone = clusterOf({ ...a.connection, user: "someone" });
  await transact(someone, "a", () => [["resource", "delete", "a"]]);
  person.said = "";
  await resourceGroup.create(web);
  assert.equal(
    person.said,
    `warning: a: was taken away by somebody else's change right after it had been made, as by older pcs commands, which write ` +
      `the whole configuration back. It was made again; "pulumi up --refresh" shows whether anything else is missing.\n`,
  );
  assert.notEqual(cluster.runsOn("a"), undefined);
});

test("a member that this program itself has deleted is not", async () => {
  const { cluster, a, web } = declarations();
  const { id, outs } = await floatingIp.create(a);
  await floatingIp.delete(id, outs!);
  const made = resourceGroup.create(web);
  await new Promise((done) => setTimeout(done, 1000));
  assert.equal(cluster.primitive("a"), undefined);
  await floatingIp.create(a);
  await made;
});
