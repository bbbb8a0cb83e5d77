import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readPreview } from "../../provider/src/cli/previewSteps";

const type = (kind: string) => `pulumi-nodejs:dynamic/pacemaker:${kind}`;
const urn = (kind: string, name: string) =>
  `urn:pulumi:test::project::${type(kind)}::${name}`;

const state = (
  kind: string,
  name: string,
  more: Record<string, unknown> = {},
) => ({
  ...{ urn: urn(kind, name), type: type(kind), custom: true },
  ...more,
});

const read = (steps: unknown[], diagnostics: unknown = []) =>
  readPreview(JSON.stringify({ steps, diagnostics, changeSummary: {} }));

suite("what Pulumi says it will do", () => {
  test("concerns resources of this package, each with what comes before it", () => {
    const { operations } = read([
      { op: "create", urn: "urn:pulumi:test::project::pulumi:pulumi:Stack::s" },
      {
        op: "create",
        urn: urn("FloatingIp", "ip"),
        newState: state("FloatingIp", "ip", {
          inputs: { resourceId: "ip" },
          dependencies: ["other"],
          propertyDependencies: {
            group: [urn("ResourceGroup", "g")],
            ip: null,
          },
        }),
      },
      {
        op: "same",
        urn: urn("ResourceGroup", "g"),
        oldState: state("ResourceGroup", "g", {
          inputs: { resourceId: "g" },
          outputs: { activeNode: "node-01" },
        }),
        newState: state("ResourceGroup", "g", { inputs: { resourceId: "g" } }),
      },
      {
        op: "refresh",
        urn: urn("FloatingIp", "x"),
        newState: state("FloatingIp", "x"),
      },
    ]);
    assert.deepEqual(operations, [
      {
        ...{ urn: urn("FloatingIp", "ip"), name: "ip", kind: "floatingIp" },
        ...{ verb: "create", inputs: { resourceId: "ip" } },
        isReplacement: false,
        after: ["other", urn("ResourceGroup", "g")],
      },
      {
        ...{ urn: urn("ResourceGroup", "g"), name: "g", kind: "resourceGroup" },
        ...{ verb: "same", inputs: { resourceId: "g" } },
        previous: { resourceId: "g", activeNode: "node-01" },
        isReplacement: false,
        after: [],
      },
    ]);
  });

  test("a deletion comes after those of what depends on it, and a replacement knows its own", () => {
    const { operations } = read([
      {
        op: "delete",
        urn: urn("ResourceGroup", "g"),
        oldState: state("ResourceGroup", "g", {
          inputs: { resourceId: "g" },
          dependencies: [urn("FloatingIp", "ip")],
        }),
      },
      {
        op: "delete-replaced",
        urn: urn("FloatingIp", "ip"),
        oldState: state("FloatingIp", "ip", { inputs: { resourceId: "old" } }),
      },
      {
        op: "create-replacement",
        urn: urn("FloatingIp", "ip"),
        oldState: state("FloatingIp", "ip", { inputs: { resourceId: "old" } }),
        newState: state("FloatingIp", "ip", { inputs: { resourceId: "new" } }),
      },
    ]);
    assert.deepEqual(
      operations.map(({ verb, inputs, previous, isReplacement, after }) => [
        ...[verb, inputs.resourceId, previous, isReplacement, after],
      ]),
      [
        ["delete", "g", undefined, false, []],
        ["delete", "old", undefined, true, [urn("ResourceGroup", "g")]],
        ["create", "new", undefined, true, []],
      ],
    );
  });

  test("a replacement that is one step is two", () => {
    const states = {
      oldState: state("Primitive", "a", { inputs: { agent: "old" } }),
      newState: state("Primitive", "a", { inputs: { agent: "new" } }),
    };
    const step = { op: "replace", urn: urn("Primitive", "a"), ...states };
    const summary = (steps: unknown[]) =>
      read(steps).operations.map(
        ({ verb, inputs, previous, isReplacement }) => [
          ...[verb, inputs.agent, previous, isReplacement],
        ],
      );
    const both = [
      ["delete", "old", undefined, true],
      ["create", "new", undefined, true],
    ];
    assert.deepEqual(summary([step]), both);
    assert.deepEqual(
      summary([
        { ...step, op: "delete-replaced" },
        step,
        { ...step, op: "create-replacement" },
      ]),
      both,
    );
  });

  test("errors that ended it are found, and any other text is none of it", () => {
    assert.deepEqual(
      read(
        [],
        [
          { severity: "warning", message: "take care\n" },
          { severity: "error", message: "no good\n" },
        ],
      ).errors,
      ["no good"],
    );
    assert.deepEqual(read([], null).errors, []);
    assert.throws(() => readPreview("nothing"), SyntaxError);
    assert.throws(
      () => readPreview(`{"steps": 3}`),
      /it is not what "pulumi preview --json" prints/,
    );
  });
});
