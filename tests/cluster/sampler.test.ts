import assert from "node:assert/strict";
import { test } from "node:test";
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
  });
});
