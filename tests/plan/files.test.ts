import test from "node:test";
import assert from "node:assert/strict";
import { digestOf, type SeenFile } from "../../provider/src/model/files";
import { isDone, planFiles } from "../../provider/src/plan/files";

const file = {
  ...{ path: "/etc/a.conf", content: "secret text\n" },
  ...{ owner: "root", group: "root", mode: "0640" },
};
const build = {
  ...{ argv: ["/usr/sbin/postmap"], from: "/etc/a.conf", makes: "/etc/a.db" },
  ...{ owner: "root", group: "root", mode: "0640" },
};

const there: SeenFile = {
  ...{ isUnfinished: false, sha256: digestOf(file.content) },
  ...{ owner: "root", group: "root", mode: "0640", changedAt: 100 },
};

const plan = (a: Partial<SeenFile>, b: Partial<SeenFile> = {}) =>
  planFiles(
    { files: [file], builds: [build] },
    { "/etc/a.conf": { ...there, ...a }, "/etc/a.db": { ...there, ...b } },
  );

test("nothing is to be done where all is as declared", () => {
  assert.equal(isDone(plan({})), true);
});

test("a content, an owner and a mode are differences, and no content is told", () => {
  const { paths, differences } = plan({
    ...{ sha256: "0123456789abcdef", owner: "adm", mode: "0644" },
  });
  assert.deepEqual(paths, ["/etc/a.conf", "/etc/a.db"]);
  assert.deepEqual(differences, {
    "/etc/a.conf":
      `has other content (SHA-256 0123456789ab, declared ${digestOf(file.content).slice(0, 12)}), ` +
      `belongs to adm:root instead of root:root, has the mode 0644 instead of 0640`,
  });
});

test("what is built from a changed file is built again, and so is what is older than it", () => {
  assert.deepEqual(plan({ sha256: "0" }).builds, [build]);
  assert.deepEqual(plan({}, { changedAt: 99 }).paths, ["/etc/a.db"]);
  assert.deepEqual(plan({}, { changedAt: 99 }).builds, [build]);
});

test("what is known to hold something else is built again, however new it is", () => {
  const seen = {
    ...{ isUnfinished: false, owner: "root", group: "root", mode: "0640" },
    ...{ sha256: digestOf(file.content), changedAt: 100 },
  };
  const { builds, differences } = planFiles(
    { files: [file], builds: [{ ...build, isAltered: true }] },
    { "/etc/a.conf": seen, "/etc/a.db": seen },
  );
  assert.equal(builds.length, 1);
  assert.deepEqual(differences, {
    "/etc/a.db": "holds other entries than /etc/a.conf",
  });
});

test("a rollout that was broken off is to be ended, though every file is as declared", () => {
  const { paths, isUnfinished } = plan({ isUnfinished: true });
  assert.deepEqual([paths, isUnfinished], [[], true]);
  assert.equal(isDone(plan({ isUnfinished: true })), false);
});

test("a file that is not there is a difference", () => {
  const seen = { "/etc/a.conf": { isUnfinished: false } };
  const { differences } = planFiles({ files: [file], builds: [] }, seen);
  assert.deepEqual(differences, { "/etc/a.conf": "is not there" });
});
