import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test from "node:test";
import assert from "node:assert/strict";
import { floatingIp, resourceGroup } from "../../provider/src/provider";

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
