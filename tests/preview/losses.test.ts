import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  combinations,
  withLost,
} from "../../provider/src/cluster/rehearsal/losses";

suite("lost nodes", () => {
  test("are each one, then each pair, and never more than there are", () => {
    assert.deepEqual(combinations(["a", "b", "c"], 1), [["a"], ["b"], ["c"]]);
    assert.deepEqual(combinations(["a", "b", "c"], 2), [
      ...[["a"], ["b"], ["c"]],
      ...[
        ["a", "b"],
        ["a", "c"],
        ["b", "c"],
      ],
    ]);
    assert.deepEqual(combinations(["a"], 2), [["a"]]);
    assert.deepEqual(combinations(["a"], 0), []);
  });

  test("are gone without a word, and no other node is", () => {
    const cib = `<cib epoch="5" have-quorum="1"><configuration><nodes><node id="1" uname="one"/></nodes></configuration><status>
<node_state id="1" uname="one" in_ccm="1700000000" crmd="1700000001" join="member" expected="member"><lrm id="1"/></node_state>
<node_state uname="two" crmd="online" in_ccm="true"/>
<node_state uname="three" crmd="online" in_ccm="true"/></status></cib>`;
    assert.equal(
      withLost(cib, ["one", "two"], false),
      `<cib epoch="5" have-quorum="0"><configuration><nodes><node id="1" uname="one"/></nodes></configuration><status>
<node_state id="1" uname="one" in_ccm="false" crmd="offline" join="down" expected="member"><lrm id="1"/></node_state>
<node_state uname="two" crmd="offline" in_ccm="false" join="down" expected="member"/>
<node_state uname="three" crmd="online" in_ccm="true"/></status></cib>`,
    );
    assert.equal(withLost(cib, [], true), cib);
    assert.match(
      withLost(`<cib epoch="5"><status/></cib>`, [], false),
      /^<cib epoch="5" have-quorum="0">/,
    );
  });
});
