import test from "node:test";
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import { announce } from "../../provider/src/cluster/transaction/announce";
import type { Plan } from "../../provider/src/cluster/transaction/changes";
import {
  pushCount,
  untilPushed,
  type Observation,
} from "../../provider/src/cluster/transaction/observe";
import { transact } from "../../provider/src/cluster/transaction/transact";
import { PacemakerError } from "../../provider/src/errors";
import { FakeCluster, failed, type FakeNode } from "./fakeCluster";

const handle = (fake: FakeCluster) => clusterOf(fake.connection, fake.open);

/** A cluster that holds one resource, `a`. */
function withResource(): FakeCluster {
  const fake = new FakeCluster();
  fake.edit("resource create a ocf:heartbeat:Dummy op monitor interval=10s");
  return fake;
}

/** Gives `a` the meta attribute, unless it has it. */
const setOnA =
  (name: string, value = "1") =>
  ({ cib }: Observation): ReturnType<Plan> =>
    cib.primitives.get("a")?.meta[name] === value
      ? []
      : [["resource", "meta", "a", `${name}=${value}`]];

/** How often a command was run. */
const count = (fake: FakeCluster, words: string): number =>
  fake.log.filter((line) => line.includes(words)).length;

function onPatch(
  node: FakeNode,
  answer: NonNullable<FakeNode["answer"]>,
): void {
  node.answer = (argv, options) =>
    argv.includes("--patch") ? answer(argv, options) : undefined;
}

test("all commands of a plan arrive in one change", async () => {
  const fake = withResource();
  const before = await transact(handle(fake), "change a", () => [
    ["resource", "meta", "a", "x=1"],
    ["resource", "update", "a", "state=/run/a"],
  ]);
  assert.equal(before.cib.version.epoch, 6);
  assert.equal(fake.version.epoch, 7);
  assert.deepEqual(fake.commits, [
    ["resource meta a x=1", "resource update a state=/run/a"],
  ]);
  assert.equal(count(fake, "/bin/sh -s"), 1);
});

test("nothing to do stages nothing and pushes nothing", async () => {
  const fake = withResource();
  await transact(handle(fake), "change a", () => []);
  assert.equal(count(fake, "/bin/sh"), 0);
  assert.equal(count(fake, "--patch"), 0);
  assert.equal(fake.version.epoch, 6);
});

test("while only the status moves, the same difference is offered again", async () => {
  const fake = withResource();
  let disturbances = 5;
  fake.beforePatch = () => {
    if (disturbances-- > 0) fake.version.numUpdates += 3;
  };
  let plans = 0;
  await transact(handle(fake), "change a", (observation) => {
    plans += 1;
    return setOnA("x")(observation);
  });
  assert.equal(plans, 1);
  assert.equal(count(fake, "/bin/sh"), 1);
  assert.equal(count(fake, "--patch"), 6);
  assert.equal(fake.commits.length, 1);
  // In between, the version is all that is read.
  assert.equal(count(fake, "--query --no-children"), 5);
  assert.equal(count(fake, "--query"), 6);
});

test("who waits for a change is woken by the one that the cluster takes, and by no other", async () => {
  const fake = withResource();
  const cluster = handle(fake);
  let [disturbances, isWoken] = [3, false];
  const woken = untilPushed(cluster, pushCount(cluster), 60_000).then(() => {
    isWoken = true;
  });
  fake.beforePatch = () => {
    assert.equal(isWoken, false);
    if (disturbances-- > 0) fake.version.numUpdates += 1;
  };
  const known = pushCount(cluster);
  await transact(cluster, "change a", setOnA("x"));
  await woken;
  assert.equal(count(fake, "--patch"), 4);
  assert.equal(pushCount(cluster), known + 1);
  // What has come since is not waited for.
  await untilPushed(cluster, known, 60_000);
  const began = Date.now();
  await untilPushed(cluster, known + 1, 50);
  assert.ok(Date.now() - began >= 45);
});

test("a node that lost quorum while a change was on its way is not written to again", async () => {
  const fake = withResource();
  fake.beforePatch = () => {
    fake.version.numUpdates += 1;
    fake.quorate = false;
  };
  await assert.rejects(transact(handle(fake), "change a", setOnA("x")), {
    kind: "quorum",
  });
  assert.equal(count(fake, "--patch"), 1);
  assert.equal(fake.commits.length, 0);
});

test("while others change only what it is not about, the same difference is offered again", async () => {
  const fake = withResource();
  let disturbances = 12;
  fake.beforePatch = () => {
    if (disturbances-- > 0) fake.version.epoch += 1;
  };
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(count(fake, "/bin/sh"), 1);
  assert.equal(count(fake, "--patch"), 13);
  assert.equal(fake.commits.length, 1);
});

test("when the configuration moved, the change is planned anew, and both survive", async () => {
  const fake = withResource();
  let others = 2;
  fake.beforePatch = () => {
    if (others-- > 0) fake.edit(`resource meta a other-${others}=1`);
  };
  const seen: string[] = [];
  await transact(handle(fake), "change a", (observation) => {
    seen.push(Object.keys(observation.cib.primitives.get("a")!.meta).join());
    return setOnA("x")(observation);
  });
  assert.deepEqual(seen, ["", "other-1", "other-1,other-0"]);
  assert.deepEqual(fake.primitive("a")?.meta, {
    "other-1": "1",
    "other-0": "1",
    x: "1",
  });
});

test("a higher admin_epoch is another configuration too", async () => {
  const fake = withResource();
  let once = true;
  fake.beforePatch = () => {
    if (once) fake.version = { adminEpoch: 1, epoch: 6, numUpdates: 0 };
    once = false;
  };
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(count(fake, "/bin/sh"), 2);
  assert.deepEqual(fake.version, { adminEpoch: 1, epoch: 7, numUpdates: 0 });
});

test("others who never stop writing are a conflict, and nothing was changed", async () => {
  const fake = withResource();
  let writes = 0;
  fake.beforePatch = () => fake.edit(`resource meta a other=${(writes += 1)}`);
  await assert.rejects(transact(handle(fake), "create smtp_ip", setOnA("x")), {
    kind: "conflict",
    message:
      `create smtp_ip: the cluster's configuration was changed by somebody else each of the 10 times that this change ` +
      `was ready. Nothing was changed by it. See who writes ("pcs status", the cluster's log) and run it again.`,
  });
  assert.equal(writes, 10);
  assert.deepEqual(fake.commits, []);
});

test("a status that never rests does not hold the transaction for ever", async () => {
  const fake = withResource();
  fake.beforePatch = () => (fake.version.numUpdates += 1);
  await assert.rejects(transact(handle(fake), "change a", setOnA("x")), {
    kind: "conflict",
  });
  assert.ok(count(fake, "--patch") <= 500);
  assert.deepEqual(fake.commits, []);
});

const lost = () =>
  new PacemakerError(
    "unknown-outcome",
    "the connection was lost",
    "192.0.2.11",
  );

test("a push that was lost after it was done is not repeated", async () => {
  const fake = withResource();
  const [first] = fake.nodes;
  let once = true;
  onPatch(first!, async (argv, options) => {
    const result = await fake.run(first!, argv, options);
    if (once) {
      once = false;
      throw lost();
    }
    return result;
  });
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(fake.commits.length, 1);
  assert.equal(count(fake, "--patch"), 1);
  assert.equal(fake.version.epoch, 7);
});

test("a push that was lost before it was done is done by the next", async () => {
  const fake = withResource();
  let once = true;
  onPatch(fake.nodes[0]!, () => {
    if (!once) return undefined;
    once = false;
    throw lost();
  });
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(fake.commits.length, 1);
  assert.equal(count(fake, "--patch"), 2);
  assert.equal(fake.primitive("a")?.meta.x, "1");
});

test("a push that is lost again is told as it is", async () => {
  const fake = withResource();
  for (const node of fake.nodes)
    onPatch(node, () => {
      throw lost();
    });
  await assert.rejects(transact(handle(fake), "change a", setOnA("x")), {
    kind: "unknown-outcome",
    message: "the connection was lost",
  });
  assert.equal(count(fake, "--patch"), 2);
});

for (const [code, why] of [
  [124, "cibadmin got no answer in time"],
  [102, "Pacemaker went away under it"],
  [137, "it was killed"],
] as const)
  test(`a push of which no word came, because ${why}, is looked at again`, async () => {
    const fake = withResource();
    const [first] = fake.nodes;
    let patches = 0;
    onPatch(first!, async (argv, options) => {
      patches += 1;
      await fake.run(first!, argv, options);
      return failed(code, "no word");
    });
    await transact(handle(fake), "change a", setOnA("x"));
    assert.equal(patches, 1);
    assert.equal(fake.commits.length, 1);
  });

test("a push that is lost with the whole cluster is not called a failure to connect", async () => {
  const fake = withResource();
  const away = (node: FakeNode) =>
    new PacemakerError("connect", `${node.address}:22: away`, node.address);
  for (const node of fake.nodes)
    onPatch(node, () => {
      for (const one of fake.nodes) {
        one.openFails = away(one);
        one.answer = () => {
          throw away(one);
        };
      }
      throw lost();
    });
  await assert.rejects(
    transact(handle(fake), "change a", setOnA("x")),
    (error: PacemakerError) => {
      assert.equal(error.kind, "unknown-outcome");
      assert.match(
        error.message,
        /^the connection was lost\nIt could not be looked at again: none of the cluster's 3 hosts can be used:\n/,
      );
      return true;
    },
  );
});

test("where staging hangs on one member after the other, the last one does it", async () => {
  const fake = withResource();
  for (const node of fake.nodes.slice(0, 2))
    node.answer = (argv) => {
      if (argv[0] === "/bin/sh")
        throw new PacemakerError("timeout", "it did not end", node.address);
      return undefined;
    };
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(fake.commits.length, 1);
  assert.match(
    fake.log.filter((line) => line.includes("--patch")).join(),
    /^node-03/,
  );
});

test("a refusal by pcs is told with its words, and nothing was changed", async () => {
  const fake = withResource();
  fake.refuses = {
    words: "group add",
    code: 1,
    text: "Error: Cannot add resource 'a', it is already present in group 'g'\nError: Errors have occurred, therefore pcs is unable to continue",
  };
  await assert.rejects(
    transact(handle(fake), "change a", () => [
      ["resource", "meta", "a", "x=1"],
      ["resource", "group", "add", "g", "a"],
      ["resource", "meta", "a", "y=1"],
    ]),
    (error: PacemakerError) => {
      assert.equal(error.kind, "cluster");
      assert.match(
        error.message,
        /^(pcs on )?node-01 refused "pcs resource group add g a" \(exit code 1\):\n {4}Error: Cannot add resource 'a', it is already present in group 'g'\n {4}Error: Errors have occurred, therefore pcs is unable to continue\nNothing was changed in the cluster\.$/,
      );
      return true;
    },
  );
  assert.equal(count(fake, "--patch"), 0);
  assert.deepEqual(fake.commits, []);
});

test("a configuration that crm_verify refuses is not pushed", async () => {
  const fake = withResource();
  fake.verify.new = {
    code: 78,
    text: "error: CIB did not pass schema validation\nConfiguration invalid (with errors)\n",
  };
  await assert.rejects(transact(handle(fake), "change a", setOnA("x")), {
    kind: "cluster",
    message:
      "crm_verify on node-01 refuses the changed configuration (exit code 78):\n" +
      "    error: CIB did not pass schema validation\n" +
      "    Configuration invalid (with errors)\n" +
      "Nothing was changed in the cluster.",
  });
  assert.deepEqual(fake.commits, []);
});

test("a configuration that was refused before is the operator's to mend, and holds nothing up", async () => {
  const fake = withResource();
  fake.verify = {
    old: { code: 78, text: "error: no STONITH resources\n" },
    new: { code: 78, text: "error: no STONITH resources\n" },
  };
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(fake.commits.length, 1);
});

const full = failed(
  70,
  "mktemp: failed to create directory: No space left on device\n",
);

function isFull(node: FakeNode): void {
  node.answer = (argv) => (argv[0] === "/bin/sh" ? full : undefined);
}

test("where a node has no room to stage, another one does it", async () => {
  const fake = withResource();
  isFull(fake.nodes[0]!);
  isFull(fake.nodes[1]!);
  await transact(handle(fake), "change a", setOnA("x"));
  assert.equal(fake.commits.length, 1);
  assert.ok(
    fake.log.includes("node-03: /usr/sbin/cibadmin --patch --xml-pipe"),
  );
});

test("where no node has room to stage, each is named", async () => {
  const fake = withResource();
  fake.nodes.forEach(isFull);
  const early = (node: string) =>
    `- the change could not be prepared on ${node}: the script ended early and printed\n` +
    "    mktemp: failed to create directory: No space left on device\n" +
    "Nothing was changed in the cluster.";
  await assert.rejects(transact(handle(fake), "change a", setOnA("x")), {
    kind: "cluster",
    message: `none of the nodes could prepare the change:\n${fake.nodes.map(({ name }) => early(name)).join("\n")}`,
  });
  assert.equal(fake.commits.length, 0);
});

/** Something that is done before a change, and what became of it. */
function prepared(
  log: string[],
  run: () => Promise<void> = () => Promise.resolve(),
) {
  return {
    run: () => {
      log.push("run");
      return run();
    },
    undo: () => {
      log.push("undone");
      return Promise.resolve("It is as it was.");
    },
    describe: () => "It may be done.",
  };
}

test("what a change needs is done once, when it is staged and before it is made", async () => {
  const fake = withResource();
  const log: string[] = [];
  let others = 1;
  fake.beforePatch = () => {
    log.push("patch");
    if (others-- > 0) fake.edit("resource meta a other=1");
  };
  const preparation = prepared(log, async () => {
    assert.equal(count(fake, "/bin/sh"), 1);
  });
  await transact(handle(fake), "change a", setOnA("x"), { preparation });
  assert.deepEqual(log, ["run", "patch", "patch"]);
});

test("nothing is done for a change that is refused, and nothing where there is nothing to change", async () => {
  const fake = withResource();
  const log: string[] = [];
  const preparation = prepared(log);
  await transact(handle(fake), "nothing", () => [], { preparation });
  fake.refuses = { words: "x=1", code: 1, text: "no" };
  await assert.rejects(
    transact(handle(fake), "change a", setOnA("x"), { preparation }),
    /refused/,
  );
  assert.deepEqual(log, []);
});

test("what was done for a change that is not made is taken back", async () => {
  const fake = withResource();
  onPatch(fake.nodes[0]!, () => failed(78, "invalid"));
  const log: string[] = [];
  await assert.rejects(
    transact(handle(fake), "change a", setOnA("x"), {
      preparation: prepared(log),
    }),
    /invalid[^]*\nIt is as it was\.$/,
  );
  assert.deepEqual(log, ["run", "undone"]);
});

test("what cannot be done is the change's failure, and not that of what travels beside it", async () => {
  const fake = withResource();
  const log: string[] = [];
  const preparation = prepared(log, () => Promise.reject(new Error("stuck")));
  const first = transact(handle(fake), "x", setOnA("x"), { preparation });
  const second = transact(handle(fake), "y", setOnA("y"));
  await assert.rejects(first, { message: "stuck\nIt is as it was." });
  await second;
  assert.deepEqual(fake.primitive("a")?.meta, { y: "1" });
});

test("what takes long to be done does not hold up the others", async () => {
  const fake = withResource();
  let finish: (() => void) | undefined;
  const preparation = prepared(
    [],
    () => new Promise((resolve) => (finish = resolve)),
  );
  const slow = transact(handle(fake), "x", setOnA("x"), { preparation });
  await transact(handle(fake), "y", setOnA("y"));
  await transact(handle(fake), "z", setOnA("z"));
  assert.deepEqual(fake.primitive("a")?.meta, { y: "1", z: "1" });
  finish!();
  await slow;
  assert.equal(fake.primitive("a")?.meta.x, "1");
});

test("nothing is done for a member while another one of its group is refused", async () => {
  const fake = withResource();
  const log: string[] = [];
  fake.refuses = { words: "y=1", code: 1, text: "no" };
  const member = () =>
    transact(handle(fake), "x", setOnA("x"), {
      preparation: prepared(log),
      group: "web",
    });
  const first = member();
  const partner = () =>
    transact(handle(fake), "y", setOnA("y"), { group: "web" });
  const second = partner();
  await assert.rejects(second, /refused/);
  const message = /^x: y, of the same group web, could not be made/;
  await assert.rejects(first, { kind: "conflict", message });
  await assert.rejects(member(), { kind: "conflict", message });
  assert.deepEqual(log, []);
  assert.deepEqual(fake.commits, []);
  fake.refuses = undefined;
  await partner();
  await member();
  assert.deepEqual(log, ["run"]);
});

test("a refusal of the patch is told with cibadmin's words", async () => {
  const fake = withResource();
  onPatch(fake.nodes[0]!, () =>
    failed(4, "Call cib_apply_diff failed (-13): Permission denied\n"),
  );
  await assert.rejects(transact(handle(fake), "change a", setOnA("x")), {
    kind: "rights",
    message:
      "cibadmin --patch failed on node-01, 192.0.2.11:22 with exit code 4:\n" +
      "    Call cib_apply_diff failed (-13): Permission denied\n" +
      "The ssh user may not use the cluster: put it into the group haclient, or let it use sudo.",
  });
});

test("what the plan throws is passed on, and nothing was changed", async () => {
  const fake = withResource();
  await assert.rejects(
    transact(handle(fake), "change a", () => {
      throw new PacemakerError("conflict", "a is taken");
    }),
    { kind: "conflict", message: "a is taken" },
  );
  assert.equal(count(fake, "/bin/sh"), 0);
});

test("changes at the same time travel together, one transaction after another, and none is lost", async () => {
  const fake = withResource();
  const names = Array.from({ length: 12 }, (_, index) => `x${index}`);
  let open = 0;
  fake.nodes[0]!.answer = (argv) => {
    if (argv[0] === "/bin/sh") open += 1;
    assert.ok(open <= 1, "two are staged at once");
    if (argv.includes("--patch")) open -= 1;
    return undefined;
  };
  await Promise.all(
    names.map((name) => transact(handle(fake), name, setOnA(name))),
  );
  assert.deepEqual(Object.keys(fake.primitive("a")!.meta).sort(), names.sort());
  assert.equal(fake.commits.flat().length, 12);
  assert.ok(fake.commits.length <= 2, `${fake.commits.length} transactions`);
});

test("of changes that travel together, only the one that pcs refuses fails, with its own words", async () => {
  const fake = withResource();
  fake.refuses = { words: "x1=1", code: 1, text: "Error: not x1" };
  const results = await Promise.allSettled(
    ["x0", "x1", "x2"].map((name) =>
      transact(handle(fake), name, setOnA(name)),
    ),
  );
  assert.deepEqual(
    results.map((result) => result.status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.match(
    String((results[1] as PromiseRejectedResult).reason),
    /refused "pcs resource meta a x1=1" \(exit code 1\):\n {4}Error: not x1\n/,
  );
  assert.deepEqual(Object.keys(fake.primitive("a")!.meta).sort(), ["x0", "x2"]);
});

test("what is refused only for what travels beside it is planned again after it", async () => {
  const fake = withResource();
  fake.refuses = { words: "b=1", code: 1, text: "Error: not beside x" };
  const unlessX: Plan = (observation) =>
    "x" in observation.cib.primitives.get("a")!.meta
      ? []
      : setOnA("b")(observation);
  // The first is under way alone while the others gather.
  await Promise.all([
    transact(handle(fake), "under way", setOnA("first")),
    transact(handle(fake), "x", setOnA("x")),
    transact(handle(fake), "b unless x", unlessX),
  ]);
  assert.deepEqual(Object.keys(fake.primitive("a")!.meta).sort(), [
    "first",
    "x",
  ]);
});

test("of changes that crm_verify refuses together, those that it takes alone are made", async () => {
  const fake = withResource();
  fake.nodes[0]!.answer = (argv, options) => {
    if (argv[0] === "/bin/sh")
      fake.verify.new = options.stdin!.includes("x1=1")
        ? { code: 78, text: "error: x1" }
        : { code: 0, text: "" };
    return undefined;
  };
  const results = await Promise.allSettled(
    ["x0", "x1", "x2"].map((name) =>
      transact(handle(fake), name, setOnA(name)),
    ),
  );
  assert.deepEqual(
    results.map((result) => result.status),
    ["fulfilled", "rejected", "fulfilled"],
  );
  assert.match(
    String((results[1] as PromiseRejectedResult).reason),
    /crm_verify on node-01 refuses the changed configuration \(exit code 78\):\n {4}error: x1\n/,
  );
});

test("of changes that travel together, each that has nothing to do is answered", async () => {
  const fake = withResource();
  const [before, after] = await Promise.all([
    transact(handle(fake), "one", () => []),
    transact(handle(fake), "two", setOnA("x")),
  ]);
  assert.equal(before.cib.primitives.has("a"), true);
  assert.equal(after.cib.primitives.has("a"), true);
  assert.deepEqual(fake.commits, [["resource meta a x=1"]]);
});

test("one that fails does not hold up the next", async () => {
  const fake = withResource();
  const results = await Promise.allSettled([
    transact(handle(fake), "one", () => {
      throw new PacemakerError("conflict", "no");
    }),
    transact(handle(fake), "two", setOnA("x")),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ["rejected", "fulfilled"],
  );
  assert.equal(fake.primitive("a")?.meta.x, "1");
});

test("what is ready waits a moment for what is announced, and both travel together", async () => {
  const fake = withResource();
  const announcement = announce(handle(fake));
  const first = transact(handle(fake), "x", setOnA("x"));
  // Until the wait begins, while what stages is started.
  while (count(fake, "/bin/sh -s") === 0) await sleep(1);
  const second = transact(handle(fake), "y", setOnA("y"), { announcement });
  await Promise.all([first, second]);
  assert.deepEqual(fake.commits, [
    ["resource meta a x=1", "resource meta a y=1"],
  ]);
});

test("what is announced and does not come holds nothing up for long, and nothing a second time", async () => {
  const fake = withResource();
  const announcement = announce(handle(fake));
  await transact(handle(fake), "x", setOnA("x"));
  const scripts = count(fake, "/bin/sh -s");
  await transact(handle(fake), "y", setOnA("y"));
  assert.equal(count(fake, "/bin/sh -s"), scripts + 1, "no wait, no warming");
  await transact(handle(fake), "z", setOnA("z"), { announcement });
  assert.deepEqual(fake.primitive("a")?.meta, { x: "1", y: "1", z: "1" });
});

test("what was announced and was given up is not waited for", async () => {
  const fake = withResource();
  announce(handle(fake)).end();
  await transact(handle(fake), "x", setOnA("x"));
  assert.equal(count(fake, "/bin/sh -s"), 1);
});

test("where nothing can be started ahead of time, the transaction works as ever", async () => {
  const fake = withResource();
  const announcement = announce(handle(fake));
  let refused = 0;
  fake.nodes[0]!.answer = (argv) => {
    if (argv[0] !== "/bin/sh" || refused > 0) return undefined;
    refused += 1;
    return failed(70, "mktemp: no space left on device");
  };
  await transact(handle(fake), "x", setOnA("x"));
  announcement.end();
  assert.equal(refused, 1);
  assert.equal(fake.commits.length, 1);
});

test("no value of the configuration is in any command line", async () => {
  const fake = withResource();
  await transact(handle(fake), "change a", setOnA("note", "only-by-stdin"));
  assert.equal(fake.primitive("a")?.meta.note, "only-by-stdin");
  assert.equal(count(fake, "only-by-stdin"), 0);
});
