/** An alert through its whole life; and Pacemaker runs it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Lab } from "../../../lab";
import {
  configuration,
  epoch,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
  suitesOr,
} from "../harness";
import { byId, values } from "../life/observe";

const pcs = (lab: Lab, words: string) =>
  onNode(lab, lab.nodes[0]!.name, "pcs", ...words.split(" "));

const alert = (inputs: Record<string, unknown>, name = "told") =>
  `new pacemaker.Alert("${name}", { connection, ...${JSON.stringify(inputs)} });\n`;

const path = "/usr/local/bin/told";

const recipients = async (lab: Lab, id: string): Promise<string[]> =>
  ((await byId(lab, id))?.children ?? [])
    .filter(({ name }) => name === "recipient")
    .map(({ attributes }) => attributes.value ?? "")
    .sort();

for (const suite of suitesOr("trixie"))
  onLab(suite, "an alert", (lab) => {
    test("is made, run, left alone, changed, mended, taken over and deleted", async (t) => {
      const declared = {
        path,
        options: { word: "one" },
        meta: { timeout: "15s" },
        recipients: [{ value: "/run/told" }],
      };
      const project = await makeProject(t, lab(), { program: alert(declared) });
      failedWith(
        await project.preview(),
        `told: ${path} is no program on node-01, node-02, node-03`,
      );
      // Pacemaker runs it as hacluster.
      await onEveryNode(
        lab(),
        `printf '#!/bin/sh\\necho "$word $CRM_alert_kind $CRM_alert_rsc" >>"$CRM_alert_recipient"\\n' >${path}
        chmod 755 ${path}; touch /run/told; chown hacluster /run/told`,
      );
      t.after(() => onEveryNode(lab(), `rm -f ${path} /run/told`));
      const before = await configuration(lab());
      succeeded(await project.up());
      await pcs(lab(), "resource create event ocf:pacemaker:Dummy --wait");
      // Where the operation was, whichever node that is.
      await eventually("the alert", async () =>
        Object.values(await onEveryNode(lab(), "cat /run/told")).some((text) =>
          /^one resource event$/m.test(text),
        )
          ? true
          : undefined,
      );
      await pcs(lab(), "resource delete event");
      const version = await epoch(lab());
      nothingChanged(await project.up(["--expect-no-changes"]));
      nothingChanged(await project.refresh(["--expect-no-changes"]));
      assert.equal(await epoch(lab()), version);

      // What an operator changes of ours is shown, and put back; what he adds stays.
      await pcs(lab(), "alert update told options word=two theirs=1");
      await pcs(lab(), "alert recipient add told value=/run/theirs");
      await pcs(lab(), "alert recipient delete told-recipient");
      const drift = succeeded(await project.preview(["--refresh", "--diff"]));
      assert.match(drift.output, /"two" => "one"/);
      succeeded(await project.up(["--refresh"]));
      const mended = values(await byId(lab(), "told"));
      assert.deepEqual(mended, { word: "one", theirs: "1", timeout: "15s" });
      assert.deepEqual(await recipients(lab(), "told"), [
        "/run/theirs",
        "/run/told",
      ]);
      project.writeProgram(
        alert({ path, options: { other: "1" }, description: "by day" }),
      );
      succeeded(await project.up());
      const changed = await byId(lab(), "told");
      assert.deepEqual(values(changed), { other: "1", theirs: "1" });
      assert.equal(changed?.attributes.description, "by day");
      assert.deepEqual(await recipients(lab(), "told"), ["/run/theirs"]);

      // One that was made by hand is taken over as it is, refused where it differs, changed where that is asked for.
      await pcs(
        lab(),
        `alert create id=hand path=${path} options word=a meta timeout=9s`,
      );
      await pcs(lab(), "alert recipient add hand value=someone");
      const hand = (word: string, more = {}) =>
        alert(
          {
            ...{ path, options: { word }, meta: { timeout: "9s" } },
            ...{ recipients: [{ value: "someone" }], ...more },
          },
          "hand",
        );
      const other = await makeProject(t, lab(), { program: hand("b") });
      failedWith(await other.preview(), "its option word is another one");
      other.writeProgram(hand("a"));
      const kept = await epoch(lab());
      succeeded(await other.up());
      assert.equal(await epoch(lab()), kept);
      const third = await makeProject(t, lab(), {
        program: hand("c", { adopt: "update" }),
      });
      succeeded(await third.up());
      assert.equal(values(await byId(lab(), "hand")).word, "c");
      succeeded(await other.up(["--refresh"]));
      assert.equal(values(await byId(lab(), "hand")).word, "a");
      other.writeProgram(hand("a", { resourceId: "new" }));
      succeeded(await other.up());
      assert.equal(await byId(lab(), "hand"), undefined);
      assert.deepEqual(await recipients(lab(), "new"), ["someone"]);
      succeeded(await other.destroy());

      for (const [inputs, words] of [
        [{ path: "told" }, "the absolute path of the alert's program"],
        [
          { path, recipients: [{ value: "a" }, { value: "a" }] },
          "names a recipient twice",
        ],
      ] as const) {
        other.writeProgram(alert(inputs, "wrong"));
        failedWith(await other.preview(), words);
      }
      succeeded(await project.destroy());
      // The empty section stays, as after pcs alone.
      const after = await configuration(lab());
      assert.equal(after.replace(/\n *<alerts>$/m, ""), before);
    });
  });
