import assert from "node:assert/strict";
import test, { describe } from "node:test";
import {
  planRound,
  programsAfter,
  programsBefore,
} from "../../soak/chaos/plan";
import { idOf, stackNames, type StackState } from "../../soak/chaos/stacks";

const seeds = 20;
const rounds = 100;

describe("the rounds of chaos", () => {
  test("what is made by hand is what the program then declares, under the same id", () => {
    let made = 0;
    for (let seed = 1; seed <= seeds; seed += 1) {
      const options = { seed, nodes: 3 };
      let programs = programsBefore(1, options);
      for (let number = 1; number <= rounds; number += 1) {
        const round = planRound(number, programs, options);
        programs = programsAfter(round);
        for (const stack of stackNames)
          for (const { id } of round.stacks[stack].handmade) {
            made += 1;
            assert.ok(
              idsIn(programs[stack]).includes(id),
              `seed ${seed}, round ${number}: ${id} (${round.stacks[stack].operations.join(", ")})`,
            );
          }
      }
    }
    assert.ok(made > seeds);
  });

  test("the same seed gives the same rounds, from any of them on", () => {
    const options = { seed: 7, nodes: 3 };
    let programs = programsBefore(1, options);
    for (let number = 1; number <= 30; number += 1)
      programs = programsAfter(planRound(number, programs, options));
    assert.deepEqual(programsBefore(31, options), programs);
  });
});

function idsIn(state: StackState): string[] {
  return Object.keys(state.resources).map((slot) => idOf(state, slot));
}
