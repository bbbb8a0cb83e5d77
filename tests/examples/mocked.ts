import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import * as provider from "pulumi-pacemaker/provider";

export const connection = {
  hosts: ["127.0.0.1", "127.0.0.2", "127.0.0.3"],
  // Nobody listens there: no check of an input may reach further than this machine.
  port: 9,
  privateKey: "not a key",
};

/** Only what the tests ask of a handler, which is the same of all kinds. */
interface Handler {
  check: (
    olds: object,
    news: Record<string, unknown>,
  ) => Promise<{ inputs: Record<string, unknown>; failures: unknown[] }>;
}

/** The handlers of a type, which have its name, with a small letter. Undefined for a component. */
function handlerOf(type: string): Handler | undefined {
  const [, kind] = /^pulumi-nodejs:dynamic\/pacemaker:(\w+)$/.exec(type) ?? [];
  if (kind === undefined) return undefined;
  const name = kind.charAt(0).toLowerCase() + kind.slice(1);
  const found = (provider as Record<string, unknown>)[name];
  assert.ok(found, `no handlers of ${type}`);
  return found as Handler;
}

export interface Registered {
  type: string;
  /** As the real provider's check leaves them. */
  inputs: Record<string, unknown>;
  /** The names of what had been created when this one was registered. */
  after: string[];
}

export interface Example {
  registered: Map<string, Registered>;
  outputs: Record<string, unknown>;
}

/**
 * Runs an example's program with Pulumi's mocks, each resource checked by the real provider. The mocks are the process's:
 * one example a test file.
 */
export async function runExample(
  folder: string,
  project: string,
  config: Record<string, string>,
): Promise<Example> {
  const registered = new Map<string, Registered>();
  const created: string[] = [];
  const register = async (
    type: string,
    name: string,
    inputs: Record<string, unknown>,
  ): Promise<{ id: string; state: Record<string, unknown> }> => {
    const after = [...created];
    const handler = handlerOf(type);
    if (!handler) {
      registered.set(name, { type, inputs, after });
      return { id: `${name}-id`, state: inputs };
    }
    const checked = await handler.check({}, inputs);
    assert.deepEqual(checked.failures, [], `the inputs of ${name}`);
    registered.set(name, { type, inputs: checked.inputs, after });
    await sleep(20); // what does not wait for this one is registered meanwhile
    created.push(name);
    const state = { ...checked.inputs, activeNode: "node-02" };
    return { id: String(inputs.resourceId), state };
  };
  let fail: (error: unknown) => void;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  const run = async (): Promise<Example> => {
    await pulumi.runtime.setMocks(
      {
        call: () => assert.fail("the examples call nothing"),
        // Pulumi would wait for ever for a resource whose mock throws.
        newResource: ({ type, name, inputs }) =>
          register(
            type,
            name,
            withoutSecrets(inputs) as Record<string, unknown>,
          ).catch((error: unknown) => {
            fail(error);
            throw error;
          }),
      },
      project,
      "test",
    );
    pulumi.runtime.setAllConfig({
      ...config,
      "pacemaker:connection": JSON.stringify(connection),
    });
    const program = (await import(
      `../../examples/${folder}/index`
    )) as unknown as Record<string, unknown>;
    await pulumi.runtime.disconnect();
    const outputs: Record<string, unknown> = {};
    for (const [name, output] of Object.entries(program))
      // What is loaded as CommonJS has its exports once more in one object.
      if (name !== "default" && name !== "module.exports")
        outputs[name] = await valueOf(output);
    return { registered, outputs };
  };
  return Promise.race([run(), failed]);
}

/** What an export is once its Outputs are known, at whatever depth. */
function valueOf(exported: unknown): Promise<unknown> {
  const output = pulumi.output(exported) as pulumi.Output<unknown>;
  return new Promise((resolve) => output.apply(resolve));
}

/** Pulumi's wrapping of a secret value; it is part of its protocol. */
const secretSignature = "4dabf18193072939515e22adb298388d";

/** As the real engine hands values to a provider: the secrets among them bare. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== "object" || value === null) return value;
  if (secretSignature in value)
    return withoutSecrets((value as unknown as { value: unknown }).value);
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, withoutSecrets(one)]),
  );
}

/** The inputs that the example gives, without those that every resource has. */
export function ownInputs({ inputs }: Registered): Record<string, unknown> {
  const { connection: given, ...own } = inputs;
  assert.deepEqual(given, connection);
  return own;
}
