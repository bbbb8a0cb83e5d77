import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually, onLab, onNode, Sampler } from "./harness";

// Everything that says "never misplaced" rests on the sampler, so it is tested against a Postfix on the wrong node.
onLab("bookworm", "the sampler", (lab) => {
  test("sees every start of Postfix on a node without the address", async (t) => {
    const node = "node-02";
    const address = `${lab().floatingAddress}/${lab().cidrNetmask}`;
    const run = (...argv: string[]) => onNode(lab(), node, ...argv);
    const sampler = await Sampler.start(lab());
    t.after(() => sampler.stop());
    const seen = (active: boolean, holds: boolean) => {
      const now = Date.now() / 1000;
      return eventually(`active=${active}, holds=${holds}`, () =>
        sampler
          .samples(node)
          .find((s) => s.t > now && s.active === active && s.holds === holds),
      );
    };

    await run("systemctl", "stop", "postfix@-");
    await seen(false, false);
    assert.deepEqual(sampler.misplacements(), [], "its own end is none");

    await run("systemctl", "start", "postfix@-");
    await seen(true, false);
    await run("systemctl", "stop", "postfix@-");
    await seen(false, false);
    assert.equal(sampler.misplacements().length, 1, "a start by systemd");

    await run("postfix", "start");
    await seen(true, false);
    await run("postfix", "stop");
    await seen(false, false);
    assert.equal(sampler.misplacements().length, 2, "a start past systemd");

    await run("ip", "address", "add", address, "dev", "eth0");
    await seen(false, true);
    await run("systemctl", "start", "postfix@-");
    await seen(true, true);
    await run("ip", "address", "delete", address, "dev", "eth0");
    await seen(true, false);
    await sampler.stop();
    const found = sampler.misplacements();
    assert.equal(found.length, 3, "the address went away from under it");
    assert.ok(found.every((one) => one.node === node));
    assert.deepEqual(sampler.neverTakenOver(), ["node-01", "node-03"]);
    assert.deepEqual(
      sampler.changes().map(({ active, holds }) => [active, holds]),
      [
        ...[
          [false, false],
          [true, false],
          [false, false],
        ],
        ...[
          [true, false],
          [false, false],
        ],
        ...[
          [false, true],
          [true, true],
          [true, false],
        ],
      ],
    );
  });

  const signals = {
    killed: {
      signals: ["KILL"],
      said: /^the sampler on node-02 ended by itself: SIGKILL$/m,
    },
    "held up": {
      signals: ["STOP", "CONT"],
      said: /^the sampler on node-02 did not look for [4-9]\.\d s$/,
    },
    "held up to the end": {
      signals: ["STOP"],
      said: /^the sampler on node-02 did not end within 5 s\nthe sampler on node-02 did not look for [4-9]\.\d s$/,
    },
  };
  for (const [what, { signals: sent, said }] of Object.entries(signals))
    test(`notices on its end that it was ${what}`, async (t) => {
      const node = "node-02";
      const sampler = await Sampler.start(lab());
      const { inside, outside } = sampler.processes(node);
      const signal = (name: string) =>
        onNode(lab(), node, "kill", `-${name}`, String(inside));
      t.after(async () => {
        if (sent.at(-1) === "STOP") await signal("CONT");
        await sampler.stop();
      });
      for (const name of sent) {
        await signal(name);
        // nsenter is held up with what it runs, and must go on as well.
        if (name === "CONT") process.kill(outside, "SIGCONT");
        await sleep(4000);
      }
      await assert.rejects(sampler.stop(), (error: Error) => {
        assert.match(error.message, said);
        return true;
      });
    });
});
