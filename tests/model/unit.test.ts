import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  instancesBehind,
  isFullName,
  parseActive,
  parseIds,
  parseInstall,
  parseUnit,
  unitProperties,
  unitWithAlias,
} from "../../provider/src/model/unit";
import { suites, unitFixture } from "./fixtures";

test("Debian 12's postfix is a wrapper around one instance", () => {
  const unit = parseUnit("postfix", unitFixture("bookworm", "postfix"));
  assert.deepEqual(unit, {
    name: "postfix",
    names: ["postfix.service"],
    loadState: "loaded",
    isEnabled: false,
    isActive: false,
    isWrapper: true,
    starts: ["postfix@-.service", "sysinit.target", "system.slice"],
    startedBy: [],
    stops: ["postfix@-.service"],
    partOf: [],
    conflicts: ["exim4.service", "shutdown.target", "sendmail.service"],
    triggeredBy: [],
    isScript: false,
  });
  assert.deepEqual(instancesBehind(unit), ["postfix@-"]);
});

test("Debian 12's instance is not enabled on its own: its wrapper's generator pulls it in", () => {
  const unit = parseUnit(
    "postfix@-.service",
    unitFixture("bookworm", "postfix@-"),
  );
  assert.deepEqual(unit, {
    name: "postfix@-",
    names: ["postfix@-.service"],
    loadState: "loaded",
    isEnabled: false,
    isActive: false,
    isWrapper: false,
    starts: ["network-online.target", "sysinit.target", "system-postfix.slice"],
    startedBy: ["postfix.service"],
    stops: [],
    partOf: ["postfix.service"],
    conflicts: ["shutdown.target"],
    triggeredBy: [],
    isScript: false,
  });
  assert.deepEqual(instancesBehind(unit), []);
});

test("Debian 13's postfix is a real unit", () => {
  const unit = parseUnit("postfix", unitFixture("trixie", "postfix"));
  assert.deepEqual(unit, {
    name: "postfix",
    names: ["postfix.service"],
    loadState: "loaded",
    isEnabled: true,
    isActive: true,
    isWrapper: false,
    starts: ["sysinit.target", "system.slice"],
    startedBy: ["multi-user.target"],
    stops: [],
    partOf: [],
    conflicts: ["postfix@-.service", "shutdown.target"],
    triggeredBy: [],
    isScript: false,
  });
  assert.deepEqual(instancesBehind(unit), []);
});

for (const suite of suites)
  describe(suite, () => {
    test("a unit that does not exist", () => {
      const unit = parseUnit("nosuch", unitFixture(suite, "nosuch"));
      assert.deepEqual(unit, {
        name: "nosuch",
        names: ["nosuch.service"],
        loadState: "not-found",
        isEnabled: false,
        isActive: false,
        isWrapper: false,
        starts: [],
        startedBy: [],
        stops: [],
        partOf: [],
        conflicts: [],
        triggeredBy: [],
        isScript: false,
      });
    });

    test("systemctl answers all that is asked", () => {
      const text = unitFixture(suite, "ssh");
      for (const property of unitProperties)
        assert.match(text, new RegExp(`^${property}=`, "m"));
    });
  });

test("states", () => {
  const unit = (lines: string) => parseUnit("x", lines);
  for (const state of [
    "active",
    "activating",
    "deactivating",
    "reloading",
    "maintenance",
  ])
    assert.equal(unit(`ActiveState=${state}`).isActive, true, state);
  for (const state of ["inactive", "failed", ""])
    assert.equal(unit(`ActiveState=${state}`).isActive, false, state);
  for (const [state, enabled] of [
    ["enabled", true],
    ["enabled-runtime", false],
    ["disabled", false],
    ["static", false],
    ["masked", false],
    ["indirect", false],
    ["generated", false],
  ] as const)
    assert.equal(unit(`UnitFileState=${state}`).isEnabled, enabled, state);
});

test("a script for SysV's init, and what triggers a unit", () => {
  const unit = parseUnit(
    "x",
    "UnitFileState=generated\nTriggeredBy=x.socket x.timer\n",
  );
  assert.equal(unit.isScript, true);
  assert.deepEqual(unit.triggeredBy, ["x.socket", "x.timer"]);
});

test("a name that says what kind of unit it is", () => {
  for (const name of ["a.service", "a.b.socket", "a@-.timer", "a-b.mount"])
    assert.equal(isFullName(name), true, name);
  for (const name of ["a", "a.b", "postfix@-", ".service"])
    assert.equal(isFullName(name), false, name);
});

test("a value that holds a = is read whole", () => {
  assert.deepEqual(parseUnit("x", "Wants=a=b.service c.service\n").starts, [
    "a=b.service",
    "c.service",
  ]);
});

test("which of several units are active", () => {
  assert.deepEqual(
    parseActive(
      "Id=a.service\nActiveState=active\n\nId=b.service\nActiveState=inactive\n\nId=c.service\nActiveState=activating\n",
    ),
    ["a.service", "c.service"],
  );
});

test("what is enabled and disabled with a unit", () => {
  assert.deepEqual(
    parseInstall(
      [
        "# /usr/lib/systemd/system/x.service",
        "[Install]",
        "WantedBy=multi-user.target",
        "Also=x.socket  x-clean.timer",
        "Alias=y.service",
        "# /etc/systemd/system/x.service.d/a.conf",
        "[Install]",
        "Alias=",
        " Alias = z.service z@%i.service",
      ].join("\n"),
    ),
    { also: ["x.socket", "x-clean.timer"], aliases: ["z.service"] },
  );
});

test("the instances behind a wrapper: one, several or none", () => {
  const wrapper = (wants: string) =>
    instancesBehind(
      parseUnit("pg", `Type=oneshot\nRemainAfterExit=yes\nWants=${wants}\n`),
    );
  assert.deepEqual(wrapper("pg@15-main.service pg@16-main.service"), [
    "pg@15-main",
    "pg@16-main",
  ]);
  assert.deepEqual(wrapper("other@-.service network.target"), []);
  assert.deepEqual(wrapper("pg@15-main.service network.target"), [
    "pg@15-main",
  ]);
  assert.deepEqual(wrapper("pg@15-main.socket"), []);
});

test("an alias is read as the unit that it names", () => {
  const unit = parseUnit(
    "mysqldemo",
    "Id=maria.service\nNames=maria.service mysqldemo.service\nLoadState=loaded\n",
  );
  assert.equal(unit.name, "maria");
  assert.deepEqual(unit.names, ["maria.service", "mysqldemo.service"]);
});

test("what is stopped with a unit, by whatever property", () => {
  const text =
    "RequiredBy=a.service b.service\nRequisiteOf=c.service\nBoundBy=d.service\nConsistsOf=a.service\nPropagatesStopTo=e.mount\n";
  assert.deepEqual(parseUnit("x", text).stops, [
    ...["a.service", "b.service", "c.service", "d.service", "e.mount"],
  ]);
});

test("the real names of several units", () => {
  const text =
    "Id=maria.service\nLoadState=loaded\n\nId=nosuch.service\nLoadState=not-found\n\nLoadState=masked\nId=off.service\n";
  assert.deepEqual(parseIds(text), ["maria.service", undefined, "off.service"]);
  assert.deepEqual(parseIds(""), []);
});

test("an alias that systemd does not know now is found in the unit files", () => {
  const found = [
    "/lib/systemd/system/mariadb.service:Alias=mysql.service mysqld.service",
    "/etc/systemd/system/old.service.d/names.conf:Alias = older.service",
    "/lib/systemd/system/getty@.service:Alias=autovt@.service",
    "/lib/systemd/system/self.service:Alias=self.service",
  ].join("\n");
  for (const [alias, unit] of [
    ["mysqld.service", "mariadb.service"],
    ["older.service", "old.service"],
    ["autovt@tty5.service", "getty@tty5.service"],
    ["mysql", undefined],
    ["self.service", undefined],
    ["nosuch@1.service", undefined],
  ] as const)
    assert.equal(unitWithAlias(alias, found), unit, alias);
});
