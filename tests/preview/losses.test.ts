import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { withLost } from "../../provider/src/cluster/rehearsal/advance";
import { clusterOf } from "../../provider/src/cluster/nodes/members";
import {
  combinations,
  lossesOn,
} from "../../provider/src/cluster/rehearsal/losses";
import type { Paper } from "../../provider/src/cluster/rehearsal/paper";
import { FakeCluster } from "../transaction/fakeCluster";

/** The losses that are tried where corosync says this: which nodes, and whether the others have a quorum. */
async function tried(said: string): Promise<[string, boolean][]> {
  const fake = new FakeCluster();
  for (const node of fake.nodes)
    node.answer = (argv) =>
      argv[0]?.endsWith("corosync-quorumtool")
        ? { code: 0, stdout: said, stderr: "" }
        : undefined;
  const lost: [string, boolean][] = [];
  const paper = {
    cluster: clusterOf(fake.connection, fake.open),
    now: () => ({
      status: {
        nodes: [
          { name: "one", online: true },
          { name: "away", online: false },
          { name: "two", online: true },
        ],
      },
    }),
    lose: (nodes: string[], isQuorate: boolean) => {
      lost.push([nodes.join(), isQuorate]);
      return Promise.resolve(paper);
    },
  } as unknown as Paper;
  for await (const loss of lossesOn(paper, 2))
    assert.equal(loss.noQuorum === undefined, lost.at(-1)![1]);
  return lost;
}

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

  test("are of those that are there, with the votes that corosync counts", async () => {
    assert.deepEqual(await tried("Total votes: 2\nQuorum: 1\n"), [
      ["one", true],
      ["two", true],
      ["one,two", false],
    ]);
    await assert.rejects(tried("Cannot initialize the service\n"), {
      kind: "cluster",
      message: /of the votes on \S+ cannot be read.*give that user the rights/,
    });
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
