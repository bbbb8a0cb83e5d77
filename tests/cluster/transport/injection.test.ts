import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { execOnNode } from "../../../lab";
import {
  readStaged,
  stagingScript,
} from "../../../provider/src/cluster/transaction/stage";
import { createPrimitive } from "../../../provider/src/pcs/commands";
import { parseXml, type XmlElement } from "../../../provider/src/model/xml";
import { metaAttributes } from "../../../provider/src/resources/inputs";
import { cibText, configuration, onEveryNode } from "../harness";
import { onTransportLab } from "./lab";

const canary = "/tmp/pacemaker-canary";
const hostile = [
  `'; touch ${canary}; '`,
  `"; touch ${canary}; "`,
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `x\ntouch ${canary}\n`,
  `x' || touch ${canary} #`,
  `"/><nvpair id="evil" name="evil" value="evil"/><x y="`,
  "]]>&amp;&lt;<!--",
  "--force",
  "-f",
  "a=b=c",
  "\\",
  "%s%n",
  "*",
  "~",
  "🐘 grüße",
  " leading and trailing ",
  "a\tb\r\nc",
  "\u0007",
  "\u2028",
  "x".repeat(100_000),
];

function options(element: XmlElement, into: Map<string, string>): void {
  const { id = "", value } = element.attributes;
  const [, index] = /^r(\d+)-instance_attributes-fake$/.exec(id) ?? [];
  if (element.name === "nvpair" && index !== undefined)
    into.set(index, value ?? "");
  for (const child of element.children) options(child, into);
}

onTransportLab("hostile values through a real pcs", (lab) => {
  /** What a copy of the CIB holds of each value after staging; those that are refused are left out. */
  async function stored(
    values: readonly string[],
  ): Promise<Map<string, string>> {
    const node = lab().nodes[0]!.name;
    const cib = await cibText(lab(), node);
    let left = values.map((value, index) => ({ value, index }));
    for (;;) {
      const commands = left.map(({ value, index }) =>
        createPrimitive({
          id: `r${index}`,
          agent: "ocf:heartbeat:Dummy",
          options: { fake: value },
          operations: { monitor: { interval: "30s" } },
          meta: {},
        }),
      );
      const boundary = `stage-${Math.random().toString(36).slice(2)}`;
      const { stdout, stderr } = await execOnNode(
        lab(),
        node,
        ["/bin/sh", "-s"],
        { stdin: stagingScript(cib, commands, boundary), timeoutMs: 200_000 },
      );
      const staged = readStaged(stdout + stderr, commands, boundary, node);
      if ("diff" in staged) {
        const found = new Map<string, string>();
        options(parseXml(staged.diff), found);
        return found;
      }
      assert.ok("refusedCommand" in staged, staged.error.message);
      left = left.filter((_, index) => index !== staged.refusedCommand);
    }
  }

  /** Whether a resource's inputs let a value through. */
  const isInput = (value: string): boolean =>
    metaAttributes.safeParse({ fake: value }).success;

  test("are stored as they are or refused, and never run", async () => {
    const before = await configuration(lab());
    // What Pacemaker stores as something else gets no further than the inputs.
    const corrupted = /\p{Cc}|[^\p{ASCII}].*[&<>]|[&<>].*[^\p{ASCII}]/u;
    const kept = hostile.filter((value) => !corrupted.test(value));
    assert.deepEqual(hostile.filter(isInput), kept);
    const pieces = fc.constantFrom(
      ...["'", '"', "\\", "`", "$(", ")", ";", "&", "|", "<", ">"],
      ...["--", "-", "=", " ", "#", "!", "{", "}", "*", "?"],
      `touch ${canary}`,
    );
    const random = fc.sample(
      fc.array(pieces, { minLength: 1, maxLength: 12 }),
      { numRuns: 10, seed: 7 },
    );
    const values = [...kept, ...random.map((words) => words.join(""))];
    const found = await stored(values);
    for (const [index, value] of found)
      assert.equal(value, values[Number(index)]);
    assert.equal(found.size, values.length, "pcs refused some");

    const seen = await onEveryNode(lab(), `ls ${canary}* 2>/dev/null || true`);
    for (const text of Object.values(seen)) assert.equal(text, "");
    assert.equal(await configuration(lab()), before);
  });

  test("with a letter beyond ASCII before one that XML escapes are stored whole, or refused", async () => {
    const value = "é & e";
    const found = await stored([value]);
    assert.ok(!isInput(value) || found.get("0") === value, found.get("0"));
  });

  test("with a NUL are refused before anything is sent", () => {
    assert.throws(
      () =>
        stagingScript(
          "<cib/>",
          [["resource", "meta", "x", "a=\0"]],
          "boundary",
        ),
      TypeError,
    );
  });
});
