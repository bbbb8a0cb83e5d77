import test from "node:test";
import assert from "node:assert/strict";
import { mistakesIn, parseMetadata } from "../../provider/src/model/metadata";

/** As `crm_resource --show-metadata` prints it: a DOCTYPE, and what each parameter may have. */
const printed = `<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="Some" version="1.0">
<version>1.1</version>
<parameters>
<parameter name="device" required="1"><content type="string" /></parameter>
<parameter name="tries" reloadable="1"><content type="integer" default="3" /></parameter>
<parameter name="fast"><content type="boolean" default="no" /></parameter>
<parameter name="kind"><content type="select"><option value="a"/><option value="b"/></content></parameter>
<parameter name="old"><deprecated><replaced-with name="device"/></deprecated><content type="string"/></parameter>
<parameter name="older" deprecated="1"><content type="string"/></parameter>
</parameters>
<actions><action name="start" timeout="20s" /></actions>
</resource-agent>`;

const metadata = parseMetadata(printed)!;

test("what an agent says of its parameters", () => {
  assert.equal(metadata.get("device")?.isRequired, true);
  assert.equal(metadata.get("tries")?.isRequired, false);
  assert.deepEqual(
    [...metadata].filter(([, one]) => one.isReloadable).map(([name]) => name),
    ["tries"],
  );
  for (const text of ["", "no XML", "<other/>"])
    assert.equal(parseMetadata(text), undefined);
});

test("options that the agent takes", () => {
  const taken: Record<string, string>[] = [
    {},
    { tries: "-1", fast: "YES", kind: "b" },
    { trace_ra: "1" },
  ];
  for (const more of taken)
    assert.deepEqual(mistakesIn(metadata, { device: "/dev/x", ...more }), []);
});

test("options that it does not take, without their values", () => {
  assert.deepEqual(
    mistakesIn(metadata, {
      ...{ tries: "SECRET", fast: "SECRET", kind: "SECRET" },
      ...{ devise: "SECRET", old: "SECRET", older: "SECRET" },
    }),
    [
      "device is missing: the agent requires it",
      "tries must be a whole number",
      "fast must be true or false",
      "kind must be one of a, b",
      "devise is no parameter of the agent: check the spelling",
      "old is deprecated: use device",
      "older is deprecated: leave it out",
    ],
  );
});
