import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  eventually,
  makeProject,
  nothingChanged,
  onLab,
  Sampler,
  smtpStack,
  succeeded,
  whereAre,
  type Project,
} from "../harness";
import { membersOf } from "./observe";
import { misordered, Operations } from "./operations";
import { address, group, makeUnit, programOf, service } from "./programs";

/** The URN of a resource by its Pulumi name. */
async function urnOf(project: Project, name: string): Promise<string> {
  const found = (await project.resources()).find(({ urn }) =>
    urn.endsWith(`::${name}`),
  );
  assert.ok(found, `${name} is not in the state`);
  return found.urn;
}

const urnsOf = (project: Project, names: readonly string[]) =>
  Promise.all(names.map((name) => urnOf(project, name)));

// Pulumi asks no diff then: it deletes and creates, and the group's inputs are the same as before.
onLab("bookworm", "a replacement that a person forces", (lab) => {
  test("leaves the stack as it was, whatever of it is replaced", async (t) => {
    const project = await makeProject(t, lab(), { program: smtpStack.program });
    succeeded(await project.up());
    const made = await configuration(lab());
    const sampler = await Sampler.start(lab());
    t.after(() => sampler.stop());

    const forced = async (what: string, args: string[]): Promise<void> => {
      const outcome = succeeded(await project.up(args));
      t.diagnostic(
        `${what}: ${outcome.steps.join(", ")}; ${outcome.seconds.toFixed(1)} s`,
      );
      assert.ok(
        outcome.steps.some((step) => step.startsWith("create-replacement")),
        outcome.output,
      );
      assert.equal(await configuration(lab()), made, what);
      await smtpStack.serves(lab());
    };
    const replace = async (flag: string, ...names: string[]) => {
      const urns = await urnsOf(project, names);
      await forced(
        `${flag} ${names.join(", ")}`,
        urns.flatMap((urn) => [flag, urn]),
      );
    };
    await replace("--replace", "smtp_ip");
    await replace("--target-replace", "smtp_service");
    await replace("--replace", "smtp_ip", "smtp_service", "smtp-stack");
    const tainted = await urnOf(project, "smtp_ip");
    succeeded(
      await project.pulumi([
        "state",
        "taint",
        tainted,
        "--yes",
        "--stack",
        "test",
      ]),
    );
    await forced("taint", []);
    assert.deepEqual(sampler.misplacements(), []);
    nothingChanged(await project.up(["--expect-no-changes"]));
    succeeded(await project.destroy());
  });

  test("takes changed inputs along, and comes by taint and by replaceWith too", async (t) => {
    const before = await configuration(lab());
    for (const unit of ["life-one", "life-two"]) await makeUnit(t, lab(), unit);
    const stack = (interval: string, more = ""): string =>
      `
const address = new pacemaker.FloatingIp("a", { connection, ip: "192.0.2.31", cidrNetmask: 24, group: "web", monitorInterval: "${interval}" });
const service = new pacemaker.SystemdResource("b", { connection, unit: "life-one", group: "web", monitorInterval: "${interval}" }, { ${more} });
new pacemaker.ResourceGroup("web", { connection, members: [address.resourceId, service.resourceId] });
new pacemaker.SystemdResource("f", { connection, unit: "life-two", monitorInterval: "${interval}" });
`;
    const project = await makeProject(t, lab(), { program: stack("30s") });
    succeeded(await project.up());
    const interval = async (id: string): Promise<string> =>
      /<op id="[^"]*" interval="(\d+s)" name="monitor">/.exec(
        (await configuration(lab()))
          .split(/(?=<primitive )/)
          .find((text) => text.includes(` id="${id}"`)) ?? "",
      )?.[1] ?? "";
    const runs = async (what: string): Promise<void> => {
      await whereAre(lab(), ["a", "b"]);
      await eventually(what, () => whereAre(lab(), ["f"]));
      assert.deepEqual(await membersOf(lab(), "web"), ["a", "b"]);
      nothingChanged(await project.up(["--expect-no-changes"]));
    };

    for (const [names, seconds] of [
      [["b"], 31],
      [["a", "b", "web", "f"], 32],
    ] as const) {
      project.writeProgram(stack(`${seconds}s`));
      const urns = await urnsOf(project, names);
      const args = urns.flatMap((urn) => ["--replace", urn]);
      const outcome = succeeded(await project.up(args));
      assert.equal(outcome.changes.replace, names.length, outcome.output);
      for (const id of ["a", "b", "f"])
        assert.equal(await interval(id), `${seconds}s`, id);
      await runs(names.join(", "));
    }

    for (const name of ["a", "b", "web", "f"])
      succeeded(
        await project.pulumi([
          ...["state", "taint", await urnOf(project, name)],
          ...["--yes", "--stack", "test"],
        ]),
      );
    const tainted = succeeded(await project.up());
    assert.equal(tainted.changes.replace, 4, tainted.output);
    await runs("all of them tainted");

    const withAddress = stack("50s", "replaceWith: [address]");
    project.writeProgram(withAddress);
    succeeded(await project.up());
    const urn = await urnOf(project, "a");
    const both = succeeded(await project.up(["--replace", urn]));
    assert.equal(both.changes.replace, 2, both.output);
    await runs("replaceWith");
    succeeded(await project.destroy());
    assert.equal(await configuration(lab()), before);
  });

  test("puts each member back into its place, the only one too, and a resource that stands alone", async (t) => {
    const before = await configuration(lab());
    for (const unit of ["life-one", "life-two"]) await makeUnit(t, lab(), unit);
    const web = { group: "web" };
    const project = await makeProject(t, lab(), {
      program: programOf(
        address("a", 31, web),
        service("b", "life-one", web),
        address("c", 33, web),
        group("web", ["a", "b", "c"], { meta: { priority: 3 } }),
        address("d", 34, { group: "one" }),
        group("one", ["d"], { meta: { priority: 5 } }),
        address("e", 35),
        service("f", "life-two"),
      ),
    });
    const operations = await Operations.watch(lab());
    succeeded(await project.up());
    const made = await configuration(lab());
    for (const names of [["b"], ["a", "c", "d", "e", "f"]]) {
      const urns = await urnsOf(project, names);
      const outcome = succeeded(
        await project.up(urns.flatMap((urn) => ["--replace", urn])),
      );
      assert.equal(outcome.changes.replace, names.length, outcome.output);
      // pcs writes resources that stand alone at the end.
      assert.deepEqual(
        (await configuration(lab())).split("\n").toSorted(),
        made.split("\n").toSorted(),
      );
      await whereAre(lab(), ["a", "b", "c"]);
      // What stands alone moves as Pacemaker spreads it.
      for (const alone of ["d", "e", "f"])
        await eventually(alone, () => whereAre(lab(), [alone]));
    }
    assert.deepEqual(misordered(await operations.all(), "a", "b"), []);
    assert.deepEqual(await membersOf(lab(), "web"), ["a", "b", "c"]);
    nothingChanged(await project.up(["--expect-no-changes"]));
    succeeded(await project.destroy());
    assert.equal(await configuration(lab()), before);
  });
});
