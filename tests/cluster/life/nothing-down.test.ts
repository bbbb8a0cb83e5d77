import assert from "node:assert/strict";
import { test } from "node:test";
import {
  configuration,
  eventually,
  failedWith,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  remembered,
  smtpStack,
  succeeded,
  whereAre,
} from "../harness";
import { address, group, makeUnit, programOf, service } from "./programs";

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

onLab("bookworm", "a unit that gives way to another", (lab) => {
  const pcs = (script: string) =>
    onNode(lab(), "node-01", "/bin/sh", "-ec", script);

  test("leaves no failure on record: a wrapper to its instance, by adopt to an alias, and behind what is disabled", async (t) => {
    await makeUnit(t, lab(), "wrap", [
      ...["Type=oneshot", "RemainAfterExit=yes"],
      ...["[Unit]", "Wants=wrap@-.service"],
    ]);
    await makeUnit(t, lab(), "wrap@", ["[Unit]", "PartOf=wrap.service"]);
    await makeUnit(t, lab(), "maria", ["[Install]", "Alias=mysqldemo.service"]);
    await onEveryNode(
      lab(),
      `sed -i 's,ExecStart=.*,ExecStart=/bin/true,' /etc/systemd/system/wrap.service
      systemctl daemon-reload
      systemctl enable --quiet maria`,
    );
    await pcs(`
      pcs resource create mail systemd:wrap op monitor interval=30s
      pcs resource create off ocf:pacemaker:Dummy
      pcs resource group add g off
      pcs resource disable off`);
    await eventually("the wrapper to run", () => whereAre(lab(), ["mail"]));
    const noFailure = async () =>
      assert.deepEqual(
        (await remembered(lab())).filter((name) => /fail/.test(name)),
        [],
      );
    const declare = (unit: string, inputs: Record<string, unknown>) =>
      programOf(
        service("mail", unit, inputs),
        address("third_ip", 77, { group: "g" }),
        group("g", ["off", "third_ip"], { adopt: "update" }),
      );
    const project = await makeProject(t, lab(), {
      program: declare("wrap", { followWrapper: true }),
    });
    const made = succeeded(await project.up());
    assert.match(made.output, /Set unit to "wrap@-" to have that one run/);
    assert.match(made.output, /off is disabled by an operator .* left so/);
    // As the warning says.
    project.writeProgram(declare("wrap@-", {}));
    succeeded(await project.up());
    await whereAre(lab(), ["mail"]);
    assert.match(await configuration(lab()), /id="mail"[^>]*type="wrap@-"/);
    await noFailure();

    // Another program takes over what has another unit, by the name of an alias.
    const second = await makeProject(t, lab(), {
      program: programOf(service("mail", "mysqldemo", { adopt: "update" })),
    });
    succeeded(await second.up());
    await whereAre(lab(), ["mail"]);
    assert.match(await configuration(lab()), /id="mail"[^>]*type="maria"/);
    await noFailure();
    nothingChanged(await second.up(["--refresh", "--expect-no-changes"]));
  });
});
