import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Lab } from "../../../lab";
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
  statuses,
  succeeded,
} from "../harness";
import { makeUnit, programOf, service } from "./programs";

/** What the units of a pattern do on each node, and whether they do it at boot. */
function states(lab: Lab, ...units: string[]): Promise<Record<string, string>> {
  return onEveryNode(
    lab,
    `for unit in ${units.join(" ")}; do
      echo $unit $(systemctl show --value -p ActiveState -p UnitFileState -p ExecMainPID $unit)
    done`,
  );
}

async function install(
  t: TestContext,
  lab: Lab,
  names: readonly string[],
  more: Record<string, readonly string[]> = {},
): Promise<void> {
  for (const name of names) await makeUnit(t, lab, name, more[name]);
}

const oldScript = `cat >/etc/init.d/u-old <<'EOS'
#!/bin/sh
### BEGIN INIT INFO
# Provides: u-old
# Required-Start:
# Required-Stop:
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
# Short-Description: an old script
### END INIT INFO
case $1 in
  start) touch /run/u-old;;
  stop) rm -f /run/u-old;;
  status) test -e /run/u-old || exit 3;;
esac
EOS
chmod 755 /etc/init.d/u-old; systemctl daemon-reload`;

onLab("bookworm", "units", (lab) => {
  const pcs = (script: string) =>
    onNode(lab(), "node-01", "/bin/sh", "-ec", script);

  test("what another resource manages under any name, and what cannot run everywhere, is refused in preview", async (t) => {
    const units = ["u-service", "u-dot", "u-clone", "u-real", "u-base"];
    await install(t, lab(), [...units, "u-part", "u-lost"], {
      "u-real": ["[Install]", "Alias=u-alias.service"],
      "u-part": ["[Unit]", "PartOf=u-base.service"],
    });
    await onEveryNode(lab(), oldScript);
    t.after(() =>
      onEveryNode(
        lab(),
        `rm -f /etc/init.d/u-old /etc/systemd/system/u-masked.service /etc/systemd/system/u-alias.service
        systemctl daemon-reload`,
      ),
    );
    await install(t, lab(), ["u-bad"]);
    await onEveryNode(
      lab(),
      `systemctl enable --quiet u-real
      systemctl start u-base u-part`,
    );
    await onNode(
      lab(),
      "node-03",
      ...["/bin/sh", "-ec"],
      `rm /etc/systemd/system/u-lost.service
      ln -s /dev/null /etc/systemd/system/u-masked.service
      sed -i /ExecStart/d /etc/systemd/system/u-bad.service
      systemctl daemon-reload`,
    );
    await pcs(`
      pcs resource create by-service service:u-service
      pcs resource create by-dot systemd:u-dot.service
      pcs resource create by-script lsb:u-old
      pcs resource create by-clone systemd:u-clone clone
      pcs resource create by-alias systemd:u-alias
      pcs resource create by-wrapper systemd:postfix`);
    await eventually("all to run", async () => {
      const found = [...(await statuses(lab())).values()];
      assert.ok(found.every(({ role }) => role === "Started"));
      return true;
    });
    const config = await configuration(lab());
    const before = await states(lab(), ...units, "u-part", "postfix@-");

    const project = await makeProject(t, lab(), {
      program: programOf(
        service("a", "u-service"),
        service("b", "u-dot"),
        service("c", "u-old"),
        service("d", "u-clone"),
        service("e", "u-real"),
        service("f", "postfix@-"),
        service("g", "u-base"),
        service("h", "u-lost"),
        service("i", "u-masked"),
        service("j", "u-bad"),
      ),
    });
    const refused = failedWith(
      await project.preview(),
      "a: the cluster's resource by-service manages service:u-service already",
      "b: the cluster's resource by-dot manages systemd:u-dot.service already",
      "c: the cluster's resource by-script manages lsb:u-old already",
      /d: the cluster's resource by-clone\S* manages systemd:u-clone already/,
      "e: the cluster's resource by-alias manages systemd:u-alias already. That is u-real, or stops and starts it",
      "f: the cluster's resource by-wrapper manages systemd:postfix already. That is postfix@-, or stops and starts it",
      "g: Pacemaker alone must start u-base, so it has to be stopped on node-01, node-02, node-03 first, and with it systemd stops u-part.service there",
      'h: there is no usable unit "u-lost" on node-03 (LoadState=not-found)',
      /i: there is no usable unit "u-masked" on .*node-03 \(LoadState=masked\)/,
      'j: there is no usable unit "u-bad" on node-03 (LoadState=bad-setting)',
    );
    t.diagnostic(refused.output.replaceAll("\n", " | ").slice(0, 200));
    assert.equal(await configuration(lab()), config);
    assert.deepEqual(
      await states(lab(), ...units, "u-part", "postfix@-"),
      before,
    );
  });

  test("an alias is registered as the unit that it names, and lasts", async (t) => {
    await install(t, lab(), ["maria"], {
      maria: ["[Install]", "Alias=mysqldemo.service"],
    });
    await onEveryNode(lab(), "systemctl enable --now --quiet maria");
    const program = (interval: string) =>
      programOf(service("db", "mysqldemo", { monitorInterval: interval }));
    const project = await makeProject(t, lab(), { program: program("30s") });
    succeeded(await project.preview());
    const made = succeeded(await project.up());
    assert.match(
      made.output,
      /db: its unit "mysqldemo" is another name of maria\.service/,
    );
    assert.match(await configuration(lab()), /id="db"[^>]*type="maria"/);
    const registered = async () =>
      (await project.resources()).find(({ id }) => id === "db")?.outputs
        ?.registeredUnit;
    assert.equal(await registered(), "maria");
    nothingChanged(await project.refresh(["--expect-no-changes"]));
    nothingChanged(await project.up(["--expect-no-changes"]));
    // The alias is gone with the unit's place among those that are enabled.
    project.writeProgram(program("20s"));
    succeeded(await project.up());
    assert.equal(await registered(), "maria");
    assert.equal((await statuses(lab())).get("db")?.role, "Started");
    assert.deepEqual(
      (await remembered(lab())).filter((name) => /fail/.test(name)),
      [],
    );
    succeeded(await project.destroy());
    succeeded(await project.up());
  });

  test("the other instance of a wrapper runs on, now and at the next boot", async (t) => {
    await onEveryNode(
      lab(),
      `cp -a /etc/postfix/main.cf /root/main.cf.kept
      postmulti -e init
      postmulti -I postfix-out -G mail -e create
      postmulti -i postfix-out -e enable
      systemctl daemon-reload
      systemctl enable --quiet postfix
      systemctl restart postfix`,
    );
    const out = "postfix@postfix-out.service";
    t.after(() =>
      onEveryNode(
        lab(),
        `systemctl disable --quiet ${out} || true
        systemctl stop postfix ${out}
        postmulti -i postfix-out -e disable
        postmulti -i postfix-out -e destroy
        cp -a /root/main.cf.kept /etc/postfix/main.cf
        systemctl daemon-reload`,
      ),
    );
    const running = await states(lab(), out);
    assert.match(running["node-02"]!, /active/);
    const program = programOf(service("mail", "postfix@-"));
    const project = await makeProject(t, lab(), { program });
    const config = await configuration(lab());
    failedWith(
      await project.preview(),
      `mail: postfix must not start postfix@- at boot, but it is all that starts ${out} there (node-01, node-02, node-03)`,
      `Run "systemctl enable ${out}" and "systemctl disable postfix" on those nodes first`,
    );
    assert.equal(await configuration(lab()), config);
    assert.deepEqual(await states(lab(), out), running);

    await onEveryNode(
      lab(),
      `systemctl enable --quiet ${out}; systemctl disable --quiet postfix`,
    );
    const process = (all: Record<string, string>) =>
      Object.values(all).map((text) => text.replace(/enabled(-runtime)?/, ""));
    const made = succeeded(await project.up());
    assert.match(
      made.output,
      /mail: postfix is left running on node-01, node-02, node-03: postfix@postfix-out\.service would stop with it/,
    );
    assert.deepEqual(process(await states(lab(), out)), process(running));
    const enabled = await onEveryNode(
      lab(),
      `systemctl is-enabled ${out} postfix || true`,
    );
    assert.deepEqual(
      Object.values(enabled),
      Array(3).fill("enabled\ndisabled\n"),
    );
    succeeded(await project.destroy());
    assert.deepEqual(process(await states(lab(), out)), process(running));

    // The wrapper itself was the cluster's: Pacemaker's stop of it would end the other one.
    await onEveryNode(
      lab(),
      `systemctl disable --quiet ${out}; systemctl stop postfix`,
    );
    await pcs(
      "pcs resource create mail systemd:postfix op monitor interval=30s",
    );
    await eventually("the wrapper to run", async () =>
      (await statuses(lab())).get("mail")?.role === "Started"
        ? true
        : undefined,
    );
    project.writeProgram(
      programOf(service("mail", "postfix@-", { adopt: "update" })),
    );
    failedWith(
      await project.preview(),
      /mail: to run postfix@-, Pacemaker first stops postfix on node-0\d, and with it systemd stops postfix@postfix-out\.service there/,
    );
  });

  test("a service that an agent of its own runs is not started a second time", async (t) => {
    await onEveryNode(lab(), "systemctl disable --now --quiet postfix");
    await pcs(`
      pcs resource create theirs ocf:heartbeat:postfix
      pcs resource create web ocf:heartbeat:nginx --force`);
    await install(t, lab(), ["nginx"]);
    const project = await makeProject(t, lab(), {
      program: `new pacemaker.SmtpStack("smtp", { connection, ip, cidrNetmask });`,
    });
    const config = await configuration(lab());
    failedWith(
      await project.preview(),
      "smtp_service: the cluster's resource theirs (ocf:heartbeat:postfix) runs the service of postfix@- already",
      'remove that one first ("pcs resource delete theirs"',
    );
    assert.equal(await configuration(lab()), config);
    project.writeProgram(programOf(service("site", "nginx")));
    assert.match(
      succeeded(await project.up()).output,
      /site: the cluster's resource web \(ocf:heartbeat:nginx\) may run the service of nginx as well/,
    );
  });
});
