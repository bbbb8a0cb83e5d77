import test, { describe } from "node:test";
import assert from "node:assert/strict";
import {
  describeForesight,
  listed,
} from "../../provider/src/cluster/preview/foresight";
import { movesOf } from "../../provider/src/cluster/preview/elsewhere";
import { parseCib } from "../../provider/src/model/cib";
import { parseSimulation } from "../../provider/src/model/simulation";
import { cibWith, fixture, suites } from "../model/fixtures";

const simulated = (...actions: string[]) =>
  parseSimulation(
    `<pacemaker-result><actions>${actions.map((one) => `<rsc_action ${one}/>`).join("")}</actions></pacemaker-result>`,
  );

describe("what a change makes the cluster do", () => {
  const table: [what: string, actions: string[], words: string | undefined][] =
    [
      ["nothing", [], undefined],
      [
        "a restart names its node as its source",
        [
          `action="Restart" resource="ip" source="n1"`,
          `action="Restart" resource="service" source="n1" dest="n1"`,
        ],
        "restart ip and service on n1",
      ],
      [
        "a move",
        [`action="Move" resource="a" source="n1" dest="n2"`],
        "move a from n1 to n2",
      ],
      [
        "several things, each once, in the order in which they are printed",
        [
          `action="Start" resource="new" node="n1"`,
          `action="Stop" resource="old" node="n2"`,
          `action="Start" resource="newer" node="n1"`,
          `action="Start" resource="other" node="n3"`,
        ],
        "start new and newer on n1, stop old on n2 and start other on n3",
      ],
      [
        "what cannot be done",
        [`action="Stop" resource="a" node="n1" blocked="true"`],
        "be unable to stop a on n1",
      ],
    ];
  for (const [what, actions, words] of table)
    test(what, () => {
      const after = simulated(...actions);
      assert.equal(describeForesight({ before: [], after }), words);
    });

  test("what it would do anyhow is not told", () => {
    const anyhow = `action="Start" resource="theirs" node="n1"`;
    const elsewhere = `action="Start" resource="theirs" node="n2"`;
    const before = simulated(anyhow);
    assert.equal(
      describeForesight({ before, after: simulated(anyhow) }),
      undefined,
    );
    assert.equal(
      describeForesight({ before, after: simulated(elsewhere) }),
      "start theirs on n2",
    );
  });

  for (const suite of suites)
    test(`a memory that goes is nothing (${suite})`, () => {
      const after = parseSimulation(fixture(suite, "sim-forget.xml"));
      assert.ok(after.length > 0);
      assert.equal(describeForesight({ before: [], after }), undefined);
    });
});

test("lists in words", () => {
  assert.equal(listed([]), "");
  assert.equal(listed(["a"]), "a");
  assert.equal(listed(["a", "b"]), "a and b");
  assert.equal(listed(["a", "b", "c"]), "a, b and c");
});

describe("the moves of Postfix", () => {
  const address = (id: string, ip: string) =>
    `<primitive class="ocf" provider="heartbeat" type="IPaddr2" id="${id}"><instance_attributes id="${id}-o">` +
    `<nvpair id="${id}-i" name="ip" value="${ip}"/></instance_attributes></primitive>`;
  const service = `<primitive class="systemd" type="postfix@-" id="smtp_service"/>`;
  const other = `<primitive class="systemd" type="nginx" id="web"/>`;
  const cold = parseCib(
    cibWith(
      `<group id="smtp-stack">${address("smtp_ip", "192.0.2.25")}${service}</group>${other}`,
    ),
  );
  const move = (id: string, to: string) =>
    simulated(`action="Move" resource="${id}" source="n1" dest="${to}"`);
  const found = {
    ...{ service: "smtp_service", instance: "-", from: "n1" },
    addresses: ["192.0.2.25"],
  };

  test("are those that the change brings, of the address or the service", () => {
    for (const id of ["smtp_ip", "smtp_service"])
      assert.deepEqual(movesOf(cold, { before: [], after: move(id, "n2") }), [
        { ...found, to: "n2" },
      ]);
    const after = move("smtp_ip", "n2");
    assert.deepEqual(movesOf(cold, { before: after, after }), []);
    assert.deepEqual(movesOf(cold, { before: move("smtp_ip", "n3"), after }), [
      { ...found, to: "n2" },
    ]);
    assert.deepEqual(
      movesOf(cold, { before: [], after: move("web", "n2") }),
      [],
    );
    const restart = simulated(
      `action="Restart" resource="smtp_ip" source="n1" dest="n1"`,
    );
    assert.deepEqual(movesOf(cold, { before: [], after: restart }), []);
  });
});
