import assert from "node:assert/strict";
import { test } from "node:test";
import {
  suitesOr,
  configuration,
  failedWith,
  makeProject,
  onLab,
  onNode,
  succeeded,
  whereAre,
  type Outcome,
} from "../harness";
import { Operations } from "./operations";
import {
  address,
  group,
  makeUnit,
  programOf,
  service,
  type Declaration,
} from "./programs";

const web = { group: "web" };

/** A stack of an address and a service; `more` are members between them. */
function program({
  last = 31,
  unit = "life-one",
  more = [] as readonly Declaration[],
  inputs = {},
}): string {
  return programOf(
    address("web_ip", last, web),
    ...more,
    service("web_service", unit, { ...web, ...inputs }),
    group("web", ["web_ip", ...more.map(([, id]) => id), "web_service"]),
  );
}

function foreseenIn({ diagnostics }: Outcome): string[] {
  return diagnostics
    .flatMap(({ message }) => message.split("\n"))
    .filter((line) => line.startsWith("foreseen: "))
    .map((line) => line.replace("foreseen: ", ""))
    .sort();
}

for (const suite of suitesOr("trixie"))
  onLab(suite, "what a change will do", (lab) => {
    test("is told in preview, and is what happens then", async (t) => {
      for (const unit of ["life-one", "life-two"])
        await makeUnit(t, lab(), unit);
      const project = await makeProject(t, lab(), { program: program({}) });
      succeeded(await project.up());
      const node = await whereAre(lab(), ["web_ip", "web_service"]);
      const pcs = (...argv: string[]) => onNode(lab(), node, "pcs", ...argv);
      const theirs = ["resource", "create", "theirs", "ocf:pacemaker:Dummy"];
      await pcs(...theirs, "--wait");
      t.after(() => pcs("resource", "delete", "theirs", "--force"));
      await pcs("constraint", "colocation", "add", "theirs", "with", "web");
      await pcs("constraint", "order", "web", "then", "theirs");
      await whereAre(lab(), ["web_ip", "web_service", "theirs"]);

      const preview = async (
        text: string,
        expected: readonly (string | RegExp)[],
      ) => {
        const before = await configuration(lab());
        project.writeProgram(text);
        const told = foreseenIn(succeeded(await project.preview()));
        assert.equal(await configuration(lab()), before, "it was changed");
        assert.equal(told.length, expected.length, told.join("\n"));
        for (const [index, words] of expected.entries())
          if (typeof words === "string") assert.equal(told[index], words);
          else assert.match(told[index]!, words);
      };
      // What is said here, both versions say alike.
      if (suite === "bookworm") {
        const unchanged = await configuration(lab());
        project.writeProgram(program({ unit: "no-such-unit" }));
        failedWith(
          await project.preview(),
          '[cluster] web_service: there is no usable unit "no-such-unit"',
        );
        assert.equal(await configuration(lab()), unchanged);
        await preview(program({ inputs: { resourceId: "web_daemon" } }), [
          `web: this change will start web_daemon on ${node}, restart theirs on ${node} and stop web_service on ${node}.`,
          `web_service: this change will stop web_service and theirs on ${node}; the new one then starts in its place, ` +
            `and with it what had to stop.`,
        ]);
      }

      const made = async (text: string, told: string[], done: string[]) => {
        await preview(text, told);
        const operations = await Operations.watch(lab());
        succeeded(await project.up());
        await whereAre(lab(), ["web_ip", "theirs"]);
        const words = done.map((one) => `${one} ${node}`);
        assert.deepEqual(await operations.words(), words);
      };
      await made(
        program({ last: 32 }),
        [
          `web_ip: this change will restart web_ip, web_service and theirs on ${node}.`,
        ],
        [
          ...["stop theirs", "stop web_service", "stop web_ip"],
          ...["start web_ip", "start web_service", "start theirs"],
        ],
      );
      const inputs = { monitorInterval: "20s" };
      await made(
        program({ last: 32, inputs }),
        [`web_service: this change will not stop, restart or move anything.`],
        [],
      );
      const more = [address("web_more", 33, web)];
      await made(
        program({ last: 32, inputs, more }),
        [
          `web: this change will start web_more on ${node} and restart web_service and theirs on ${node}.`,
        ],
        [
          ...["stop theirs", "stop web_service", "start web_more"],
          ...["start web_service", "start theirs"],
        ],
      );
      await made(
        program({ last: 32, inputs, more, unit: "life-two" }),
        [
          `web_service: this change will restart web_service and theirs on ${node}.`,
        ],
        [
          ...["stop theirs", "stop web_service"],
          ...["start web_service", "start theirs"],
        ],
      );
      await made(
        programOf(
          ...[address("web_ip", 32, web), ...more],
          group("web", ["web_ip", "web_more"]),
        ),
        [`web: this change will stop web_service on ${node}.`],
        ["stop web_service"],
      );
    });
  });

onLab("bookworm", "what a change will do where something has failed", (lab) => {
  test("counts with the failures that it will forget", async (t) => {
    // The agent takes a multicast address, and the kernel does not.
    const broken = address("lone_ip", 34, {
      ...{ ip: "ff02::34", cidrNetmask: 64, nic: "eth0" },
    });
    const project = await makeProject(t, lab(), {
      program: programOf(broken),
    });
    failedWith(await project.up(), "lone_ip");
    project.writeProgram(programOf(address("lone_ip", 34)));
    const [told, ...more] = foreseenIn(succeeded(await project.preview()));
    assert.deepEqual(more, []);
    const [, node] =
      /^lone_ip: this change will start lone_ip on (\S+)\.$/.exec(told ?? "") ??
      assert.fail(told);
    succeeded(await project.up());
    assert.equal(await whereAre(lab(), ["lone_ip"]), node);
  });
});
