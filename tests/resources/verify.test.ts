import { newCluster } from "./fakeSsh";
import { listen } from "./person";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { floatingIp, resourceGroup } from "../../provider/src/provider";

const person = listen();

const dialogue = (greeting: string) => ({
  ...{ isConnected: true, isEncrypted: false },
  wire: [`< ${greeting}`, "> EHLO node", "< 250 mail.example.org"],
  ...{ greeting: [greeting], ehlo: ["250 mail.example.org"] },
});

/** A cluster whose mail service answers the nodes with a greeting, and a group that is looked at. */
async function setting(greeting: string) {
  const { cluster, connection } = newCluster();
  const says = { greeting };
  for (const node of cluster.nodes)
    node.answer = (argv) =>
      argv.includes("python3")
        ? {
            ...{ code: 0, stderr: "" },
            stdout: JSON.stringify(dialogue(says.greeting)),
          }
        : undefined;
  const address = {
    ...{ connection, resourceId: "smtp_ip", ip: "192.0.2.25" },
    ...{ monitorInterval: "30s", group: "smtp" },
  };
  const verify = { banner: "mail.example.org", from: ["passive"] };
  const group = {
    ...{ connection, resourceId: "smtp", members: ["smtp_ip"], verify },
  };
  await floatingIp.create(address);
  const talks = () =>
    cluster.log.filter((line) => line.includes("python3")).length;
  return { cluster, says, address, group, talks };
}

describe("verify", () => {
  test("has a passive node talk with the address of a group that has started", async () => {
    const { cluster, group } = await setting("220 mail.example.org ESMTP");
    await resourceGroup.create(group);
    const [talk, ...more] = cluster.log.filter((line) =>
      line.includes("python3"),
    );
    assert.deepEqual(more, []);
    const { node, given } =
      /^(?<node>\S+): .*python3 -I - (?<given>.*)$/.exec(talk ?? "")?.groups ??
      assert.fail(talk);
    assert.notEqual(node, cluster.runsOn("smtp_ip"));
    assert.deepEqual(JSON.parse(given!), {
      ...{ address: "192.0.2.25", port: 25 },
      ...{ isWrapped: false, wantsTls: false },
      ...{ answerSeconds: 15, mostLines: 100 },
    });
  });

  test("fails the change with what was said", async () => {
    const { group } = await setting("220 other.example.org ESMTP");
    await assert.rejects(
      resourceGroup.create(group),
      /\[cluster\] smtp is Started on node-01, but seen from outside it does not answer as "verify" says:\n- 192\.0\.2\.25, port 25, seen from node-02: the greeting is "other\.example\.org ESMTP", and must hold "mail\.example\.org"\n {4}< 220 other\.example\.org ESMTP\n/,
    );
  });

  test("talks after a change of a member too, though nothing of the group changes", async () => {
    const { address, group, says, talks } = await setting(
      "220 mail.example.org ESMTP",
    );
    await resourceGroup.create(group);
    const before = talks();
    says.greeting = "220 other.example.org ESMTP";
    const old = { ...address, verify: group.verify };
    const change = { ...old, ip: "192.0.2.26" };
    await assert.rejects(
      floatingIp.update("smtp_ip", old, change),
      /smtp_ip is Started .* 192\.0\.2\.26, port 25, seen from/s,
    );
    assert.equal(talks(), before + 1);
  });

  test("a refresh tells what is no longer so, and the next update looks again", async () => {
    const { group, says } = await setting("220 mail.example.org ESMTP");
    const { outs } = await resourceGroup.create(group);
    const { props: fine } = await resourceGroup.read("smtp", outs);
    assert.equal(fine!.incomplete, undefined);
    says.greeting = "220 other.example.org ESMTP";
    const { props } = await resourceGroup.read("smtp", outs);
    assert.equal(props!.incomplete, true);
    assert.match(
      person.said,
      /warning: smtp: is Started on node-01, but seen from outside/,
    );
  });
});
