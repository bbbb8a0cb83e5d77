import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Moment, Paper } from "../../provider/src/cluster/rehearsal/paper";
import type { ClusterStatus } from "../../provider/src/model/status";
import { asMarkdown } from "../../provider/src/rehearsal/markdown";
import { asPicture } from "../../provider/src/rehearsal/picture";
import { reportOf } from "../../provider/src/rehearsal/report";
import { asTable } from "../../provider/src/rehearsal/table";
import type {
  Operation,
  Rehearsed,
} from "../../provider/src/resources/rehearsal";

const moment = (places: Record<string, string[]>): Moment => ({
  text: "<cib/>",
  printed: "",
  status: {
    ...{ quorate: true, maintenance: false, stopAll: false, fencing: false },
    nodes: ["one", "two"].map((name) => ({
      ...{ name, online: true, pending: false },
      ...{ standby: false, maintenance: false },
    })),
    resources: new Map(
      Object.entries(places).map(([id, nodes]) => [
        id,
        {
          ...{ id, agent: "", role: "Started", active: nodes.length > 0 },
          ...{ orphaned: false, blocked: false, managed: true, failed: false },
          nodes,
        },
      ]),
    ),
    failures: [],
  } satisfies ClusterStatus,
});

const result = (
  resourceId: string,
  outcome: Rehearsed["outcome"],
  why?: string,
): Rehearsed => ({
  operation: {
    ...{ urn: `urn::${resourceId}`, name: resourceId, kind: "primitive" },
    ...{ verb: "create", inputs: { resourceId }, isReplacement: false },
    after: [],
  } satisfies Operation,
  outcome,
  ...(why === undefined ? {} : { why }),
});

const paper = {
  first: moment({ web: ["one"], theirs: ["two"], kept: ["two"] }),
  now: () => moment({ web: ["one"], theirs: ["one"], kept: ["two"], late: [] }),
  pending: [{ resource: "kept", action: "start", node: "two", blocked: false }],
  turns: [
    [{ resource: "web", action: "stop", node: "one", blocked: false }],
    [],
    [
      { resource: "web", action: "start", node: "one", blocked: false },
      {
        ...{ resource: "theirs", action: "move", blocked: false },
        ...{ source: "two", target: "one" },
      },
    ],
  ],
  asides: [
    { node: "two", argv: ["/usr/bin/systemctl", "disable", "web.service"] },
  ],
} as unknown as Paper;

const report = reportOf(["192.0.2.11", "192.0.2.12"], {
  paper,
  stopped: new Map([["late", ["late is Stopped", "in standby: two"]]]),
  results: [
    result("web", "changed"),
    result("late", "created"),
    result("kept", "unchanged"),
    result("bad", "refused", "no\nnot | so"),
  ],
});

suite("what a rehearsal has shown", () => {
  test("as data", () => {
    assert.equal(report.transitions, 2);
    assert.deepEqual(report.stopped, {
      late: ["late is Stopped", "in standby: two"],
    });
    assert.deepEqual(
      report.effects.map(({ resource, disruption, declared }) => [
        ...[resource, disruption, declared],
      ]),
      [
        ["web", "restart", true],
        ["theirs", "move", false],
      ],
    );
  });

  test("as a table", () => {
    assert.equal(
      asTable(report),
      `Cluster of 192.0.2.11, 192.0.2.12:
  ~ web   changed; restarts on one
  + late  created
  ! bad   refused
      no
      not | so
    1 unchanged
What this program does not declare goes along:
    theirs moves from two to one
On the nodes:
    systemctl disable web.service on two
Declared, and would not run afterwards:
    late
      late is Stopped
      in standby: two
The cluster itself is about to start kept on two, whatever is done here.
Altogether: 1 move, 1 restart; 1 refused.
`,
    );
  });

  test("as a comment, in which nothing breaks a row", () => {
    const text = asMarkdown(report);
    assert.match(
      text,
      /^### What the cluster will do: 1 move, 1 restart; 1 refused$/m,
    );
    assert.match(
      text,
      /^\| `web` \| primitive \| changed \| restarts on one \|$/m,
    );
    assert.match(
      text,
      /^\| `bad` \| primitive \| refused \| no<br>not \\\| so \|$/m,
    );
    assert.match(text, /^- `late`: late is Stopped; in standby: two$/m);
    assert.match(text, /^- `theirs` moves from two to one$/m);
    assert.doesNotMatch(text, /kept` \| primitive/);
  });

  test("as a picture: nodes as columns, resources as rows, twice", () => {
    const svg = asPicture(report);
    const count = (text: string) => svg.split(text).length - 1;
    assert.equal(count(">one</text>"), 2);
    assert.equal(count(">theirs</text>"), 1);
    // web and kept before and after; theirs goes and comes.
    assert.equal(count("<rect x="), 6);
    assert.match(svg, /<title>theirs: moves from two to one<\/title>/);
    assert.equal(count("#e9b4ab"), 1);
    assert.equal(count("#9cc48a"), 1);
  });

  test("with what the loss of nodes would stop, where it was asked for", () => {
    const rehearsal = { paper, results: [], stopped: new Map() };
    const lost = (...stopped: string[]) =>
      reportOf([], rehearsal, [
        {
          lost: ["one"],
          stopped: new Map(stopped.map((id) => [id, ["so", "it | is"]])),
        },
        {
          ...{ lost: ["one", "two"], noQuorum: "2 are needed" },
          stopped: new Map([["all", ["no quorum"]]]),
        },
      ]);
    assert.deepEqual(lost("web").losses?.[0], {
      lost: ["one"],
      stopped: { web: ["so", "it | is"] },
    });
    assert.match(
      asTable(lost("web")),
      /\nAfter the loss of one these would run nowhere:\n {4}web\n {6}so\n {6}it \| is\nAfter the loss of one and two \(no quorum: 2 are needed\) these would run nowhere:\n {4}all\n/,
    );
    assert.match(
      asMarkdown(lost("web")),
      /^After the loss of one these would run nowhere:\n\n- `web`: so; it \\\| is\n\nAfter/m,
    );
    // Of a loss that stops nothing, nothing is said.
    assert.doesNotMatch(asTable(lost()), /After the loss of one these/);
    assert.match(asTable(lost()), /After the loss of one and two/);

    const kept = (...nodes: string[][]) =>
      reportOf(
        [],
        rehearsal,
        nodes.map((one) => ({ lost: one, stopped: new Map() })),
      );
    for (const text of [asTable, asMarkdown]) {
      assert.match(
        text(kept(["one"], ["two"])),
        /^Whichever node is lost, what runs goes on running\.$/m,
      );
      assert.match(
        text(kept(["one"], ["one", "two"])),
        /^Whichever 2 nodes are lost at once, what runs goes on running\.$/m,
      );
      assert.doesNotMatch(text(lost()), /goes on running/);
      assert.doesNotMatch(text(report), /goes on running|loss of/);
    }
    assert.equal(report.losses, undefined);
  });
});
