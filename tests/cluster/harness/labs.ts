/** The labs that the tests use: names of their own, so that a lab that a person works with is left alone. */
import { appendFileSync } from "node:fs";
import { after, before, beforeEach, describe } from "node:test";
import {
  describeLab,
  labReset,
  labUp,
  suites,
  type Lab,
  type Suite,
} from "../../../lab";

/** The file to which the names of the labs that were brought up here are added: who ends the run takes them down. */
const recordFile = process.env.PACEMAKER_TEST_LABS;

const upMinutes = 12; // with an empty cache, a lab's base is made first

/**
 * The suites of tests whose subject is ours or Pulumi's more than the node's: both, but in CI the one that is given, so that
 * CI ends in time. PACEMAKER_EVERY_SUITE=1: both there as well.
 */
export function suitesOr(inCi: Suite): readonly Suite[] {
  const every = !process.env.CI || process.env.PACEMAKER_EVERY_SUITE === "1";
  return every ? suites : [inCi];
}

/** Files that run at the same time, in lanes, have labs of their own. */
export function testLabName(kind: string): string {
  return `tests${process.env.PACEMAKER_TEST_LANE ?? ""}-${kind}`;
}

/** Whatever becomes of this process, the lab is taken down when the run ends. */
export function recordLab(name: string): void {
  if (recordFile) appendFileSync(recordFile, `${name}\n`);
}

/** @param nodes how many: another number than usual has a lab of its own */
export async function bringUp(suite: Suite, nodes?: number): Promise<Lab> {
  const name = [testLabName(suite), nodes].filter(Boolean).join("-");
  const wasThere = describeLab(name) !== undefined;
  if (!wasThere) recordLab(name);
  return labUp({ suite, name, nodes }, (line) =>
    console.log(`lab ${name}: ${line}`),
  );
}

/**
 * A suite of tests on one lab. The lab is brought up first, and is as fresh as after an installation before each test.
 *
 * @param tests declares the tests; they call `lab()` inside
 */
export function onLab(
  suite: Suite,
  what: string,
  tests: (lab: () => Lab) => void,
): void {
  describe(`${what} (${suite})`, { concurrency: false }, () => {
    let found: Lab | undefined;
    const lab = (): Lab => {
      if (!found) throw new Error(`The lab for ${suite} is not up.`);
      return found;
    };
    before(
      async () => {
        found = await bringUp(suite);
      },
      { timeout: upMinutes * 60_000 },
    );
    beforeEach(() => labReset(lab()), { timeout: 120_000 });
    tests(lab);
    // What the last test left must not keep resources running beside the next lab's.
    after(() => (found ? labReset(found) : undefined), { timeout: 120_000 });
  });
}
