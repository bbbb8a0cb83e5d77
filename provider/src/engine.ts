/**
 * What the provider process can learn from Pulumi's engine and tell it, beyond what the handlers are given: which resource
 * a call is about, whether the person has seen the preview already, and words that stand under their resource. Nothing
 * here is promised by Pulumi: whatever is missing, the provider does without.
 */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Message } from "./cluster/report";

/** By the properties that a handler is given: the resource that they are of. */
const urns = new WeakMap<object, string>();

/** The resource that a handler is called for, by the properties that it is given. */
export function urnOf(properties: object): string | undefined {
  return urns.get(properties);
}

interface Struct {
  toJavaScript(): object;
}

type Request = Record<string, (this: Request) => Struct | undefined> & {
  getUrn(): string;
};

/** The calls, and which properties of each the handler is given. */
const calls = {
  CheckRequest: "getNews",
  DiffRequest: "getNews",
  CreateRequest: "getProperties",
  UpdateRequest: "getNews",
  DeleteRequest: "getProperties",
  ReadRequest: "getProperties",
};

interface Modules {
  requests: Record<string, { prototype: Request } | undefined>;
  engine: {
    LogRequest: new () => {
      setSeverity(severity: number): void;
      setMessage(text: string): void;
      setUrn(urn: string): void;
    };
    LogSeverity: { INFO: number; WARNING: number };
  };
  services: {
    EngineClient: new (
      address: string,
      credentials: unknown,
    ) => {
      log(
        request: object,
        options: { deadline: number },
        done: (error: Error | null) => void,
      ): void;
    };
  };
  grpc: { credentials: { createInsecure(): unknown } };
}

/** Pulumi's modules as the process has loaded them; undefined in any other process. */
function modules(): Modules | undefined {
  const [, script = ""] = process.argv;
  if (!isProviderProcess()) return undefined;
  try {
    const find = createRequire(script);
    return {
      requests: find("../../proto/provider_pb.js"),
      engine: find("../../proto/engine_pb.js"),
      services: find("../../proto/engine_grpc_pb.js"),
      grpc: find("@grpc/grpc-js"),
    } as Modules;
  } catch {
    return undefined;
  }
}

/** Whether Pulumi has started this process to run dynamic providers, with the engine's address as its argument. */
export function isProviderProcess(): boolean {
  const [, script = "", engine = ""] = process.argv;
  return /[\\/]dynamic-provider[\\/]/.test(script) && /:\d+$/.test(engine);
}

/** How long the engine may take to hear a message, in milliseconds. */
const patience = 2000;

/**
 * Begins to note which resource each call is about.
 *
 * @returns tells the engine something; it fails where the engine does not hear it. Undefined where there is no engine.
 */
export function connectEngine():
  ((message: Message) => Promise<void>) | undefined {
  const found = modules();
  if (!found) return undefined;
  const { requests, engine, services, grpc } = found;
  for (const [name, getter] of Object.entries(calls)) {
    const request = requests[name]?.prototype;
    const original = request?.[getter];
    if (!request || !original) continue;
    request[getter] = function () {
      const struct = original.call(this);
      if (!struct) return struct;
      const urn = this.getUrn();
      struct.toJavaScript = () => {
        const plain = Object.getPrototypeOf(struct) as Struct;
        const properties = plain.toJavaScript.call(struct);
        urns.set(properties, urn);
        return properties;
      };
      return struct;
    };
  }
  const client = new services.EngineClient(
    process.argv[2]!,
    grpc.credentials.createInsecure(),
  );
  return ({ isWarning, text, urn }) =>
    new Promise((resolve, reject) => {
      const request = new engine.LogRequest();
      const { WARNING, INFO } = engine.LogSeverity;
      request.setSeverity(isWarning ? WARNING : INFO);
      request.setMessage(text);
      request.setUrn(urn ?? "");
      const options = { deadline: Date.now() + patience };
      client.log(request, options, (error) =>
        error ? reject(error) : resolve(),
      );
    });
}

let seen: boolean | undefined;

/**
 * Whether this process belongs to an update of which the person has seen the preview, with all that it foretold. Pulumi
 * tells a dynamic provider nothing of the kind; where the processes of the run do not show it, it counts as not seen.
 */
export function previewWasSeen(): boolean {
  return (seen ??= isProviderProcess() && followsPreview(process.argv[2]!));
}

/** Whether this process belongs to `pulumi preview`, of which no update follows; where that cannot be seen, it does not. */
export function isPreviewAlone(): boolean {
  if (!isProviderProcess()) return false;
  try {
    const [program, ...words] = argvOf(cliOf(String(process.ppid)));
    return (
      /(^|\/)pulumi$/.test(program ?? "") &&
      words.some((word) => word === "preview" || word === "pre")
    );
  } catch {
    return false;
  }
}

/**
 * Whether a person asks the run that this process belongs to for the replacement of the resource by its name: then Pulumi
 * calls no diff, and asks for a check as if nothing had been there.
 *
 * @param type the end of its type token, with a small letter
 * @param urn undefined of the first call of a process, which was read before this module was: then any of the type counts
 */
export function isAskedToReplace(
  type: string,
  urn: string | undefined,
): boolean {
  if (!isProviderProcess()) return false;
  try {
    return namesReplacement(argvOf(cliOf(String(process.ppid))), type, urn);
  } catch {
    return false;
  }
}

/** Whether these words of a command line name such a resource in `--replace` or `--target-replace`, wildcards included. */
export function namesReplacement(
  argv: readonly string[],
  type: string,
  urn: string | undefined,
): boolean {
  const named = argv.flatMap((word, at) => {
    const [, joined] = /^--(?:target-)?replace(=.*)?$/.exec(word) ?? [];
    if (joined !== undefined) return [joined.slice(1)];
    return /^--(target-)?replace$/.test(word) ? [argv[at + 1] ?? ""] : [];
  });
  if (urn === undefined)
    return named.some(
      (name) =>
        name.includes("*") ||
        name.toLowerCase().includes(`:${type.toLowerCase()}::`),
    );
  return named.some((name) => patternOf(name).test(urn));
}

/** One star stands for what holds no colon, two for anything. */
function patternOf(name: string): RegExp {
  const text = name
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/\*+/g, (stars) => (stars === "*" ? "[^:]*" : ".*"));
  return new RegExp(`^${text}$`);
}

function followsPreview(engine: string): boolean {
  try {
    const programs = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(argvOf)
      .filter((argv) => argv[argv.indexOf("--engine") + 1] === engine);
    if (programs.length !== 1 || programs[0]!.includes("--dry-run"))
      return false;
    const [program, ...words] = argvOf(cliOf(String(process.ppid)));
    return (
      /(^|\/)pulumi$/.test(program ?? "") &&
      words.some((word) => word === "up" || word === "update") &&
      !words.some((word) => /^(--skip-preview|-\w*f)/.test(word)) &&
      !Object.keys(process.env).some((name) => /SKIP_PREVIEW$/.test(name))
    );
  } catch {
    return false;
  }
}

/** The CLI's process: between it and us there may be the script that it started. */
function cliOf(pid: string): string {
  if (!argvOf(pid).some((word) => word.includes("pulumi-resource-")))
    return pid;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? "";
}

function argvOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return []; // it has ended since
  }
}
