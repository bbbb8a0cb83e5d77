import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  failedWith,
  labConnection,
  makeProject,
  onLab,
} from "./harness";

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
});
