import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  failedWith,
  makeProject,
  onEveryNode,
  onLab,
  onNode,
  smtpStack,
  succeeded,
} from "../harness";

onLab("bookworm", "an update that cannot succeed", (lab) => {
  const pcs = (script: string) =>
    onNode(lab(), "node-01", "/bin/sh", "-ec", script);
  /** What they do, whether they would at boot, and by which process: it has not been restarted either. */
  const states = () =>
    onEveryNode(
      lab(),
      `for unit in postfix postfix@-; do
           echo $unit $(systemctl show --value -p ActiveState -p UnitFileState -p ExecMainPID $unit)
         done`,
    );
  const filler = "/tmp/pacemaker-filler";
  const fill = `dd if=/dev/zero of=${filler} bs=1M count=4096 2>/dev/null || true`;
  const agent = "/usr/lib/ocf/resource.d/heartbeat/IPaddr2";
  const hide = `mv ${agent} /root/IPaddr2`;
  const heal = `rm -f ${filler}; [ ! -e /root/IPaddr2 ] || mv /root/IPaddr2 ${agent}`;

  test("leaves every unit running and enabled, and says why; another node stages where one has no room", async (t) => {
    t.after(() => onEveryNode(lab(), heal));
    const before = await states();
    const project = await makeProject(t, lab(), {
      program: smtpStack.program,
    });
    const everywhere = (command: string) => () => onEveryNode(lab(), command);
    const optIn = "smtp_service: Pacemaker would not start it as things stand";
    const refused = async (
      how: "preview" | "up",
      words: string,
      begin: () => Promise<unknown>,
      end: () => Promise<unknown>,
    ): Promise<void> => {
      await begin();
      const made = await configuration(lab());
      const { output } = failedWith(await project[how](), words);
      assert.deepEqual(await states(), before, output);
      // What nothing forbids waits for the next run.
      if (words !== optIn)
        assert.equal(await configuration(lab()), made, output);
      await end();
    };
    await refused(
      "up",
      "none of the nodes could prepare the change",
      everywhere(fill),
      everywhere(heal),
    );
    await refused(
      "up",
      "it is not installed",
      everywhere(hide),
      everywhere(heal),
    );
    await refused(
      "up",
      "the cluster's resource theirs holds the address 192.0.2.25 already",
      () =>
        pcs(
          "pcs resource create theirs ocf:heartbeat:IPaddr2 ip=192.0.2.25 meta target-role=Stopped",
        ),
      () => pcs("pcs resource delete theirs"),
    );
    await refused(
      "preview",
      "is banned from node-01, node-02 and node-03",
      () =>
        pcs(
          `pcs constraint location 'regexp%^smtp' rule score=-INFINITY '#kind' eq cluster`,
        ),
      () => pcs("cibadmin --delete-all --force --xpath //rsc_location"),
    );
    await refused(
      "preview",
      "stonith-enabled is true and there is no fencing device",
      () => pcs("pcs property set stonith-enabled=true"),
      () => pcs("pcs property set stonith-enabled=false"),
    );
    await refused(
      "up",
      optIn,
      () => pcs("pcs property set symmetric-cluster=false"),
      () => pcs("pcs property set symmetric-cluster="),
    );
    await onNode(lab(), "node-01", "/bin/sh", "-c", fill);
    succeeded(await project.up());
    await smtpStack.serves(lab());
  });
});
