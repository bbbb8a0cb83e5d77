/**
 * Pulumi without its engine: each resource goes through the provider that Pulumi would write into the state, as the
 * provider process runs it, on a cluster in memory.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Connection } from "../../provider/src/connection";
import type { Host } from "../../provider/src/ssh/exec";
import { FakeCluster } from "../transaction/fakeCluster";
import { distribution } from "../resources/installed";

type Properties = Record<string, unknown>;

/** A resource as the engine gets it. */
export interface Registered {
  type: string;
  name: string;
  /** Plain, secrets included. */
  inputs: Properties;
  /** The inputs that are secret, as a whole. */
  secret: string[];
  /** What the engine would keep. */
  state: Properties;
}

interface Handlers {
  check(
    olds: Properties,
    news: Properties,
  ): Promise<{ inputs: Properties; failures: { reason: string }[] }>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
}

const requireFromString = createRequire(
  require.resolve("@pulumi/pulumi/package.json"),
)("require-from-string") as (text: string) => { handler(): Handlers };

const signature = "4dabf18193072939515e22adb298388d";

/** Takes the marks of secrets away. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  if (signature in value) return plain((value as { value?: unknown }).value);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, plain(one)]),
  );
}

let current = new FakeCluster();
const ssh = join(distribution, "ssh", "index.js");
const transport = createRequire(__filename)(ssh) as object;
require.cache[ssh]!.exports = {
  ...transport,
  openHost: (connection: Connection, address: string): Promise<Host> =>
    current.open(connection, address),
};

let count = 0;

/** Starts a program anew. Its resources are found in the result, in the order in which they were registered. */
export function startProgram({
  preview = false,
  config = {} as Record<string, unknown>,
} = {}) {
  const cluster = new FakeCluster();
  current = cluster;
  count += 1;
  for (const node of cluster.nodes)
    for (const unit of ["postfix", "exim4"])
      node.units.set(unit, {
        UnitFileState: "enabled",
        ActiveState: "active",
      });
  const registered: Registered[] = [];
  pulumi.runtime.setAllConfig(
    Object.fromEntries(
      Object.entries(config).map(([key, value]) => [
        key,
        JSON.stringify(value),
      ]),
    ),
  );
  pulumi.runtime.setMocks(
    {
      async newResource({ type, name, inputs }) {
        const given = plain(inputs) as Properties;
        const resource: Registered = {
          type,
          name,
          inputs: given,
          secret: Object.keys(inputs).filter(
            (key) =>
              typeof inputs[key] === "object" &&
              inputs[key] !== null &&
              signature in inputs[key],
          ),
          state: {},
        };
        registered.push(resource);
        if (typeof given.__provider !== "string") return { id: "", state: {} };
        const provider = requireFromString(given.__provider).handler();
        const checked = await provider.check({}, given);
        if (checked.failures.length > 0)
          throw new Error(
            checked.failures.map(({ reason }) => reason).join("\n"),
          );
        if (preview) return { id: undefined, state: checked.inputs };
        const { id, outs } = await provider.create(checked.inputs);
        resource.state = outs;
        return { id, state: outs };
      },
      call: () => ({}),
    },
    "project",
    "stack",
    preview,
  );
  return {
    cluster,
    registered,
    /** Handles are kept by connection: each test needs its own. */
    connection: { ...cluster.connection, user: `component-${count}` },
    named: (name: string): Registered => {
      const found = registered.find((one) => one.name === name);
      if (!found) throw new Error(`${name} was not registered`);
      return found;
    },
  };
}

/** Waits until Pulumi has sent all that the program said: nothing of it may reach the next program's engine. */
export function endProgram(): Promise<void> {
  return pulumi.runtime.disconnect();
}

/** The value of an output, once it is there. */
export function valueOf<Value>(output: pulumi.Output<Value>): Promise<Value> {
  return new Promise((resolve) => {
    output.apply((value) => resolve(value as Value));
  });
}

/** Whether an output is secret. */
export function isSecret(output: pulumi.Output<unknown>): Promise<boolean> {
  return pulumi.isSecret(output);
}
