/** The package's types as a program meets them: packed, installed, compiled by the program's own TypeScript. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import ts from "typescript";
import { repo, userFolder } from "../resources/installed";

const folder = userFolder("tarball");
after(() => rmSync(folder, { recursive: true, force: true }));
const installed = join(folder, "node_modules/pulumi-pacemaker");

const run = promisify(execFile);

/** Every way of giving an input that a program may use. */
const program = `
import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";

const config = new pulumi.Config();
const text: pulumi.Output<string> = pulumi.output("a text");
const maybe: string | undefined = config.get("maybe");
const maybeNumber: number | undefined = config.getNumber("maybe");
const maybeFlag: boolean | undefined = config.getBoolean("maybe");
const perhaps: pulumi.Output<string | undefined> = pulumi.output(maybe);

const connection: pacemaker.ConnectionArgs = {
  hosts: ["192.0.2.11", text],
  port: maybeNumber,
  user: maybe,
  privateKey: config.requireSecret("key"),
  privateKeyPassword: Promise.resolve("secret"),
  password: config.getSecret("password"),
  agentSocketPath: perhaps,
  hostKeys: {
    "192.0.2.11": ["SHA256:one", text],
    "192.0.2.12": text,
    "192.0.2.13": pulumi.output(["SHA256:one", "SHA256:two"]),
    "192.0.2.14": "SHA256:one",
  },
  knownHosts: text,
  insecureIgnoreHostKey: maybeFlag,
  proxy: { hosts: text.apply((host) => [host]), proxy: pulumi.output({ hosts: ["a"] }) },
  sudo: pulumi.output(true),
};

const smtp = new pacemaker.SmtpStack("smtp", {
  connection,
  ip: text,
  cidrNetmask: pulumi.output(24),
  nic: maybe,
  unit: maybe,
  monitorInterval: perhaps,
  adopt: config.get<"update">("adopt"),
  rollback: maybeFlag,
});
const node: pulumi.Output<string | undefined> = smtp.activeNode;
const ip: pulumi.Output<string> = smtp.floatingIp.ip;

const args: pacemaker.FloatingIpArgs = {
  connection: smtp.group.connection,
  ip,
  nic: smtp.nic,
  options: { arp_count: 3, lvs: text },
  meta: { "migration-threshold": pulumi.output(3) },
  timeouts: { start: text, stop: maybe },
  resourceId: maybe,
  group: undefined,
};
const address = new pacemaker.FloatingIp("web_ip", args, { protect: true });
const service = new pacemaker.SystemdResource("web_service", {
  connection: pulumi.output(connection),
  unit: "nginx",
  followWrapper: maybeFlag,
  timeouts: address.timeouts,
  options: undefined,
} as pacemaker.SystemdResourceArgs);
const web = new pacemaker.ResourceGroup("web", {
  connection: undefined,
  members: [address.resourceId, service.resourceId, "other"],
  listeningPorts: pulumi.output([80]),
});
const dummy = new pacemaker.Primitive("dummy", { connection, agent: text });
const base: Record<string, pulumi.Input<string | number | boolean>> = { run_fsck: "no" };
const spool: pacemaker.Primitive = new pacemaker.Primitive("spool", {
  agent: "ocf:heartbeat:Filesystem",
  options: { device: text, directory: "/var/spool", fstype: pulumi.output("ext4"), fast_stop: false, trace_ra: 1 },
});
const wrapped = (args: pacemaker.PrimitiveArgs) => new pacemaker.Primitive("w", args);
class Mounted extends pacemaker.Primitive {
  constructor(name: string, options: pacemaker.OptionsOf<"ocf:heartbeat:Filesystem">) {
    super(name, { agent: "ocf:heartbeat:Filesystem", options: { ...options } });
  }
}
const chosen = "ocf:heartbeat:Filesystem";
export const primitives = [
  spool,
  wrapped({ agent: "ocf:heartbeat:Filesystem", options: { anything: 1 } }),
  new Mounted("m", { device: "/dev/sdb" }),
  // Options from elsewhere, whole or in part.
  new pacemaker.Primitive("p", { agent: chosen, options: base }),
  new pacemaker.Primitive("p", { agent: chosen, options: { ...base, device: "/dev/sdb" } }),
  new pacemaker.Primitive("p", { agent: chosen, options: pulumi.output(base) }),
  new pacemaker.Primitive("p", { agent: chosen, options: pulumi.output({ device: "/dev/sdb" }) }),
  new pacemaker.Primitive("p", { agent: chosen, options: Promise.resolve({ device: text }) }),
  new pacemaker.Primitive("p", { agent: chosen, options: undefined }),
  new pacemaker.Primitive("p", { agent: pulumi.output(chosen), options: { device: "/dev/sdb" } }),
  // Agents that are not known, or not beforehand.
  new pacemaker.Primitive("p", { agent: "ocf:example:Own", options: { colour: "red" } }),
  new pacemaker.Primitive("p", { agent: "systemd:nginx", options: { colour: "red" } }),
  new pacemaker.Primitive("p", { agent: text, options: { colour: "red" } }),
  new pacemaker.Primitive("p", { agent: config.require("agent"), options: { colour: "red" } }),
  new pacemaker.Primitive("p", { agent: \`ocf:example:\${config.name}\`, options: { colour: text } }),
];
const constraints: pulumi.Output<string>[] = [
  new pacemaker.LocationConstraint("l", { resource: web, node: maybe, rule: perhaps, score: -5, role: "Promoted" }).resource,
  new pacemaker.LocationConstraint("m", { resource: web.resourceId, node: "node-01" }).resource,
  new pacemaker.ColocationConstraint("c", { resource: dummy, withResource: "web", score: text }).resourceId,
  new pacemaker.ColocationConstraint("d", { sets: [{ resources: [dummy, "web"], sequential: maybeFlag }] }).resourceId,
  new pacemaker.OrderConstraint("o", { first: smtp.group, then: dummy.resourceId, kind: "Optional" }).resourceId,
  new pacemaker.TicketConstraint("t", { ticket: text, resource: dummy, lossPolicy: "fence" }).ticket,
];
const clone = new pacemaker.Clone("k", { resource: web, promotable: maybeFlag, meta: { interleave: true } });
export const all = [
  clone.nodes,
  clone.promotedNodes,
  new pacemaker.LocationConstraint("n", { resource: clone, node: "node-01" }),
  ...constraints,node, web.activeNode, service.registeredUnit, service.pendingNodes];

// @ts-expect-error a prefix is needed
new pacemaker.SmtpStack("smtp", { ip });
// @ts-expect-error it is no number
new pacemaker.FloatingIp("ip", { ip: 5 });
// @ts-expect-error no such role
new pacemaker.LocationConstraint("l", { resource: dummy, node: "node-01", role: "Master" });
// @ts-expect-error no such option of this agent
new pacemaker.Primitive("p", { agent: "ocf:heartbeat:Filesystem", options: { devise: "/dev/sdb" } });
// @ts-expect-error no such option, where the agent stands in a constant
new pacemaker.Primitive("p", { agent: chosen, options: { devise: "/dev/sdb" } });
// @ts-expect-error no value of an option
new pacemaker.Primitive("p", { agent: "ocf:heartbeat:Filesystem", options: { device: ["/dev/sdb"] } });
// @ts-expect-error an agent is a text
new pacemaker.Primitive("p", { agent: 5 });
// @ts-expect-error no such input
new pacemaker.ResourceGroup("web", { members: [], colour: "red" });
`;

/** The tsconfig.json of `pulumi new typescript`. */
const classic = {
  strict: true,
  outDir: "bin",
  target: "es2020",
  module: "commonjs",
  moduleResolution: "node",
  sourceMap: true,
  experimentalDecorators: true,
  pretty: true,
  noFallthroughCasesInSwitch: true,
  noImplicitReturns: true,
  forceConsistentCasingInFileNames: true,
};

const strictest = {
  ...classic,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
};

const commonjs = ["commonjs, as strict as can be", strictest] as const;
const nodenext = [
  "nodenext, as strict as can be",
  { ...strictest, module: "nodenext", moduleResolution: "nodenext" },
] as const;

/** The oldest TypeScript, the one of this repository, and the newest that Pulumi takes. */
const compilations = [
  ["typescript-5.4", ...commonjs],
  ["typescript-5.4", ...nodenext],
  ["typescript", "the classic template", classic],
  ["typescript-6.0", ...commonjs],
  ["typescript-6.0", ...nodenext],
] as const;

function versionOf(compiler: string): string {
  const path = join(repo, "node_modules", compiler, "package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string })
    .version;
}

describe("a program compiles", { concurrency: 2 }, () => {
  for (const [index, [compiler, name, options]] of compilations.entries())
    test(`TypeScript ${versionOf(compiler)}, ${name}`, async () => {
      const config = join(folder, `tsconfig-${index}.json`);
      writeFileSync(join(folder, "index.ts"), program);
      // TypeScript 6.0 still has the template's way of resolving, and wants to be told that one knows of its end.
      const ending = compiler.endsWith("6.0")
        ? { ignoreDeprecations: "6.0", types: ["node"] }
        : {};
      writeFileSync(
        config,
        JSON.stringify({
          compilerOptions: { ...options, ...ending, noEmit: true },
          files: ["index.ts"],
        }),
      );
      const tsc = join(repo, "node_modules", compiler, "bin/tsc");
      const { stdout } = await run(
        process.execPath,
        [tsc, "--project", config, "--pretty", "false"],
        { cwd: folder },
      ).catch((error: unknown) => error as { stdout: string });
      assert.equal(stdout, "");
    });
});

/** What an editor proposes at the mark in a program. */
async function proposed(compiler: string, marked: string): Promise<string[]> {
  const api = (await import(compiler)) as { default?: typeof ts } & typeof ts;
  const {
    createLanguageService,
    ScriptSnapshot,
    sys,
    ModuleKind,
    getDefaultLibFilePath,
  } = api.default ?? api;
  const path = join(folder, "edited.ts");
  const text = `import * as pacemaker from "pulumi-pacemaker";\n${marked}`;
  const service = createLanguageService({
    getCompilationSettings: () => ({
      strict: true,
      module: ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    }),
    getScriptFileNames: () => [path],
    getScriptVersion: () => "1",
    getScriptSnapshot: (file) => {
      const found =
        file === path ? text.replace("MARK", "") : sys.readFile(file);
      return found === undefined ? undefined : ScriptSnapshot.fromString(found);
    },
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: getDefaultLibFilePath,
    fileExists: (file) => file === path || sys.fileExists(file),
    readFile: (file) => sys.readFile(file),
    directoryExists: sys.directoryExists,
    getDirectories: sys.getDirectories,
    realpath: sys.realpath!,
  });
  const found = service.getCompletionsAtPosition(
    path,
    text.indexOf("MARK"),
    {},
  );
  return (found?.entries ?? []).map(({ name }) => name);
}

for (const compiler of ["typescript-5.4", "typescript", "typescript-6.0"])
  test(`an editor knows agents and their options, with TypeScript ${versionOf(compiler)}`, async () => {
    const options = await proposed(
      compiler,
      `new pacemaker.Primitive("p", { agent: "ocf:heartbeat:Filesystem", options: { MARK } });`,
    );
    for (const name of ["device", "directory", "fstype", "trace_ra"])
      assert.ok(options.includes(name), `${name}: ${options.join(" ")}`);
    assert.ok(!options.includes("cidr_netmask"), options.join(" "));
    const agents = await proposed(
      compiler,
      `new pacemaker.Primitive("p", { agent: "MARK" });`,
    );
    for (const name of ["ocf:heartbeat:Filesystem", "ocf:pacemaker:ping"])
      assert.ok(agents.includes(name), `${name}: ${agents.join(" ")}`);
  });

/** All that the types of a file import, and these in turn: the files of the package, and the names of others. */
function reachable(root: string): { files: string[]; others: string[] } {
  const files = [root];
  const others = new Set<string>();
  for (const file of files) {
    const { importedFiles, referencedFiles, typeReferenceDirectives } =
      ts.preProcessFile(readFileSync(file, "utf8"));
    for (const { fileName } of [...importedFiles, ...referencedFiles]) {
      const path = `${join(dirname(file), fileName)}.d.ts`;
      if (!fileName.startsWith(".")) others.add(fileName);
      else if (!files.includes(path)) files.push(path);
    }
    for (const { fileName } of typeReferenceDirectives) others.add(fileName);
  }
  return { files, others: [...others] };
}

test("the public types import nothing but Pulumi's", () => {
  const { files, others } = reachable(join(installed, "dist/index.d.ts"));
  assert.deepEqual(others, ["@pulumi/pulumi"]);
  for (const file of files)
    assert.doesNotMatch(
      readFileSync(file, "utf8"),
      /zod|ssh2|saxes|\bNodeJS\b|\bBuffer\b/,
      relative(installed, file),
    );
});

test("a program loads neither the transport nor the checks", async () => {
  const { stdout } = await run(
    process.execPath,
    [
      "-e",
      `require("pulumi-pacemaker"); console.log(Object.keys(require.cache).join("\\n"))`,
    ],
    { cwd: folder },
  );
  assert.match(stdout, /smtpStack/);
  assert.doesNotMatch(stdout, /\/(zod|ssh2|saxes)\/|dist\/(cluster|ssh)\//);
});

test("the package's own component can be wrapped for other languages", async () => {
  const wrapper = join(folder, "wrapper");
  await run("mkdir", [wrapper]);
  writeFileSync(
    join(wrapper, "tsconfig.json"),
    JSON.stringify({ compilerOptions: classic, files: ["index.ts"] }),
  );
  writeFileSync(
    join(wrapper, "index.ts"),
    `import * as pulumi from "@pulumi/pulumi";
import * as pacemaker from "pulumi-pacemaker";
export interface MailArgs {
  /** How to reach it. */
  connection?: pulumi.Input<pacemaker.ConnectionArgs>;
}
export class Mail extends pulumi.ComponentResource {
  constructor(name: string, args: MailArgs, options?: pulumi.ComponentResourceOptions) {
    super("mail:index:Mail", name, {}, options);
  }
}
`,
  );
  const analyze = `
    const { Analyzer } = require("@pulumi/pulumi/provider/experimental/analyzer");
    const found = new Analyzer(${JSON.stringify(wrapper)}, "mail", { name: "mail", version: "1.0.0" }, new Set(["Mail"])).analyze();
    console.log(JSON.stringify(found));`;
  const { stdout } = await run(process.execPath, ["-e", analyze], {
    cwd: folder,
  });
  const { components, typeDefinitions } = JSON.parse(stdout) as {
    components: Record<string, { inputs: Record<string, unknown> }>;
    typeDefinitions: Record<string, { properties: Record<string, unknown> }>;
  };
  assert.deepEqual(components.Mail!.inputs, {
    connection: {
      $ref: "#/types/mail:index:ConnectionArgs",
      optional: true,
      description: "How to reach it.",
    },
  });
  const { properties } = typeDefinitions.ConnectionArgs!;
  for (const [name, property] of Object.entries(properties))
    assert.ok(
      (property as { description?: string }).description,
      `${name} has no description`,
    );
  assert.ok("hosts" in properties && "proxy" in properties);
});
