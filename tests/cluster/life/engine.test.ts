/** An engine that is killed: its provider ends with it, and leaves nothing behind. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inNamespace, type Lab } from "../../../lab";
import {
  eventually,
  makeProject,
  onEveryNode,
  onLab,
  succeeded,
  whereAre,
} from "../harness";
import { changesIn, family, interrupted, slowStop } from "./interrupt";
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
