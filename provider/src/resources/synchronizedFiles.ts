import type { z } from "zod";
import { clusterOf } from "../cluster/nodes/members";
import type {
  SynchronizedFilesArgs,
  SynchronizedFilesOutputs,
} from "./classes/synchronizedFiles";
import { define, inputsOf } from "./define";
import { filesLife, type DeclaredFiles } from "./files";
import { id, connection } from "./inputs";
import {
  checkPlaceholders,
  command,
  fileMap,
  withFullModes,
} from "./fileInputs";

const schema = inputsOf<SynchronizedFilesArgs>()({
  connection,
  resourceId: id,
  files: fileMap,
  check: command.optional(),
  activate: command.optional(),
  service: id.optional(),
}).superRefine(checkPlaceholders);

type Inputs = z.output<typeof schema>;

export const synchronizedFiles = define<SynchronizedFilesOutputs>()({
  name: "synchronizedFiles",
  schema,
  isOutside: true,
  normalise: (inputs) => ({ ...inputs, files: withFullModes(inputs.files) }),
  ...filesLife(declared),
});

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
