import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import type { Lab } from "../../../lab";
import {
  configuration,
  eventually,
  makeProject,
  nothingChanged,
  onEveryNode,
  onLab,
  onNode,
  remembered,
  statuses,
  succeeded,
  suitesOr,
} from "../harness";
import { runInLab, type Outcome } from "../harness/pulumi";
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

const unusable = (id: string, unit: string, where: string): string =>
  `[cluster] ${id}: there is no usable unit "${unit}" on ${where}. Install the service there ("systemctl status ${unit}" ` +
  `shows what systemd knows), or correct "unit". Nothing was changed.`;

/** Why preview would refuse each new resource, by its id: what runs is what Pulumi calls, in the lab's network. */
async function checks(
  t: TestContext,
  lab: Lab,
  units: Record<string, string | Record<string, unknown>>,
): Promise<Record<string, string | undefined>> {
  const project = await makeProject(t, lab, { program: "" });
  const script = `
    const { systemdResource } = require("pulumi-pacemaker/provider");
    const { connection } = JSON.parse(process.env.LAB);
    Promise.all(${JSON.stringify(Object.entries(units))}.map(async ([resourceId, unit]) => {
      const inputs = typeof unit === "string" ? { unit } : unit;
      const { failures } = await systemdResource.check({}, { connection, resourceId, ...inputs });
      return [resourceId, failures[0]?.reason];
    })).then((all) => {
      console.log(JSON.stringify(Object.fromEntries(all)));
      process.exit(0);
    });`;
  const { stdout } = succeeded(
    await runInLab(lab, [process.execPath, "-e", script], {
      cwd: project.dir,
      env: project.env,
      timeoutSeconds: 60,
    }),
  );
  return JSON.parse(stdout) as Record<string, string>;
}

/** Eight services at once, each of which Pacemaker 2.1 looks at again two seconds after its start: on a busy machine that adds up. */
const startingSeconds = 60;

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

for (const suite of suitesOr("bookworm"))
  onLab(suite, "units", (lab) => {
    const hasWrapper = suite === "bookworm";
    const mail = hasWrapper ? "postfix@-" : "postfix";

    const pcs = (script: string) =>
      onNode(lab(), "node-01", "/bin/sh", "-ec", script);

    test("what another resource manages under any name, and what cannot run everywhere, is refused in preview", async (t) => {
      const units = [
        ...["u-service", "u-dot", "u-clone", "u-real", "u-base"],
        "u-template",
      ];
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
      pcs resource create by-wrapper systemd:postfix
      cibadmin --create --scope resources --xml-text '<template id="a-template" class="systemd" type="u-template"/>'
      cibadmin --create --scope resources --xml-text '<primitive id="by-template" template="a-template"/>'`);
      await eventually(
        "all to run",
        async () => {
          const found = [...(await statuses(lab())).values()];
          const others = found.filter(({ role }) => role !== "Started");
          assert.deepEqual(others, []);
          return true;
        },
        startingSeconds,
      );
      const config = await configuration(lab());
      const before = await states(lab(), ...units, "u-part", mail);

      const refused = await checks(t, lab(), {
        a: "u-service",
        b: "u-dot",
        c: "u-old",
        d: "u-clone",
        e: "u-real",
        f: mail,
        g: "u-base",
        h: "u-lost",
        i: "u-masked",
        j: "u-bad",
        k: "u-template",
      });
      const conflict = (id: string, agent: string, more: string) =>
        `[conflict] ${id}: the cluster's resource ${agent.replace(" ", " manages ")} already. ${more} ${
          more.startsWith("Remove") || more.startsWith("It is in")
            ? ""
            : "Where it is this one under another Pulumi name, keep its id (an SmtpStack's: idPrefix) and name the old one in aliases. "
        }Nothing was changed.`;
      assert.deepEqual(refused, {
        a: conflict(
          ...["a", "by-service service:u-service"],
          'Remove it first ("pcs resource delete by-service" stops the service).',
        ),
        b: conflict(
          ...["b", "by-dot systemd:u-dot.service"],
          'Set resourceId to "by-dot" to take it over, or remove it first.',
        ),
        c: conflict(
          ...["c", "by-script lsb:u-old"],
          'Remove it first ("pcs resource delete by-script" stops the service).',
        ),
        d: conflict(
          ...["d", "by-clone systemd:u-clone"],
          "It is in the clone by-clone-clone: leave the service to that, or remove it first.",
        ),
        e: conflict(
          ...["e", "by-alias systemd:u-alias"],
          'That is u-real, or stops and starts it. Set resourceId to "by-alias" and adopt to "update" to take it over, or remove it first.',
        ),
        f: conflict(
          ...["f", "by-wrapper systemd:postfix"],
          hasWrapper
            ? 'That is postfix@-, or stops and starts it. Set resourceId to "by-wrapper" and adopt to "update" to take it over, or remove it first.'
            : 'Set resourceId to "by-wrapper" to take it over, or remove it first.',
        ),
        g:
          "[conflict] g: Pacemaker alone must start u-base, so it has to be stopped on node-01, node-02, node-03 first, and with it " +
          'systemd stops u-part.service there. Stop that by hand ("systemctl stop u-part.service"), or have it depend on u-base ' +
          "no more. Nothing was changed.",
        h: unusable("h", "u-lost", "node-03 (LoadState=not-found)"),
        i: unusable(
          ...["i", "u-masked"],
          "node-01 (LoadState=not-found), node-02 (LoadState=not-found), node-03 (LoadState=masked)",
        ),
        j: unusable("j", "u-bad", "node-03 (LoadState=bad-setting)"),
        k: conflict(
          ...["k", "by-template systemd:u-template"],
          'Set resourceId to "by-template" to take it over, or remove it first.',
        ),
      });
      assert.equal(await configuration(lab()), config);
      assert.deepEqual(await states(lab(), ...units, "u-part", mail), before);
    });

    test("an alias is registered as the unit that it names, and lasts", async (t) => {
      await install(t, lab(), ["maria"], {
        maria: ["[Install]", "Alias=mysqldemo.service"],
      });
      await onEveryNode(lab(), "systemctl enable --now --quiet maria");
      const program = (interval: string) =>
        programOf(service("db", "mysqldemo", { monitorInterval: interval }));
      const project = await makeProject(t, lab(), { program: program("30s") });
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
      nothingChanged(await project.up(["--refresh", "--expect-no-changes"]));
      // Systemd has taken the alias away with the unit's place among those that are enabled.
      project.writeProgram(program("20s"));
      succeeded(await project.up());
      assert.equal(await registered(), "maria");
      assert.equal((await statuses(lab())).get("db")?.role, "Started");
      assert.deepEqual(
        (await remembered(lab())).filter((name) => /fail/.test(name)),
        [],
      );
      succeeded(await project.destroy());
      assert.deepEqual(await checks(t, lab(), { db: "mysqldemo" }), {});
    });

    test("what systemd does to others with a unit is said in preview, and once", async (t) => {
      await install(t, lab(), ["co-main", "co-also", "co-rival", "co-idle"], {
        "co-main": [
          "[Install]",
          "Also=co-also.service",
          "Alias=co-alias.service",
          "[Unit]",
          "Conflicts=co-rival.service co-idle.service",
        ],
      });
      await onEveryNode(lab(), "systemctl enable --quiet co-main");
      await onNode(lab(), "node-02", "systemctl", "start", "co-rival");
      const program = programOf(service("main", "co-main"));
      const project = await makeProject(t, lab(), { program });
      const said = [
        "main: where Pacemaker starts co-main, systemd stops co-rival.service, which conflicts with it and runs on node-02: ",
        "main: disabling co-main disables co-also.service with it on node-01, node-02, node-03 (Also= in its [Install] section): ",
        "main: while co-main is disabled, systemd does not know it as co-alias.service (Alias= in its [Install] section): ",
      ];
      const saysAll = ({ diagnostics }: Outcome): void => {
        for (const text of said)
          assert.equal(
            diagnostics.filter(({ message }) => message.includes(text)).length,
            1,
            `${text} in ${JSON.stringify(diagnostics)}`,
          );
      };
      saysAll(succeeded(await project.preview()));
      await pcs("pcs node standby node-02");
      saysAll(succeeded(await project.up()));
      const done = await onEveryNode(
        lab(),
        `systemctl is-enabled co-main co-also || true
      systemctl status co-alias 2>&1 | grep -o "could not be found" || true`,
      );
      assert.deepEqual(
        Object.values(done),
        Array(3).fill("disabled\ndisabled\ncould not be found\n"),
      );
      // Nothing of it is left to be said.
      await onNode(lab(), "node-02", "systemctl", "stop", "co-rival");
      const changed = programOf(
        service("main", "co-main", { monitorInterval: "20s" }),
      );
      project.writeProgram(changed);
      const next = succeeded(await project.preview());
      assert.deepEqual(
        next.diagnostics.filter(({ severity }) => severity === "warning"),
        [],
      );
      succeeded(await project.destroy());
      await pcs("pcs node unstandby node-02");
    });

    if (hasWrapper)
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
        const config = await configuration(lab());
        const { mail } = await checks(t, lab(), { mail: "postfix@-" });
        assert.equal(
          mail,
          `[conflict] mail: postfix must not start postfix@- at boot, but it is all that starts ${out} there ` +
            `(node-01, node-02, node-03). Run "systemctl enable ${out}" and "systemctl disable postfix" on those nodes first: ` +
            `that stops nothing. Nothing was changed.`,
        );
        assert.equal(await configuration(lab()), config);
        assert.deepEqual(await states(lab(), out), running);

        await onEveryNode(
          lab(),
          `systemctl enable --quiet ${out}; systemctl disable --quiet postfix`,
        );
        const program = programOf(service("mail", "postfix@-"));
        const project = await makeProject(t, lab(), { program });
        const process = (all: Record<string, string>) =>
          Object.values(all).map((text) =>
            text.replace(/enabled(-runtime)?/, ""),
          );
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

        // The wrapper itself was the cluster's: Pacemaker's stop of it would end the other one. A stop of the wrapper alone does
        // not wait for its instances, and a start that meets their stop does not start them again.
        await onEveryNode(
          lab(),
          `systemctl disable --quiet ${out}; systemctl stop postfix postfix@- ${out}`,
        );
        await pcs(
          "pcs resource create mail systemd:postfix op monitor interval=30s",
        );
        await eventually("the wrapper to run", async () =>
          (await statuses(lab())).get("mail")?.role === "Started"
            ? true
            : undefined,
        );
        // systemd starts the wrapper's instances after it.
        await eventually(
          "the other instance to run",
          async () => {
            const texts = Object.values(await states(lab(), out));
            return texts.some((text) => /(^|\W)active/.test(text)) || undefined;
          },
          startingSeconds,
        );
        const changed = await checks(t, lab(), {
          mail: { unit: "postfix@-", adopt: "update" },
        });
        assert.match(
          changed.mail ?? "",
          /^\[conflict\] mail: to run postfix@-, Pacemaker first stops postfix on node-0\d, and with it systemd stops postfix@postfix-out\.service there\./,
        );
      });

    test("a service that an agent of its own runs is not started a second time", async (t) => {
      await onEveryNode(lab(), "systemctl disable --now --quiet postfix");
      await pcs("pcs resource create theirs ocf:heartbeat:postfix");
      const { smtp_service } = await checks(t, lab(), {
        // As SmtpStack declares it.
        smtp_service: { unit: "postfix", followWrapper: true },
      });
      assert.equal(
        smtp_service,
        `[conflict] smtp_service: the cluster's resource theirs (ocf:heartbeat:postfix) runs the service of ${mail} already, ` +
          'without its unit. To have smtp_service run it, remove that one first ("pcs resource delete theirs": the service is ' +
          "down until smtp_service starts it). Nothing was changed.",
      );
    });
  });
