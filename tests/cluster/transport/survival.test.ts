import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { cutNode, healNode, waitOnline } from "../../../lab";
import {
  configuration,
  eventually,
  labConnection,
  makeProject,
  nothingChanged,
  onNode,
  statuses,
  succeeded,
} from "../harness";
import { runInLab } from "../harness/pulumi";
import { watched } from "../life/interrupt";
import type { Row } from "./faults";
import { onTransportLab, open, shut } from "./lab";

const program = `new pacemaker.FloatingIp("plain", { connection, ip, cidrNetmask });`;

/**
 * How many seconds a first host with this fault may cost more than a healthy one: the goal is 5, whether it was in use or
 * not. Where its cable is pulled, the other nodes go on believing for 8 s (corosync's token and consensus) that it is the
 * designated controller, whose copy of the configuration is asked for.
 */
function mostBesides(fault: string): number {
  return fault.startsWith("its cable") ? 8 + 5 : 5;
}

onTransportLab("a first host that fails", (lab) => {
  test("at any stage: the next one does the work", async (t) => {
    const table = join(__dirname, "table.ts");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", table, lab().name, "--quick"],
      { timeout: 240_000 },
    );
    const { healthy, rows } = JSON.parse(stdout) as {
      healthy: number;
      rows: Row[];
    };
    const stages = new Set(rows.map(({ stage }) => stage));
    assert.deepEqual([...stages].sort(), [
      ...["banner", "channel", "cluster", "command", "connect"],
      ...["key exchange", "login", "trust"],
    ]);
    for (const { fault, next, stage } of rows) {
      t.diagnostic(`${stage}, ${fault}: ${next.seconds.toFixed(1)} s`);
      if (fault.startsWith("its sshd is killed")) continue;
      const [first, second] = lab().nodes.map(({ name }) => name);
      // The second one may be waiting for the first one still, and the third one is asked beside it.
      if (fault.startsWith("its cable")) assert.notEqual(next.node, first);
      else assert.equal(next.node, second, fault);
      const bound = healthy + mostBesides(fault);
      assert.ok(next.seconds < bound, `${fault}: ${next.seconds} s`);
    }
  });

  test("by losing quorum, alive: nothing is asked of it but who it is", async (t) => {
    const [first, second] = lab().nodes.map(({ name }) => name);
    await shut(lab(), first!, `!= ${lab().clientAddress}`);
    await eventually("the loss of quorum", async () => {
      const members = await onNode(lab(), second!, "crm_node", "--partition");
      return members.includes(first!) ? undefined : true;
    });
    const project = await makeProject(t, lab(), {
      program,
      env: { PACEMAKER_DEBUG: "1" },
    });
    const up = succeeded(await project.up());
    t.diagnostic(`up: ${up.seconds.toFixed(1)} s`);
    assert.match(up.output, /192\.0\.2\.12:22 [^\n]*cibadmin --patch/);
    assert.doesNotMatch(up.output, /192\.0\.2\.11:22 [^\n]*(cibadmin|sh -s)/);
    await open(lab(), first!);
    await waitOnline(lab());
    // The patch of the others is the one that counts.
    assert.equal(
      await configuration(lab(), first!),
      await configuration(lab(), second!),
    );
    succeeded(await project.destroy());
  });

  test("by holding another copy of the configuration: the designated controller's counts", async (t) => {
    const controller = (
      await onNode(lab(), lab().nodes[0]!.name, "crmadmin", "-q", "--dc_lookup")
    )
      .trim()
      .split(" ")
      .at(-1)!;
    const { name: stale, address } = lab().nodes.find(
      ({ name }) => name !== controller,
    )!;
    const before = await configuration(lab(), controller);
    const connection = labConnection(lab());
    connection.hosts.sort((a) => (a === address ? -1 : 1));
    const project = await makeProject(t, lab(), { program, connection });
    // As after a partition has healed: it is ahead of the others, and they do not know what it knows.
    await onNode(
      lab(),
      stale,
      ...["cibadmin", "--modify", "--node", stale, "--scope", "status"],
      ...["--xml-text", `<node_state id="1" x="1"/>`],
    );
    const versionOn = async (node: string) => {
      const text = await onNode(
        lab(),
        stale,
        ...["cibadmin", "--query", "--node", node],
      );
      return /<cib [^>]*>/
        .exec(text)![0]
        .match(/epoch="\d+"|num_updates="\d+"/g);
    };
    assert.notDeepEqual(await versionOn(stale), await versionOn(controller));
    const up = succeeded(await project.up());
    t.diagnostic(`up by way of ${stale}: ${up.seconds.toFixed(1)} s`);
    assert.equal(
      (await statuses(lab(), controller)).get("plain")?.role,
      "Started",
    );
    succeeded(await project.destroy());
    assert.equal(await configuration(lab(), controller), before);
  });

  test("while a change is prepared on it: the next host does it", async (t) => {
    const [first, second] = lab().nodes.map(({ name }) => name);
    const before = await configuration(lab());
    const project = await makeProject(t, lab(), {
      program,
      env: { PACEMAKER_DEBUG: "1" },
    });
    let cut: Promise<void> | undefined;
    const up = await watched(
      ...([lab(), 0] as const),
      (step) => {
        if (step === "staging") cut ??= cutNode(lab(), first!);
      },
      () => project.up(),
    );
    t.diagnostic(`up with the host lost: ${up.seconds.toFixed(1)} s`);
    succeeded(up);
    await cut;
    // The first one's staging came to no end.
    const [lost, ...others] = lab().hosts;
    const staged = (host: string) =>
      new RegExp(`pacemaker: ${host}:22 [\\d.]+ s, exit 0: /bin/sh -s`);
    assert.doesNotMatch(up.output, staged(lost!));
    assert.match(up.output, staged(`(${others.join("|")})`));
    assert.equal(
      (await statuses(lab(), second!)).get("plain")?.role,
      "Started",
    );
    nothingChanged(await project.up());
    succeeded(await project.destroy());
    assert.equal(await configuration(lab(), second!), before);
    await healNode(lab(), first!);
    await waitOnline(lab());
    assert.equal(await configuration(lab(), first!), before);
  });

  test("host-keys prints what a stack's configuration takes", async (t) => {
    const project = await makeProject(t, lab(), {
      program: `new pacemaker.FloatingIp("plain", { ip, cidrNetmask });`,
    });
    const { hosts, user, privateKey } = labConnection(lab());
    const main = join(
      project.dir,
      "node_modules/pulumi-pacemaker/dist/cli/main.js",
    );
    const printed = await runInLab(
      lab(),
      [process.execPath, main, "host-keys", ...hosts],
      { cwd: project.dir, env: project.env, timeoutSeconds: 30 },
    );
    succeeded(printed);
    const set = await runInLab(
      lab(),
      ["sh", "-ec", printed.stdout.replace(/^[^#]*\n(?=#)/, "")],
      { cwd: project.dir, env: project.env, timeoutSeconds: 60 },
    );
    succeeded(set);
    await project.configure(
      {
        ...Object.fromEntries(
          hosts.map((host, index) => [
            `pacemaker:connection.hosts[${index}]`,
            host,
          ]),
        ),
        "pacemaker:connection.user": user,
      },
      { "pacemaker:connection.privateKey": privateKey },
    );
    succeeded(await project.up());
    succeeded(await project.destroy());
  });
});
