/** A user's Pulumi project in a folder of its own, with its own state, run inside a lab's network. */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import type { TestContext } from "node:test";
import type { Lab } from "../../../lab";
import { ensurePulumi, offlineEnv, pathWith } from "../../../scripts/cli";
import { snapshotModules } from "./modules";
import { runInLab, succeeded, type Outcome } from "./pulumi";

/** What a program may say of a connection; the product's own type is not used on purpose. */
export interface LabConnection {
  hosts: string[];
  user: string;
  privateKey: string;
  hostKeys: Record<string, string>;
  [field: string]: unknown;
}

export interface ProjectOptions {
  /**
   * The program. JavaScript finds `pulumi`, `pacemaker`, `connection`, `ip` and `cidrNetmask` defined; TypeScript stands
   * alone and finds the last three in process.env.LAB, as JSON. Or the folder of a whole project, of which the files
   * beside its Pulumi.yaml are copied that a project has.
   */
  program: string | { folder: string };
  language?: "javascript" | "typescript";
  /** The project's name. */
  name?: string;
  /** The node_modules that the program sees; the repository's, with a copy of the provider, unless told. */
  nodeModules?: string;
  /** How the program reaches the cluster, where it is not the lab's own way. */
  connection?: LabConnection;
  /** Further environment of the CLI. */
  env?: Record<string, string>;
}

export interface RunSettings {
  timeoutSeconds?: number;
  onStart?: (pid: number) => void;
}

export interface StateResource {
  urn: string;
  type: string;
  id?: string;
  inputs?: Record<string, unknown>;
  outputs?: Record<string, unknown>;
  initErrors?: string[];
}

/** How the lab's nodes are reached. */
export function labConnection(lab: Lab): LabConnection {
  return {
    hosts: [...lab.hosts],
    user: lab.user,
    privateKey: readFileSync(lab.privateKeyPath, "utf8"),
    hostKeys: lab.hostKeys,
  };
}

/** The same by `pulumi config`, as the README has it; what is left out has its default. */
export function configuredConnection(
  lab: Lab,
): Record<"plain" | "secret", Record<string, string>> {
  const hosts = lab.hosts.flatMap((host, index) => [
    [`pacemaker:connection.hosts[${index}]`, host],
    [`pacemaker:connection.hostKeys["${host}"]`, lab.hostKeys[host]!],
  ]);
  const key = readFileSync(lab.privateKeyPath, "utf8");
  return {
    plain: Object.fromEntries(hosts) as Record<string, string>,
    secret: { "pacemaker:connection.privateKey": key },
  };
}

const prelude = `"use strict";
const pulumi = require("@pulumi/pulumi");
const pacemaker = require("pulumi-pacemaker");
const { connection, ip, cidrNetmask } = JSON.parse(process.env.LAB);
`;

/** What a project has beside what it makes itself. */
const isProjectFile = (name: string): boolean =>
  ["Pulumi.yaml", "package.json", "tsconfig.json"].includes(name) ||
  name.endsWith(".ts");

const stack = "test";
const usualSeconds = 240;

let cli: Promise<string> | undefined;

/** The folder of the CLI: the runner's, or the one that is found or brought here. */
function cliFolder(): Promise<string> {
  const given = process.env.PACEMAKER_TEST_CLI;
  if (given) return Promise.resolve(given);
  cli ??= ensurePulumi(console.log).then(({ bin }) => bin);
  return cli;
}

/** Makes a project with an empty stack. The test's end removes it, but not what it has made in the cluster. */
export async function makeProject(
  test: TestContext,
  lab: Lab,
  options: ProjectOptions,
): Promise<Project> {
  const root = mkdtempSync(join(tmpdir(), "pacemaker-test-"));
  test.after(() => rmSync(root, { recursive: true, force: true }));
  const [dir, state, home] = ["project", "state", "home"].map((name) => {
    mkdirSync(join(root, name));
    return join(root, name);
  }) as [string, string, string];
  const env = {
    PATH: pathWith(
      await cliFolder(),
      [dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
    ),
    HOME: home,
    LANG: "C.UTF-8",
    ...offlineEnv(state),
    PULUMI_DEBUG_COMMANDS: "true", // without it the CLI does not know --event-log
    LAB: JSON.stringify({
      connection: options.connection ?? labConnection(lab),
      ip: lab.floatingAddress,
      cidrNetmask: lab.cidrNetmask,
    }),
    ...options.env,
  };
  const project = new Project(lab, dir, env, options.language ?? "javascript");
  if (typeof options.program === "string") {
    project.writeSettings(options.name ?? "scenario");
    project.writeProgram(options.program);
  } else {
    const { folder } = options.program;
    for (const file of readdirSync(folder).filter(isProjectFile))
      copyFileSync(join(folder, file), join(dir, file));
  }
  project.useModules(options.nodeModules ?? snapshotModules());
  succeeded(await project.pulumi(["stack", "init", stack]));
  return project;
}

export class Project {
  private runs = 0;

  constructor(
    readonly lab: Lab,
    readonly dir: string,
    readonly env: Record<string, string>,
    readonly language: "javascript" | "typescript",
  ) {}

  writeSettings(name: string): void {
    const typescript = this.language === "typescript";
    writeFileSync(
      join(this.dir, "Pulumi.yaml"),
      `name: ${name}\nruntime:\n  name: nodejs\n  options:\n    typescript: ${typescript}\n`,
    );
    writeFileSync(
      join(this.dir, "package.json"),
      JSON.stringify({ name, private: true }),
    );
    if (typescript)
      writeFileSync(
        join(this.dir, "tsconfig.json"),
        `{ "compilerOptions": { "strict": true, "target": "ES2021", "module": "commonjs" } }\n`,
      );
  }

  writeProgram(text: string): void {
    const typescript = this.language === "typescript";
    writeFileSync(
      join(this.dir, typescript ? "index.ts" : "index.js"),
      typescript ? text : prelude + text,
    );
  }

  /** Lets the program see another node_modules, as after an upgrade. */
  useModules(folder: string): void {
    const link = join(this.dir, "node_modules");
    rmSync(link, { force: true });
    symlinkSync(folder, link);
  }

  /** Any command of the CLI that concerns no stack's resources. */
  pulumi(
    args: readonly string[],
    settings: RunSettings = {},
    eventLog?: string,
  ): Promise<Outcome> {
    return runInLab(this.lab, ["pulumi", ...args, "--non-interactive"], {
      cwd: this.dir,
      env: this.env,
      timeoutSeconds: usualSeconds,
      eventLog,
      ...settings,
    });
  }

  private operation(
    verb: string,
    args: readonly string[],
    settings?: RunSettings,
  ): Promise<Outcome> {
    const eventLog = join(dirname(this.dir), `events-${(this.runs += 1)}`);
    return this.pulumi(
      [verb, "--stack", stack, "--color=never", "--event-log", eventLog].concat(
        args,
      ),
      settings,
      eventLog,
    );
  }

  preview(args: readonly string[] = [], settings?: RunSettings) {
    return this.operation("preview", args, settings);
  }

  /** Without its preview, which costs as much as a preview of its own. */
  up(args: readonly string[] = [], settings?: RunSettings) {
    return this.operation("up", ["--yes", "--skip-preview", ...args], settings);
  }

  refresh(args: readonly string[] = [], settings?: RunSettings) {
    return this.operation(
      "refresh",
      ["--yes", "--skip-preview", ...args],
      settings,
    );
  }

  destroy(args: readonly string[] = [], settings?: RunSettings) {
    return this.operation(
      "destroy",
      ["--yes", "--skip-preview", ...args],
      settings,
    );
  }

  /** The state as it is stored: secrets are encrypted unless they are asked for. */
  async exportText(showSecrets = false): Promise<string> {
    const args = ["stack", "export", "--stack", stack];
    const outcome = await this.pulumi(
      showSecrets ? [...args, "--show-secrets"] : args,
    );
    return succeeded(outcome).stdout;
  }

  async resources(showSecrets = false): Promise<StateResource[]> {
    const state = JSON.parse(await this.exportText(showSecrets)) as {
      deployment: { resources?: StateResource[] };
    };
    return state.deployment.resources ?? [];
  }

  async outputs(): Promise<Record<string, unknown>> {
    const outcome = await this.pulumi([
      ...["stack", "output", "--json", "--show-secrets", "--stack", stack],
    ]);
    return JSON.parse(succeeded(outcome).stdout) as Record<string, unknown>;
  }

  /** Sets values by their paths, such as "pacemaker:connection.hosts[0]". */
  async configure(
    plain: Record<string, string>,
    secret: Record<string, string> = {},
  ): Promise<void> {
    const pairs = [
      ...Object.entries(plain).map((pair) => ["--plaintext", ...pair]),
      ...Object.entries(secret).map((pair) => ["--secret", ...pair]),
    ].flatMap(([flag, key, value]) => [flag!, `${key}=${value}`]);
    const args = ["config", "set-all", "--path", "--stack", stack, ...pairs];
    succeeded(await this.pulumi(args));
  }
}
