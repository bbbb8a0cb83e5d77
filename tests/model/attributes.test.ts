import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib, type Cib } from "../../provider/src/model/cib";
import { stopCommand } from "../../provider/src/model/staging";
import { isPlain, setAttributes } from "../../provider/src/model/writing";
import { cibWith } from "./fixtures";

const dummy = `class="ocf" provider="pacemaker" type="Dummy"`;
const set = (
  id: string,
  values: Record<string, string>,
  more = "",
  inner = "",
) =>
  `<meta_attributes id="${id}"${more}>${inner}${Object.entries(values)
    .map(
      ([name, value]) =>
        `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`,
    )
    .join("")}</meta_attributes>`;
const night = `<rule id="night" score="INFINITY"><date_expression id="e" operation="gt" start="2026-01-01"/></rule>`;

const cibOf = (resources: string): Cib => parseCib(cibWith(resources));
const metaOf = (resources: string, id = "a") =>
  cibOf(resources).primitives.get(id)!.meta;

describe("what holds", () => {
  test("of equal sets the last, of others the one with the higher score", () => {
    const sets = [
      set("one", { x: "1" }),
      set("two", { x: "2" }),
      set("three", { x: "3" }, ` score="-5"`),
    ];
    assert.deepEqual(
      metaOf(`<primitive id="a" ${dummy}>${sets.join("")}</primitive>`),
      { x: "2" },
    );
    const high = set("high", { x: "9" }, ` score="INFINITY"`);
    assert.deepEqual(
      metaOf(`<primitive id="a" ${dummy}>${high}${sets.join("")}</primitive>`),
      { x: "9" },
    );
  });

  test("what a primitive says goes before its template, and the agent is the template's", () => {
    const cib = cibOf(`
      <template id="t" class="systemd" type="demo">${set("t-m", { x: "1", y: "1" })}
        <operations><op id="t-mon" name="monitor" interval="PT30S"/><op id="t-start" name="start" interval="0" timeout="50"/></operations>
      </template>
      <primitive id="a" template="t">${set("a-m", { x: "2" })}
        <operations><op id="a-mon" name="monitor" interval="30" timeout="9"/></operations></primitive>`);
    const found = cib.primitives.get("a")!;
    assert.equal(found.agent, "systemd:demo");
    assert.equal(found.template, "t");
    assert.deepEqual(found.meta, { x: "2", y: "1" });
    assert.deepEqual(
      found.operations.map(({ id }) => id),
      ["a-mon", "t-start"],
    );
    assert.ok(cib.hasTemplates);
  });

  test("a reference means what it refers to: sets, pairs, lists of operations", () => {
    const cib = cibOf(`
      <primitive id="b" ${dummy}>${set("b-m", { x: "1" })}
        <operations id="b-ops"><op id="b-mon" name="monitor" interval="7s"/></operations></primitive>
      <primitive id="a" ${dummy}><meta_attributes id-ref="b-m"/>
        <meta_attributes id="a-m"><nvpair id-ref="b-m-x" name="y"/></meta_attributes>
        <operations id-ref="b-ops"/></primitive>`);
    const found = cib.primitives.get("a")!;
    assert.deepEqual(found.meta, { x: "1", y: "1" });
    assert.equal(found.operations[0]!.interval, "7s");
    assert.deepEqual(cib.primitives.get("b")!.source!.sharedParts, [
      { part: "b-m", by: ["a"] },
      { part: "b-m-x", by: ["a"] },
      { part: "b-ops", by: ["a"] },
    ]);
  });

  test("a rule's set is not read, wherever it stands", () => {
    const ruled = set("r", { "target-role": "Stopped" }, "", night);
    const plain = set("p", { x: "1" });
    for (const sets of [ruled + plain, plain + ruled])
      assert.deepEqual(
        metaOf(`<primitive id="a" ${dummy}>${sets}</primitive>`),
        { x: "1" },
      );
  });

  test("what holds a primitive is known, through its group too", () => {
    const cib = cibOf(`
      <clone id="c1"><primitive id="a" ${dummy}/></clone>
      <clone id="c2"><group id="g"><primitive id="b" ${dummy}/></group></clone>
      <bundle id="bu"><podman image="i"/><primitive id="d" ${dummy}/></bundle>
      <primitive id="e" ${dummy}/>`);
    const parents = ["a", "b", "d", "e"].map(
      (id) => cib.primitives.get(id)!.parent,
    );
    assert.deepEqual(parents, [
      { kind: "clone", id: "c1" },
      { kind: "clone", id: "c2" },
      { kind: "bundle", id: "bu" },
      undefined,
    ]);
    assert.deepEqual(cib.groups.get("g")!.parent, { kind: "clone", id: "c2" });
  });
});

describe("writing", () => {
  const stop = (sets: string): string => {
    const cib = cibOf(`<primitive id="a" ${dummy}>${sets}</primitive>`);
    return stopCommand(cib, "a")
      .map((one) => one.join(" "))
      .join("\n");
  };
  const marks =
    `cibadmin --modify --xml-text <primitive id="a"><meta_attributes id="a-pulumi" score="INFINITY">` +
    `<nvpair id="a-pulumi-target-role" name="target-role" value="Stopped"/>` +
    `<nvpair id="a-pulumi-pulumi-staged" name="pulumi-staged" value="a"/></meta_attributes></primitive>`;

  test("marks join plain values, in pcs's words", () => {
    const words = "resource meta a target-role=Stopped pulumi-staged=a";
    assert.equal(stop(""), words);
    assert.equal(stop(set("p", { x: "1" })), words);
  });

  test("marks have a set of their own beside a rule's, a shared one, and an operator's role", () => {
    const ruled = set("r", { "target-role": "Stopped" }, "", night);
    assert.equal(stop(ruled), marks);
    assert.equal(stop(ruled + set("p", { x: "1" })), marks);
    assert.equal(stop(set("p", { x: "1" }) + ruled), marks);
    assert.equal(stop(set("p", { "target-role": "Started" })), marks);
    const shared = cibOf(
      `<primitive id="a" ${dummy}>${set("p", { x: "1" })}</primitive>` +
        `<primitive id="b" ${dummy}><meta_attributes id-ref="p"/></primitive>`,
    );
    assert.equal(stopCommand(shared, "a")[0]!.join(" "), marks);
  });

  test("a value goes into the set of its own that counts, else into a new one that does", () => {
    const write = (sets: string, more = "") => {
      const cib = cibOf(
        `<primitive id="a" ${dummy}>${sets}</primitive>${more}`,
      );
      const found = cib.primitives.get("a")!;
      return setAttributes(cib, found, "meta_attributes", { x: "9" })
        .map((one) => one.at(-1))
        .join("\n");
    };
    const one = set("one", { x: "1" });
    const two = set("two", { x: "2" });
    const pair = (id: string) => `<nvpair id="${id}" name="x" value="9"/>`;
    const into = (attributes: string, id: string) =>
      `<primitive id="a"><meta_attributes ${attributes}>${pair(id)}</meta_attributes></primitive>`;
    assert.equal(write(one), "x=9");
    assert.equal(write(one + two), into(`id="two"`, "two-x"));
    assert.equal(
      write(one + set("two", { y: "2" }, ` score="7"`)),
      into(`id="two" score="7"`, "two-x").replace(` score="7"`, ""),
    );
    const other = `<primitive id="b" ${dummy}>${set("theirs", { x: "1" }, ` score="3"`)}</primitive>`;
    assert.equal(
      write(`${one}<meta_attributes id-ref="theirs"/>`, other),
      into(`id="a-meta_attributes-own" score="3"`, "a-meta_attributes-own-x"),
    );
    const user = `<primitive id="b" ${dummy}><meta_attributes id-ref="one"/></primitive>`;
    assert.equal(
      write(one, user),
      into(`id="a-meta_attributes-own"`, "a-meta_attributes-own-x"),
    );
  });

  test("what pcs makes is plain", () => {
    const cib = cibOf(
      `<primitive id="a" ${dummy}>${set("a-meta_attributes", { x: "1" })}</primitive>`,
    );
    assert.ok(isPlain(cib.primitives.get("a")!, "meta_attributes"));
    assert.ok(isPlain(cib.primitives.get("a")!, "instance_attributes"));
  });
});
