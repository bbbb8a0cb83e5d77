import assert from "node:assert/strict";
import { test } from "node:test";
import {
  suitesOr,
  configuration,
  makeProject,
  nothingChanged,
  onLab,
  succeeded,
  whereAre,
} from "../harness";
import { membersOf } from "./observe";
import { address, group, programOf } from "./programs";

const names = ["red", "blue"];
const members = (name: string) =>
  ["a", "b", "c"].map((one) => `${name}_${one}`);

function program(name: string, interval: string): string {
  const first = 31 + 10 * names.indexOf(name);
  return programOf(
    ...members(name).map((id, index) =>
      address(id, first + index, { group: name, monitorInterval: interval }),
    ),
    group(name, members(name)),
    address(`${name}_alone`, first + 5),
  );
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "two stacks on one cluster, at the same time", (lab) => {
    test("both succeed, and nothing is lost", async (t) => {
      const before = await configuration(lab());
      const projects = await Promise.all(
        names.map((name) =>
          makeProject(t, lab(), { name, program: program(name, "30s") }),
        ),
      );
      const both = async (verb: "up" | "destroy") => {
        const outcomes = await Promise.all(
          projects.map((project) => project[verb]()),
        );
        outcomes.forEach(succeeded);
        const seconds = outcomes.map((outcome) => outcome.seconds.toFixed(1));
        t.diagnostic(`${verb}: ${seconds.join(" and ")} s`);
      };
      await both("up");
      for (const name of names) {
        assert.deepEqual(await membersOf(lab(), name), members(name));
        await whereAre(lab(), members(name));
        await whereAre(lab(), [`${name}_alone`]);
      }
      projects.forEach((project, index) =>
        project.writeProgram(program(names[index]!, "20s")),
      );
      await both("up");
      const changed = await configuration(lab());
      for (const id of names.flatMap(members))
        assert.match(changed, new RegExp(`id="${id}-monitor-interval-20s?"`));
      await Promise.all(
        projects.map(async (project) =>
          nothingChanged(await project.refresh(["--expect-no-changes"])),
        ),
      );
      await both("destroy");
      assert.equal(await configuration(lab()), before);
    });
  });
