import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  instancesBehind,
  isFullName,
  parseUnit,
  unitProperties,
} from "../../provider/src/model/unit";
import { suites, unitFixture } from "./fixtures";

test("Debian 12's postfix is a wrapper around one instance", () => {
  const unit = parseUnit("postfix", unitFixture("bookworm", "postfix"));
  assert.deepEqual(unit, {
    name: "postfix",
    loadState: "loaded",
    isEnabled: false,
    isActive: false,
    isWrapper: true,
    starts: ["postfix@-.service", "sysinit.target", "system.slice"],
    startedBy: [],
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
    loadState: "loaded",
    isEnabled: false,
    isActive: false,
    isWrapper: false,
    starts: ["network-online.target", "sysinit.target", "system-postfix.slice"],
    startedBy: ["postfix.service"],
    triggeredBy: [],
    isScript: false,
  });
  assert.deepEqual(instancesBehind(unit), []);
});

test("Debian 13's postfix is a real unit", () => {
  const unit = parseUnit("postfix", unitFixture("trixie", "postfix"));
  assert.deepEqual(unit, {
    name: "postfix",
    loadState: "loaded",
    isEnabled: true,
    isActive: true,
    isWrapper: false,
    starts: ["sysinit.target", "system.slice"],
    startedBy: ["multi-user.target"],
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
        loadState: "not-found",
        isEnabled: false,
        isActive: false,
        isWrapper: false,
        starts: [],
        startedBy: [],
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
  for (const name of ["a.service", "a.b.socket", "a@-.timer"])
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
