import assert from "node:assert/strict";
import test from "node:test";

import { labObstacles, obstaclesMessage, type Machine } from "../../lab/host";

const good: Machine = {
  platform: "linux",
  uid: 0,
  has: () => true,
  exists: () => true,
  filesystems: () => "nodev\tsysfs\nnodev\toverlay\n",
  unifiedCgroups: () => true,
  stateOnOverlay: () => false,
};

test("nothing is in the way on a good machine", () => {
  assert.deepEqual(labObstacles(good), []);
});

test("what apt can install is no obstacle", () => {
  const bare: Machine = { ...good, has: (program) => program === "apt-get" };
  assert.deepEqual(labObstacles(bare), []);
});

test("another system is told so, and nothing else", () => {
  assert.deepEqual(labObstacles({ ...good, platform: "darwin", uid: 501 }), [
    "it needs Linux, and this is darwin",
  ]);
});

test("one message lists everything that is missing", () => {
  const poor: Machine = {
    platform: "linux",
    uid: 1000,
    has: (program) => !["mmdebstrap", "apt-get", "modprobe"].includes(program),
    exists: () => false,
    filesystems: () => "nodev\tsysfs\n",
    unifiedCgroups: () => false,
    stateOnOverlay: () => false,
  };
  assert.equal(
    obstaclesMessage(labObstacles(poor)),
    `The lab cannot run on this machine:
  - it needs root, for containers and network namespaces (run it with sudo)
  - it needs mmdebstrap, and there is no apt-get to install them with
  - it needs overlayfs, which this kernel does not have
  - it needs network namespaces, which this kernel does not have
  - it needs a cgroup v2 hierarchy below /sys/fs/cgroup`,
  );
});

test("a machine that is a container itself learns what to set", () => {
  assert.match(
    labObstacles({ ...good, stateOnOverlay: () => true }).join(),
    /set PACEMAKER_LAB_STATE/,
  );
});
