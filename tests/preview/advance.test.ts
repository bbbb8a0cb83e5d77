import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  advanceScript,
  readAdvanced,
  withoutFailures,
  withoutGone,
} from "../../provider/src/cluster/rehearsal/advance";
import { rewriteShown } from "../../provider/src/cluster/rehearsal/units";

const memory = (id: string, ...operations: string[]) =>
  `<lrm_resource id="${id}" type="Dummy">${operations.join("")}</lrm_resource>`;

const operation = (id: string, status = 0) =>
  `<lrm_rsc_op id="${id}" op-status="${status}"/>`;

const cib = (resources: string, status: string) =>
  `<cib><configuration><resources>${resources}</resources></configuration><status>${status}</status></cib>`;

suite("a cluster on paper", () => {
  test("what a node remembers of resources that have gone is forgotten, and of no others", () => {
    const text = cib(
      `<primitive id="a"/><clone id="c"><primitive id="b"/></clone>`,
      `${memory("a")}${memory("b:1")}${memory("gone")}<lrm_resource id="too"/>`,
    );
    assert.equal(
      withoutGone(text),
      cib(
        `<primitive id="a"/><clone id="c"><primitive id="b"/></clone>`,
        `${memory("a")}${memory("b:1")}`,
      ),
    );
    // Without a status, there is nothing to forget.
    assert.equal(withoutGone("<cib/>"), "<cib/>");
  });

  test("a cleanup forgets the failures of its resource alone", () => {
    const counts = (id: string) =>
      `<nvpair id="n-${id}" name="fail-count-${id}#start_0" value="1"/><nvpair id="l-${id}" name="last-failure-${id}#start_0" value="1"/>`;
    const text = cib(
      "",
      memory("a", operation("a_last_0"), operation("a_last_failure_0", 4)) +
        memory("ab", operation("ab_last_failure_0", 4)) +
        counts("a") +
        counts("ab"),
    );
    assert.equal(
      withoutFailures(text, "a"),
      cib(
        "",
        memory("a", operation("a_last_0")) +
          memory("ab", operation("ab_last_failure_0", 4)) +
          counts("ab"),
      ),
    );
  });

  test("the script prints what is read, and an early end is told", () => {
    const script = advanceScript("<cib/>\n", "<diff/>", "mark");
    assert.match(script, /cib\.xml" <<'mark'\n<cib\/>\nmark\n/);
    assert.match(script, /cibadmin --patch/);
    assert.doesNotMatch(advanceScript("<cib/>", undefined, "mark"), /--patch/);
    const printed = [
      "mark patch 0\nsaid\n",
      "mark simulation 1\n<one/>\n",
      "mark simulation 2\n<two/>\n",
      "mark cib 0\n<cib/>\n",
      "mark mon 0\n<mon/>\n",
    ];
    assert.equal(readAdvanced(printed.join(""), "mark"), undefined);
    assert.deepEqual(
      readAdvanced([...printed, "mark end 0\n"].join(""), "mark"),
      {
        cib: "<cib/>\n",
        mon: "<mon/>\n",
        simulations: ["<one/>\n", "<two/>\n"],
      },
    );
    printed[0] = "mark patch 103\ntoo old\n";
    assert.deepEqual(
      readAdvanced([...printed, "mark end 0\n"].join(""), "mark")?.refused,
      { code: 103, stdout: "", stderr: "too old\n" },
    );
  });

  test("units that would be stopped or disabled look so, on their node alone", () => {
    const shown =
      "Id=a.service\nNames=a.service other.service\nUnitFileState=enabled\nActiveState=active\n\n" +
      "Id=b.service\nNames=b.service\nUnitFileState=enabled\nActiveState=active\n";
    const off = (...words: string[]) => ({
      ...{ node: "one", argv: ["/usr/bin/systemctl", ...words] },
    });
    assert.equal(
      rewriteShown(shown, "one", [off("disable", "--now", "other.service")]),
      shown
        .replace("UnitFileState=enabled", "UnitFileState=disabled")
        .replace("ActiveState=active", "ActiveState=inactive"),
    );
    assert.equal(
      rewriteShown(shown, "one", [off("disable", "a.service")]),
      shown.replace("UnitFileState=enabled", "UnitFileState=disabled"),
    );
    assert.equal(rewriteShown(shown, "two", [off("stop", "a.service")]), shown);
  });
});
