import test from "node:test";
import assert from "node:assert/strict";
import { observe } from "../../provider/src/cluster/transaction/observe";
import { clusterOf, memberOn } from "../../provider/src/cluster/nodes/members";
import { PacemakerError, type ErrorKind } from "../../provider/src/errors";
import { FakeCluster, failed, type FakeNode } from "./fakeCluster";

const handle = (fake: FakeCluster) => clusterOf(fake.connection, fake.open);

/** The node that was asked. */
async function asked(fake: FakeCluster): Promise<string> {
  return (await observe(handle(fake))).member.node;
}

function answersMon(
  node: FakeNode,
  stdout: (text: string) => string,
  fake: FakeCluster,
) {
  node.answer = async (argv, options) => {
    if (argv[0] !== "/usr/sbin/crm_mon") return undefined;
    const real = await fake.run(node, argv, options);
    return { ...real, stdout: stdout(real.stdout) };
  };
}

function connectError(node: FakeNode, kind: ErrorKind = "connect") {
  return new PacemakerError(
    kind,
    `${node.address}:22: ${kind} trouble.`,
    node.address,
  );
}

test("the first host is asked, and no other", async () => {
  const fake = new FakeCluster();
  assert.equal(await asked(fake), "node-01");
  assert.deepEqual(
    fake.log.filter((line) => !line.startsWith("node-01: ")),
    [],
  );
});

test("where crm_mon finds the daemon and no configuration, and succeeds, the next host is asked", async () => {
  const fake = new FakeCluster();
  // Pacemaker 2.1.5, a moment after corosync was killed.
  const text =
    `<pacemaker-result api-version="2.25" request="crm_mon --output-as=xml --inactive">\n` +
    `  <pacemakerd sys_from="pacemakerd" state="running" last_updated="2026-11-27 11:59:19Z"/>\n` +
    `  <status code="0" message="OK">\n    <errors>\n` +
    `      <error>Could not connect to the CIB: Transport endpoint is not connected</error>\n` +
    `    </errors>\n  </status>\n</pacemaker-result>\n`;
  answersMon(fake.nodes[0]!, () => text, fake);
  assert.equal(await asked(fake), "node-02");
  for (const node of fake.nodes) answersMon(node, () => text, fake);
  await assert.rejects(observe(handle(fake)), {
    kind: "quorum",
    message:
      /Pacemaker does not answer on node-01 \(.*\): Could not connect to the CIB: Transport endpoint/,
  });
});

test("the look by which a host is chosen is not repeated", async () => {
  const fake = new FakeCluster();
  await asked(fake);
  assert.deepEqual(
    fake.log.map((line) => line.split(" ")[1]),
    ["/usr/sbin/crm_node", "/usr/sbin/crm_mon", "/usr/sbin/cibadmin"],
  );
});

test("the copy of the configuration that is read is the designated controller's", async () => {
  const fake = new FakeCluster();
  await asked(fake);
  assert.deepEqual(
    fake.log.filter((line) => line.includes("cibadmin")),
    ["node-01: /usr/sbin/cibadmin --query"],
  );
  fake.dc = "node-02";
  fake.log.length = 0;
  await asked(fake);
  const queries = () => fake.log.filter((line) => line.includes("cibadmin"));
  const fromDc =
    "node-01: /usr/sbin/cibadmin --query --node node-02 --timeout 10";
  assert.equal(queries().at(-1), fromDc, "after the one that was expected");
  fake.log.length = 0;
  await asked(fake);
  assert.deepEqual(queries(), [fromDc]);
});

test("a designated controller that is gone is not waited for, once another is known", async () => {
  const fake = new FakeCluster();
  fake.dc = "node-03";
  await asked(fake);
  fake.dc = "node-02";
  let asking = false;
  fake.nodes[0]!.answer = (argv) => {
    if (!argv.includes("node-03")) return undefined;
    asking = true;
    return new Promise(() => undefined);
  };
  assert.equal(await asked(fake), "node-01");
  assert.ok(asking);
  assert.match(fake.log.at(-1)!, /--query --node node-02/);
});

test("a designated controller that goes while it is asked is looked for again", async () => {
  const fake = new FakeCluster();
  fake.dc = "node-03";
  fake.nodes[0]!.answer = (argv) => {
    if (!argv.includes("node-03")) return undefined;
    fake.dc = "node-01";
    return failed(124, "cibadmin: Could not query: Timer expired\n");
  };
  assert.equal(await asked(fake), "node-02");
  assert.match(fake.log.at(-1)!, /--query --node node-01/);
});

test("the order of hosts is the program's", async () => {
  const fake = new FakeCluster();
  const [one, two] = fake.connection.hosts;
  const cluster = clusterOf({ hosts: [two!, one!] }, fake.open);
  assert.equal((await observe(cluster)).member.node, "node-02");
});

test("a host that is down is passed over at once", async () => {
  const fake = new FakeCluster();
  fake.nodes[0]!.openFails = connectError(fake.nodes[0]!);
  const started = Date.now();
  assert.equal(await asked(fake), "node-02");
  assert.ok(Date.now() - started < 2000);
});

test("a slow host is not waited for", async () => {
  const fake = new FakeCluster();
  fake.nodes[0]!.openTakes = 8_000;
  const started = Date.now();
  const cluster = handle(fake);
  assert.equal((await observe(cluster)).member.node, "node-02");
  const took = Date.now() - started;
  assert.ok(took >= 2000 && took < 6000, `${took} ms`);
});

const partitions: [name: string, change: (text: string) => string][] = [
  [
    "without quorum",
    (text) => text.replace(`with_quorum="true"`, `with_quorum="false"`),
  ],
  [
    "without a designated controller",
    (text) => text.replace(/<current_dc [^>]*>/, ""),
  ],
  [
    "that is still joining",
    (text) =>
      text.replace(
        /(<node name="node-01" [^>]*)pending="false"/,
        `$1pending="true"`,
      ),
  ],
];
for (const [name, change] of partitions)
  test(`a host ${name} is passed over`, async () => {
    const fake = new FakeCluster();
    answersMon(fake.nodes[0]!, change, fake);
    assert.equal(await asked(fake), "node-02");
  });

test("a member that is lost later gives way to the next", async () => {
  const fake = new FakeCluster();
  const cluster = handle(fake);
  assert.equal((await observe(cluster)).member.node, "node-01");
  const [first] = fake.nodes;
  first!.openFails = connectError(first!);
  first!.answer = () => {
    throw new PacemakerError("unknown-outcome", "the connection was lost");
  };
  assert.equal((await observe(cluster)).member.node, "node-02");
});

test("a member that drops out of the partition gives way to the next", async () => {
  const fake = new FakeCluster();
  const cluster = handle(fake);
  assert.equal((await observe(cluster)).member.node, "node-01");
  answersMon(fake.nodes[0]!, partitions[0]![1], fake);
  assert.equal((await observe(cluster)).member.node, "node-02");
});

test("one error lists every host in the program's order, with its own trouble", async () => {
  const fake = new FakeCluster();
  const [one, two, three] = fake.nodes;
  one!.openFails = connectError(one!);
  answersMon(two!, partitions[0]![1], fake);
  three!.answer = (argv) =>
    argv[0] === "/usr/sbin/crm_mon"
      ? failed(
          102,
          "crm_mon: Connection to cluster failed: Transport endpoint is not connected\n",
        )
      : undefined;
  await assert.rejects(asked(fake), {
    name: "PacemakerError",
    kind: "quorum",
    message:
      "none of the cluster's 3 hosts can be used:\n" +
      "- 192.0.2.11: 192.0.2.11:22: connect trouble.\n" +
      `- 192.0.2.12: node-02 (192.0.2.12:22) is not in the quorate partition: its partition has no quorum. ` +
      `See "pcs status" and "pcs quorum status" there.\n` +
      "- 192.0.2.13: /usr/sbin/crm_mon --output-as=xml --inactive failed on node-03, 192.0.2.13:22 with exit code 102:\n" +
      "    crm_mon: Connection to cluster failed: Transport endpoint is not connected\n" +
      `Pacemaker does not run on that node: "pcs cluster start" starts it.`,
  });
});

test("of several kinds of trouble, the one that a person must mend names the whole", async () => {
  const table: [kinds: ErrorKind[], whole: ErrorKind][] = [
    [["connect", "connect", "connect"], "connect"],
    [["connect", "quorum", "connect"], "quorum"],
    [["quorum", "rights", "connect"], "rights"],
    [["rights", "configuration", "quorum"], "configuration"],
    [["connect", "configuration", "auth"], "auth"],
    [["auth", "connect", "trust"], "trust"],
    [["timeout", "connect", "connect"], "timeout"],
  ];
  for (const [kinds, kind] of table) {
    const fake = new FakeCluster();
    fake.nodes.forEach((node, index) => {
      node.openFails = connectError(node, kinds[index]);
    });
    await assert.rejects(asked(fake), { kind }, kinds.join());
  }
});

test("the only host's trouble is told as it is", async () => {
  const fake = new FakeCluster(["node-01"]);
  fake.nodes[0]!.openFails = connectError(fake.nodes[0]!, "trust");
  await assert.rejects(asked(fake), {
    kind: "trust",
    message: "192.0.2.11:22: trust trouble.",
    host: "192.0.2.11",
  });
});

test("hosts that came back are found by the next look", async () => {
  const fake = new FakeCluster(["node-01"]);
  const cluster = handle(fake);
  fake.nodes[0]!.openFails = connectError(fake.nodes[0]!);
  await assert.rejects(observe(cluster), { kind: "connect" });
  delete fake.nodes[0]!.openFails;
  assert.equal((await observe(cluster)).member.node, "node-01");
});

const tools: [
  code: number,
  stderr: string,
  kind: ErrorKind,
  message: string,
][] = [
  [
    4,
    "crm_node: Permission denied",
    "rights",
    "crm_node --name failed on 192.0.2.11:22 with exit code 4:\n    crm_node: Permission denied\n" +
      "The ssh user may not use the cluster: put it into the group haclient, or let it use sudo.",
  ],
  [
    127,
    "sh: 1: /usr/sbin/crm_node: not found",
    "configuration",
    "crm_node --name failed on 192.0.2.11:22 with exit code 127:\n    sh: 1: /usr/sbin/crm_node: not found\n" +
      "Pacemaker's command line tools are expected in /usr/sbin: is it a cluster node?",
  ],
  [
    1,
    "",
    "cluster",
    `crm_node --name failed on 192.0.2.11:22 with exit code 1:\n    no output\nSee "pcs status" there.`,
  ],
];
for (const [code, stderr, kind, message] of tools)
  test(`a tool that exits with ${code}`, async () => {
    const fake = new FakeCluster(["node-01"]);
    fake.nodes[0]!.answer = () => failed(code, stderr);
    await assert.rejects(asked(fake), { kind, message });
  });

test("a login shell that prints something of its own", async () => {
  const fake = new FakeCluster(["node-01"]);
  answersMon(fake.nodes[0]!, (text) => `Last login: today\n${text}`, fake);
  await assert.rejects(asked(fake), (error: PacemakerError) => {
    assert.equal(error.kind, "cluster");
    assert.match(
      error.message,
      /^what crm_mon printed on node-01 \(192\.0\.2\.11:22\) cannot be read: .*\. Does the login shell there print something of its own\?$/s,
    );
    return true;
  });
});

test("a node is found by its name, and one that no host reaches is not", async () => {
  const fake = new FakeCluster();
  const cluster = clusterOf(
    { hosts: fake.connection.hosts.slice(0, 2) },
    fake.open,
  );
  assert.equal(
    (await memberOn(cluster, "node-02"))?.host.address,
    "192.0.2.12",
  );
  assert.equal(await memberOn(cluster, "node-03"), undefined);
});

test("a member that hangs while it reads is not waited for, nor asked first again", async () => {
  const fake = new FakeCluster();
  assert.equal(await asked(fake), "node-01");
  fake.nodes[0]!.answer = () => new Promise(() => undefined);
  const started = Date.now();
  assert.equal(await asked(fake), "node-02");
  assert.ok(Date.now() - started < 8000);
  fake.log.length = 0;
  assert.equal(await asked(fake), "node-02");
  assert.deepEqual(
    fake.log.filter((line) => line.startsWith("node-01: ")),
    [],
  );
});

test("a host of another cluster is not taken for a member that was lost", async () => {
  const fake = new FakeCluster();
  assert.equal(await asked(fake), "node-01");
  const [first, second, third] = fake.nodes;
  first!.answer = () => {
    throw connectError(first!);
  };
  third!.openFails = connectError(third!);
  const foreign = new FakeCluster(["db-1", "db-2", "db-3"]);
  second!.answer = (argv, options) =>
    foreign.run(foreign.nodes[0]!, argv, options);
  await assert.rejects(asked(fake), (error: PacemakerError) => {
    assert.equal(error.kind, "configuration");
    assert.match(
      error.message,
      /192\.0\.2\.12:22 belongs to another cluster \(db-1, db-2, db-3\) than the other hosts \(node-01, node-02, node-03\)\. connection\.hosts must name the nodes of one cluster\./,
    );
    return true;
  });
});

test("a dead cluster of many hosts is asked once", async () => {
  const fake = new FakeCluster(
    Array.from({ length: 9 }, (_, index) => `node-0${index + 1}`),
  );
  for (const node of fake.nodes) {
    node.openTakes = 3000;
    node.openFails = connectError(node);
  }
  const started = Date.now();
  await assert.rejects(asked(fake), { kind: "connect" });
  // The last one is asked after at most 10 s.
  assert.ok(Date.now() - started < 14_000);
});
