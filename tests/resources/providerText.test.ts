import test, { after, before, describe } from "node:test";
import assert from "node:assert/strict";
import { spawn, execFileSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { repo, userFolder, ways } from "./installed";

const kinds = [
  ...(["FloatingIp", "SystemdResource"] as const),
  ...(["ResourceGroup", "SynchronizedFiles"] as const),
  ...(["PostfixConfiguration", "Primitive"] as const),
  ...(["ClusterProperties", "ResourceDefaults"] as const),
  ...(["OperationDefaults", "NodeAttributes"] as const),
  ...(["LocationConstraint", "ColocationConstraint"] as const),
  ...(["Clone"] as const),
  ...(["OrderConstraint", "TicketConstraint"] as const),
  ...(["StonithDevice", "StonithLevel", "Tag", "AclRole", "Alert"] as const),
];

/** What every state holds of a resource's provider, for ever: see provider/src/resources/shim.ts. */
const golden = (kind: (typeof kinds)[number]): string =>
  readFileSync(join(__dirname, "fixtures", `${kind}.provider.txt`), "utf8");

/** Prints the text of each provider, as Pulumi serializes it. */
const program = `
const pulumi = require("@pulumi/pulumi");
const texts = {};
pulumi.runtime.setMocks({
  newResource({ type, name, inputs }) {
    texts[type.split(":").pop()] = inputs.__provider;
    return { id: name, state: inputs };
  },
  call() { return {}; },
});
const { ClusterProperties, ResourceDefaults, OperationDefaults, NodeAttributes } = require("pulumi-pacemaker");
const { FloatingIp, SystemdResource, ResourceGroup, SynchronizedFiles, PostfixConfiguration, Primitive, Clone, LocationConstraint, ColocationConstraint, OrderConstraint, TicketConstraint } = require("pulumi-pacemaker");
const { StonithDevice, StonithLevel, Tag, AclRole, Alert } = require("pulumi-pacemaker");
const connection = { hosts: ["192.0.2.11"], password: "SECRET" };
const made = [
  new FloatingIp("a", { connection, ip: "192.0.2.25" }),
  new SystemdResource("b", { connection, unit: "postfix" }),
  new Primitive("d", { connection, agent: "ocf:pacemaker:Dummy" }),
  new ClusterProperties("c", { connection, properties: { "batch-limit": 1 } }),
  new ResourceDefaults("r", { connection, values: { priority: 1 } }),
  new OperationDefaults("o", { connection, values: { timeout: "20s" } }),
  new StonithDevice("s", { connection, agent: "fence_ipmilan", options: { password: "SECRET" } }),
  new StonithLevel("l", { connection, node: "node-01", level: 1, devices: ["s"] }),
  new AclRole("w", { connection, permissions: [{ access: "read", xpath: "/cib" }] }),
  new Alert("v", { connection, path: "/usr/bin/true", options: { password: "SECRET" } }),
  new Tag("u", { connection, resources: ["a", "d"] }),
  new NodeAttributes("n", { connection, node: "node-01", standby: true }),
  new Clone("k", { connection, resource: "d" }),
  new LocationConstraint("l", { connection, resource: "d", node: "node-01" }),
  new ColocationConstraint("c", { connection, resource: "d", withResource: "a" }),
  new OrderConstraint("o", { connection, first: "a", then: "d" }),
  new TicketConstraint("t", { connection, ticket: "berlin", resource: "d" }),
  new ResourceGroup("g", { connection, members: ["a", "b"] }),
  new PostfixConfiguration("p", { connection, maps: { a: { content: "SECRET" } }, tls: { key: "SECRET", cert: "C" } }),
  new SynchronizedFiles("f", { connection, files: { "/etc/a": { content: "SECRET" } } }),
];
pulumi.all(made.map((one) => one.urn)).apply(() => process.stdout.write(JSON.stringify(texts)));
`;

for (const way of ways)
  describe(`by ${way}`, () => {
    let folder = "";
    let texts: Record<string, string> = {};
    before(() => {
      folder = userFolder(way);
      writeFileSync(join(folder, "program.js"), program);
      texts = JSON.parse(
        execFileSync(process.execPath, ["program.js"], {
          cwd: folder,
          encoding: "utf8",
        }),
      ) as Record<string, string>;
    });
    after(() => rmSync(folder, { recursive: true, force: true }));

    for (const kind of kinds)
      test(`the text of ${kind} is the one in every state`, () => {
        assert.equal(texts[kind], golden(kind));
      });

    test("no secret is in it", () => {
      assert.doesNotMatch(JSON.stringify(texts), /SECRET/);
    });
  });

test("the text is under 1 KB", () => {
  for (const kind of kinds)
    assert.ok(
      golden(kind).length < 1024,
      `${kind}: ${golden(kind).length} bytes`,
    );
});

interface Struct {
  toJavaScript(): Record<string, unknown>;
}
type Message = Record<string, (...values: unknown[]) => unknown>;
type Client = Record<
  string,
  (
    request: Message,
    callback: (error: Error | null, response: Message) => void,
  ) => void
>;

/** The process that the engine starts, reached as the engine does. */
describe("the real dynamic-provider process", () => {
  const fromPulumi = createRequire(
    require.resolve("@pulumi/pulumi/package.json"),
  );
  const grpc = fromPulumi("@grpc/grpc-js") as {
    credentials: { createInsecure(): unknown };
  };
  const { ResourceProviderClient } = fromPulumi(
    "@pulumi/pulumi/proto/provider_grpc_pb",
  ) as {
    ResourceProviderClient: new (
      address: string,
      credentials: unknown,
    ) => Client;
  };
  const messages = fromPulumi("@pulumi/pulumi/proto/provider_pb") as Record<
    string,
    new () => Message
  >;
  const { Struct } = fromPulumi(
    "google-protobuf/google/protobuf/struct_pb",
  ) as {
    Struct: { fromJavaScript(value: unknown): Struct };
  };

  let folder = "";
  let child: ChildProcess;
  let client: Client;
  let stderr = "";

  before(async () => {
    folder = userFolder("symlink");
    child = spawn(
      process.execPath,
      [
        join(repo, "node_modules/@pulumi/pulumi/cmd/dynamic-provider"),
        "127.0.0.1:1",
      ],
      {
        cwd: folder,
        env: { ...process.env, HOME: folder, SSH_AUTH_SOCK: "" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    child.stderr!.setEncoding("utf8").on("data", (text) => (stderr += text));
    const [port] = (await once(child.stdout!, "data")) as [Buffer];
    client = new ResourceProviderClient(
      `127.0.0.1:${port.toString().trim()}`,
      grpc.credentials.createInsecure(),
    );
  });
  after(() => {
    (client as unknown as { close(): void }).close();
    child.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = (
    method: string,
    request: Message,
  ): Promise<{ error: Error | null; response: Message }> =>
    new Promise((resolve) =>
      client[method]!.call(client, request, (error, response) =>
        resolve({ error, response }),
      ),
    );

  const struct = (value: object): Struct =>
    Struct.fromJavaScript({ ...value, __provider: golden("FloatingIp") });

  const inputs = {
    connection: { hosts: ["127.0.0.1"], port: 9, password: "SECRET" },
    resourceId: "smtp_ip",
    ip: "192.0.2.25",
  };

  async function check(news: object) {
    const request = new messages.CheckRequest!();
    request.setOlds!(struct({}));
    request.setNews!(struct(news));
    const { error, response } = await call("check", request);
    assert.equal(error, null);
    return {
      inputs: (response.getInputs!() as Struct).toJavaScript(),
      failures: (response.getFailuresList!() as Message[]).map((failure) => [
        failure.getProperty!(),
        failure.getReason!(),
      ]),
    };
  }

  test("check", async () => {
    assert.deepEqual(await check(inputs), {
      inputs: {
        ...inputs,
        monitorInterval: "30s",
        __provider: golden("FloatingIp"),
      },
      failures: [],
    });
    assert.deepEqual((await check({ ...inputs, ip: "x" })).failures, [
      [
        "ip",
        `[validation] ip is "x", but must be one IPv4 or IPv6 address without a prefix, such as "192.0.2.25"`,
      ],
    ]);
  });

  async function diff(news: object) {
    const request = new messages.DiffRequest!();
    request.setId!("smtp_ip");
    request.setOlds!(struct({ ...inputs, activeNode: "node-01" }));
    request.setNews!(struct({ ...inputs, ...news }));
    const { error, response } = await call("diff", request);
    assert.equal(error, null);
    return [
      response.getChanges!(),
      response.getReplacesList!(),
      response.getDeletebeforereplace!(),
    ];
  }

  test("diff", async () => {
    const [none, some] = [1, 2];
    assert.deepEqual(await diff({}), [none, [], true]);
    assert.deepEqual(await diff({ ip: "192.0.2.26" }), [some, [], true]);
    assert.deepEqual(await diff({ resourceId: "other" }), [
      some,
      ["resourceId"],
      true,
    ]);
  });

  test("create and delete on a host that is not there: words, no stack, no secret", async () => {
    const create = new messages.CreateRequest!();
    create.setProperties!(struct({ ...inputs, monitorInterval: "30s" }));
    const created = await call("create", create);
    assert.match(
      created.error?.message ?? "",
      /^2 UNKNOWN: \[connect\] 127\.0\.0\.1:9: connection refused \(ECONNREFUSED\)\. /,
    );
    const remove = new messages.DeleteRequest!();
    remove.setId!("smtp_ip");
    remove.setProperties!(struct({ ...inputs, monitorInterval: "30s" }));
    const removed = await call("delete", remove);
    assert.match(removed.error?.message ?? "", /connection refused/);
    assert.doesNotMatch(stderr, /\n? +at .*\.js:\d+/, stderr);
    assert.doesNotMatch(
      stderr + String(created.error) + String(removed.error),
      /SECRET/,
    );
  });
});
