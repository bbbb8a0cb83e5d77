import test, { describe } from "node:test";
import assert from "node:assert/strict";
import { parseCib } from "../../provider/src/model/cib";
import { readOperations } from "../../provider/src/plan/operations";
import {
  planPrimitive,
  type Declared,
  type Previously,
} from "../../provider/src/plan/primitive";
import { cibWith } from "../model/fixtures";

const found = parseCib(
  cibWith(`<primitive id="some" class="ocf" provider="pacemaker" type="Dummy">
    <instance_attributes id="some-options"><nvpair id="some-passwd" name="passwd" value="SECRET"/></instance_attributes>
    <operations>
      <op id="some-monitor-20s" name="monitor" interval="20s" timeout="15s" on-fail="block"/>
      <op id="some-start-0s" name="start" interval="0s" timeout="20s"/>
    </operations>
    <utilization id="some-utilization"><nvpair id="some-memory" name="memory" value="100"/><nvpair id="some-cpu" name="cpu" value="2"/></utilization>
  </primitive>`),
);

const declared: Declared = {
  ...{ id: "some", agents: ["ocf:pacemaker:Dummy"], meta: {} },
  options: { passwd: "SECRET" },
  hidesOptions: true,
  operations: { monitor: { interval: "20s", timeout: "15s" } },
  utilization: { memory: "100" },
};

const changes = (more: Partial<Declared>, previous: Previously = declared) =>
  planPrimitive(found, { ...declared, ...more }, previous).map((command) =>
    command.join(" "),
  );

describe("a primitive by any agent", () => {
  test("is left alone where it is as declared", () => {
    assert.deepEqual(planPrimitive(found, declared), []);
    assert.deepEqual(changes({}), []);
  });

  test("keeps what stands beside ours in the same operation, and in its utilization", () => {
    assert.deepEqual(
      changes({
        operations: { monitor: { interval: "10s", timeout: "15s" } },
        utilization: { memory: "200" },
      }),
      [
        "resource update some op monitor interval=10s on-fail=block timeout=15s",
        "resource utilization some memory=200",
      ],
    );
  });

  test("loses what is no longer declared, but no interval", () => {
    assert.deepEqual(changes({ operations: {}, utilization: {} }), [
      "resource update some op monitor interval=20s on-fail=block",
      "resource utilization some memory=",
    ]);
  });

  test("is refused where it differs, without the value of an option", () => {
    assert.throws(
      () => planPrimitive(found, { ...declared, options: { passwd: "OTHER" } }),
      ({ message }: Error) => {
        assert.match(message, /- its passwd is another one than declared\n/);
        return !/SECRET|OTHER/.test(message);
      },
    );
  });

  test("is read as it was declared where it means the same", () => {
    const primitive = found.primitives.get("some")!;
    assert.deepEqual(
      readOperations(primitive, {
        monitor: { interval: "20000ms", timeout: 15, "on-fail": "ignore" },
      }),
      { monitor: { interval: "20000ms", timeout: 15, "on-fail": "block" } },
    );
  });
});
