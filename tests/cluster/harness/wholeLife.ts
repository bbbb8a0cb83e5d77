/** What must be true of a program with the stack from its first `up` to its `destroy`, on any suite, however it is written. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { configuration, epoch, onNode } from "./cluster";
import { Prober } from "./prober";
import { makeProject, type Project, type ProjectOptions } from "./project";
import { nothingChanged, succeeded } from "./pulumi";
import { Sampler, type Change } from "./sampler";
import { smtpStack } from "./stack";
import { eventually } from "./wait";
import type { Lab } from "../../../lab";

/**
 * Runs a program on a fresh lab: up; a second up and a refresh, without a change; a failover by standby; destroy, which
 * leaves nothing. A sampler looks on every node all the while, and must never see Postfix without its address.
 *
 * @param whileUp what else is to be asserted of the program while it is up
 */
export async function wholeLife(
  test: TestContext,
  lab: Lab,
  options: ProjectOptions,
  whileUp: (project: Project, node: string) => Promise<void> = () =>
    Promise.resolve(),
): Promise<void> {
  const before = await configuration(lab);
  const project = await makeProject(test, lab, options);
  const sampler = await Sampler.start(lab);
  test.after(() => sampler.stop());

  const up = succeeded(await project.up());
  const node = await smtpStack.serves(lab);
  await smtpStack.unitsAreOff(lab, [node]);
  assert.equal(await configuration(lab), smtpStack.madeFrom(before, lab.suite));

  const version = await epoch(lab);
  nothingChanged(await project.up(["--expect-no-changes"]));
  nothingChanged(await project.refresh(["--expect-no-changes"]));
  assert.equal(await epoch(lab), version, "the CIB was changed");
  await whileUp(project, node);

  const outage = await failOver(test, lab, node);

  const destroyed = succeeded(await project.destroy());
  await sampler.stop();
  await smtpStack.isGone(lab, before);
  assert.deepEqual(await project.resources(), []);
  test.diagnostic(
    [
      `up ${up.seconds.toFixed(1)} s`,
      `failover ${outage.toFixed(1)} s without answer`,
      `destroy ${destroyed.seconds.toFixed(1)} s`,
    ].join(", "),
  );
  assertInSight(test, lab, sampler);
  assert.deepEqual(sampler.misplacements(), []);
}

/** Puts the node into standby until another one answers; returns the seconds in which none did. */
async function failOver(
  test: TestContext,
  lab: Lab,
  node: string,
): Promise<number> {
  const prober = new Prober(lab);
  test.after(() => prober.stop());
  await prober.answered(node);
  await onNode(lab, node, "pcs", "node", "standby", node);
  const other = await eventually("the stack on another node", async () => {
    const now = await smtpStack.serves(lab);
    return now === node ? undefined : now;
  });
  await prober.answered(other);
  await prober.stop();
  await smtpStack.unitsAreOff(lab, [other]);
  await onNode(lab, other, "pcs", "node", "unstandby", node);
  return prober.outage();
}

/**
 * Ten looks. With 25 processes waiting for two processors the widest gap of a whole life was 0.13 s, with 60 of them 1.2 s,
 * and 0.1 s around a change.
 */
const closeSeconds = 0.5;

/** Asserts that the sampler has seen all that happened: it looked often, and closely when Postfix or the address moved. */
function assertInSight(test: TestContext, lab: Lab, sampler: Sampler): void {
  const gaps = sampler.gaps();
  const median = gaps[Math.floor(gaps.length / 2)]!;
  const changes = sampler.changes();
  const widest = Math.max(...changes.map(({ gap }) => gap));
  test.diagnostic(
    `${gaps.length} looks, ${median.toFixed(3)} s apart in the median, ${gaps.at(-1)!.toFixed(3)} s at most, ` +
      `${widest.toFixed(3)} s at most around ${changes.length} changes`,
  );
  assert.ok(median < 0.08, `the sampler looked every ${median} s only`);
  const outOfSight = ({ gap }: Change) => gap > closeSeconds;
  assert.deepEqual(changes.filter(outOfSight), [], "not seen closely");
  // Where both came or went between two looks, nobody knows which was first.
  assert.deepEqual(
    changes.filter(({ both }) => both),
    [],
    "the order was not seen",
  );

  // A fresh installation runs Postfix everywhere, and what came after its end is what counts.
  assert.deepEqual(sampler.neverTakenOver(), []);
  const held = lab.nodes.filter(({ name }) =>
    sampler.samples(name).some(({ active, holds }) => active && holds),
  );
  assert.equal(held.length, 2, "the stack was seen on one node, then another");
}
