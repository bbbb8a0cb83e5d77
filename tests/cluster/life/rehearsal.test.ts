/** What `pulumi-pacemaker preview` says of a change, held against what Pacemaker then did. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stopNode, waitMissed, type Lab } from "../../../lab";
import {
  cib,
  labConnection,
  makeProject,
  nothingChanged,
  onLab,
  onNode,
  statuses,
  succeeded,
  suitesOr,
  type Project,
} from "../harness";
import { all } from "../harness/xml";
import { oursIn } from "../postfix/command";
import {
  address,
  group,
  makeUnit,
  programOf,
  service,
  type Declaration,
} from "./programs";

interface Report {
  results: { resourceId: string; outcome: string; why?: string }[];
  effects: {
    resource: string;
    what: string;
    from: string[];
    to: string[];
    declared: boolean;
  }[];
  after: Record<string, string[]>;
  units: string[];
  stopped: Record<string, string[]>;
  losses?: {
    lost: string[];
    noQuorum?: string;
    stopped: Record<string, string[]>;
  }[];
}

/** By resource: where it runs, and which of its starts that was. */
type History = Map<string, { nodes: string[]; starts: string }>;

async function history(lab: Lab): Promise<History> {
  const memory = await cib(lab);
  const starts = new Map<string, string[]>();
  for (const node of all(memory, "node_state"))
    for (const resource of all(node, "lrm_resource"))
      for (const { attributes } of all(resource, "lrm_rsc_op"))
        if (attributes.operation === "start")
          starts.set(resource.attributes.id!, [
            ...(starts.get(resource.attributes.id!) ?? []),
            `${node.attributes.uname} ${attributes["call-id"]} ${attributes["last-rc-change"]}`,
          ]);
  return new Map(
    [...(await statuses(lab))].map(([id, { nodes }]) => [
      id,
      {
        nodes,
        starts: (starts.get(id) ?? [])
          .filter((one) => nodes.includes(one.split(" ")[0]!))
          .sort()
          .join(),
      },
    ]),
  );
}

/** What became of each resource between two moments, in the words of the preview. */
function happened(before: History, after: History): string[] {
  const none = { nodes: [], starts: "" };
  return [...new Set([...before.keys(), ...after.keys()])]
    .flatMap((id) => {
      const [was, is] = [before.get(id) ?? none, after.get(id) ?? none];
      const [from, to] = [was.nodes.join(), is.nodes.join()];
      if (from === to)
        return was.starts === is.starts ? [] : [`${id} restarts on ${to}`];
      if (from === "") return [`${id} starts on ${to}`];
      if (to === "") return [`${id} stops on ${from}`];
      return [`${id} moves from ${from} to ${to}`];
    })
    .sort();
}

const foreseen = ({ effects }: Report): string[] =>
  effects
    .map(({ resource, what, from, to }) =>
      what === "moves"
        ? `${resource} moves from ${from.join()} to ${to.join()}`
        : `${resource} ${what} on ${(what === "starts" ? to : from).join()}`,
    )
    .sort();

const dummy = (name: string, inputs: Record<string, unknown> = {}) =>
  [
    "Primitive",
    name,
    { agent: "ocf:heartbeat:Dummy", ...inputs },
  ] as unknown as Declaration;

for (const suite of suitesOr("trixie"))
  onLab(suite, "the preview of a whole program", (lab) => {
    const preview = async (
      project: Project,
      args: readonly string[] = [],
      expected = 0,
    ): Promise<Report> => {
      writeFileSync(
        join(project.dir, "connection.json"),
        JSON.stringify(labConnection(lab())),
      );
      const { code, stdout, stderr } = await oursIn(project, [
        ...["preview", "--json", "--connection", "connection.json", ...args],
      ]);
      assert.equal(code, expected, stdout + stderr);
      return JSON.parse(stdout) as Report;
    };

    test("says what Pacemaker then does, of every kind of change", async (t) => {
      for (const unit of ["one", "two"])
        await makeUnit(t, lab(), `lab-${unit}`);
      const sh = (script: string) =>
        onNode(lab(), "node-01", "/bin/sh", "-ec", script);
      // Somebody else's, which goes where ours are not, and where they are.
      await sh(
        `pcs resource create apart ocf:heartbeat:Dummy
        pcs resource create beside ocf:heartbeat:Dummy
        pcs resource defaults update resource-stickiness=0`,
      );
      const in1 = ["a1", "a2", "a3"];
      const members = (ids: readonly string[], name?: string) =>
        ids.map((id) => dummy(id, name === undefined ? {} : { group: name }));
      const svc = (unit: string) =>
        service("svc", `lab-${unit}`, { group: "served" });
      const served = (unit: string) => [
        address("addr", 41, { group: "served" }),
        svc(unit),
        group("served", ["addr", "svc"]),
      ];
      const base = [
        ...members(in1, "one"),
        group("one", in1),
        ...members(["b1", "b2"], "two"),
        group("two", ["b1", "b2"]),
        ...served("one"),
        dummy("c"),
      ];
      const project = await makeProject(t, lab(), {
        program: programOf(...base),
      });
      const settled = () => sh("crm_resource --wait --timeout 60");
      const stand = async (
        what: string,
        resources: readonly Declaration[],
        wordOf = (one: string) => one,
      ): Promise<Report> => {
        project.writeProgram(programOf(...resources));
        await settled();
        const before = await history(lab());
        const report = await preview(project);
        // A preview leaves everything as it is.
        assert.deepEqual(happened(before, await history(lab())), [], what);
        succeeded(await project.up());
        await settled();
        const did = happened(before, await history(lab()));
        assert.deepEqual(foreseen(report).map(wordOf), did.map(wordOf), what);
        assert.deepEqual(
          report.results.filter(({ why }) => why !== undefined),
          [],
          what,
        );
        assert.notDeepEqual(did, [], what);
        t.diagnostic(`${what}: ${did.join("; ")}`);
        return report;
      };

      // Which of several groups comes first, and so gets the emptiest node, is a matter of moments.
      const created = await stand("create all", base, (one) =>
        one.replace(/ on .*/, ""),
      );
      assert.deepEqual(created.units, []);
      await sh(
        `pcs constraint location c prefers node-01=1000
        pcs constraint location apart prefers node-01=500
        pcs constraint colocation add apart with c score=-INFINITY
        pcs constraint colocation add beside with svc`,
      );
      const left = [
        ...base.filter(([, name]) => !["a3", "one"].includes(name)),
        group("one", ["a1", "a2"]),
        dummy("a3"),
      ];
      await stand("leave a group to stand alone", left);
      const moved = [
        ...base.filter(
          ([, name]) => !["a2", "a3", "one", "two"].includes(name),
        ),
        dummy("a2", { group: "two" }),
        dummy("a3"),
        group("one", ["a1"]),
        group("two", ["b1", "a2", "b2"]),
      ];
      await stand("move between groups", moved);
      const other = moved.map((one) => (one[1] === "svc" ? svc("two") : one));
      await stand("another unit", other);
      const report = await stand(
        "a deletion that moves another resource",
        other.filter(([, name]) => name !== "c"),
      );
      assert.ok(report.effects.some((one) => !one.declared));
      const last = [
        ...other.filter(([, name]) => !["c", "a3"].includes(name)),
        dummy("a3", { agent: "ocf:pacemaker:Dummy" }),
        dummy("d"),
      ];
      await stand("a replacement beside a creation", last);
      nothingChanged(await project.up(["--expect-no-changes"]));

      // Another state knows nothing of them: all is taken over, and nothing happens.
      const again = await makeProject(t, lab(), {
        program: programOf(...last),
      });
      const adopted = await preview(again);
      assert.deepEqual(
        [...new Set(adopted.results.map(({ outcome }) => outcome))],
        ["taken over"],
      );
      assert.deepEqual(adopted.effects, []);

      // What would not run is known before it is made, with the reason.
      const avoids = lab().nodes.map(({ name: node }) => ({ node }));
      project.writeProgram(programOf(...last, dummy("e", { avoids })));
      const { stopped, effects, results } = await preview(project);
      const done = results.filter(({ outcome }) => outcome !== "unchanged");
      assert.deepEqual(
        Object.fromEntries(
          done.map(({ resourceId, outcome }) => [resourceId, outcome]),
        ),
        {
          e: "created",
          ...Object.fromEntries(
            avoids.map(({ node }) => [
              `location-e-${node}--INFINITY`,
              "created",
            ]),
          ),
        },
      );
      assert.deepEqual(effects, []);
      assert.deepEqual(Object.keys(stopped), ["e"]);
      for (const { node } of avoids)
        assert.match(
          stopped.e!.join("\n"),
          new RegExp(`e is banned from ${node} by the constraint`),
        );

      const freed = ["b1", "a2", "b2"];
      await stand("dissolve a group", [
        ...last.filter(([, name]) => ![...freed, "two"].includes(name)),
        ...members(freed),
      ]);
      await stand("delete all", []);
    });

    test("says what the loss of a node would stop, and that is what it stops", async (t) => {
      const [first, ...others] = lab().nodes.map(({ name }) => name);
      const agent = "ocf:pacemaker:Dummy";
      const all3 = ["addr", "free", "pinned"];
      const pinned = { agent, avoids: others.map((node) => ({ node })) };
      const project = await makeProject(t, lab(), {
        program: programOf(
          ...[dummy("free", { agent }), dummy("pinned", pinned)],
          ...[address("addr", 41, { group: "served" })],
          group("served", ["addr"]),
        ),
      });
      // What is not made yet counts as made.
      const before = await preview(project, ["--survives", "1"], 3);
      const stops = ({ losses }: Report) =>
        losses!.map(({ lost, stopped }) => [
          lost.join(),
          Object.keys(stopped).sort().join(),
        ]);
      assert.deepEqual(stops(before), [
        [first, "pinned"],
        ...others.map((node) => [node, ""]),
      ]);
      for (const { noQuorum } of before.losses!)
        assert.equal(noQuorum, undefined);
      const why = before.losses![0]!.stopped.pinned!.join("\n");
      for (const node of others)
        assert.match(why, new RegExp(`pinned is banned from ${node}`));
      assert.match(why, new RegExp(`offline[^\n]*${first}`));
      succeeded(await project.up());

      const pairs = await preview(project, ["--survives", "2"], 3);
      assert.deepEqual(stops(pairs).slice(0, 3), stops(before));
      assert.equal(pairs.losses!.length, 6);
      for (const { lost, noQuorum, stopped } of pairs.losses!.slice(3)) {
        assert.equal(lost.length, 2);
        assert.match(noQuorum!, /of 3 votes 2 are needed, and 2 would be/);
        assert.deepEqual(Object.keys(stopped).sort(), all3);
        assert.match(stopped.free!.join("\n"), /quorum/);
      }

      // Without a device that fences, nobody knows what a lost node still does: nothing of it is started elsewhere.
      const onNode1 = (script: string) =>
        onNode(lab(), first!, "/bin/sh", "-ec", script);
      await onNode1("pcs property set stonith-enabled=true");
      const unfenced = await preview(project, ["--survives", "1"], 3);
      const places = unfenced.after;
      for (const { lost, stopped } of unfenced.losses!)
        for (const [id, [node]] of Object.entries(places))
          assert.equal(stopped[id] !== undefined, node === lost[0], id);
      assert.match(
        unfenced.losses![0]!.stopped.pinned!.join("\n"),
        /there is no fencing device/,
      );
      await onNode1("pcs property set stonith-enabled=false");

      // So it is.
      await stopNode(lab(), first!);
      await waitMissed(lab(), first!);
      await onNode(lab(), others[0]!, "/usr/sbin/crm_resource", "--wait");
      const left = await statuses(lab(), others[0]);
      assert.deepEqual(
        all3.map((id) => left.get(id)?.role),
        ["Started", "Started", "Stopped"],
      );
    });
  });
