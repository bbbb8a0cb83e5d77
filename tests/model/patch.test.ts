import test from "node:test";
import assert from "node:assert/strict";
import { versionedPatch } from "../../provider/src/model/patch";
import { parseXml } from "../../provider/src/model/xml";
import { fixture, suites } from "./fixtures";

const version = { adminEpoch: 1, epoch: 22, numUpdates: 333 };
const header =
  `<version><source admin_epoch="1" epoch="22" num_updates="333"/>` +
  `<target admin_epoch="1" epoch="23" num_updates="0"/></version>`;

for (const suite of suites)
  test(`the version comes first in what crm_diff of ${suite} printed, and the rest stays`, () => {
    const diff = fixture(suite, "crm_diff.xml");
    assert.equal(
      versionedPatch(diff, version),
      diff.trimEnd().replace(`<diff format="2">`, `<diff format="2">${header}`),
    );
    const root = parseXml(versionedPatch(diff, version)!);
    assert.deepEqual(
      root.children.map((found) => found.name),
      ["version", "change"],
    );
  });

test("what stands around the difference is left out", () => {
  const bare = `<diff format="2"><change operation="delete" path="/a"/></diff>`;
  const wanted = `<diff format="2">${header}<change operation="delete" path="/a"/></diff>`;
  for (const text of [
    bare,
    `${bare}\n`,
    `<?xml version="1.0"?>\n${bare}`,
    `${bare}\nmesg: ttyname failed\n`,
  ])
    assert.equal(versionedPatch(text, version), wanted);
});

test("no difference is no patch", () => {
  for (const text of ["", "\n", `<diff format="2"/>`, `<diff/>\n`])
    assert.equal(versionedPatch(text, version), undefined);
});

test("a difference that was cut off is refused", () => {
  const cut = fixture("trixie", "crm_diff.xml").slice(0, 200);
  assert.throws(() => versionedPatch(cut, version), Error);
});
