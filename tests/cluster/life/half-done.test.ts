import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Lab } from "../../../lab";
import {
  configuration,
  makeProject,
  onEveryNode,
  onLab,
  succeeded,
  whereAre,
} from "../harness";
import {
  changesIn,
  interrupted,
  slowStop,
  type Interruption,
  type Step,
} from "./interrupt";
import { misordered, Operations } from "./operations";
import { address, group, makeUnit, programOf, service } from "./programs";

const web = { group: "web" };
const members = ["web_ip", "web_service"];
const program = (unit: string, last: number) =>
  programOf(
    address("web_ip", last, web),
    service("web_service", unit, web),
    group("web", members),
  );

/** One life of a stack: what each part of it runs. */
const life = {
  create: { verb: "up", program: program("life-one", 31) },
  update: { verb: "up", program: program("life-two", 32) },
  delete: { verb: "destroy", program: program("life-two", 32) },
} as const;
type Part = keyof typeof life;
const parts = Object.keys(life) as Part[];

/** Of a life that nothing cuts off: how often each part changes the configuration, and what it is afterwards. */
const reference = new Map<Part, { changes: number; outcome: string }>();

const units = ["life-one", "life-two"];

async function makeUnits(test: TestContext, lab: Lab): Promise<void> {
  for (const name of units) await makeUnit(test, lab, name, [slowStop]);
  await enableUnits(lab);
}

/** As an installation leaves them. */
async function enableUnits(lab: Lab): Promise<void> {
  await onEveryNode(lab, `systemctl enable --now --quiet ${units.join(" ")}`);
}

/**
 * Whether every step must be hit, which takes several lives; otherwise one life is enough, cut off wherever it happens.
 * PACEMAKER_EVERY_STEP=1: of all interruptions.
 */
function hitsEvery(how: Interruption): boolean {
  return how === "provider" || process.env.PACEMAKER_EVERY_STEP === "1";
}

onLab("bookworm", "work that is cut off", (lab) => {
  test("what it does when nothing cuts it off", async (t) => {
    await makeUnits(t, lab());
    const project = await makeProject(t, lab(), { program: "" });
    for (const part of parts) {
      project.writeProgram(life[part].program);
      const since = await changesIn(lab());
      succeeded(await project[life[part].verb]());
      const changes = (await changesIn(lab())) - since;
      t.diagnostic(`${part}: ${changes} changes`);
      reference.set(part, { changes, outcome: await configuration(lab()) });
    }
  });

  for (const how of ["provider", "CLI", "connection"] as Interruption[])
    test(`the ${how} ends at ${hitsEvery(how) ? "each step" : "some steps"} of create, update and delete: the next run goes on`, async (t) => {
      await makeUnits(t, lab());
      const project = await makeProject(t, lab(), { program: "" });
      const operations = await Operations.watch(lab());
      const spared = new Map(parts.map((part) => [part, stepsOf(part)]));

      /** Runs a part, cut off at every step that was spared so far, until it gets by. */
      const persist = async (part: Part): Promise<void> => {
        const { verb } = life[part];
        const steps = spared.get(part)!;
        const since = await changesIn(lab());
        project.writeProgram(life[part].program);
        for (let count = 1; ; count += 1) {
          const { outcome, hits } = await interrupted(
            ...([lab(), how, since] as const),
            (step) => steps.has(step),
            (onStart) => project[verb]([], { onStart }),
          );
          for (const step of hits) steps.delete(step);
          t.diagnostic(
            `${part}: code ${outcome.code}, ${outcome.seconds.toFixed(1)} s, cut off at ${hits.join(", ") || "nothing"}`,
          );
          if (hits.length === 0) {
            succeeded(outcome);
            const changes = (await changesIn(lab())) - since;
            // Changes that arrive together are one: this time, there were no more.
            if (count === 1)
              for (const step of changesAfter(changes)) steps.delete(step);
            return;
          }
          if (how === "CLI") {
            // Its lock is left behind; and the provider that is left behind too does what it was asked for.
            const cancel = ["cancel", "--yes", "--stack", "test"];
            succeeded(await project.pulumi(cancel));
            succeeded(await project[verb]());
            return;
          }
          assert.ok(count < 20, outcome.output);
        }
      };

      // Where two steps follow each other fast, or one is done by what is left behind, it takes another life to hit both.
      const most = hitsEvery(how) ? 9 : 1;
      for (let lives = 1; lives <= most; lives += 1) {
        for (const part of parts) {
          await persist(part);
          const { outcome } = reference.get(part)!;
          assert.equal(await configuration(lab()), outcome, part);
          if (part !== "delete") await whereAre(lab(), members);
        }
        if ([...spared.values()].every(({ size }) => size === 0)) break;
        await enableUnits(lab());
      }
      for (const [part, steps] of spared)
        if (hitsEvery(how))
          assert.deepEqual([...steps], [], `${part} was never cut off there`);
        else assert.ok(steps.size < stepsOf(part).size, `${part}: not cut off`);
      assert.deepEqual(
        misordered(await operations.all(), "web_ip", "web_service"),
        [],
      );
    });
});

const mostChanges = Array.from(
  { length: 20 },
  (_, index) => `change ${index + 1}` as const,
);

const changesAfter = (count: number): Step[] => {
  assert.ok(count > 0, "it changed nothing");
  return mostChanges.slice(count);
};

/** The steps of a part of the life. */
function stepsOf(part: Part): Set<Step> {
  const { changes } = reference.get(part)!;
  assert.ok(changes > 0, part);
  return new Set<Step>([
    "staging",
    // Deleting stops the service on one node only, whichever it is.
    ...(part === "delete" ? [] : (["stopping"] as const)),
    ...mostChanges.slice(0, changes),
  ]);
}
