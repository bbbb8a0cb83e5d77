import { parseCib, type Cib } from "../../model/cib";
import { metaOf } from "../../model/inherited";
import { isFalse, isTrue, parsePlacement } from "../../model/placement";
import { parseSimulated } from "../../model/simulated";
import { parseSimulation } from "../../model/simulation";
import { supposeService, type SupposedService } from "../../model/supposed";
import { read } from "../nodes/members";
import type { Observation } from "../transaction/observe";
import { explainNotStarted } from "./explain";
import type { Evidence } from "./reasons/evidence";

/**
 * Asks Pacemaker whether it would start a service if it were declared now. The cluster is not touched.
 *
 * @returns why it would not, one sentence a line; empty where it would
 */
export async function whyNowhere(
  { member, status, cib }: Observation,
  service: SupposedService,
): Promise<string[]> {
  const { id } = service;
  const live = await read(member, ["/usr/sbin/cibadmin", "--query"]);
  const text = supposeService(live, service);
  const printed = await read(
    member,
    [
      ...["/usr/sbin/crm_simulate", "--xml-pipe", "--simulate"],
      ...["--show-scores", "--output-as=xml"],
    ],
    { stdin: text },
  );
  const evidence = {
    placement: parsePlacement(text),
    simulated: parseSimulated(printed),
    now: Date.now(),
  };
  const actions = parseSimulation(printed).filter(
    ({ resource, action, blocked }) =>
      resource === id && action !== "delete" && !blocked,
  );
  const instances = evidence.simulated.instances.get(id) ?? [];
  const runs = actions.length
    ? actions.some(({ action }) => action !== "stop")
    : instances.some(({ nodes }) => nodes.length > 0);
  if (runs) return [];
  const [, ...lines] = explainNotStarted(status, parseCib(text), [id], evidence)
    .split("\n")
    .map((line) => line.replace(/^- /, ""))
    .map((line) => asPattern(line, cib));
  const why = [...unmanaged(evidence, id), ...lines];
  return why.length > 0 ? why : [`crm_simulate says no more than that`];
}

/** For what is not in the cluster yet, a constraint can only be made by a pattern. */
function asPattern(line: string, { ids }: Cib): string {
  return line.replace(/(?<="pcs constraint location )(\S+)/, (name: string) =>
    ids.has(name) ? name : `'regexp%^${name}$'`,
  );
}

/** What is not in the cluster yet has no status of its own that says so. */
function unmanaged({ placement, now }: Evidence, id: string): string[] {
  for (const [name, keeps] of [
    ["is-managed", isFalse],
    ["maintenance", isTrue],
  ] as const) {
    const found = metaOf(placement, id, name, now);
    if (found && keeps(found.value))
      return [
        `${found.holder} says ${name}=${found.value}, so Pacemaker neither starts nor stops it`,
      ];
  }
  return [];
}
