import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import { planTag, removeTag, tagIn } from "../../provider/src/plan/tag";
import { cibWith } from "../model/fixtures";

const dummy = (id: string) =>
  `<primitive id="${id}" class="ocf" provider="pacemaker" type="Dummy"/>`;

const cib = parseCib(
  cibWith(
    ["a", "b", "c"].map(dummy).join("") +
      `<template id="kind" class="ocf" provider="pacemaker" type="Dummy"/>`,
  ).replace(
    "</configuration>",
    `<tags><tag id="night"><obj_ref id="a"/><obj_ref id="b"/></tag><tag id="other"><obj_ref id="c"/></tag></tags></configuration>`,
  ),
);

const plan = (
  id: string,
  resources: string[],
  previous?: string[],
  adopts = false,
) =>
  planTag(
    cib,
    { id, resources },
    previous && { id, resources: previous },
    adopts,
  ).map((command) => command.join(" "));

const written = (id: string, ...resources: string[]) =>
  `cibadmin --modify --allow-create --xml-text <configuration><tags><tag id="${id}">` +
  `${resources.map((one) => `<obj_ref id="${one}"/>`).join("")}</tag></tags></configuration>`;

const without = (id: string, resource: string) =>
  `cibadmin --delete-all --force --xpath //tags/tag[@id="${id}"]/obj_ref[@id="${resource}"]`;

describe("a tag", () => {
  test("is made, and what is named comes before what is no longer", () => {
    assert.deepEqual(plan("new", ["a", "c"]), [written("new", "a", "c")]);
    assert.deepEqual(plan("night", ["b", "c"], ["a", "b"]), [
      written("night", "c"),
      without("night", "a"),
    ]);
  });

  test("is left as it is where it names all that is declared, in any order, and more", () => {
    assert.deepEqual(plan("night", ["b", "a"]), []);
    assert.deepEqual(plan("night", ["b"]), []);
    assert.deepEqual(plan("night", ["b"], ["b"]), []);
  });

  test("that somebody has made is changed where that is asked for, and what is his stays", () => {
    assert.throws(
      () => plan("night", ["a", "c"]),
      /night exists in the cluster and differs from what is declared:\n- it names a, b, declared is a, c/,
    );
    assert.deepEqual(plan("night", ["a", "c"], undefined, true), [
      written("night", "c"),
    ]);
  });

  test("is refused under an id that something else has, and for what is no resource", () => {
    assert.throws(
      () => plan("a", ["b"]),
      /a: the cluster's configuration uses this id already, for a <primitive>/,
    );
    for (const [id, what] of [
      ["other", "tag"],
      ["kind", "template"],
    ] as const)
      assert.throws(
        () => plan("new", ["a", id]),
        new RegExp(`new: ${id} is a <${what}>: only resources`),
      );
    assert.throws(() => plan("new", ["nobody"]), /new: nobody is not in the/);
  });

  test("goes with its last reference; what others have added keeps it", () => {
    const remove = (resources: string[], id = "night") => {
      const { commands, kept } = removeTag(cib, { id, resources });
      return [commands.map((command) => command.join(" ")), kept];
    };
    assert.deepEqual(remove(["a", "b"]), [
      [`cibadmin --delete-all --force --xpath //tags/tag[@id="night"]`],
      [],
    ]);
    assert.deepEqual(remove(["a", "c"]), [[without("night", "a")], ["b"]]);
    assert.deepEqual(remove(["a"], "gone"), [[], []]);
  });

  test("stays as long as a constraint names it, by which that is said", () => {
    const named = parseCib(
      cib.text.replace(
        "</constraints>",
        `<rsc_location id="away" rsc="night" node="one" score="-5"/></constraints>`,
      ),
    );
    assert.deepEqual(tagIn(named, "night"), ["a", "b"]);
    assert.throws(
      () => removeTag(named, { id: "night", resources: ["a", "b"] }),
      /night is still named by the constraint away/,
    );
    // What others have added keeps the tag, and with it the constraint, which holds of less then.
    const { kept, named: holding } = removeTag(named, {
      id: "night",
      resources: ["a"],
    });
    assert.deepEqual([kept, holding], [["b"], ["the constraint away"]]);
  });
});
