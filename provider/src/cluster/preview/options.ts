import { PacemakerError } from "../../errors";
import {
  optionExpectation,
  parseOptions,
  type Metadata,
} from "../../model/metadata";
import type { Cluster, Member } from "../nodes/members";
import type { Observation } from "../transaction/observe";

/** Pacemaker says it of itself from 2.1.8 on; before, each of its daemons did. */
const script = [
  "/usr/sbin/crm_attribute --list-options=cluster --all --output-as=xml 2>/dev/null ||",
  "for daemon in schedulerd controld based; do",
  "for folder in /usr/libexec/pacemaker /usr/lib/pacemaker; do",
  '[ -x "$folder/pacemaker-$daemon" ] && "$folder/pacemaker-$daemon" metadata;',
  "done; done; true",
].join(" ");

/** By cluster and node: asked for once, as long as this process lives. */
const known = new WeakMap<Cluster, Map<string, Promise<Metadata>>>();

function clusterOptions(cluster: Cluster, member: Member): Promise<Metadata> {
  const all = known.get(cluster) ?? new Map<string, Promise<Metadata>>();
  known.set(cluster, all);
  const asked =
    all.get(member.node) ??
    member.host
      .exec(["/bin/sh", "-c", script], { reads: true })
      .then(({ stdout }) => parseOptions(stdout));
  all.set(member.node, asked);
  asked.catch(() => all.delete(member.node));
  return asked;
}

/**
 * Compares properties with what Pacemaker says of its own on a node. Where it says nothing, pcs has the only word.
 *
 * @throws PacemakerError (conflict) that names each one that is unknown, or has a value that it cannot have.
 */
export async function refuseUnknownProperties(
  cluster: Cluster,
  { member }: Observation,
  what: string,
  properties: Readonly<Record<string, string>>,
): Promise<void> {
  const options = await clusterOptions(cluster, member);
  if (options.size === 0) return;
  const mistakes = Object.entries(properties).flatMap(([name, value]) => {
    const found = options.get(name);
    if (!found) return [`${name} is no property: check the spelling`];
    const expected = optionExpectation(found, value);
    return expected === undefined
      ? []
      : [`${name} is ${value}, but must be ${expected}`];
  });
  if (mistakes.length > 0)
    throw new PacemakerError(
      "conflict",
      `${what}: Pacemaker on ${member.node} does not take these properties:\n` +
        mistakes.map((line) => `- ${line}\n`).join("") +
        `Correct "properties" ("pcs property describe", before pcs 0.11 "pcs property --all", shows what there is). Nothing was changed.`,
    );
}
