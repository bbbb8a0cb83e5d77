import { describe, test } from "node:test";
import assert from "node:assert/strict";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import { waitFor } from "../../provider/src/cluster/outcome/wait";
import { runsTogether } from "../../provider/src/cluster/outcome/start";
import { PacemakerError } from "../../provider/src/errors";
import type { ClusterStatus } from "../../provider/src/model/status";
import { FakeCluster } from "./fakeCluster";

function withResource(): FakeCluster {
  const fake = new FakeCluster();
  fake.edit("resource create a ocf:heartbeat:Dummy meta target-role=Stopped");
  return fake;
}

const wait = {
  what: "a to start",
  resources: ["a"],
  timeoutSeconds: 20,
  reached: (status: ClusterStatus) => status.resources.get("a")?.nodes[0],
  explain: () => "- a is Stopped",
};

const handle = (fake: FakeCluster) => clusterOf(fake.connection, fake.open);

// At the same time, because most of each is waiting.
describe("waiting", { concurrency: true }, () => {
  test("what is so already is seen at the first look", async () => {
    const fake = withResource();
    fake.edit("resource meta a target-role=");
    assert.equal(await waitFor(handle(fake), wait), "node-01");
    assert.equal(fake.log.filter((line) => line.includes("crm_mon")).length, 2);
  });

  test("what comes later is seen when it comes", async () => {
    const fake = withResource();
    setTimeout(() => fake.edit("resource meta a target-role="), 300);
    const started = Date.now();
    assert.equal(await waitFor(handle(fake), wait), "node-01");
    assert.ok(Date.now() - started >= 250);
  });

  test("a look that was held up does not hold up the next one", async () => {
    const fake = withResource();
    let looks = 0;
    fake.nodes[0]!.answer = async (argv) => {
      // The first look chooses the host.
      if (argv[0] === "/usr/sbin/crm_mon" && (looks += 1) === 2) {
        await new Promise((resolve) => setTimeout(resolve, 2500));
        fake.edit("resource meta a target-role=Stopped");
        setTimeout(() => fake.edit("resource meta a target-role="), 100);
      }
      return undefined;
    };
    const started = Date.now();
    assert.equal(await waitFor(handle(fake), wait), "node-01");
    assert.ok(Date.now() - started < 8000, `${Date.now() - started} ms`);
  });

  test("a monitor under way is no reason to give up what runs, and a start is", async () => {
    const startsWith = (pending: string): FakeCluster => {
      const fake = withResource();
      fake.edit("resource meta a target-role=");
      for (const node of fake.nodes)
        node.answer = async (argv, options) => {
          if (!/crm_(mon|simulate)$/.test(argv[0]!)) return undefined;
          const real = await fake.run(node, argv, options);
          const stdout = real.stdout.replace(
            '<resource id="a"',
            `$& pending="${pending}"`,
          );
          return { ...real, stdout };
        };
      return fake;
    };
    const reached = (status: ClusterStatus) => runsTogether(status, ["a"]);
    const running = handle(startsWith("Monitoring"));
    assert.equal(await waitFor(running, { ...wait, reached }), "node-01");
    await assert.rejects(
      waitFor(handle(startsWith("Starting")), { ...wait, reached }),
      /has stopped trying/,
    );
  });

  test("the bound ends the wait", async () => {
    const fake = withResource();
    fake.idle = false;
    await assert.rejects(
      waitFor(handle(fake), { ...wait, timeoutSeconds: 0.3 }),
      {
        kind: "timeout",
        message:
          "waited for a to start, but it did not within 0.3 s:\n- a is Stopped\nMend the cause and run this again.",
      },
    );
  });

  test("a longer one is told to a person, with how things stand", async (t) => {
    const fake = withResource();
    fake.idle = false;
    const told: string[] = [];
    t.mock.method(process.stderr, "write", (text: string) => told.push(text));
    await assert.rejects(
      waitFor(handle(fake), { ...wait, timeoutSeconds: 10.5 }),
    );
    assert.deepEqual(told, [
      "still waiting for a to start (10 s of at most 10.5 s): a is Stopped\n",
    ]);
  });

  test("a cluster that has nothing left to do ends it, long before the bound", async () => {
    const fake = withResource();
    const started = Date.now();
    await assert.rejects(waitFor(handle(fake), wait), {
      kind: "cluster",
      message:
        "waited for a to start, but the cluster has stopped trying:\n- a is Stopped\n" +
        "Mend the cause and run this again; failures on record are cleaned up then.",
    });
    assert.ok(Date.now() - started < 10_000);
  });

  test("what the cluster is blocked from doing is not left to do", async () => {
    const fake = withResource();
    fake.planned = `<rsc_action action="start" resource="a" blocked="true"/>`;
    await assert.rejects(waitFor(handle(fake), wait), { kind: "cluster" });
  });

  test("a cluster that still plans something for the resource is waited for", async () => {
    const fake = withResource();
    fake.planned = `<rsc_action action="start" resource="a" node="node-02"/>`;
    await assert.rejects(
      waitFor(handle(fake), { ...wait, timeoutSeconds: 5 }),
      {
        kind: "timeout",
      },
    );
  });

  test("what is being stopped is not taken for what comes of the change, though nothing is planned any more", async () => {
    const fake = withResource();
    fake.edit("resource meta a target-role=");
    // Pacemaker plans nothing while a stop is under way. It began after crm_mon had said "Started".
    let looks = 0;
    fake.nodes[0]!.answer = async (argv) => {
      if (argv[0] !== "/usr/sbin/crm_simulate" || (looks += 1) > 2)
        return undefined;
      const role = looks === 1 ? "Stopping" : "Starting";
      const stdout =
        `<pacemaker-result><cluster_status><resources><resource id="a" role="${role}" active="true">` +
        `<node name="node-01"/></resource></resources></cluster_status><actions/></pacemaker-result>`;
      return { code: 0, stdout, stderr: "" };
    };
    const settled = { ...wait, untilSettled: true };
    assert.equal(await waitFor(handle(fake), settled), "node-01");
    assert.equal(looks, 3);
    looks = 0;
    await waitFor(handle(fake), { ...settled, reached: () => true });
    assert.equal(looks, 3, "also where nothing is to be reached");
  });

  test("what is planned is asked of the designated controller's configuration", async () => {
    const fake = withResource();
    fake.edit("resource meta a target-role=");
    fake.dc = "node-03";
    await waitFor(handle(fake), { ...wait, untilSettled: true });
    const asked = fake.log.findIndex((line) => line.includes("crm_simulate"));
    assert.match(
      fake.log[asked - 1]!,
      /^node-01: .*cibadmin --query --node node-03/,
    );
  });

  test("a busy controller is waited for", async () => {
    const fake = withResource();
    fake.idle = false;
    await assert.rejects(
      waitFor(handle(fake), { ...wait, timeoutSeconds: 4 }),
      {
        kind: "timeout",
      },
    );
  });

  test("what is decided ends it at once", async () => {
    const fake = withResource();
    const started = Date.now();
    await assert.rejects(
      waitFor(handle(fake), {
        ...wait,
        reached: () => {
          throw new PacemakerError("cluster", "a is blocked");
        },
      }),
      { message: "a is blocked" },
    );
    assert.ok(Date.now() - started < 1000);
  });

  test("a cluster that cannot be reached is an error, not an outcome", async () => {
    const fake = withResource();
    for (const node of fake.nodes)
      node.openFails = new PacemakerError("connect", `${node.address} is down`);
    await assert.rejects(waitFor(handle(fake), wait), { kind: "connect" });
  });
});
