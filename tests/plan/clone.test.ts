import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import {
  planClone,
  planNoClone,
  refuseClone,
} from "../../provider/src/plan/clone";
import { cibWith } from "../model/fixtures";
import { refusalBy } from "./refusal";

const primitive = (id: string, mark?: string) =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy">` +
  (mark === undefined
    ? ""
    : `<meta_attributes id="${id}-m"><nvpair id="${id}-m-r" name="target-role" value="Stopped"/>` +
      `<nvpair id="${id}-m-s" name="pulumi-staged" value="${mark}"/></meta_attributes>`) +
  `</primitive>`;

const cib = (resources: string, constraints = "") =>
  parseCib(cibWith(resources, { constraints }));

const clone = (content: string, meta = "", id = "all") =>
  `<clone id="${id}">${content}<meta_attributes id="${id}-m">${meta}</meta_attributes></clone>`;
const value = (name: string, text: string) =>
  `<nvpair id="all-m-${name}" name="${name}" value="${text}"/>`;

const plan = (...values: Parameters<typeof planClone>): string[] =>
  planClone(...values).map((command) => command.join(" "));

const declared = { id: "all", content: "a", meta: { interleave: "true" } };

const refusal = refusalBy(planClone);

describe("a clone", () => {
  test("is made, and starts what waits for it", () => {
    assert.deepEqual(plan(cib(primitive("a")), declared, undefined), [
      "resource clone a all",
      "resource meta all interleave=true",
    ]);
    const [, , start] = plan(cib(primitive("a", "all")), declared, undefined);
    assert.match(start!, /@id="a".*pulumi-staged/);
    const waiting = cib(primitive("a", "all,away"));
    assert.equal(plan(waiting, declared, undefined, ["away"]).length, 2);
  });

  test("as it is declared, is left alone; what others have set stays", () => {
    const found = cib(
      clone(
        primitive("a"),
        value("interleave", "yes") + value("priority", "3"),
      ),
    );
    assert.deepEqual(plan(found, declared, undefined), []);
    assert.deepEqual(
      plan(found, { ...declared, meta: {} }, { meta: declared.meta }),
      ["resource meta all interleave="],
    );
  });

  test("of a group starts all of its members", () => {
    const group = `<group id="g">${primitive("a", "all")}${primitive("b", "all")}</group>`;
    const commands = plan(cib(group), { ...declared, content: "g" }, undefined);
    assert.equal(commands[0], "resource clone g all");
    assert.match(commands[2]!, /@id="a" or @id="b"/);
  });

  test("starts what an earlier one of another id has left behind", () => {
    assert.match(
      plan(cib(primitive("a", "older")), declared, undefined).at(-1)!,
      /@id="a".*pulumi-staged/,
    );
  });

  test("is refused where the id or the content is another one's", () => {
    const words = (text: string) =>
      `all cannot be the clone that is declared:\n- ${text}\nNothing was changed.`;
    assert.equal(
      refusal(cib(primitive("a") + primitive("all")), declared, undefined),
      words(
        "the cluster's configuration uses this id already, for a <primitive>",
      ),
    );
    assert.equal(
      refusal(cib(primitive("b")), declared, undefined),
      words("a is no resource and no group of the cluster's configuration"),
    );
    // What is about to be made is not missed; the id is another one's all the same.
    refuseClone(cib(primitive("b")), declared, false, true);
    assert.throws(
      () => refuseClone(cib(primitive("all")), declared, false, true),
      /uses this id already, for a <primitive>\n/,
    );
    assert.match(
      refusal(cib(clone(primitive("a"), "", "other")), declared, undefined),
      /a is part of the clone other, /,
    );
    assert.equal(
      refusal(
        cib(`<group id="g">${primitive("a")}</group>`),
        declared,
        undefined,
      ),
      words("a is a member of the group g: clone the group"),
    );
    assert.equal(
      refusal(
        cib(clone(primitive("a"), value("promotable", "true"))),
        { ...declared, meta: {} },
        undefined,
      ),
      words("its promotable is true, declared is none"),
    );
    assert.equal(
      refusal(cib(clone(primitive("a"))), declared, undefined),
      words(
        `its interleave is not set, declared is true (adopt: "update" changes it)`,
      ),
    );
    assert.equal(
      refusal(cib(clone(primitive("b")) + primitive("a")), declared, {
        meta: {},
      }),
      words("the clone all holds b, declared is a: give it another resourceId"),
    );
  });

  test("goes with what names it, and leaves what it was of", () => {
    const found = cib(
      clone(primitive("a")),
      `<rsc_location id="l" rsc="all" node="node-01" score="1"/>`,
    );
    const commands = planNoClone(found, "all").map((one) => one.join(" "));
    assert.equal(commands.at(-1), "resource unclone a");
    assert.ok(commands.some((one) => one.includes(`@rsc="all"`)));
    assert.deepEqual(planNoClone(found, "none"), []);
  });
});
