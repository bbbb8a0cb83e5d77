import test, { describe } from "node:test";
import assert from "node:assert/strict";
import fc from "fast-check";
import { unstage } from "../../provider/src/model/staging";
import { parseCib } from "../../provider/src/model/cib";
import { planGroup } from "../../provider/src/plan/group";
import { cibWith, fixture, suites } from "../model/fixtures";
import { refusalBy } from "./refusal";

/** The one command by which all that wait for their group are started. */
const unstaging = (...ids: string[]): string => unstage(ids)[0]!.join(" ");

interface Member {
  id: string;
  meta?: Record<string, string>;
}

function primitive({ id, meta = {} }: Member): string {
  const pairs = Object.entries(meta).map(
    ([name, value]) =>
      `<nvpair id="${id}-${name}" name="${name}" value="${value}"/>`,
  );
  return (
    `<primitive id="${id}" class="systemd" type="${id}">` +
    (pairs.length > 0
      ? `<meta_attributes id="${id}-meta">${pairs.join("")}</meta_attributes>`
      : "") +
    `</primitive>`
  );
}

const staged = (id: string, group = "g"): Member => ({
  id,
  meta: { "target-role": "Stopped", "pulumi-staged": group },
});

/** A configuration with a group of these members, and these others outside. */
const cib = (members: Member[], others: Member[] = [], more = "") =>
  parseCib(
    cibWith(
      (members.length > 0
        ? `<group id="g">${members.map(primitive).join("")}${more}</group>`
        : "") + others.map(primitive).join(""),
    ),
  );

const plan = (...values: Parameters<typeof planGroup>): string[] =>
  planGroup(...values).map((command) => command.join(" "));

const declared = (members: string[], meta = {}) => ({ id: "g", members, meta });

const refusal = refusalBy(planGroup);

describe("a group that is not there", () => {
  test("is made with its members in order, and starts those that wait for it", () => {
    assert.deepEqual(
      plan(cib([], [staged("b"), staged("a")]), declared(["a", "b"])),
      ["resource group add g a b", unstaging("a", "b")],
    );
  });

  test("leaves a member alone that an operator disabled", () => {
    assert.deepEqual(
      plan(
        cib([], [staged("a"), { id: "b", meta: { "target-role": "Stopped" } }]),
        declared(["a", "b"]),
      ),
      ["resource group add g a b", unstaging("a")],
    );
  });

  test("gets its meta attributes", () => {
    assert.deepEqual(
      plan(
        cib([], [{ id: "a" }]),
        declared(["a"], { "resource-stickiness": "100" }),
      ),
      ["resource group add g a", "resource meta g resource-stickiness=100"],
    );
  });

  test("is refused where something else has its id", () => {
    assert.equal(
      refusal(cib([], [{ id: "g" }, { id: "a" }]), declared(["a"])),
      "g cannot be made as declared:\n- the cluster's configuration uses this id already, for a <primitive>\nNothing was changed.",
    );
  });

  test("does not take another group's members", () => {
    const other = parseCib(
      cibWith(
        `<group id="web">${primitive({ id: "a" })}${primitive({ id: "b" })}</group>`,
      ),
    );
    assert.equal(
      refusal(other, declared(["a", "b"])),
      "g cannot be made as declared:\n" +
        `- a is a member of the group web: take it out there first ("pcs resource group remove web a")\n` +
        `- b is a member of the group web: take it out there first ("pcs resource group remove web b")\n` +
        "Nothing was changed.",
    );
  });
});

for (const suite of suites)
  test(`the group that people made by hand on ${suite} is taken over untouched`, () => {
    const byHand = parseCib(fixture(suite, "cib-smtp.xml"));
    assert.deepEqual(
      plan(byHand, {
        id: "smtp-stack",
        members: ["smtp_ip", "smtp_service"],
        meta: {},
      }),
      [],
    );
  });

test("a group that differs is refused with each difference", () => {
  assert.equal(
    refusal(
      cib(
        [{ id: "b" }, { id: "a" }],
        [],
        `<meta_attributes id="m"><nvpair id="m1" name="priority" value="1"/></meta_attributes>`,
      ),
      declared(["a", "b"], { priority: "2", "resource-stickiness": "5" }),
    ),
    "g cannot be made as declared:\n" +
      "- its members are b, a, declared are a, b\n" +
      "- meta: its priority is 1, declared is 2\n" +
      "- meta: its resource-stickiness is not set, declared is 5\n" +
      "Nothing was changed.",
  );
});

describe("an update", () => {
  const previous = (members: string[], meta = {}) => declared(members, meta);

  test("of nothing does nothing", () => {
    assert.deepEqual(
      plan(
        cib([{ id: "a" }, { id: "b" }]),
        declared(["a", "b"]),
        previous(["a", "b"]),
      ),
      [],
    );
  });

  test("puts a new member where it belongs, and starts it", () => {
    assert.deepEqual(
      plan(
        cib([{ id: "a" }, { id: "c" }], [staged("b")]),
        declared(["a", "b", "c"]),
        previous(["a", "c"]),
      ),
      ["resource group add g --after a b", unstaging("b")],
    );
  });

  test("puts a new first member before the others", () => {
    assert.deepEqual(
      plan(
        cib([{ id: "a" }], [{ id: "z" }, { id: "y" }]),
        declared(["y", "z", "a"]),
        previous(["a"]),
      ),
      ["resource group add g --before a y", "resource group add g --after y z"],
    );
  });

  test("moves one of two that change places", () => {
    const commands = plan(
      cib([{ id: "a" }, { id: "b" }]),
      declared(["b", "a"]),
      previous(["a", "b"]),
    );
    assert.equal(commands.length, 2, commands.join("; "));
  });

  test("of meta attributes leaves those that it did not declare", () => {
    assert.deepEqual(
      plan(
        cib(
          [{ id: "a" }],
          [],
          `<meta_attributes id="m"><nvpair id="m1" name="priority" value="1"/><nvpair id="m2" name="is-managed" value="false"/><nvpair id="m3" name="theirs" value="x"/></meta_attributes>`,
        ),
        declared(["a"], { "resource-stickiness": "5" }),
        previous(["a"], { priority: "1" }),
      ),
      ["resource meta g resource-stickiness=5 priority="],
    );
  });
});

/** What pcs makes of the group commands. */
function applied(
  start: readonly string[],
  commands: readonly (readonly string[])[],
): { members: string[]; moved: number } {
  const members = [...start];
  let moved = 0;
  for (const [, topic, verb, group, ...rest] of commands) {
    if (topic !== "group") continue;
    assert.equal(group, "g");
    const words = [...rest];
    if (verb === "remove") {
      for (const id of words) {
        assert.ok(members.includes(id), `${id} is no member`);
        members.splice(members.indexOf(id), 1);
        // pcs takes an empty group away, and all that was said about it.
        assert.ok(members.length > 0, "the group was empty in between");
      }
      continue;
    }
    const [where, anchor] = words[0]?.startsWith("--")
      ? words.splice(0, 2)
      : [];
    for (const id of words)
      assert.ok(!members.includes(id), `${id} is a member already`);
    if (anchor !== undefined) assert.ok(members.includes(anchor));
    const at =
      anchor === undefined
        ? members.length
        : members.indexOf(anchor) + (where === "--after" ? 1 : 0);
    members.splice(at, 0, ...words);
    moved += words.length;
  }
  return { members, moved };
}

/** The length of the longest sequence that stands in both, by trying all. */
function longestCommon(a: readonly string[], b: readonly string[]): number {
  const [first, ...rest] = a;
  if (first === undefined || b.length === 0) return 0;
  const at = b.indexOf(first);
  return Math.max(
    longestCommon(rest, b),
    at < 0 ? 0 : 1 + longestCommon(rest, b.slice(at + 1)),
  );
}

test("any group comes to any order with the fewest moves, and what was not declared stays where it is", () => {
  const ids = ["a", "b", "c", "d", "e", "f"];
  const foreign = ["x", "y"];
  const shuffled = (values: string[], minLength = 0) =>
    fc.shuffledSubarray(values, { minLength });
  fc.assert(
    fc.property(
      shuffled([...ids, ...foreign], 1),
      shuffled(ids, 1),
      (current, wanted) => {
        const outside = wanted.filter((id) => !current.includes(id));
        const before = cib(
          current.map((id) => ({ id })),
          outside.map((id) => ({ id })),
        );
        const commands = planGroup(
          before,
          declared(wanted),
          declared(current.filter((id) => ids.includes(id))),
        );
        const { members, moved } = applied(current, commands);
        assert.deepEqual(
          members.filter((id) => wanted.includes(id)),
          wanted,
        );
        assert.deepEqual(
          members.filter((id) => foreign.includes(id)),
          current.filter((id) => foreign.includes(id)),
        );
        assert.equal(moved, wanted.length - longestCommon(current, wanted));
      },
    ),
    { numRuns: 500 },
  );
});
