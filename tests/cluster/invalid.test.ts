import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  failedWith,
  labConnection,
  makeProject,
  onLab,
  onEveryNode,
  onNode,
  succeeded,
  whereAre,
} from "./harness";

const words = (text: string): string[] => text.split(" ");

interface Mistaken {
  program: string;
  /** By property: what was given, and what would be right. */
  expected: Record<string, RegExp>;
}

// The engine ends a preview at the first resource with mistakes; all of that resource's are reported together.
const mistakes: Record<string, Mistaken> = {
  FloatingIp: {
    program: `new pacemaker.FloatingIp("1st", {
      connection: { ...connection, hosts: ["root@192.0.2.11", "192.0.2.12"], hostKeys: {}, port: 0 },
      ip: "192.0.2.25/24",
      cidrNetmask: 240,
      nic: "eth0 eth1",
      monitorInterval: "soon",
      netmask: 24,
      options: { cidr_netmask: 24 },
    })`,
    expected: {
      resourceId: /"1st".* such as "smtp_ip"/,
      "connection.hosts.0": /the user goes into `user`/,
      "connection.port": /from 1 to 65535/,
      ip: /"192\.0\.2\.25\/24".* without a prefix, such as "192\.0\.2\.25"/,
      cidrNetmask: /240.* 1 to 32 for IPv4/,
      nic: /"eth0 eth1".* such as "eth0"/,
      monitorInterval: /"soon".* such as "30s"/,
      netmask: /not an input/,
      "options.cidr_netmask": /an input of its own/,
    },
  },
  SystemdResource: {
    program: `new pacemaker.SystemdResource("service", {
      connection: { hosts: [] },
      unit: "nginx.socket",
      group: "the web",
      meta: { "target-role": "Started" },
    })`,
    expected: {
      "connection.hosts": /at least one address/,
      unit: /"nginx\.socket".* such as "postfix"/,
      group: /"the web".* such as/,
      "meta.target-role": /pcs resource disable/,
    },
  },
  ResourceGroup: {
    program: `new pacemaker.ResourceGroup("group", {
      connection,
      members: ["a", "b", "a"],
      listeningPorts: [0],
    })`,
    expected: {
      "members.2": /"a".* once/,
      "listeningPorts.0": /0.* from 1 to 65535/,
    },
  },
};

onLab("bookworm", "mistakes in a program", (lab) => {
  test("are found in preview, each with the property and what would be right", async (t) => {
    const before = await configuration(lab());
    const project = await makeProject(t, lab(), { program: "" });
    for (const [kind, { program, expected }] of Object.entries(mistakes)) {
      project.writeProgram(program);
      const outcome = failedWith(await project.preview());

      // The engine's words: "... property NAME value {VALUE} has a problem: REASON"
      const reasons = outcome.diagnostics
        .filter(({ severity }) => severity === "error")
        .map(({ message }) =>
          message.split(" has a problem: [validation] ")[1]?.trim(),
        );
      for (const [property, right] of Object.entries(expected)) {
        const said = reasons.filter((text) => text?.startsWith(`${property} `));
        assert.equal(said.length, 1, `${kind}.${property}: ${outcome.output}`);
        assert.match(said[0]!, right, `${kind}.${property}`);
      }
      assert.equal(reasons.length, Object.keys(expected).length, kind);
      assert.doesNotMatch(outcome.output, / at .*\.js:\d+/, "a stack trace");
      const secret = labConnection(lab()).privateKey.split("\n")[2]!;
      assert.ok(!outcome.output.includes(secret), "the key was printed");
    }
    assert.equal(await configuration(lab()), before);
  });

  test("two of one id, and a clone of what runs on one node, are found in preview, whatever they are called", async (t) => {
    const before = await configuration(lab());
    const project = await makeProject(t, lab(), { program: "" });
    const dummy = `{ connection, resourceId: "demo", agent: "ocf:pacemaker:Dummy" }`;
    const unit = `{ connection, resourceId: "demo", unit: "postfix" }`;
    const address = `{ connection, ip: "192.0.2.80" }`;
    const programs: [program: string, reason: RegExp][] = [
      [
        `new pacemaker.Primitive("a", ${dummy}); new pacemaker.Primitive("b", ${dummy});`,
        /demo: two resources of this program have this id, Primitive "a" and Primitive "b",/,
      ],
      [
        `new pacemaker.Primitive("a", ${dummy}); new pacemaker.SystemdResource("b", ${unit});`,
        /demo: two resources of this program have this id, Primitive "a" and SystemdResource "b",/,
      ],
      [
        `const c = (name) => new pulumi.ComponentResource(name, name);
        for (const name of ["one", "two"]) new pacemaker.Primitive("a", ${dummy}, { parent: c(name) });`,
        /demo: two resources of this program have this id, Primitive "a" and Primitive "a" \(2\),/,
      ],
      [
        `const a = new pacemaker.FloatingIp("a", ${address});
        new pacemaker.Clone("many", { connection, resource: a });`,
        /many: a is a FloatingIp, and a clone would put its one address on several nodes/,
      ],
      [
        `new pacemaker.Clone("many", { connection, resource: "demo" });
        new pacemaker.SystemdResource("a", ${unit});`,
        /many: demo is a SystemdResource, .* a Primitive with agent "systemd:postfix" instead/,
      ],
    ];
    for (const [program, reason] of programs) {
      project.writeProgram(program);
      failedWith(await project.preview(), reason);
    }
    assert.equal(await configuration(lab()), before);
  });

  test("what a node lacks for an address is found there too, before it would go down", async (t) => {
    const nodes = lab().nodes.map(({ name }) => name);
    const last = nodes.at(-1)!;
    const agent = "/usr/lib/ocf/resource.d/heartbeat/IPaddr2";
    const project = await makeProject(t, lab(), { program: "" });
    const declare = (inputs: object): void => {
      const given = { ip: "192.0.2.80", ...inputs };
      project.writeProgram(
        `new pacemaker.FloatingIp("lone_ip", { connection, ...${JSON.stringify(given)} });`,
      );
    };
    declare({});
    succeeded(await project.up());
    const before = await configuration(lab());
    const on = await whereAre(lab(), ["lone_ip"]);

    const bringBack = `test ! -e ${agent}.away || mv ${agent}.away ${agent}`;
    t.after(() =>
      onEveryNode(lab(), `ip link delete web0 2>/dev/null || :; ${bringBack}`),
    );
    for (const node of nodes.slice(0, -1))
      await onNode(lab(), node, ...words("ip link add web0 type veth"));
    await onNode(lab(), last, "mv", agent, `${agent}.away`);
    const everywhere = nodes.join(", ");
    const looks: [object, string, RegExp][] = [
      [{ nic: "eth0" }, last, /it is not installed\n *Install the agent there/],
      [{ nic: "eth9" }, everywhere, /Invalid interface name \[eth9\]/],
      [{ nic: "web0", cidrNetmask: 24 }, last, /Invalid .* \[web0\]/],
      [{ ip: "203.0.113.5" }, everywhere, /Unable to find nic or netmask/],
      [{ ip: "2001:db8::5", cidrNetmask: 64 }, everywhere, /Unable to find/],
      [{ options: { arp_count: "many" } }, everywhere, /arp_count \[many\]/],
    ];
    for (const [inputs, names, reason] of looks) {
      declare(inputs);
      const { output } = failedWith(await project.preview(), names);
      const named = new RegExp(`could not start it on ${names}:`);
      assert.match(output, named);
      assert.match(output, reason);
      await onNode(lab(), last, "/bin/sh", "-ec", bringBack);
    }
    assert.equal(await configuration(lab()), before);
    assert.equal(await whereAre(lab(), ["lone_ip"]), on);
  });
});
