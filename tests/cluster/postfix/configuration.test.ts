import assert from "node:assert/strict";
import { test } from "node:test";
import {
  startNode,
  stopNode,
  suites,
  waitOnline,
  type Lab,
} from "../../../lab";
import {
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  succeeded,
} from "../harness";
import { remoteCommands } from "../life/commands";

const canary = "canary-in-a-file";

/** A service of three files; the check and the activation are scripts on the nodes, which a test can break. */
const files = (one: string, more: Record<string, unknown> = {}) => `
new pacemaker.SynchronizedFiles("lab", { connection, ...${JSON.stringify({
  files: {
    "/etc/lab/one.conf": { content: one },
    "/etc/lab/two.conf": {
      content: `password = ${canary}\n`,
      owner: "postfix",
      group: "postfix",
      mode: "640",
    },
  },
  check: ["/usr/local/bin/lab-check", "{/etc/lab}", "{/etc/lab/one.conf}"],
  activate: ["/usr/local/bin/lab-activate"],
  ...more,
})} });`;

const scripts = `
mkdir -p /etc/lab
echo other >/etc/lab/other.conf
cat >/usr/local/bin/lab-check <<'EOF'
#!/bin/sh
[ ! -e /run/lab-check-fails ] || { echo "line 1: $(cat "$1/two.conf")"; exit 3; }
cmp "$1/one.conf" "$2" && cmp "$1/other.conf" /etc/lab/other.conf && [ "$1" != /etc/lab ]
EOF
cat >/usr/local/bin/lab-activate <<'EOF'
#!/bin/sh
[ ! -e /run/lab-activate-fails ] || exit 4
cat /etc/lab/one.conf >>/run/lab-activated
EOF
chmod 755 /usr/local/bin/lab-*`;

const remove = `rm -rf /etc/lab /usr/local/bin/lab-* /run/lab-*`;

/** What stands in the folder on each node, with all that may be seen of it. */
function shown(lab: Lab): Promise<Record<string, string>> {
  return onEveryNode(
    lab,
    `cd /etc/lab; stat -c '%A %U %G %n' $(ls -A); cat one.conf; cat /run/lab-activated 2>/dev/null || true`,
  );
}

function everywhere(lab: Lab, text: string): Record<string, string> {
  return Object.fromEntries(lab.nodes.map(({ name }) => [name, text]));
}

for (const suite of suites)
  onLab(suite, "files that are the same on every node", (lab) => {
    test("are staged, checked, replaced, put back, caught up and mended", async (t) => {
      t.after(() => onEveryNode(lab(), remove));
      await onEveryNode(lab(), remove);
      const project = await makeProject(t, lab(), {
        program: files("first\n"),
        env: { PACEMAKER_DEBUG: "1" },
      });
      const texts = new Map<string, string>();

      // What a node refuses is said in preview.
      const refused = await project.preview();
      failedWith(
        refused,
        "[conflict] lab: its files cannot be what is declared. Nothing was changed.",
        "- /etc/lab/one.conf on node-01: the folder /etc/lab is not there: make it on each node, or correct the path",
        "- /etc/lab/two.conf on node-03: the folder /etc/lab",
      );
      await onEveryNode(lab(), scripts);
      const preview = succeeded(await project.preview(["--diff"]));
      texts.set("preview", preview.output);
      assert.match(
        preview.output,
        /foreseen: lab: this change will replace \/etc\/lab\/one\.conf, \/etc\/lab\/two\.conf on node-01; then/,
      );

      const content = (one: string, activated: string) =>
        `-rw-r--r-- root root one.conf\n-rw-r--r-- root root other.conf\n` +
        `-rw-r----- postfix postfix two.conf\n${one}${activated}`;
      texts.set("up", succeeded(await project.up(["--diff"])).output);
      const first = everywhere(lab(), content("first\n", "first\n"));
      assert.deepEqual(await shown(lab()), first);

      nothingChanged(await project.up(["--expect-no-changes"]));
      const calm = nothingChanged(await project.refresh());
      const asked = remoteCommands(calm);
      assert.deepEqual(
        asked,
        lab().nodes.map(() => "/usr/bin/python3 -I -"),
        "one remote command a node",
      );
      texts.set("refresh", calm.output);
      texts.set("state", await project.exportText());

      // A check that fails on one node: nothing is changed on any. What it quotes is not told.
      project.writeProgram(files("second\n"));
      await onNode(lab(), "node-02", "touch", "/run/lab-check-fails");
      const checked = failedWith(
        await project.up(["--diff"]),
        "lab: the check of its files failed. Nothing was changed on any node. On node-02:",
        `"/usr/local/bin/lab-check '{/etc/lab}' '{/etc/lab/one.conf}'" ended with exit code 3: line 1: [secret] = [secret]`,
      );
      texts.set("failed check", checked.output);
      assert.deepEqual(await shown(lab()), first);
      await onNode(lab(), "node-02", "rm", "/run/lab-check-fails");

      // What fails on the last node puts the old files back on the others, and has them used again.
      await onNode(lab(), "node-03", "touch", "/run/lab-activate-fails");
      const put = failedWith(
        await project.up(),
        "lab: the new files could not be put to use on node-03:",
        `"/usr/local/bin/lab-activate" ended with exit code 4: no output`,
        "The old files are back on node-03, and could not be put to use there:",
      );
      texts.set("failed activation", put.output);
      const back = content("first\n", "first\nsecond\nfirst\n");
      assert.deepEqual(await shown(lab()), {
        "node-01": back,
        "node-02": back,
        "node-03": first["node-03"],
      });
      await onNode(lab(), "node-03", "rm", "/run/lab-activate-fails");
      await onEveryNode(lab(), "rm /run/lab-activated");

      // A node that is down is told of, and caught up.
      await stopNode(lab(), "node-03");
      const down = succeeded(await project.up());
      const late =
        /warning: lab: node-03 has not got these files: it was down\. A failover to it would run an old configuration\./;
      assert.match(down.output, late);
      assert.match(succeeded(await project.refresh()).output, late);
      assert.match(succeeded(await project.preview()).output, late);
      await startNode(lab(), "node-03");
      await waitOnline(lab(), ["node-03"]);
      const caught = succeeded(await project.up());
      assert.deepEqual(caught.changes, { same: 1, update: 1 });
      assert.doesNotMatch(caught.output, late);
      const second = everywhere(lab(), content("second\n", "second\n"));
      assert.deepEqual(await shown(lab()), second);
      nothingChanged(await project.up(["--expect-no-changes"]));

      // Somebody's hand on a file is a difference, without what stands in it.
      await onNode(
        lab(),
        "node-02",
        "/bin/sh",
        "-ec",
        "echo theirs >/etc/lab/one.conf; chmod 644 /etc/lab/two.conf",
      );
      const drift = succeeded(await project.refresh(["--diff"]));
      texts.set("drift", drift.output);
      assert.match(
        drift.output,
        /warning: lab: is not as declared on node-02: \/etc\/lab\/one\.conf has other content \(SHA-256 \w{12}, declared \w{12}\); \/etc\/lab\/two\.conf has the mode 0644 instead of 0640\./,
      );
      assert.doesNotMatch(drift.output, /theirs/);
      texts.set("state with drift", await project.exportText());
      assert.equal(succeeded(await project.preview()).changes.update, 1);
      const mended = succeeded(await project.up());
      assert.deepEqual(mended.changes, { same: 1, update: 1 });
      assert.deepEqual(await shown(lab()), {
        ...second,
        "node-02": content("second\n", "second\nsecond\n"),
      });

      // What is deleted stays on the nodes.
      succeeded(await project.destroy());
      assert.match((await shown(lab()))["node-01"]!, /one\.conf/);
      for (const [where, text] of texts)
        assert.ok(!text.includes(canary), `${where} holds the canary`);
    });
  });
