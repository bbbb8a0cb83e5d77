/** An engine that is killed: its provider ends with it, and leaves nothing behind. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inNamespace, type Lab } from "../../../lab";
import {
  eventually,
  makeProject,
  nothingChanged,
  nameOf,
  onEveryNode,
  onLab,
  onNode,
  statuses,
  succeeded,
  whereAre,
  type Outcome,
} from "../harness";
import { changesIn, family, interrupted, slowStop } from "./interrupt";
import { remoteCommands } from "./commands";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const members = ["web_ip", "web_service"];
const program = (unit: string) =>
  programOf(
    address("web_ip", 31, web),
    service("web_service", unit, web),
    group("web", members),
  );

/** The processes that the CLI has started to run our provider. */
function providersOf(cli: number): number[] {
  return family(cli)
    .filter(({ argv }) =>
      argv.some((word) => /dynamic-provider|resource-pulumi-nodejs/.test(word)),
    )
    .map(({ pid }) => pid);
}

const connections = ["ss", "-Htnp", "state", "established", "dport = :22"];

/** Waits until nothing that a killed CLI's provider was or had is left, here and on the nodes. */
async function nothingIsLeft(lab: Lab, providers: number[]): Promise<number> {
  const started = Date.now();
  await eventually(
    "the provider to end",
    () => providers.every((pid) => family(pid).length === 0) || undefined,
  );
  const seconds = (Date.now() - started) / 1000;
  const [ss = "", ...args] = inNamespace(lab.namespace, connections);
  assert.equal(execFileSync(ss, args, { encoding: "utf8" }), "");
  await eventually("what it ran on the nodes to end", async () => {
    const found = await onEveryNode(
      lab,
      "ls -d /tmp/pacemaker-* /tmp/tmp.*/new.xml 2>/dev/null || true; pgrep -f '[r]unner.py' || true",
    );
    return Object.values(found).every((text) => text === "") || undefined;
  });
  return seconds;
}

/** Its mark says that it is being started. */
const slowStart =
  "ExecStartPre=/bin/sh -c 'touch /run/life-starts; sleep 10; rm -f /run/life-starts'";

onLab("bookworm", "an engine that is killed", (lab) => {
  test("ends its provider, in a change and in a wait; the next run goes on", async (t) => {
    await makeUnit(t, lab(), "life-one", [slowStop]);
    await makeUnit(t, lab(), "life-slow", [slowStart]);
    await onEveryNode(
      lab(),
      "rm -f /run/unit-stops /run/life-starts; systemctl enable --now --quiet life-one",
    );
    const project = await makeProject(t, lab(), {
      program: program("life-one"),
    });
    let providers: number[] = [];
    const ended = async (when: string) => {
      assert.equal(providers.length, 2, "the script, and its node");
      const seconds = await nothingIsLeft(lab(), providers);
      t.diagnostic(`killed ${when}: the provider ended after ${seconds} s`);
      succeeded(await project.pulumi(["cancel", "--yes", "--stack", "test"]));
    };

    for (const [verb, step] of [
      ["up", "stopping"],
      ["up", "change 1"],
      ["destroy", "staging"],
    ] as const) {
      if (verb === "destroy") {
        // Nobody proves a start that nobody waits for.
        project.writeProgram(program("life-slow"));
        let cli = 0;
        const run = project.up([], { onStart: (pid) => (cli = pid) });
        await eventually("the service to start", async () => {
          const text = "ls /run/life-starts 2>/dev/null || true";
          const found = Object.values(await onEveryNode(lab(), text));
          return found.some((one) => one !== "") || undefined;
        });
        providers = providersOf(cli);
        process.kill(cli, "SIGKILL");
        await run;
        await ended("while it waits for a start");
        succeeded(await project.up());
        await whereAre(lab(), members);
      }
      let cli = 0;
      const { hits } = await interrupted(
        ...([lab(), "CLI", await changesIn(lab())] as const),
        (now) => {
          if (now !== step) return false;
          providers = providersOf(cli);
          return true;
        },
        (onStart) =>
          project[verb]([], {
            onStart: (pid) => {
              cli = pid;
              onStart(pid);
            },
          }),
      );
      assert.deepEqual(hits, [step]);
      await ended(`at ${step} of ${verb}`);
    }
    succeeded(await project.destroy());
  });
});

onLab("bookworm", "what a person is told", (lab) => {
  test("stands once, under its resource; outputs say what the run has seen", async (t) => {
    await makeUnit(t, lab(), "life-one");
    const text = (last: number, more: object) =>
      programOf(
        address("web_ip", last, web),
        service("web_service", "life-one", { ...web, ...more }),
        group("web", members),
      );
    const project = await makeProject(t, lab(), { program: text(31, {}) });
    succeeded(await project.up());

    const told = (outcome: Outcome) =>
      succeeded(outcome)
        .diagnostics.filter(({ message }) => /foreseen: /.test(message))
        .map(({ urn = "", message }) => `${nameOf(urn)} < ${message.trim()}`)
        .sort();
    const alone = /^web_ip < foreseen: web_ip: this change will restart web_ip/;
    project.writeProgram(text(32, {}));
    const preview = told(await project.preview());
    assert.equal(preview.length, 1, preview.join("\n"));
    assert.match(preview[0]!, alone);

    // As a person does it: the preview, and the update after it.
    const up = await project.pulumi([
      ...["up", "--yes", "--stack", "test", "--color=never"],
    ]);
    const lines = succeeded(up)
      .output.split("\n")
      .map((line) => line.trim())
      .filter((line) => line.startsWith("foreseen: "));
    assert.deepEqual(
      lines.map((line) => `web_ip < ${line}`),
      preview,
    );

    // The same where no preview was seen; all resources are asked about at once.
    project.env.PULUMI_PARALLEL_DIFF = "true";
    project.writeProgram(text(33, { monitorInterval: "20s" }));
    const outcome = await project.up();
    const both = told(outcome);
    assert.match(both.join("\n"), /web_ip/);
    assert.equal(new Set(both).size, both.length, both.join("\n"));
    for (const line of both) assert.doesNotMatch(line, /cannot be foreseen/);
    assert.ok(outcome.seconds < 25, `it took ${outcome.seconds} s`);

    // A node is lost, and the run which sees that says in its outputs where things are.
    delete project.env.PULUMI_PARALLEL_DIFF;
    const lost = await whereAre(lab(), members);
    await onNode(lab(), lost, "pcs", "cluster", "stop", "--force");
    t.after(() => onNode(lab(), lost, "pcs", "cluster", "start", "--wait"));
    const other = lab().nodes.find(({ name }) => name !== lost)!.name;
    const now = await eventually("the failover", async () => {
      const all = await statuses(lab(), other);
      const found = members.map((id) => all.get(id));
      const [node] = found[1]?.nodes ?? [];
      const isUp = found.every((one) => one?.role === "Started");
      return isUp && node !== lost ? node : undefined;
    });
    project.env.PACEMAKER_DEBUG = "1";
    const idle = nothingChanged(await project.up());
    assert.deepEqual(remoteCommands(idle), []);
    delete project.env.PACEMAKER_DEBUG;
    assert.equal((await project.outputs()).web, lost);
    project.writeProgram(text(33, { monitorInterval: "25s" }));
    const seen = succeeded(await project.up());
    assert.match(seen.output, new RegExp(`offline: ${lost}`));
    assert.equal((await project.outputs()).web, now);
    assert.deepEqual(seen.changes, { same: 2, update: 2 });
    nothingChanged(await project.up());
    succeeded(await project.destroy());
  });
});
