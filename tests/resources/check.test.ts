import { newCluster } from "./fakeSsh";
import test, { before, describe } from "node:test";
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import {
  floatingIp,
  resourceGroup,
  systemdResource,
} from "../../provider/src/provider";

type Properties = Record<string, unknown>;

const unknown = pulumi.runtime.unknownValue;
const secrets = {
  privateKey: "SECRET private key",
  privateKeyPassword: "SECRET passphrase",
  password: "SECRET password",
};
const connection = { hosts: ["192.0.2.11", "192.0.2.12"], ...secrets };
const ip = { connection, resourceId: "smtp_ip", ip: "192.0.2.25" };
const service = { connection, resourceId: "smtp_service", unit: "postfix" };
const group = { connection, resourceId: "smtp-stack", members: ["a", "b"] };

async function failures(
  handlers: typeof floatingIp,
  inputs: Properties,
): Promise<string[]> {
  const result = await handlers.check({}, inputs);
  return result.failures.map(({ property, reason }) => {
    const start = "[validation] ";
    assert.ok(reason.startsWith(`${start}${property} `), reason);
    return reason.slice(start.length);
  });
}

const idWords = `an id of the cluster's configuration: a letter or "_", then letters, digits, "_", "." or "-", such as "smtp_ip"`;
const ipWords = `one IPv4 or IPv6 address without a prefix, such as "192.0.2.25"`;
const bitsWords = `a whole number of bits: 1 to 32 for IPv4, 1 to 128 for IPv6, such as 24`;
const nicWords = `a network interface's name of at most 15 characters, such as "eth0"`;
const timeWords = `a time of more than zero with its unit, such as "30s" or "1min"`;
const unitWords = `the name of a systemd service, with or without ".service", such as "postfix" or "postfix@-"`;
const portWords = `a TCP port from 1 to 65535, such as 25`;
const hostWords = `must be a hostname, an IPv4 or an IPv6 address, such as "192.0.2.11"`;
const nameWords = `is no name of an attribute: it must be a letter or "_", then letters, digits, "_", "." or "-"`;
const pinWords = `must be a public key line such as "ssh-ed25519 AAAA..." or a fingerprint such as "SHA256:..."`;

describe("FloatingIp refuses", () => {
  const table: [inputs: Properties, ...reasons: string[]][] = [
    [{ ip: undefined }, `ip is missing: it must be ${ipWords}`],
    [{ ip: "192.0.2.25/24" }, `ip is "192.0.2.25/24", but must be ${ipWords}`],
    [{ ip: "notanip" }, `ip is "notanip", but must be ${ipWords}`],
    [{ ip: "" }, `ip is "", but must be ${ipWords}`],
    [{ ip: 5 }, `ip is 5, but must be ${ipWords}`],
    [{ ip: "fe80::1%eth0" }, `ip is "fe80::1%eth0", but must be ${ipWords}`],
    [{ ip: "192.0.2.256" }, `ip is "192.0.2.256", but must be ${ipWords}`],
    [{ cidrNetmask: "24" }, `cidrNetmask is "24", but must be ${bitsWords}`],
    [{ cidrNetmask: 0 }, `cidrNetmask is 0, but must be ${bitsWords}`],
    [{ cidrNetmask: 24.5 }, `cidrNetmask is 24.5, but must be ${bitsWords}`],
    [
      { cidrNetmask: 33 },
      `cidrNetmask is 33, but must be 1 to 32 for the IPv4 address 192.0.2.25`,
    ],
    [
      { ip: "2001:db8::25", cidrNetmask: 129 },
      `cidrNetmask is 129, but must be ${bitsWords}`,
    ],
    [{ cidrNetmask: 129 }, `cidrNetmask is 129, but must be ${bitsWords}`],
    [{ nic: "" }, `nic is "", but must be ${nicWords}`],
    [
      { monitorInterval: "999us" },
      `monitorInterval is "999us", but must be ${timeWords}`,
    ],
    [{ nic: "eth0:1" }, `nic is "eth0:1", but must be ${nicWords}`],
    [
      { nic: "a-name-too-long0" },
      `nic is "a-name-too-long0", but must be ${nicWords}`,
    ],
    [
      { monitorInterval: "0s" },
      `monitorInterval is "0s", but must be ${timeWords}`,
    ],
    [
      { monitorInterval: "often" },
      `monitorInterval is "often", but must be ${timeWords}`,
    ],
    [
      { monitorInterval: 30 },
      `monitorInterval is 30, but must be ${timeWords}`,
    ],
    [
      { options: { ip: "192.0.2.9" } },
      `options.ip cannot be set here: it has an input of its own`,
    ],
    [
      { options: { cidr_netmask: 24 } },
      `options.cidr_netmask cannot be set here: it has an input of its own, cidrNetmask`,
    ],
    [{ options: { "a b": "c" } }, `options.a b ${nameWords}`],
    [
      { options: { arp_count: "" } },
      `options.arp_count is empty, which pcs takes as "remove it": leave the name out instead`,
    ],
    [
      { options: { iflabel: "a\nb" } },
      `options.iflabel holds a line break or another control character, which Pacemaker would corrupt`,
    ],
    [
      { options: { iflabel: "é & e" } },
      `options.iflabel holds "&", "<" or ">" beside a letter outside ASCII, which Pacemaker 2.1 cuts off`,
    ],
    [
      { options: { iflabel: null } },
      `options.iflabel is null, but must be a string, a number or a boolean`,
    ],
    [
      { options: [] },
      `options is [], but must be an object of names and values`,
    ],
    [
      { meta: { "target-role": "Started" } },
      `meta.target-role cannot be set here: whether a resource runs is the operator's to say ` +
        `("pcs resource disable", "pcs resource enable")`,
    ],
    [
      { meta: { "pulumi-staged": "g" } },
      `meta.pulumi-staged cannot be set here: it is this package's own mark`,
    ],
    [
      { timeouts: { start: "soon" } },
      `timeouts.start is "soon", but must be ${timeWords}`,
    ],
    [
      { timeouts: "60s" },
      `timeouts is "60s", but must be an object such as { start: "60s", stop: "90s" }`,
    ],
    [
      { timeouts: { begin: "60s" } },
      `timeouts.begin is not an input of this resource: check the spelling`,
    ],
    [{ adopt: true }, `adopt is true, but must be "update", or left out`],
    [
      { netmask: 24 },
      `netmask is not an input of this resource: check the spelling`,
    ],
    [
      { ip: "x", monitorInterval: "x" },
      `ip is "x", but must be ${ipWords}`,
      `monitorInterval is "x", but must be ${timeWords}`,
    ],
  ];
  for (const [inputs, ...reasons] of table)
    test(JSON.stringify(inputs), async () => {
      assert.deepEqual(
        await failures(floatingIp, { ...ip, ...inputs }),
        reasons,
      );
    });

  for (const [resourceId, shown] of [
    ["1smtp", `is "1smtp", but`],
    ["", `is "", but`],
    ["a b", `is "a b", but`],
    ["ü", `is "ü", but`],
    [undefined, `is missing: it`],
  ] as const)
    test(`the id ${resourceId}`, async () => {
      assert.deepEqual(await failures(floatingIp, { ...ip, resourceId }), [
        `resourceId ${shown} must be ${idWords} (where resourceId is not given, it is the resource's Pulumi name)`,
      ]);
    });

  test("a group's id that is none", async () => {
    const [reason] = await failures(floatingIp, { ...ip, group: "1" });
    assert.ok(reason?.startsWith(`group is "1", but must be ${idWords}`));
  });
});

test("a resource cannot be its own group", async () => {
  for (const [handlers, inputs] of [
    [floatingIp, ip],
    [systemdResource, service],
  ] as const)
    assert.deepEqual(
      await failures(handlers, { ...inputs, group: inputs.resourceId }),
      [
        `group is "${inputs.resourceId}", which is the resource's own id: a group and its members need different ones`,
      ],
    );
});

describe("SystemdResource refuses", () => {
  for (const unit of [
    "",
    "a b",
    "-x",
    "/etc/x",
    "postfix.timer",
    "postfix.socket",
    ".service",
    "$(id)",
    5,
  ])
    test(`the unit ${JSON.stringify(unit)}`, async () => {
      assert.deepEqual(await failures(systemdResource, { ...service, unit }), [
        `unit is ${JSON.stringify(unit)}, but must be ${unitWords}`,
      ]);
    });

  test("no unit", async () => {
    assert.deepEqual(
      await failures(systemdResource, { ...service, unit: undefined }),
      [`unit is missing: it must be ${unitWords}`],
    );
  });

  test("what a FloatingIp has", async () => {
    assert.deepEqual(await failures(systemdResource, { ...service, ip: "x" }), [
      "ip is not an input of this resource: check the spelling",
    ]);
  });
});

describe("ResourceGroup refuses", () => {
  const table: [inputs: Properties, ...reasons: string[]][] = [
    [
      { members: undefined },
      `members must be a list of the members' ids, such as ["smtp_ip", "smtp_service"]`,
    ],
    [
      { members: "a" },
      `members must be a list of the members' ids, such as ["smtp_ip", "smtp_service"]`,
    ],
    [
      { members: [] },
      `members is empty, but a group must have at least one member`,
    ],
    [
      { members: ["a", "b", "a"] },
      `members.2 is "a", which is a member already: name each member once`,
    ],
    [
      { members: ["a", "smtp-stack"] },
      `members.1 is "smtp-stack", which is the resource's own id: a group and its members need different ones`,
    ],
    [
      { listeningPorts: [25, 0] },
      `listeningPorts.1 is 0, but must be ${portWords}`,
    ],
    [
      { listeningPorts: ["25"] },
      `listeningPorts.0 is "25", but must be ${portWords}`,
    ],
  ];
  for (const [inputs, ...reasons] of table)
    test(JSON.stringify(inputs), async () => {
      assert.deepEqual(
        await failures(resourceGroup, { ...group, ...inputs }),
        reasons,
      );
    });

  test("a member's id that is none", async () => {
    const [reason] = await failures(resourceGroup, {
      ...group,
      members: ["a", "1"],
    });
    assert.ok(reason?.startsWith(`members.1 is "1", but must be ${idWords}`));
  });
});

describe("a connection is refused", () => {
  const table: [more: Properties, ...reasons: string[]][] = [
    [{ hosts: [] }, "connection.hosts must be at least one address"],
    [{ hosts: ["a b"] }, `connection.hosts.0 ${hostWords}`],
    [
      { hosts: ["192.0.2.11:22"] },
      `connection.hosts.0 ${hostWords}; the port goes into \`port\``,
    ],
    [
      { hosts: ["root@node-01"] },
      `connection.hosts.0 ${hostWords}; the user goes into \`user\``,
    ],
    [
      { hosts: ["[2001:db8::1]"] },
      `connection.hosts.0 ${hostWords}; write an IPv6 address without brackets, and the port in \`port\``,
    ],
    [{ hosts: ["a", "b", "A"] }, `connection.hosts.2 "A" is listed twice`],
    [{ port: 0 }, "connection.port must be a port from 1 to 65535"],
    [{ port: "22" }, "connection.port must be a whole number from 1 to 65535"],
    [{ user: "a b" }, "connection.user must be a login name without blanks"],
    [
      { privateKey: "" },
      "connection.privateKey must be the text of a private key",
    ],
    [
      { agentSocketPath: "" },
      "connection.agentSocketPath must be the path of an agent's socket",
    ],
    [
      { hostKeys: { "192.0.2.11": "nonsense" } },
      `connection.hostKeys.192.0.2.11 ${pinWords}`,
    ],
    [
      { hostKeys: { "192.0.2.11": [] } },
      "connection.hostKeys.192.0.2.11 must be at least one key line or fingerprint",
    ],
    [
      { pasword: secrets.password },
      "connection.pasword is not an input of this resource: check the spelling",
    ],
    [
      { proxy: { hosts: [] } },
      "connection.proxy.hosts must be at least one address",
    ],
  ];
  for (const [more, ...reasons] of table)
    test(JSON.stringify(more), async () => {
      assert.deepEqual(
        await failures(floatingIp, {
          ...ip,
          connection: { ...connection, ...more },
        }),
        reasons,
      );
    });

  test("a pin of a host that is not among hosts", async () => {
    const fingerprint = `SHA256:${"A".repeat(43)}`;
    assert.deepEqual(
      await failures(floatingIp, {
        ...ip,
        connection: { ...connection, hostKeys: { other: fingerprint } },
      }),
      [
        `connection.hostKeys.other "other" is not in hosts (192.0.2.11, 192.0.2.12); name it as it is written there`,
      ],
    );
  });
});

const wrongTypes: unknown[] = [
  undefined,
  "192.0.2.11",
  {},
  { hosts: "192.0.2.11" },
  { hosts: [1] },
  { ...connection, user: 5 },
  { ...connection, privateKey: 12345 },
  { ...connection, password: { value: secrets.password } },
  { ...connection, hostKeys: "nonsense" },
  { ...connection, sudo: "yes" },
  { ...connection, insecureIgnoreHostKey: "yes" },
  { ...connection, knownHosts: 5 },
  { ...connection, proxy: {} },
  { ...connection, proxy: { hosts: ["jump"], privateKey: 12345 } },
];

test("a connection of the wrong types is refused, each", async () => {
  for (const wrong of wrongTypes)
    assert.equal(
      (await failures(floatingIp, { ...ip, connection: wrong })).length,
      1,
      JSON.stringify(wrong),
    );
});

test("no message is in the checker's own words", async () => {
  const reasons = (
    await Promise.all([
      ...wrongTypes.map((wrong) =>
        failures(floatingIp, { ...ip, connection: wrong }),
      ),
      failures(resourceGroup, { ...group, listeningPorts: 25 }),
      failures(systemdResource, { ...service, followWrapper: "yes" }),
    ])
  ).flat();
  assert.deepEqual(
    reasons.filter((reason) => /Invalid input/.test(reason)),
    [],
  );
});

test("no secret is in any failure, whatever is wrong beside it", async () => {
  const everything = [
    ...wrongTypes,
    { ...connection, hosts: [secrets.password, ""] },
    { ...connection, proxy: { ...connection, hosts: [], port: -1 } },
    { ...secrets },
    [secrets],
  ];
  for (const wrong of everything) {
    const { failures: found } = await floatingIp.check(
      {},
      { ...ip, connection: wrong, ip: "x" },
    );
    assert.ok(found.length > 0);
    assert.doesNotMatch(JSON.stringify(found), /SECRET/);
  }
});

describe("what is right passes, with defaults and one spelling", () => {
  test("FloatingIp", async () => {
    assert.deepEqual(await floatingIp.check({}, { ...ip, __provider: "x" }), {
      inputs: { ...ip, monitorInterval: "30s" },
      failures: [],
    });
  });

  test("FloatingIp with all it can have", async () => {
    const all = {
      ...ip,
      ip: "2001:db8::25",
      cidrNetmask: 128,
      nic: "enp0s31f6.100",
      monitorInterval: "1min",
      options: { arp_count: 3, nodad: true, iflabel: "a b" },
      meta: { "migration-threshold": 3, "is-managed": false },
      timeouts: { start: "60s", stop: "90s", monitor: "20" },
      group: "smtp-stack",
      adopt: "update",
    };
    assert.deepEqual(await floatingIp.check({}, all), {
      inputs: all,
      failures: [],
    });
  });

  test("SystemdResource", async () => {
    assert.deepEqual(
      await systemdResource.check(
        {},
        { ...service, unit: "postfix@-.service" },
      ),
      {
        inputs: { ...service, unit: "postfix@-", monitorInterval: "30s" },
        failures: [],
      },
    );
  });

  test("ResourceGroup", async () => {
    const all = { ...group, listeningPorts: [25], meta: { priority: 10 } };
    assert.deepEqual(await resourceGroup.check({}, all), {
      inputs: all,
      failures: [],
    });
  });
});

test("what the state holds already is not checked again; one change, and all of it is", async () => {
  const held = { ...ip, ip: "x", monitorInterval: "30s", __provider: "old" };
  // The default is not written in the program.
  const declared = { ...ip, ip: "x", __provider: "new" };
  assert.deepEqual((await floatingIp.check(held, declared)).failures, []);
  for (const changed of [
    { ...declared, cidrNetmask: 24 },
    { ...declared, monitorInterval: "31s" },
    { ...declared, connection: { ...connection, port: 2222 } },
  ]) {
    const { failures: found } = await floatingIp.check(held, changed);
    assert.deepEqual(
      found.map(({ property }) => property),
      ["ip"],
    );
  }
});

/** Every path to a value inside, the whole not counted. */
function paths(
  value: unknown,
  at: (string | number)[] = [],
): (string | number)[][] {
  const here = at.length > 0 ? [at] : [];
  if (Array.isArray(value))
    return [
      ...here,
      ...value.flatMap((one, index) => paths(one, [...at, index])),
    ];
  if (typeof value === "object" && value !== null)
    return [
      ...here,
      ...Object.entries(value).flatMap(([key, one]) =>
        paths(one, [...at, key]),
      ),
    ];
  return here;
}

function withUnknownAt<Value>(
  value: Value,
  path: readonly (string | number)[],
): Value {
  const copy = structuredClone(value);
  let holder = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1))
    holder = holder[key] as Record<string | number, unknown>;
  holder[path.at(-1)!] = unknown;
  return copy;
}

const fingerprint = `SHA256:${"A".repeat(43)}`;
const pinned = {
  ...connection,
  port: 22,
  user: "root",
  agentSocketPath: "/run/agent",
  hostKeys: { "192.0.2.11": fingerprint, "192.0.2.12": [fingerprint] },
  knownHosts: "text",
  insecureIgnoreHostKey: false,
  sudo: true,
  proxy: {
    ...secrets,
    hosts: ["jump"],
    port: 22,
    user: "root",
    hostKeys: { jump: fingerprint },
  },
};
const complete = {
  floatingIp: {
    ...ip,
    connection: pinned,
    cidrNetmask: 24,
    nic: "eth0",
    monitorInterval: "30s",
    options: { arp_count: 3 },
    meta: { "migration-threshold": 3 },
    timeouts: { start: "60s", stop: "90s", monitor: "20s" },
    group: "g",
    adopt: "update",
    rollback: false,
  },
  systemdResource: {
    ...service,
    connection: pinned,
    followWrapper: true,
    monitorInterval: "30s",
    meta: { "migration-threshold": 3 },
    timeouts: { start: "60s", stop: "90s", monitor: "20s" },
    group: "g",
    adopt: "update",
    rollback: false,
  },
  resourceGroup: {
    ...group,
    connection: pinned,
    meta: { priority: 1 },
    listeningPorts: [25, 465],
  },
};
const kinds = { floatingIp, systemdResource, resourceGroup };

for (const kind of ["floatingIp", "systemdResource", "resourceGroup"] as const)
  test(`${kind}: values that are not known yet never fail, are passed on, and replace nothing`, async () => {
    const olds: Properties = complete[kind];
    const all = paths(olds);
    assert.ok(all.length > 15);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom(...all), { minLength: 1, maxLength: 4 }),
        async (chosen) => {
          // Deep ones first, so that each has its holder.
          const news = [...chosen]
            .sort((a, b) => b.length - a.length)
            .reduce((value, path) => withUnknownAt(value, path), olds);
          const { inputs, failures: found } = await kinds[kind].check(
            olds,
            news,
          );
          assert.deepEqual(found, []);
          assert.deepEqual(inputs, news);
          const diff = await kinds[kind].diff("id", olds, inputs);
          assert.equal(diff.changes, true);
          assert.deepEqual(diff.replaces, []);
        },
      ),
      { numRuns: 150 },
    );
  });

test("a pinned key of a host whose address is not known yet", async () => {
  assert.deepEqual(
    await failures(floatingIp, {
      ...ip,
      connection: {
        hosts: [unknown, "192.0.2.12"],
        hostKeys: { "192.0.2.11": `SHA256:${"A".repeat(43)}` },
      },
    }),
    [],
  );
});

test("a mistake beside a value that is not known yet is still found", async () => {
  assert.deepEqual(
    await failures(floatingIp, { ...ip, ip: unknown, monitorInterval: "x" }),
    [`monitorInterval is "x", but must be ${timeWords}`],
  );
  assert.deepEqual(
    await failures(resourceGroup, {
      ...group,
      members: [unknown, "a", "a"],
    }),
    [`members.2 is "a", which is a member already: name each member once`],
  );
});

describe("diff", () => {
  // It looks at the cluster, to tell what will come of the change.
  before(() => newCluster());

  const olds = { ...complete.floatingIp, activeNode: "node-01" };
  const table: [
    name: string,
    news: Properties,
    changes: boolean,
    replaces: string[],
  ][] = [
    ["nothing", {}, false, []],
    ["the provider's text", { __provider: "other" }, false, []],
    ["another id", { resourceId: "other" }, true, ["resourceId"]],
    ["an id that is not known yet", { resourceId: unknown }, true, []],
    ["another address", { ip: "192.0.2.26" }, true, []],
    ["an interface left out", { nic: undefined }, true, []],
    ["another group", { group: "other" }, true, []],
    ["an option", { options: { arp_count: 4 } }, true, []],
    ["another connection", { connection: { hosts: ["192.0.2.99"] } }, true, []],
    [
      "a connection's fields in another order",
      {
        connection: Object.fromEntries(Object.entries(pinned).reverse()),
      },
      false,
      [],
    ],
    [
      "another id and another address",
      { resourceId: "other", ip: "192.0.2.26" },
      true,
      ["resourceId"],
    ],
  ];
  for (const [name, more, changes, replaces] of table)
    test(name, async () => {
      assert.deepEqual(
        await floatingIp.diff("smtp_ip", olds, {
          ...complete.floatingIp,
          ...more,
        }),
        { changes, replaces, deleteBeforeReplace: true },
      );
    });

  test("members in another order", async () => {
    assert.deepEqual(
      await resourceGroup.diff("g", group, { ...group, members: ["b", "a"] }),
      { changes: true, replaces: [], deleteBeforeReplace: true },
    );
  });

  test("another unit", async () => {
    assert.deepEqual(
      await systemdResource.diff("s", service, { ...service, unit: "exim4" }),
      { changes: true, replaces: [], deleteBeforeReplace: true },
    );
  });
});
