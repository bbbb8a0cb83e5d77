import { newCluster } from "./fakeSsh";
import test, { describe } from "node:test";
import assert from "node:assert/strict";
import * as provider from "../../provider/src/provider";
import type { Handlers } from "../../provider/src/resources/lifecycle";
import {
  goldens,
  resourcesOf,
  type Golden,
  type GoldenResource,
} from "../cluster/life/golden";

type Properties = Record<string, unknown>;

/** The handlers, as the text in the state finds them. */
function handlersOf({ inputs }: GoldenResource): Handlers {
  const name = /"pulumi-pacemaker\/provider"\)\.(\w+);/.exec(
    String(inputs.__provider),
  )?.[1];
  const found = provider[name as keyof typeof provider];
  assert.ok(found, `${String(inputs.__provider)} finds nothing`);
  return found;
}

/** What stands for the host keys in the kept state is none. */
const somePin = `SHA256:${"A".repeat(43)}`;

/** The resources of the state, reached by a connection of this test, and a cluster that holds them. */
async function restored(golden: Golden) {
  const { cluster, connection } = newCluster();
  for (const { units } of cluster.nodes) {
    units.set("nginx", {});
    units.set("postfix", {
      Type: "oneshot",
      RemainAfterExit: "yes",
      Wants: "postfix@-.service",
    });
    units.set("postfix@-", { WantedBy: "postfix.service" });
  }
  const here = (properties: Properties): Properties => {
    const known = properties.connection as { hosts: string[] };
    const pins = known.hosts.map((host) => [host, somePin]);
    const hostKeys: unknown = Object.fromEntries(pins);
    return {
      ...properties,
      connection: { ...known, hostKeys, ...connection },
    };
  };
  const resources = resourcesOf(golden).map((one) => ({
    ...one,
    handlers: handlersOf(one),
    inputs: here(one.inputs),
    outputs: here(one.outputs),
  }));
  for (const { handlers, inputs } of resources) await handlers.create(inputs);
  // The next run is another process, which has seen nothing: its handle on the cluster is another one.
  for (const { inputs, outputs } of resources)
    for (const one of [inputs, outputs] as Properties[]) {
      const { user, ...others } = one.connection as { user: string };
      one.connection = { ...others, user: `${user}-later` };
    }
  cluster.commits.length = 0;
  return { cluster, resources };
}

const own = ({ __provider, ...others }: Properties): Properties => {
  assert.equal(typeof __provider, "string");
  return others;
};

function withoutNode(properties: Properties): Properties {
  const others = { ...properties };
  delete others.activeNode;
  return others;
}

/** Where something runs is the cluster's to say, not the state's; of a member, nobody but its group says it. */
function isSame(actual: Properties, expected: Properties, id: string): void {
  const { activeNode, ...others } = actual;
  assert.equal(activeNode !== undefined, !("group" in expected), id);
  assert.deepEqual(others, withoutNode(expected), id);
}

/** What the state has until everything is done. */
const done = ({ incomplete, pendingNodes, ...others }: Properties) => {
  assert.ok(incomplete === true || Array.isArray(pendingNodes));
  return others;
};

for (const golden of goldens)
  describe(`the state ${golden.name}`, () => {
    test("is what it says, to every handler", async () => {
      const { cluster, resources } = await restored(golden);
      for (const { id, handlers, inputs, outputs } of resources) {
        const checked = await handlers.check(inputs, inputs);
        assert.deepEqual(checked, { inputs: own(inputs), failures: [] }, id);
        const diff = await handlers.diff(id, outputs, checked.inputs);
        const unfinished = golden.unfinished.includes(id);
        assert.deepEqual(diff, {
          changes: unfinished,
          replaces: [],
          deleteBeforeReplace: true,
        });
      }
      // What an earlier version took is taken when it is new to the state, too.
      for (const { id, handlers, inputs } of resources)
        assert.deepEqual(
          await handlers.check({}, inputs),
          { inputs: own(inputs), failures: [] },
          id,
        );
      assert.deepEqual(cluster.commits, []);
    });

    test("is read", async () => {
      const { cluster, resources } = await restored(golden);
      for (const { id, handlers, inputs, outputs } of resources) {
        const found = await handlers.read(id, outputs);
        isSame(found.props!, own(outputs), id);
        assert.deepEqual(found.inputs, own(inputs), id);
      }
      assert.deepEqual(cluster.commits, []);
    });

    test("is updated: what is unfinished is finished, and what differs is changed", async () => {
      const { cluster, resources } = await restored(golden);
      for (const { id, handlers, inputs, outputs } of resources) {
        const { outs } = await handlers.update(id, outputs, inputs);
        const unfinished = golden.unfinished.includes(id);
        const expected = unfinished ? done(own(outputs)) : own(outputs);
        isSame(outs, expected, id);
      }
      assert.deepEqual(cluster.commits, []);
      for (const { id, handlers, inputs, outputs } of resources) {
        const meta = { "failure-timeout": "5min" };
        const { outs } = await handlers.update(id, outputs, {
          ...inputs,
          meta,
        });
        assert.deepEqual(outs.meta, meta, id);
        const { meta: there } = cluster.group(id) ?? cluster.primitive(id)!;
        assert.deepEqual(there, meta, id);
      }
    });

    test("is destroyed", async () => {
      const { cluster, resources } = await restored(golden);
      for (const { id, handlers, outputs } of resources.reverse())
        await handlers.delete(id, outputs);
      assert.deepEqual(cluster.resources, []);
    });
  });
