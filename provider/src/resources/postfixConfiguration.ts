import type { z } from "zod";
import type { FilesNode } from "../cluster/files/everywhere";
import type { NodeRollout } from "../cluster/files/rollout";
import type { Report } from "../cluster/files/script";
import { restartByCluster } from "../cluster/change/restart";
import { clusterOf } from "../cluster/nodes/members";
import { noInstance } from "../cluster/nodes/postfix";
import { PacemakerError } from "../errors";
import { checkScript } from "../postfix/check";
import {
  findFolder,
  folderOf,
  instanceOf,
  usualInstance,
} from "../postfix/instance";
import {
  mapsOf,
  ownFiles,
  pathsOf,
  plainFiles,
  wantedOn,
  type DeclaredPostfix,
} from "../postfix/wanted";
import { comparison } from "../postfix/maps";
import type {
  PostfixConfigurationArgs,
  PostfixConfigurationOutputs,
} from "./classes/postfixConfiguration";
import { define, inputsOf } from "./define";
import { withFullModes } from "./fileInputs";
import { filesLife, type DeclaredFiles } from "./files";
import { connection, id, unit } from "./inputs";
import { postfixSchema } from "./postfixInputs";

const schema = inputsOf<PostfixConfigurationArgs>()({
  connection,
  resourceId: id,
  service: id.optional(),
  address: id.optional(),
  unit: unit.optional(),
  ...postfixSchema,
});

type Inputs = z.output<typeof schema>;

/** The instance of a unit; one that is not named like Postfix's works with the usual one. */
const instanceIn = (unit: string | undefined): string =>
  instanceOf(unit ?? "postfix") ?? usualInstance;

/** What is not known yet passes. */
const isFurther = (unit: unknown): boolean =>
  typeof unit === "string"
    ? instanceIn(unit) !== usualInstance
    : unit !== undefined;

export const postfixConfiguration = define<PostfixConfigurationOutputs>()({
  name: "postfixConfiguration",
  schema,
  isOutside: true,
  normalise: ({ maps, files, unit: given, ...inputs }) => ({
    ...inputs,
    // The usual instance goes by several units, or by none.
    ...(isFurther(given) ? { unit: given } : {}),
    ...(maps === undefined ? {} : { maps: withFullModes(maps) }),
    ...(files === undefined ? {} : { files: withFullModes(files) }),
  }),
  ...filesLife(declared),
});

/** What needs a stop and a start: postconf(5) of 3.7 and 3.10. */
const boundAtStart = ["inet_interfaces", "inet_protocols"];

const postconf = "/usr/sbin/postconf";

const types = `folder=$(mktemp -d) && echo inet_interfaces=loopback-only >"$folder/main.cf" || exit
${postconf} -c "$folder" -m; code=$?; rm -r "$folder"; exit "$code"`;

const looksAt = (instance: string, folder: string): string[][] => [
  findFolder(instance),
  [postconf, "-c", folder, "-h", "default_database_type"],
  // Where inet_interfaces names an address that is elsewhere now, it would not answer.
  ["/bin/sh", "-c", types],
  [postconf, "-c", folder, "-hx", ...boundAtStart],
  // Without a folder, it would speak for all instances.
  ["/usr/sbin/postfix", "-c", folder, "status"],
];

function declared(inputs: Inputs): DeclaredFiles {
  const { resourceId, service, address } = inputs;
  const cluster = clusterOf(inputs.connection);
  const instance = instanceIn(inputs.unit);
  const folder = folderOf(instance);
  const looks = looksAt(instance, folder);
  const { main, master } = ownFiles(folder);
  const postfix: DeclaredPostfix = {
    folder,
    main: inputs.main ?? {},
    master: inputs.master ?? {},
    maps: inputs.maps ?? {},
    files: inputs.files ?? {},
    ...(inputs.tls ? { tls: inputs.tls } : {}),
  };
  const names = Object.entries(postfix.main).flatMap(([name, value]) =>
    value === null ? [] : [name],
  );
  return {
    cluster,
    resource: resourceId,
    active: address ?? service,
    look: {
      paths: pathsOf(postfix),
      texts: [main, master],
      owners: plainFiles(postfix),
      reports: [...looks, comparison(mapsOf(postfix))],
    },
    requires: (nodes) => refuseOtherInstance(resourceId, instance, nodes),
    wanted: (at) => wantedOn(resourceId, postfix, postfixOn(resourceId, at)),
    checks: [
      [
        ...["/bin/sh", "-c", checkScript(), "the check of Postfix"],
        ...[`{${folder}}`, ...names],
      ],
    ],
    reports: [[postconf, "-c", `{${folder}}`, "-hx", ...boundAtStart]],
    activation: (node, reports) => activation(inputs, node, reports),
  };
}

/** There must be such an instance on each node, with the folder that its files go to. */
function refuseOtherInstance(
  resource: string,
  instance: string,
  nodes: readonly FilesNode[],
): void {
  const folder = folderOf(instance);
  const found = nodes.map(({ node, looked }) => {
    const [report] = looked.reports;
    const has = report?.code === 0 ? lastLine(report.words) : undefined;
    return { node, has };
  });
  const missing = found.filter(({ has }) => has === undefined);
  // Where Postfix is not installed, there is none of any name: that is said as it is.
  if (missing.length > 0 && instance !== usualInstance)
    throw noInstance(
      resource,
      instance,
      missing.map(({ node }) => node).sort(),
    );
  const other = found.find(({ has }) => has !== undefined && has !== folder);
  if (other)
    throw new PacemakerError(
      "conflict",
      `${resource}: the Postfix of ${other.node} that is meant works with ${other.has}, and not with ${folder}, where ` +
        `its configuration would be written. Give it that folder there ("postmulti -l" lists the instances), or correct "unit". ` +
        `Nothing was changed.`,
    );
}

function postfixOn(resource: string, { node, who, looked }: FilesNode) {
  const [, defaultType, types] = looked.reports;
  const altered = looked.reports.at(-1);
  if (defaultType?.code !== 0 || types?.code !== 0)
    throw new PacemakerError(
      "configuration",
      `${resource}: Postfix on ${node} does not answer: ${[defaultType, types].map((one) => one?.words.trim().split("\n").at(-1)).join("; ")}. Install Postfix there, or mend its ` +
        `main.cf. Nothing was changed.`,
      who.host.address,
    );
  return {
    name: node,
    defaultType: lastLine(defaultType.words),
    types: types.words.split(/\s+/).filter(Boolean),
    altered: altered?.words.split("\n").filter(Boolean) ?? [],
    seen: looked.files,
  };
}

/** Warnings come before it. */
function lastLine(words: string): string {
  return words.trim().split("\n").at(-1) ?? "";
}

/**
 * Debian's copies below the queue's folder are made anew before Postfix reads its configuration again: its script takes the
 * instance as its argument, from 3.9.1-4 on it is run by "postfix check" alone.
 */
const reloadScript = `fresh=/usr/lib/postfix/configure-instance.sh
if [ -x "$fresh" ]; then
  if grep -q "internal script" "$fresh"; then /usr/sbin/postfix -c "$1" check || exit; else "$fresh" "$2" || exit; fi
fi
exec /usr/sbin/postfix -c "$1" reload`;

const reload = (instance: string): string[] => [
  ...["/bin/sh", "-c", reloadScript, "postfix reload"],
  ...[folderOf(instance), instance],
];

function activation(
  { connection, resourceId, service, unit }: Inputs,
  { at }: NodeRollout,
  [after]: readonly Report[],
) {
  const [, , , before, status] = at.looked.reports;
  // Where it does not run, its next start reads everything.
  if (status?.code !== 0) return { argv: [] };
  const isBound = after !== undefined && words(before) !== words(after);
  const runsOn = service === undefined ? [] : at.runs(service);
  if (service === undefined || !isBound || !runsOn.includes(at.node))
    return { argv: [reload(instanceIn(unit))] };
  if (runsOn.length > 1)
    throw new PacemakerError(
      "conflict",
      `${resourceId}: a change of ${boundAtStart.join(" or ")} needs a stop and a start of Postfix, which runs on ` +
        `${[...runsOn].sort().join(", ")} at once. Set standby to "cold" for this change, or make it on each node by hand while that node is ` +
        `in standby.`,
    );
  return {
    argv: [],
    byCluster: () => restartByCluster(clusterOf(connection), service),
  };
}

function words(report: Report | undefined): string {
  return (report?.words ?? "")
    .split("\n")
    .filter((line) => !line.startsWith("postconf: "))
    .join("\n");
}
