// A process that calls the package's handlers as Pulumi does: one line of JSON in for each call, one out. It ends with its stdin.
import { createInterface } from "node:readline";
import * as provider from "../../provider/src/provider";
import type { Handlers } from "../../provider/src/resources/lifecycle";
import type { Answer, Call } from "./simulated";

const handlersOf = (kind: Call["kind"]): Handlers =>
  (provider as unknown as Record<string, Handlers>)[kind]!;

async function make({ kind, verb, inputs, state = {} }: Call): Promise<Answer> {
  const handlers = handlersOf(kind);
  const id = String(inputs.resourceId ?? state.resourceId);
  try {
    const value: unknown =
      verb === "check"
        ? await handlers.check(state, inputs)
        : verb === "create"
          ? (await handlers.create(inputs)).outs
          : verb === "update"
            ? (await handlers.update(id, state, inputs)).outs
            : verb === "read"
              ? await handlers.read(id, state)
              : await handlers.delete(id, state);
    return { value: (value ?? {}) as Record<string, unknown> };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const { id, call } = JSON.parse(line) as { id: number; call: Call };
    void make(call).then((answer) =>
      process.stdout.write(`${JSON.stringify({ id, ...answer })}\n`),
    );
  })
  .on("close", () => process.exit(0));
