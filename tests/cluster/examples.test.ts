/** The programs that a reader finds here, run as the README says: from their own files, configured by the stack. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { REPO } from "../../scripts/cli/places";
import {
  addresses,
  cib,
  configuration,
  configuredConnection,
  listens,
  makeProject,
  nothingChanged,
  onLab,
  remembered,
  smtpStack,
  succeeded,
  whereAre,
} from "./harness";
import { all } from "./harness/xml";

type Config = Record<string, string>;

interface Example {
  /** Below the top of the repository. */
  folder: string;
  config: Config;
  address: string;
  port: number;
  /** The members of its one group, in order. */
  members: string[];
  group: string;
  /** Its resources, components and the stack itself included. */
  count: number;
  outputs: (node: string) => Record<string, string>;
}

const mail: Omit<Example, "folder" | "config"> = {
  address: "192.0.2.25",
  port: 25,
  members: smtpStack.members,
  group: "smtp-stack",
  count: 5,
  outputs: (activeNode) => ({
    activeNode,
    address: "192.0.2.25/24",
    endpoint: "192.0.2.25:25",
  }),
};

const examples: Example[] = [
  // cidrNetmask is the project's default; what is optional is given once.
  {
    ...mail,
    folder: ".",
    config: { ip: "192.0.2.25", nic: "eth0", monitorInterval: "15s" },
  },
  {
    ...mail,
    folder: "examples/smtp-stack",
    config: { ip: "192.0.2.25", cidrNetmask: "24" },
  },
  {
    folder: "examples/parts",
    config: { ip: "192.0.2.80" },
    address: "192.0.2.80",
    port: 80,
    members: ["web_ip", "web_service"],
    group: "web",
    count: 4,
    outputs: (activeNode) => ({ activeNode, url: "http://192.0.2.80/" }),
  },
];

onLab("bookworm", "the root program and the examples", (lab) => {
  for (const example of examples)
    test(`${example.folder}: preview, up, up again, destroy`, async (t) => {
      const { address, members } = example;
      const before = await configuration(lab());
      const project = await makeProject(t, lab(), {
        program: { folder: join(REPO, example.folder) },
        env: { LAB: "" }, // it knows nothing but its configuration
      });
      const { plain, secret } = configuredConnection(lab());
      await project.configure({ ...example.config, ...plain }, secret);

      const preview = succeeded(await project.preview());
      assert.deepEqual(preview.changes, { create: example.count });
      assert.equal(await configuration(lab()), before);

      succeeded(await project.up());
      const node = await whereAre(lab(), members);
      assert.deepEqual(await project.outputs(), example.outputs(node));
      const held = await addresses(lab(), node);
      assert.ok(held.includes(`${address}/24`), held.join(", "));
      assert.ok(await listens(lab(), node, example.port));
      const groups = all(await cib(lab()), "group").map((group) => [
        group.attributes.id,
        ...all(group, "primitive").map(({ attributes }) => attributes.id),
      ]);
      assert.deepEqual(groups, [[example.group, ...members]]);

      nothingChanged(await project.up(["--expect-no-changes"]));

      succeeded(await project.destroy());
      assert.equal(await configuration(lab()), before);
      assert.deepEqual(await remembered(lab()), []);
      for (const { name } of lab().nodes) {
        const left = await addresses(lab(), name);
        assert.ok(!left.includes(`${address}/24`), `${name}: ${left.join()}`);
      }
      assert.deepEqual(await project.resources(), []);
    });
});
