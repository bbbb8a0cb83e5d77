import { newCluster } from "./fakeSsh";
import test, { afterEach, beforeEach, mock } from "node:test";
import assert from "node:assert/strict";
import { floatingIp, systemdResource } from "../../provider/src/provider";

type Properties = Record<string, unknown>;

beforeEach(() => {
  mock.method(process.stderr, "write", () => true);
});
afterEach(() => mock.restoreAll());

const kinds = { unit: systemdResource, ip: floatingIp } as const;
const values = {
  unit: ["nginx", "caddy"],
  ip: ["192.0.2.31", "192.0.2.32"],
} as const;

/** A resource that has a unit, or an address, and what a program then declares. */
async function setting(of: "unit" | "ip") {
  const { cluster, connection } = newCluster();
  for (const { units } of cluster.nodes)
    for (const unit of values.unit) units.set(unit, {});
  const kind = kinds[of];
  const [first, second] = values[of];
  const inputs = (id: string, value: string): Properties => ({
    connection,
    resourceId: id,
    [of]: value,
    monitorInterval: "30s",
  });
  const old = await kind.create(inputs("old", first));
  const program = (declared: Record<string, string[]>) => ({
    __program: JSON.stringify(declared),
  });
  return { cluster, kind, old, inputs, program, first, second };
}

for (const of of ["unit", "ip"] as const)
  for (const takerFirst of [true, false])
    test(`${of}: one gives it up, a new one takes it, ${takerFirst ? "the new one is asked about first" : "the old one first"}`, async () => {
      const { cluster, kind, old, inputs, program, first, second } =
        await setting(of);
      const declared = program({ old: [second], new: [first] });
      const give = async () => {
        const { inputs: checked, failures } = await kind.check(old.outs, {
          ...inputs("old", second),
          ...declared,
        });
        assert.deepEqual(failures, []);
        assert.equal("__program" in checked, false);
        await kind.update("old", old.outs, checked);
      };
      const take = async () => {
        const { inputs: checked, failures } = await kind.check(
          {},
          { ...inputs("new", first), ...declared },
        );
        assert.deepEqual(failures, []);
        assert.deepEqual(checked, inputs("new", first));
        await kind.create(checked);
      };
      const taking = takerFirst ? take() : undefined;
      // It is under way by then, and has found the other one in its place.
      if (taking) await new Promise((resolve) => setTimeout(resolve, 300));
      await give();
      await (taking ?? take());
      assert.ok(cluster.runsOn("new"));
      assert.ok(cluster.runsOn("old"));
      const [holder] = cluster.commits
        .flat()
        .filter((command) => command.includes("create new"));
      assert.ok(holder);
    });

test("one that keeps its unit is refused in preview, and so is an exchange", async () => {
  const { kind, inputs, program, first, second, old } = await setting("unit");
  const kept = await kind.check(
    {},
    {
      ...inputs("new", first),
      ...program({ old: [first], new: [first] }),
    },
  );
  assert.match(kept.failures[0]!.reason, /old manages systemd:nginx already/);
  const other = inputs("other", second);
  const { outs } = await kind.create(other);
  const exchange = program({ old: [second], other: [first] });
  const exchanged = await kind.check(outs, {
    ...inputs("other", first),
    ...exchange,
  });
  assert.match(exchanged.failures[0]!.reason, /old manages systemd:nginx/);
  assert.ok(old);
});
