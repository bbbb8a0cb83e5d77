import test from "node:test";
import assert from "node:assert/strict";
import {
  mistakesIn,
  optionExpectation,
  parseMetadata,
  parseOptions,
} from "../../provider/src/model/metadata";

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

test("Pacemaker's own options are read from one text or from several, and their values judged", () => {
  const one = `<pacemaker-result><resource-agent name="cluster-options"><parameters>
<parameter name="batch-limit" generated="0"><content type="integer" default="0"/></parameter>
<parameter name="load-threshold"><content type="percentage" default="80%"/></parameter>
</parameters></resource-agent></pacemaker-result>`;
  const daemons = ["schedulerd", "controld"].map(
    (name) =>
      `<?xml version="1.0"?>\n<resource-agent name="pacemaker-${name}"><parameters>` +
      `<parameter name="${name}-delay"><content type="time" default="60s"/></parameter></parameters></resource-agent>\n`,
  );
  assert.deepEqual(
    [...parseOptions(one + daemons.join("")).keys()],
    ["batch-limit", "load-threshold", "schedulerd-delay", "controld-delay"],
  );
  assert.equal(parseOptions("crm_attribute: unknown option").size, 0);
  const verdict = (type: string, value: string) =>
    optionExpectation(
      {
        ...{ isRequired: false, isReloadable: false, isDeprecated: false },
        ...{ replacedWith: [], type, choices: ["stop", "freeze"] },
      },
      value,
    );
  for (const [type, value] of [
    ["integer", "-1"],
    ["score", "-INFINITY"],
    ["nonnegative_integer", "500"],
    ["percentage", "80%"],
    ["duration", "PT5M"],
    ["time", "60"],
    ["boolean", "Yes"],
    ["select", "stop"],
    ["string", "anything"],
  ] as const)
    assert.equal(verdict(type, value), undefined, `${type} ${value}`);
  assert.equal(
    verdict("integer", "x"),
    "a whole number, INFINITY or -INFINITY",
  );
  assert.equal(
    verdict("nonnegative_integer", "-1"),
    "a whole number that is not negative",
  );
  assert.equal(verdict("percentage", "80"), `a percentage, such as "80%"`);
  assert.equal(
    verdict("timeout", "soon"),
    `a time with its unit, such as "30s"`,
  );
  assert.equal(verdict("boolean", "perhaps"), "true or false");
  assert.equal(verdict("select", "go"), "one of stop, freeze");
});
