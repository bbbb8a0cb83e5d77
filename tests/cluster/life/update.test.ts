import assert from "node:assert/strict";
import { test } from "node:test";
import {
  suitesOr,
  configuration,
  epoch,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  Sampler,
  succeeded,
  whereAre,
} from "../harness";
import { byId, membersOf, operationsOf, processOf, values } from "./observe";
import { Operations } from "./operations";
import {
  address,
  group,
  makeUnit,
  programOf,
  service,
  type Declaration,
} from "./programs";

const postfix = { bookworm: "postfix@-", trixie: "postfix" };

for (const suite of suitesOr("trixie"))
  onLab(suite, "a stack that changes", (lab) => {
    test("restarts nothing, or what it must, once and in order", async (t) => {
      const before = await configuration(lab());
      await makeUnit(t, lab(), "life-one");
      await onEveryNode(lab(), "systemctl enable --now --quiet life-one");
      const project = await makeProject(t, lab(), { program: "" });
      const sampler = await Sampler.start(lab());
      t.after(() => sampler.stop());
      const run = async (...resources: Declaration[]) => {
        const operations = await Operations.watch(lab());
        const version = Number((await epoch(lab())).split(".")[1]);
        project.writeProgram(programOf(...resources));
        const outcome = succeeded(await project.up());
        const steps = Number((await epoch(lab())).split(".")[1]) - version;
        const told = outcome.diagnostics.map(({ message }) => message);
        t.diagnostic(`${outcome.seconds.toFixed(1)} s, epoch +${steps}`);
        return { tasks: await operations.tasks(), steps, told, outcome };
      };
      const mail = { group: "mail" };
      const declared = (ids = ["mail_ip", "mail_service"]) => ({
        ip: address("mail_ip", 25, { ...mail, resourceId: ids[0] }),
        service: service("mail_service", "postfix", {
          ...mail,
          ...{ resourceId: ids[1], followWrapper: true },
        }),
        group: group("mail", ["mail_ip", "mail_service"]),
      });
      const base = declared();

      const made = await run(...Object.values(base));
      assert.deepEqual(made.tasks, ["start mail_ip", "start mail_service"]);
      const node = await whereAre(lab(), ["mail_ip", "mail_service"]);
      const process = () => processOf(lab(), node, postfix[suite]);
      const first = await process();

      // What Pacemaker takes in its stride.
      const calm = {
        monitorInterval: "20s",
        timeouts: { start: "70s", stop: "80s", monitor: "25s" },
        meta: { "migration-threshold": 5 },
      };
      base.ip[2] = { ...base.ip[2], ...calm };
      base.service[2] = { ...base.service[2], ...calm };
      base.group[2] = { ...base.group[2], meta: { "resource-stickiness": 10 } };
      const calmed = await run(...Object.values(base));
      assert.deepEqual(calmed.outcome.changes, { same: 1, update: 3 });
      assert.deepEqual(calmed.tasks, []);
      assert.equal(await process(), first, "Postfix was restarted");
      for (const id of ["mail_ip", "mail_service"]) {
        const operations = await operationsOf(lab(), id);
        assert.equal(operations["monitor 20s"], "25s", id);
        assert.equal(operations["start 0s"], "70s", id);
        assert.equal(operations["stop 0s"], "80s", id);
        const { "migration-threshold": threshold } = values(
          await byId(lab(), id),
        );
        assert.equal(threshold, "5", id);
      }
      nothingChanged(await project.up(["--expect-no-changes"]));

      // What must restart does so once, and has done so when the command returns.
      base.ip[2] = { ...base.ip[2], cidrNetmask: 25, nic: "eth0" };
      const renetted = await run(...Object.values(base));
      assert.deepEqual(renetted.tasks, [
        ...["stop mail_service", "stop mail_ip"],
        ...["start mail_ip", "start mail_service"],
      ]);
      assert.equal(renetted.steps, 1);
      assert.equal(await whereAre(lab(), ["mail_ip", "mail_service"]), node);
      const second = await process();
      assert.notEqual(second, first);

      // Another unit, in its place; what names the resource goes on naming it.
      await onNode(
        lab(),
        ...[node, "pcs", "constraint", "location", "mail_service"],
        ...["prefers", `${node}=10`],
      );
      await onNode(lab(), node, "pcs", "tag", "create", "ours", "mail_service");
      const unit = {
        ...base,
        group: group("mail", ["mail_ip", "mail_service", "mail_last"]),
      };
      const last = address("mail_last", 31, mail);
      const appended = await run(last, ...Object.values(unit));
      assert.deepEqual(appended.tasks, ["start mail_last"]);
      assert.equal(await process(), second, "Postfix was restarted");
      unit.service = service("mail_service", "life-one", mail);
      const changed = await run(last, ...Object.values(unit));
      assert.deepEqual(changed.tasks, [
        ...["stop mail_last", "stop mail_service"],
        ...["start mail_service", "start mail_last"],
      ]);
      const members = ["mail_ip", "mail_service", "mail_last"];
      assert.deepEqual(await membersOf(lab(), "mail"), members);
      assert.equal(await whereAre(lab(), members), node);
      assert.equal(
        (await byId(lab(), "mail_service"))?.attributes.type,
        "life-one",
      );
      const kept = await configuration(lab());
      assert.match(kept, /<rsc_location [^>]*rsc="mail_service"/);
      assert.match(kept, /<obj_ref id="mail_service"/);
      assert.deepEqual(
        Object.values(
          await onEveryNode(
            lab(),
            "systemctl is-enabled life-one postfix || true",
          ),
        ),
        lab().nodes.map(() => "disabled\ndisabled\n"),
      );
      nothingChanged(await project.up(["--expect-no-changes"]));

      // Gone, with what named it and nothing else of theirs.
      const gone = succeeded(await project.destroy());
      assert.match(
        gone.output,
        /mail_service: is named by the constraint location-mail_service\S*, the tag ours/,
      );
      assert.equal(
        (await configuration(lab())).replace("\n  <tags>", ""),
        before,
      );
      await sampler.stop();
      assert.deepEqual(sampler.misplacements(), []);
    });
  });
