import { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import type { Connection } from "../connection";
import { fullMode } from "../model/files";
import {
  applyFiles,
  examineFiles,
  filesAreUnfinished,
  foretellFiles,
  readFiles,
  type DeclaredFiles,
  type FilesOutputs,
} from "./files";
import { connection, id } from "./inputs";
import { checkPlaceholders, command, fileMap } from "./fileInputs";
import { handlers, type Properties } from "./lifecycle";

interface FileInput {
  content: string;
  owner: string;
  group: string;
  mode: string;
}

interface Inputs {
  connection: Connection;
  resourceId: string;
  files: Record<string, FileInput>;
  check?: string[];
  activate?: string[];
  service?: string;
}

const schema = z
  .strictObject({
    connection,
    resourceId: id,
    files: fileMap,
    check: command.optional(),
    activate: command.optional(),
    service: id.optional(),
  })
  .superRefine(checkPlaceholders);

export const synchronizedFiles = handlers<Inputs, FilesOutputs>({
  name: "synchronizedFiles",
  schema,
  inputNames: [
    "connection",
    "resourceId",
    "files",
    "check",
    "activate",
    "service",
  ],

  normalise(inputs: Properties): Properties {
    const { files } = inputs;
    if (typeof files !== "object" || files === null || Array.isArray(files))
      return inputs;
    return {
      ...inputs,
      files: Object.fromEntries(
        Object.entries(files).map(([path, file]) => [path, withDefaults(file)]),
      ),
    };
  },

  examine: (inputs, previous) => examineFiles(declared(inputs), !previous),

  foretell: (inputs) => foretellFiles(declared(inputs)),

  isUnfinished: filesAreUnfinished,

  async apply(inputs) {
    return { existed: true, outputs: await applyFiles(declared(inputs)) };
  },

  settle: () => Promise.resolve({}),

  placed: () => [],

  async read(state) {
    const found = await readFiles(declared(state), state);
    return { ...state, pendingNodes: undefined, drift: undefined, ...found };
  },

  // A service that goes on needs its files, and what was there before is not known any more.
  remove: () => Promise.resolve(),
});

function withDefaults(file: unknown): unknown {
  if (typeof file !== "object" || file === null) return file;
  const whole = { owner: "root", group: "root", mode: "0644", ...file };
  return {
    ...whole,
    mode: typeof whole.mode === "string" ? fullMode(whole.mode) : whole.mode,
  };
}

function declared(inputs: Inputs): DeclaredFiles {
  const { check, activate, service, resourceId } = inputs;
  const files = Object.entries(inputs.files)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, file]) => ({ path, ...file }));
  return {
    cluster: clusterOf(inputs.connection),
    resource: resourceId,
    active: service,
    look: {
      paths: files.map(({ path }) => path),
      texts: [],
      owners: files.map(({ path, owner, group }) => ({ path, owner, group })),
      reports: [],
    },
    wanted: () => ({ files, builds: [] }),
    checks: check ? [check] : [],
    activation: () => ({ argv: activate ? [activate] : [] }),
  };
}
